"""Making and changing an availability configuration, tested before it is saved."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from console.areas.availability import testing
from console.areas.availability.forms import CREATE, PASSWORD, UPDATE, ProviderForm
from console.areas.availability.testing import Tested
from console.areas.availability.views.listing import back, find
from console.aws import changed_fields, errors
from console.changes import engine
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.web import arn, aws_errors

TAKEN = "This domain has a configuration already: change that one."


@sensitive_post_parameters(PASSWORD)
@never_cache
@performs("CreateAvailabilityConfiguration")
def create(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    form = CREATE[_kind(request, "EWS")](pages.posted(request))
    return _answer(request, organization, form, "New availability configuration", {})


@sensitive_post_parameters(PASSWORD)
@never_cache
@performs("UpdateAvailabilityConfiguration")
def edit(request: ConsoleRequest, organization: Organization, partner: str) -> HttpResponse:
    try:
        current = find(request.actor, organization, partner)
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure, back=back(organization))
    chosen = UPDATE[_kind(request, str(current.get("ProviderType", "EWS")))]
    form = chosen(pages.posted(request), current=current, subject=f"{organization.slug}/{partner}")
    shown = {"ListAvailabilityConfigurations": {"AvailabilityConfigurations": [current]}}
    expecting = changed_fields.read_values(chosen.operation, shown, {"DomainName": partner})
    return _answer(request, organization, form, f"Change {partner}", {"DomainName": partner}, expecting)


def _kind(request: ConsoleRequest, otherwise: str) -> str:
    asked = request.GET.get("provider", otherwise)
    return asked if asked in CREATE else "EWS"


def _answer(
    request: ConsoleRequest,
    organization: Organization,
    form: ProviderForm,
    title: str,
    target: Mapping[str, str],
    expecting: Mapping[str, Any] | None = None,
) -> HttpResponse:
    tested = None
    if form.is_valid():
        try:
            tested = _tested(request, organization, form)
            if tested is None or (tested.passed and "test" not in request.POST):
                return _save(request, organization, form, target, expecting)
        except errors.CallFailed as failure:
            if not _into(form, failure):
                return aws_errors.error_page(request, failure, back=back(organization))
    return _page(request, organization, form, title, tested)


def _tested(request: ConsoleRequest, organization: Organization, form: ProviderForm) -> Tested | None:
    """`None` where no test is wanted; a failed one is an error of a form that was to be saved."""
    only = "test" in request.POST
    if not only and not form.cleaned_data["test_first"]:
        return None
    tested = testing.test(request.actor, organization, **form.provider)
    if not tested.passed and not only:
        form.add_error(None, "Nothing was saved, since WorkMail's test failed. Save without it if you must.")
    return tested


def _save(
    request: ConsoleRequest,
    organization: Organization,
    form: ProviderForm,
    target: Mapping[str, str],
    expecting: Mapping[str, Any] | None,
) -> HttpResponse:
    """Inline, so that the password is in memory alone."""
    domain = target.get("DomainName") or form.domain
    why: dict[str, Any] = form.why()
    params = {"DomainName": domain, **form.provider}
    engine.perform_write(request.actor, form.operation, organization, expecting=expecting, **why, **params)
    return pages.done(request, f"WorkMail asks {domain} from now on.", back(organization))


def _into(form: ProviderForm, failure: errors.CallFailed) -> bool:
    """A name that is taken is a domain's here, not a person's."""
    if getattr(failure, "code", "") == "NameAvailabilityException":
        form.add_error("DomainName" if "DomainName" in form.fields else None, TAKEN)
        return True
    return aws_errors.add_to_form(form, failure)


def _page(
    request: ConsoleRequest,
    organization: Organization,
    form: ProviderForm,
    title: str,
    tested: Tested | None,
) -> HttpResponse:
    context = {
        "title": title,
        "organization": organization,
        "tested": tested,
        "back": back(organization),
        "place": arn.parse_organization_arn(organization.arn),
    }
    return pages.form_page(request, "availability/edit.html", form, context)
