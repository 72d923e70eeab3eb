"""Mending a room's record and booking options: read from WorkMail first, compared before it is written."""

from django.contrib import messages
from django.http import HttpResponse

from console.areas.directory.kinds import place
from console.areas.directory.views.asking import about
from console.areas.resources import reading, scope
from console.areas.resources.forms.record import RecordForm
from console.aws import errors
from console.changes import engine
from console.mirror.models import Entity, Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.web import aws_errors


@performs("UpdateResource")
def edit(request: ConsoleRequest, organization: Organization, resource_id: str) -> HttpResponse:
    resource = scope.find(request.actor, "UpdateResource", organization, resource_id)
    try:
        form = _form(request, resource)
        if request.method == "POST" and form.is_valid() and (answer := _save(request, resource, form)):
            return answer
    except errors.Changed:  # between the comparison and the write: compare again
        return _again(request, resource)
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure, back=place(resource))
    return _page(request, resource, form)


def _form(request: ConsoleRequest, resource: Entity) -> RecordForm:
    now = reading.now(request.actor, resource)
    return RecordForm(
        pages.post_data(request),
        described=now.described,
        delegates=len(now.delegates),
        subject=resource.entity_id,
    )


def _save(request: ConsoleRequest, resource: Entity, form: RecordForm) -> HttpResponse | None:
    """The answer, or `None` if the form says why WorkMail does not take it."""
    params = form.params()
    if not params:
        return pages.redirect_with_message(
            request, "There was nothing to change.", place(resource), level=messages.INFO
        )
    params |= {"ResourceId": resource.entity_id}
    try:
        engine.perform_write(
            request.actor,
            "UpdateResource",
            resource.organization,
            title=f"Change {resource}",
            reason=form.cleaned_data["reason"],
            ticket=form.cleaned_data["ticket"],
            expecting=form.expected,
            **params,
        )
    except errors.Changed:
        raise
    except errors.CallFailed as failure:
        if aws_errors.add_to_form(form, failure):
            return None
        raise
    return pages.redirect_with_message(
        request, f"{params.get('Name', resource)} is changed.", place(resource)
    )


def _again(request: ConsoleRequest, resource: Entity) -> HttpResponse:
    try:
        form = _form(request, resource)
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure, back=place(resource))
    form.is_valid()
    return _page(request, resource, form)


def _page(request: ConsoleRequest, resource: Entity, form: RecordForm) -> HttpResponse:
    context = {**about(resource), "resource": resource, "back": place(resource)}
    return pages.form_page(request, "resources/edit.html", form, context)
