"""Mending a person's record: read from WorkMail before it is shown, compared again before it is written."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse

from console.areas.directory.kinds import place
from console.areas.users import scope
from console.areas.users.forms.profile import ProfileForm
from console.aws import errors
from console.changes import engine
from console.gateway import gateway
from console.mirror.models import Entity, Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.pages import post_data
from console.web import aws_errors

CONFLICT = 409


@performs("UpdateUser")
def edit(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    person = scope.find(request.actor, "UpdateUser", organization, user_id)
    try:
        form = _form(request, person)
        if request.method == "POST" and form.is_valid() and (answer := _save(request, person, form)):
            return answer
    except errors.Changed:  # between the comparison and the write: compare again
        return _again(request, person)
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure, back=place(person))
    return _page(request, person, form)


def _form(request: ConsoleRequest, person: Entity) -> ProfileForm:
    described = gateway.call(request.actor, "DescribeUser", person.organization, UserId=person.entity_id)
    return ProfileForm(post_data(request), described=described, subject=person.entity_id)


def _save(request: ConsoleRequest, person: Entity, form: ProfileForm) -> HttpResponse | None:
    """The answer, or `None` if the form says why WorkMail does not take it."""
    params = form.params()
    if not params:
        return pages.redirect_with_message(
            request, "There was nothing to change.", place(person), level=messages.INFO
        )
    try:
        _write(request, person, form, params)
    except errors.Changed:
        raise
    except errors.CallFailed as failure:
        if aws_errors.add_to_form(form, failure):
            return None
        raise
    return pages.redirect_with_message(request, f"The record of {person} is changed.", place(person))


def _write(request: ConsoleRequest, person: Entity, form: ProfileForm, params: dict[str, Any]) -> None:
    engine.perform_write(
        request.actor,
        "UpdateUser",
        person.organization,
        title=f"Mend the record of {person}",
        reason=form.cleaned_data["reason"],
        ticket=form.cleaned_data["ticket"],
        expecting=form.expected,
        UserId=person.entity_id,
        **params,
    )


def _again(request: ConsoleRequest, person: Entity) -> HttpResponse:
    try:
        form = _form(request, person)
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure, back=place(person))
    form.is_valid()
    return _page(request, person, form)


def _page(request: ConsoleRequest, person: Entity, form: ProfileForm) -> HttpResponse:
    context = {"organization": person.organization, "person": person, "form": form, "back": place(person)}
    if form.conflicts:
        return pages.render_page(request, "users/edit.html", context, status=CONFLICT)
    return pages.form_page(request, "users/edit.html", form, context)
