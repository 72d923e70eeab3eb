"""Views of availability configurations."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from console.actor import Actor
from console.areas.availability import configurations, display
from console.areas.availability.configurations import ProviderTestResult
from console.areas.availability.forms import CREATE_FORMS, PASSWORD, UPDATE_FORMS, ProviderForm
from console.aws import changed_fields, errors
from console.changes import engine
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.forms import ConfirmForm
from console.web import arn, aws_errors, settings_reads
from console.web.settings_reads import SettingResult

PAGE_OPERATIONS = {
    "create": "CreateAvailabilityConfiguration",
    "edit": "UpdateAvailabilityConfiguration",
    "delete": "DeleteAvailabilityConfiguration",
    "test": "TestAvailabilityConfiguration",
}


@performs("ListAvailabilityConfigurations")
def list_configurations(request: ConsoleRequest) -> HttpResponse:
    look = settings_reads.read_listing(
        request.actor, configurations.LIST_OPERATION, request.organization, configurations.LIST_MEMBER
    )
    context = {
        "title": "Availability of other directories",
        "organization": request.organization,
        "look": look,
        "configurations": [
            _configuration_context(each) for each in look.shown.get(configurations.LIST_MEMBER, [])
        ],
        "meaning": display.MEANING,
        "may": {
            name: policy.allows(request.actor, operation, request.organization)
            for name, operation in PAGE_OPERATIONS.items()
        },
    }
    return pages.render_page(request, "availability/list.html", context)


@performs("TestAvailabilityConfiguration")
def run_configuration_test(request: ConsoleRequest, partner: str) -> HttpResponse:
    """Run WorkMail's test of the configuration; it connects to the provider and changes nothing."""
    look, tested = SettingResult(), None
    try:
        tested = configurations.run_test(request.actor, request.organization, DomainName=partner)
    except errors.CallFailed as failure:
        look = settings_reads.failed_result(failure)
    context = {
        "title": f"Test of {partner}",
        "organization": request.organization,
        "partner": partner,
        "look": look,
        "tested": tested,
        "back": configurations_url(request.organization),
    }
    return pages.render_page(request, "availability/test.html", context)


@performs("DeleteAvailabilityConfiguration")
def delete_configuration(request: ConsoleRequest, partner: str) -> HttpResponse:
    organization = request.organization
    form = ConfirmForm(pages.post_data(request))
    request.back = configurations_url(organization)
    found = get_configuration(request.actor, organization, partner)
    if form.is_valid():
        why: dict[str, Any] = form.why()
        engine.perform_write(
            request.actor, PAGE_OPERATIONS["delete"], organization, **why, DomainName=partner
        )
        return pages.redirect_with_message(
            request, f"WorkMail asks {partner} no more.", configurations_url(organization)
        )
    return pages.confirm_page(
        request,
        form,
        title=f"Stop asking {partner}?",
        verb="Remove the configuration",
        back=configurations_url(organization),
        consequences=_deletion_consequences(partner, found),
        context={"organization": organization},
    )


def _deletion_consequences(partner: str, found: Mapping[str, Any]) -> tuple[str, ...]:
    told = [f"Nobody here sees any more when people of {partner} are free. Mail is not affected."]
    if found.get("ProviderType") == "EWS":
        told.append("To take it up again, the password has to be typed again: WorkMail does not give it out.")
    return tuple(told)


def _configuration_context(configuration: Mapping[str, Any]) -> dict[str, Any]:
    ews, function = configuration.get("EwsProvider", {}), configuration.get("LambdaProvider", {})
    items = [
        ("Provider", display.provider_label(configuration)),
        ("Address", ews.get("EwsEndpoint")),
        ("Username", ews.get("EwsUsername")),
        ("Function", function.get("LambdaArn")),
        ("Made", configuration.get("DateCreated")),
        ("Changed", configuration.get("DateModified")),
    ]
    return {"domain": configuration.get("DomainName", ""), "items": [each for each in items if each[1]]}


def get_configuration(actor: Actor, organization: Organization, partner: str) -> Mapping[str, Any]:
    """Return the configuration of the domain; raise `Http404` if there is none."""
    found = configurations.find_configuration(actor, organization, partner)
    if found is None:
        raise Http404(f"no availability configuration of {partner}")
    return found


