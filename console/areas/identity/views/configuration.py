"""How people sign in: shown, changed with the warning that it deserves, and given up."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from console.areas.identity import provider
from console.areas.identity.forms import APPLICATION, INSTANCE, STATUSES, ConfigurationForm
from console.aws import errors
from console.changes import engine
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.forms import ConfirmForm
from console.web import aws_errors, operation_views

OFFERED = (
    "PutIdentityProviderConfiguration",
    "DeleteIdentityProviderConfiguration",
    "CreateIdentityCenterApplication",
    "DeleteIdentityCenterApplication",
    "ListPersonalAccessTokens",
)


@performs("DescribeIdentityProviderConfiguration")
def detail(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    configuration = provider.described(request.actor, organization)
    tokens = configuration.get("PersonalAccessTokenConfiguration") or {}
    context = {
        "organization": organization,
        "configuration": configuration,
        "mode": provider.MODES.get(configuration.get("AuthenticationMode", "")),
        "is_only": provider.is_only(configuration),
        "tokens": STATUSES.get(tokens.get("Status", "")),
        "association": provider.association(request.actor, organization),
        "may": {each: policy.allows(request.actor, each, organization) for each in OFFERED},
    }
    return pages.show(request, "identity/detail.html", context)


@performs("PutIdentityProviderConfiguration")
def configure(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    configuration = provider.described(request.actor, organization)
    association = provider.association(request.actor, organization)
    form = ConfigurationForm(
        pages.posted(request),
        configuration=configuration,
        association=association,
        slug=organization.slug,
        initial=_suggested(request),
    )
    if form.is_valid():
        answer = _put(request, organization, form, configuration)
        if answer is not None:
            return answer
    context = {"organization": organization, "association": association, "back": home(organization)}
    return pages.form_page(request, "identity/configure.html", form, context)


@performs("DeleteIdentityProviderConfiguration")
def remove(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    form = ConfirmForm(pages.posted(request), expected=organization.slug)
    if form.is_valid():
        answer = operation_views.perform_operation(
            request,
            organization,
            form,
            "DeleteIdentityProviderConfiguration",
            lambda: "People sign in with the directory's passwords alone.",
            {},
            back=home(organization),
            landing=lambda: home(organization),
        )
        if answer is not None:
            return answer
    return pages.confirm_page(
        request,
        form,
        title="Give up Identity Center?",
        verb="Give it up",
        back=home(organization),
        consequences=(
            "People sign in with the directory's passwords alone; who has none, or has forgotten it, needs a"
            " new one.",
            "Personal access tokens stop working, so mail programs that use one do, too.",
            "WorkMail's application in Identity Center stays there until it is deleted.",
        ),
        context={"organization": organization},
    )


def home(organization: Organization) -> str:
    return reverse("identity:detail", args=[organization.slug])


def _put(
    request: ConsoleRequest,
    organization: Organization,
    form: ConfigurationForm,
    configuration: dict[str, Any],
) -> HttpResponse | None:
    """Nothing is written over what somebody else put there since the page looked."""
    params: dict[str, Any] = {**form.why(), **form.sent()}
    try:
        engine.perform_write(
            request.actor,
            "PutIdentityProviderConfiguration",
            organization,
            expecting={"AuthenticationMode": configuration.get("AuthenticationMode")},
            **params,
        )
    except errors.CallFailed as failure:
        return (
            None
            if aws_errors.add_to_form(form, failure)
            else aws_errors.error_page(request, failure, back=home(organization))
        )
    return pages.done(
        request, "How people sign in is saved. WorkMail follows within minutes.", home(organization)
    )


def _suggested(request: ConsoleRequest) -> dict[str, str]:
    """The application that was just made."""
    given = {INSTANCE: request.GET.get("instance"), APPLICATION: request.GET.get("application")}
    return {name: value for name, value in given.items() if value}
