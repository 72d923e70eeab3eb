"""A new password, shown once on the answer page: never in a redirect, a message or a session."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from console.areas.directory.kinds import place
from console.areas.users import scope
from console.areas.users.forms.passwords import ResetForm
from console.aws import errors
from console.changes import engine
from console.mirror.models import Entity, Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.pages import post_data
from console.web import aws_errors


@sensitive_post_parameters("Password")
@never_cache
@performs("ResetPassword")
def reset(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    person = scope.find(request.actor, "ResetPassword", organization, user_id)
    form = ResetForm(post_data(request))
    if request.method == "POST" and form.is_valid():
        answer = _set(request, person, form)
        if answer is not None:
            return answer
    context = {"organization": organization, "person": person, "back": place(person)}
    return pages.form_page(request, "users/password.html", form, context)


def _set(request: ConsoleRequest, person: Entity, form: ResetForm) -> HttpResponse | None:
    password = form.password()
    try:
        engine.perform_write(
            request.actor,
            "ResetPassword",
            person.organization,
            title=f"Reset the password of {person}",
            reason=form.cleaned_data["reason"],
            ticket=form.cleaned_data["ticket"],
            UserId=person.entity_id,
            Password=password,
        )
    except errors.CallFailed as failure:
        return (
            None
            if aws_errors.add_to_form(form, failure)
            else aws_errors.error_page(request, failure, back=place(person))
        )
    context = {"organization": person.organization, "person": person, "password": password}
    return render(request, "users/password_set.html", context)
