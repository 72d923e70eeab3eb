"""What changes a mail domain: register it, make it the default, deregister it."""

from django.http import HttpResponse
from django.urls import reverse

from console.areas.domains import holders, records, scope
from console.areas.domains.forms import RegisterForm
from console.areas.domains.views import writing
from console.areas.domains.views.detail import address
from console.aws import errors
from console.gateway import gateway
from console.mirror.models import Domain, Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.forms import ConfirmForm
from console.web import aws_errors

VERIFIED = "VERIFIED"
SUGGESTED = (
    "New people, groups and rooms are suggested an address on it.",
    "The addresses that exist stay as they are.",
)
GONE = (
    "Nobody can have an address on the domain any more, and WorkMail takes no mail for it.",
    "Amazon SES keeps the domain as an identity; remove it there if it is not needed.",
    "The records in DNS stay until somebody removes them: take the MX record away, or mail gets lost.",
)

NOT_READ = (
    "The console is still reading the directory: somebody may have an address here that it does not know of."
    " WorkMail refuses then."
)


@performs("RegisterMailDomain")
def register(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    form = RegisterForm(pages.posted(request))
    if form.is_valid():
        name = form.cleaned_data["DomainName"]
        message = f"{name} is registered. Publish its records; AWS then verifies it by itself."
        answer = writing.perform(
            request,
            organization,
            form,
            "RegisterMailDomain",
            message,
            address(organization, name),
            DomainName=name,
        )
        if answer is not None:
            return answer
    context = {
        "title": "Register a domain",
        "organization": organization,
        "back": reverse("domains:list", args=[organization.slug]),
    }
    return pages.form_page(request, "domains/register.html", form, context)


@performs("UpdateDefaultMailDomain")
def make_default(request: ConsoleRequest, organization: Organization, domain: str) -> HttpResponse:
    found = scope.find(request.actor, "UpdateDefaultMailDomain", organization, domain)
    back = address(organization, found.name)
    if found.is_default:
        return _not_now(request, back, f"{found.name} is the default domain already.")
    try:
        shown = gateway.call(request.actor, "GetMailDomain", organization, DomainName=found.name)
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure, back=back)
    if shown.get("OwnershipVerificationStatus") != VERIFIED:
        return _not_now(request, back, f"{found.name} is not verified, so it cannot be the default domain.")
    form = ConfirmForm(pages.posted(request))
    if form.is_valid():
        message = f"{found.name} is the default domain."
        answer = writing.perform(
            request, organization, form, "UpdateDefaultMailDomain", message, back, DomainName=found.name
        )
        if answer is not None:
            return answer
    return pages.confirm_page(
        request,
        form,
        title=f"Make {found.name} the default domain?",
        verb="Make default",
        back=back,
        consequences=SUGGESTED,
        danger=False,
        context={"organization": organization},
    )


@performs("DeregisterMailDomain")
def deregister(request: ConsoleRequest, organization: Organization, domain: str) -> HttpResponse:
    """Not while it is the default, a test domain, or somebody's: then what has to be done first."""
    found = scope.find(request.actor, "DeregisterMailDomain", organization, domain)
    if refused := _refused(request, found):
        return refused
    form = ConfirmForm(pages.posted(request), expected=found.name)
    if form.is_valid():
        message, to = f"{found.name} is deregistered.", reverse("domains:list", args=[organization.slug])
        answer = writing.perform(
            request, organization, form, "DeregisterMailDomain", message, to, DomainName=found.name
        )
        if answer is not None:
            return answer
    return pages.confirm_page(
        request,
        form,
        title=f"Deregister {found.name}?",
        verb="Deregister",
        back=address(organization, found.name),
        consequences=GONE if organization.detailed_at else (NOT_READ, *GONE),
        context={"organization": organization},
    )


def _refused(request: ConsoleRequest, domain: Domain) -> HttpResponse | None:
    organization, back = domain.organization, address(domain.organization, domain.name)
    if records.is_test(domain.name):
        return _not_now(request, back, "The test domain is WorkMail's own and cannot be removed.")
    if domain.is_default:
        return _not_now(
            request,
            reverse("domains:list", args=[organization.slug]),
            f"{domain.name} is the default domain, and that cannot be deregistered.",
            "Make another domain the default one first.",
        )
    if not (count := holders.on_domain(organization, domain.name).count()):
        return None
    context = {
        "title": f"{domain.name} is still used",
        "organization": organization,
        "domain": domain,
        "count": count,
        "may": scope.rights(request.actor, organization, domain.name),
        "back": back,
    }
    return pages.show(request, "domains/still_used.html", context, status=409)


def _not_now(request: ConsoleRequest, back: str, happened: str, now: str = "") -> HttpResponse:
    return pages.problem(
        request,
        title="Not possible now",
        happened=happened,
        not_happened="Nothing was changed.",
        now=now,
        status=409,
        back=back,
    )
