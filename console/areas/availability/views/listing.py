"""Whom WorkMail asks who of another mail domain is free: the list, the test, taking one away."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse

from console.actor import Actor
from console.areas.availability import finding, showing, testing
from console.aws import errors
from console.changes import engine
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.forms import ConfirmForm
from console.web import aws_errors, settings_reads
from console.web.settings_reads import SettingResult

OFFERED = {
    "create": "CreateAvailabilityConfiguration",
    "edit": "UpdateAvailabilityConfiguration",
    "delete": "DeleteAvailabilityConfiguration",
    "test": "TestAvailabilityConfiguration",
}


@performs("ListAvailabilityConfigurations")
def listing(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    look = settings_reads.read_listing(request.actor, finding.READ, organization, finding.MEMBER)
    context = {
        "title": "Availability of other directories",
        "organization": organization,
        "look": look,
        "configurations": [_shown(each) for each in look.shown.get(finding.MEMBER, [])],
        "meaning": showing.MEANING,
        "may": {
            name: policy.allows(request.actor, operation, organization) for name, operation in OFFERED.items()
        },
    }
    return pages.show(request, "availability/list.html", context)


@performs("TestAvailabilityConfiguration")
def test(request: ConsoleRequest, organization: Organization, partner: str) -> HttpResponse:
    """A look, too: WorkMail connects to the provider, and nothing is changed by that."""
    look, tested = SettingResult(), None
    try:
        tested = testing.test(request.actor, organization, DomainName=partner)
    except errors.CallFailed as failure:
        look = settings_reads.failed_result(failure)
    context = {
        "title": f"Test of {partner}",
        "organization": organization,
        "partner": partner,
        "look": look,
        "tested": tested,
        "back": back(organization),
    }
    return pages.show(request, "availability/test.html", context)


@performs("DeleteAvailabilityConfiguration")
def delete(request: ConsoleRequest, organization: Organization, partner: str) -> HttpResponse:
    form = ConfirmForm(pages.posted(request))
    try:
        found = find(request.actor, organization, partner)
        if form.is_valid():
            why: dict[str, Any] = form.why()
            engine.perform_write(request.actor, OFFERED["delete"], organization, **why, DomainName=partner)
            return pages.done(request, f"WorkMail asks {partner} no more.", back(organization))
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure, back=back(organization))
    return pages.confirm_page(
        request,
        form,
        title=f"Stop asking {partner}?",
        verb="Remove the configuration",
        back=back(organization),
        consequences=_losses(partner, found),
        context={"organization": organization},
    )


def _losses(partner: str, found: Mapping[str, Any]) -> tuple[str, ...]:
    told = [f"Nobody here sees any more when people of {partner} are free. Mail is not affected."]
    if found.get("ProviderType") == "EWS":
        told.append("To take it up again, the password has to be typed again: WorkMail does not give it out.")
    return tuple(told)


def _shown(configuration: Mapping[str, Any]) -> dict[str, Any]:
    ews, function = configuration.get("EwsProvider", {}), configuration.get("LambdaProvider", {})
    items = [
        ("Provider", showing.provider(configuration)),
        ("Address", ews.get("EwsEndpoint")),
        ("Username", ews.get("EwsUsername")),
        ("Function", function.get("LambdaArn")),
        ("Made", configuration.get("DateCreated")),
        ("Changed", configuration.get("DateModified")),
    ]
    return {"domain": configuration.get("DomainName", ""), "items": [each for each in items if each[1]]}


def find(actor: Actor, organization: Organization, partner: str) -> Mapping[str, Any]:
    """The configuration of that domain; 404 where there is none."""
    found = finding.find(actor, organization, partner)
    if found is None:
        raise Http404(f"no availability configuration of {partner}")
    return found


def back(organization: Organization) -> str:
    return reverse("availability:list", args=[organization.slug])