def configurations_url(organization: Organization) -> str:
    return reverse("availability:list", args=[organization.slug])


DOMAIN_TAKEN = "This domain has a configuration already: change that one."


@sensitive_post_parameters(PASSWORD)
@never_cache
@performs("CreateAvailabilityConfiguration")
def create_configuration(request: ConsoleRequest) -> HttpResponse:
    form = CREATE_FORMS[_provider_type(request, "EWS")](pages.post_data(request))
    return _handle_form(request, form, "New availability configuration", {})


@sensitive_post_parameters(PASSWORD)
@never_cache
@performs("UpdateAvailabilityConfiguration")
def edit_configuration(request: ConsoleRequest, partner: str) -> HttpResponse:
    request.back = configurations_url(request.organization)
    current = get_configuration(request.actor, request.organization, partner)
    chosen = UPDATE_FORMS[_provider_type(request, str(current.get("ProviderType", "EWS")))]
    form = chosen(pages.post_data(request), current=current, subject=f"{request.organization.slug}/{partner}")
    shown = {"ListAvailabilityConfigurations": {"AvailabilityConfigurations": [current]}}
    expecting = changed_fields.read_values(chosen.operation, shown, {"DomainName": partner})
    return _handle_form(request, form, f"Change {partner}", {"DomainName": partner}, expecting)


def _provider_type(request: ConsoleRequest, otherwise: str) -> str:
    asked = request.GET.get("provider", otherwise)
    return asked if asked in CREATE_FORMS else "EWS"


def _handle_form(
    request: ConsoleRequest,
    form: ProviderForm,
    title: str,
    target: Mapping[str, str],
    expecting: Mapping[str, Any] | None = None,
) -> HttpResponse:
    tested = None
    if form.is_valid():
        try:
            tested = _test_provider(request, form)
            if tested is None or (tested.passed and "test" not in request.POST):
                return _save_configuration(request, form, target, expecting)
        except errors.CallFailed as failure:
            if not _add_failure(form, failure):
                return aws_errors.error_page(request, failure, back=configurations_url(request.organization))
    return _configuration_form_page(request, form, title, tested)


def _test_provider(request: ConsoleRequest, form: ProviderForm) -> ProviderTestResult | None:
    """Return the test result, or `None` if no test is wanted; a failed test is a form error on saving."""
    only = "test" in request.POST
    if not only and not form.cleaned_data["test_first"]:
        return None
    tested = configurations.run_test(request.actor, request.organization, **form.provider)
    if not tested.passed and not only:
        form.add_error(None, "Nothing was saved, since WorkMail's test failed. Save without it if you must.")
    return tested


def _save_configuration(
    request: ConsoleRequest,
    form: ProviderForm,
    target: Mapping[str, str],
    expecting: Mapping[str, Any] | None,
) -> HttpResponse:
    """Save without a draft, so that the password is never stored."""
    domain = target.get("DomainName") or form.domain
    why: dict[str, Any] = form.why()
    params = {"DomainName": domain, **form.provider}
    engine.perform_write(
        request.actor, form.operation, request.organization, expecting=expecting, **why, **params
    )
    return pages.redirect_with_message(
        request, f"WorkMail asks {domain} from now on.", configurations_url(request.organization)
    )


def _add_failure(form: ProviderForm, failure: errors.CallFailed) -> bool:
    """Add the failure to the form; here a name in use is a domain with a configuration."""
    if getattr(failure, "code", "") == "NameAvailabilityException":
        form.add_error("DomainName" if "DomainName" in form.fields else None, DOMAIN_TAKEN)
        return True
    return aws_errors.add_to_form(form, failure)


def _configuration_form_page(
    request: ConsoleRequest,
    form: ProviderForm,
    title: str,
    tested: ProviderTestResult | None,
) -> HttpResponse:
    context = {
        "title": title,
        "organization": request.organization,
        "tested": tested,
        "back": configurations_url(request.organization),
        "place": arn.parse_organization_arn(request.organization.arn),
    }
    return pages.form_page(request, "availability/edit.html", form, context)
