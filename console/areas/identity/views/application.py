"""WorkMail's application in IAM Identity Center, to which people are assigned there."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse

from console.areas.identity import provider
from console.areas.identity.forms import ApplicationForm, RemovedApplicationForm
from console.areas.identity.views.configuration import home
from console.aws import errors
from console.changes import engine
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.web import aws_errors, operation_views

NOTE = (
    "The first of three steps. Then, in IAM Identity Center, people or groups are assigned to the"
    " application; and last, here, the organization is told to use it."
)


@performs("CreateIdentityCenterApplication")
def create(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    form = ApplicationForm(pages.posted(request))
    if form.is_valid():
        answer = _create(request, organization, form)
        if answer is not None:
            return answer
    context = {
        "organization": organization,
        "title": "An application in Identity Center",
        "verb": "Create the application",
        "note": NOTE,
        "trail": trail(organization),
        "back": home(organization),
    }
    return pages.form_page(request, "partials/form_page.html", form, context)


@performs("DeleteIdentityCenterApplication")
def delete(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    used = provider.described(request.actor, organization).get("IdentityCenterConfiguration") or {}
    form = RemovedApplicationForm(pages.posted(request), expected=organization.slug, current=used)
    if form.is_valid():
        answer = operation_views.perform_operation(
            request,
            organization,
            form,
            "DeleteIdentityCenterApplication",
            lambda: "The application is gone from Identity Center.",
            {"ApplicationArn": form.cleaned_data["ApplicationArn"]},
            back=home(organization),
            landing=lambda: home(organization),
        )
        if answer is not None:
            return answer
    return pages.confirm_page(
        request,
        form,
        title="Delete WorkMail's application in Identity Center?",
        verb="Delete the application",
        back=home(organization),
        consequences=(
            "Whoever signs in through it cannot any more, in every organization that uses it."
            " Organizations keep their settings, which then lead nowhere: change those first.",
            "Who was assigned to it has to be assigned again to another one.",
        ),
        context={"organization": organization},
    )


def trail(organization: Organization) -> list[tuple[str, str]]:
    return [("Sign-in", home(organization))]


def _create(
    request: ConsoleRequest, organization: Organization, form: ApplicationForm
) -> HttpResponse | None:
    why: dict[str, Any] = form.why()
    try:
        answer = engine.perform_write(
            request.actor, "CreateIdentityCenterApplication", organization, **why, **form.whole()
        )
    except errors.CallFailed as failure:
        return (
            None
            if aws_errors.add_to_form(form, failure)
            else aws_errors.error_page(request, failure, back=home(organization))
        )
    made = str(answer["ApplicationArn"])
    following = urlencode({"instance": form.cleaned_data["InstanceArn"], "application": made})
    to = f"{reverse('identity:configure', args=[organization.slug])}?{following}"
    return pages.done(request, f"The application {made} is there. Assign people to it before it is used.", to)
