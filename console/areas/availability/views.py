"""Views of availability configurations."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from console.areas.availability import configurations, display
from console.areas.availability.forms import (
    CREATE_FORMS,
    PASSWORD,
    UPDATE_FORMS,
    ConfigurationRemovalForm,
    ProviderForm,
)
from console.aws import errors
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.web import arn, operation_views, settings_reads
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
    result, test_result = SettingResult(), None
    try:
        test_result = configurations.run_test(request.actor, request.organization, DomainName=partner)
    except errors.CallFailed as failure:
        result = settings_reads.failed_result(failure)
    context = {
        "title": f"Test of {partner}",
        "partner": partner,
        "look": result,
        "tested": test_result,
        "back": configurations_url(request.organization),
    }
    return pages.render_page(request, "availability/test.html", context)


@performs("DeleteAvailabilityConfiguration")
def delete_configuration(request: ConsoleRequest, partner: str) -> HttpResponse:
    configuration = _get_requested_configuration(request, partner)
    form = ConfigurationRemovalForm(pages.post_data(request), partner=partner, configuration=configuration)
    return operation_views.confirmation_page(request, form)


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


def _get_requested_configuration(request: ConsoleRequest, partner: str) -> Mapping[str, Any]:
    """Return the configuration of the domain; failures lead back to the list. Raise `Http404` without one."""
    request.back = configurations_url(request.organization)
    configuration = configurations.find_configuration(request.actor, request.organization, partner)
    if configuration is None:
        raise Http404(f"no availability configuration of {partner}")
    return configuration


def configurations_url(organization: Organization) -> str:
    return reverse("availability:list", args=[organization.slug])


@sensitive_post_parameters(PASSWORD)
@never_cache
@performs("CreateAvailabilityConfiguration")
def create_configuration(request: ConsoleRequest) -> HttpResponse:
    request.back = configurations_url(request.organization)
    return _provider_form_page(
        request, CREATE_FORMS[_provider_type(request, "EWS")](pages.post_data(request))
    )


@sensitive_post_parameters(PASSWORD)
@never_cache
@performs("UpdateAvailabilityConfiguration")
def edit_configuration(request: ConsoleRequest, partner: str) -> HttpResponse:
    current = _get_requested_configuration(request, partner)
    form_class = UPDATE_FORMS[_provider_type(request, str(current.get("ProviderType", "EWS")))]
    subject = f"{request.organization.slug}/{partner}"
    form = form_class(pages.post_data(request), partner=partner, current=current, subject=subject)
    return _provider_form_page(request, form)


def _provider_type(request: ConsoleRequest, default: str) -> str:
    provider = request.GET.get("provider", default)
    return provider if provider in CREATE_FORMS else "EWS"


def _provider_form_page(request: ConsoleRequest, form: ProviderForm) -> HttpResponse:
    """Test the provider if that is wanted, and save unless the test failed; no draft stores the password."""
    only_tests, test_result = "test" in request.POST, None
    if form.is_valid() and (only_tests or form.cleaned_data["test_first"]):
        try:
            test_result = configurations.run_test(request.actor, request.organization, **form.provider)
        except errors.CallFailed as failure:
            if not form.add_failure(failure):
                raise
    if test_result and not test_result.passed and not only_tests:
        form.add_error(None, "Nothing was saved, since WorkMail's test failed. Save without it if you must.")
    if form.is_valid() and not only_tests and (answer := operation_views.perform_form(request, form)):
        return answer
    context = {
        "title": form.title,
        "tested": test_result,
        "back": request.back,
        "place": arn.parse_organization_arn(request.organization.arn),
    }
    return pages.form_page(request, "availability/edit.html", form, context)
