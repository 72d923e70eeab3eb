"""Views of mail domains."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from console.areas.audit_log import scope
from console.areas.domains import display, domain_checks, holders, mail_settings, plans, records
from console.areas.domains import scope as domains_scope
from console.areas.domains.forms import (
    DefaultDomainForm,
    DeregisterDomainForm,
    InboundDmarcForm,
    MoveAddressesForm,
    RegisterDomainForm,
)
from console.areas.domains.models import MAX_CHECKS, Check
from console.areas.domains.plans import DomainMovePlan
from console.areas.domains.tables import DOMAIN_TABLE, HOLDER_TABLE, annotate_domains
from console.areas.entities import scope as entities_scope
from console.gateway import gateway
from console.mirror.models import Domain, Organization, Sync
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.sync.completeness import get_completeness
from console.ui import pages, tables
from console.web import downloads, operation_views
from console.web.draft_views import create_draft_from_form


@performs("ListMailDomains")
def list_domains(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    domains = annotate_domains(domains_scope.visible_domains(request.actor, organization))
    extra = {"base": request.path, "is_read": get_completeness(organization).has_lists}
    page = tables.paginate(domains, DOMAIN_TABLE, request.GET, extra=extra)
    sync = Sync.objects.filter(organization=organization, stage=Sync.Stage.DOMAINS).first()
    context = {
        "title": "Domains",
        "page": page,
        "read_at": sync.finished_at if sync else None,
        "may": domains_scope.get_rights(request.actor, organization),
    }
    if not pages.wants_fragment(request):
        context |= {
            "inbound": mail_settings.read_inbound_dmarc(request.actor, organization),
            "settings": mail_settings.list_client_settings(organization),
        }
    return pages.render_page(request, "domains/list.html", context, fragment="domains")


MAX_RECENT = 5


@performs("GetMailDomain")
def show_domain(request: ConsoleRequest, domain: str) -> HttpResponse:
    mail_domain, details = _read_requested_domain(request, domain)
    return _domain_page(request, mail_domain, details)


@performs("GetMailDomain")
def download_zone_file(request: ConsoleRequest, domain: str) -> HttpResponse:
    mail_domain, details = _read_requested_domain(request, domain)
    text = records.format_zone_file(mail_domain.name, records.list_records(mail_domain.name, details))
    return downloads.send_file(
        request, f"{mail_domain.name}.txt", text, "text/plain; charset=utf-8", rows=len(text.splitlines())
    )


@performs("GetMailDomain")
def list_addresses(request: ConsoleRequest, domain: str) -> HttpResponse:
    """List the entities with an address on the domain that the operator can see."""
    organization = request.organization
    mail_domain = domains_scope.get_domain(request.actor, "GetMailDomain", organization, domain)
    visible_holders = holders.list_visible_holders(request.actor, organization, mail_domain.name)
    extra = {
        "slug": organization.slug,
        "on": mail_domain.name,
        "further": holders.list_aliases(organization, mail_domain.name),
    }
    context = {
        "title": f"Addresses on {mail_domain.name}",
        "domain": mail_domain,
        "page": tables.paginate(visible_holders, HOLDER_TABLE, request.GET, extra=extra),
        "count": tables.format_count(visible_holders),
        "may": domains_scope.get_rights(request.actor, organization, mail_domain.name),
    }
    return pages.render_page(request, "domains/addresses.html", context, fragment="rows")


def _read_requested_domain(request: ConsoleRequest, name: str) -> tuple[Domain, dict[str, Any]]:
    """Return the domain and GetMailDomain's answer; failures lead back to the list."""
    request.back = reverse("domains:list", args=[request.organization.slug])
    domain = domains_scope.get_domain(request.actor, request.operation, request.organization, name)
    details = gateway.call(request.actor, "GetMailDomain", request.organization, DomainName=domain.name)
    domain.refresh_from_db()
    return domain, details


def _domain_page(
    request: ConsoleRequest, domain: Domain, details: dict[str, Any], fragment: str = ""
) -> HttpResponse:
    """Return the page of the domain; after a check, only the fragment with the records."""
    ownership = details.get("OwnershipVerificationStatus", "")
    context = {
        "title": domain.name,
        "domain": domain,
        "may": domains_scope.get_rights(request.actor, domain.organization, domain.name),
        "ownership": display.aws_badge(ownership),
        "dkim": display.aws_badge(details.get("DkimVerificationStatus", "")),
        "is_pending": ownership == "PENDING",
        "is_test": records.is_test_domain(domain.name),
        **_records_context(domain, details),
        **_usage_context(request, domain),
    }
    return pages.render_page(request, "domains/detail.html", context, fragment=fragment)


def domain_url(organization: Organization, domain: str) -> str:
    return reverse("domains:detail", args=[organization.slug, domain])


def _records_context(domain: Domain, details: dict[str, Any]) -> dict[str, Any]:
    """Return each record with its verdict in the last check."""
    expected_records = records.list_records(domain.name, details)
    checks = list(domain_checks.list_checks(domain.organization, domain.name)[: MAX_RECENT + 1])
    last = checks[0] if checks else None
    verdicts = {
        (each.type, each.hostname): each for each in (domain_checks.read_verdicts(last) if last else ())
    }
    return {
        "records": [
            (each, records.format_record_data(each), verdicts.get((each.type, each.hostname)))
            for each in expected_records
        ],
        "zone": records.format_zone_file(domain.name, expected_records) if expected_records else "",
        "check": last,
        "told": domain_checks.list_differences(checks)[:MAX_RECENT],
        "no_dns": last is not None and last.state == Check.State.NO_DNS,
    }


def _usage_context(request: ConsoleRequest, domain: Domain) -> dict[str, Any]:
    organization, actor = domain.organization, request.actor
    entries = None
    if policy.covers_organization(actor, "ReadLedger", organization):
        entries = scope.entries_about(actor, organization, domain.name)[:MAX_RECENT]
    return {
        "counts": holders.count_addresses(organization, domain.name),
        "expected": holders.check_expected_addresses(actor, organization, domain.name),
        "entries": entries,
    }


CHECK_TONES = {
    Check.State.OK: "success",
    Check.State.PROBLEMS: "warning",
    Check.State.INCOMPLETE: "warning",
    Check.State.NO_DNS: "danger",
}


@require_POST
@performs("CheckMailDomain")
def check_domain(request: ConsoleRequest, domain: str) -> HttpResponse:
    """Check the records in DNS, which takes a few seconds, and read the verification status from AWS."""
    mail_domain, details = _read_requested_domain(request, domain)
    check = domain_checks.run_check(request.organization, mail_domain.name, details, by=request.actor.name)
    return pages.add_toast(
        _domain_page(request, mail_domain, details, fragment="checked"),
        f"{mail_domain.name}: {check.get_state_display().lower()}.",
        tone=CHECK_TONES[Check.State(check.state)],
    )


@performs("GetMailDomain")
def list_checks(request: ConsoleRequest, domain: str) -> HttpResponse:
    mail_domain = domains_scope.get_domain(request.actor, "GetMailDomain", request.organization, domain)
    context = {
        "title": f"Checks of {mail_domain.name}",
        "domain": mail_domain,
        "told": domain_checks.list_differences(
            domain_checks.list_checks(request.organization, mail_domain.name)
        ),
        "kept": MAX_CHECKS,
    }
    return pages.render_page(request, "domains/checks.html", context)


@performs("GetMailDomain")
def show_check(request: ConsoleRequest, domain: str, number: int) -> HttpResponse:
    mail_domain = domains_scope.get_domain(request.actor, "GetMailDomain", request.organization, domain)
    check = get_object_or_404(domain_checks.list_checks(request.organization, mail_domain.name), pk=number)
    context = {
        "title": "A check of the past",
        "domain": mail_domain,
        "check": check,
        "verdicts": domain_checks.read_verdicts(check),
    }
    return pages.render_page(request, "domains/past.html", context)


VERIFIED = "VERIFIED"


@performs("RegisterMailDomain")
def register_domain(request: ConsoleRequest) -> HttpResponse:
    form = RegisterDomainForm(pages.post_data(request))
    return operation_views.operation_page(
        request,
        form,
        back=reverse("domains:list", args=[request.organization.slug]),
        landing=lambda: domain_url(request.organization, form.name),
        template="domains/register.html",
    )


@performs("UpdateDefaultMailDomain")
def make_default_domain(request: ConsoleRequest, domain: str) -> HttpResponse:
    mail_domain = _get_requested_domain(request, domain)
    if mail_domain.is_default:
        return _not_possible_page(request, request.back, f"{mail_domain.name} is the default domain already.")
    details = gateway.call(request.actor, "GetMailDomain", request.organization, DomainName=mail_domain.name)
    if details.get("OwnershipVerificationStatus") != VERIFIED:
        return _not_possible_page(
            request, request.back, f"{mail_domain.name} is not verified, so it cannot be the default domain."
        )
    form = DefaultDomainForm(pages.post_data(request), domain=mail_domain)
    return operation_views.confirmation_page(request, form)


@performs("DeregisterMailDomain")
def deregister_domain(request: ConsoleRequest, domain: str) -> HttpResponse:
    """Deregister the domain, unless it is the default, a test domain or in use."""
    mail_domain = _get_requested_domain(request, domain)
    if refused := _deregistration_refusal(request, mail_domain):
        return refused
    return operation_views.confirmation_page(
        request,
        DeregisterDomainForm(pages.post_data(request), domain=mail_domain),
        landing=lambda: reverse("domains:list", args=[request.organization.slug]),
    )


def _get_requested_domain(request: ConsoleRequest, name: str) -> Domain:
    """Return the domain on which the operator may perform the view's operation; failures lead back to it."""
    domain = domains_scope.get_domain(request.actor, request.operation, request.organization, name)
    request.back = domain_url(request.organization, domain.name)
    return domain


def _deregistration_refusal(request: ConsoleRequest, domain: Domain) -> HttpResponse | None:
    organization, back = domain.organization, domain_url(domain.organization, domain.name)
    if records.is_test_domain(domain.name):
        return _not_possible_page(request, back, "The test domain is WorkMail's own and cannot be removed.")
    if domain.is_default:
        return _not_possible_page(
            request,
            reverse("domains:list", args=[organization.slug]),
            f"{domain.name} is the default domain, and that cannot be deregistered.",
            "Make another domain the default one first.",
        )
    if not (count := holders.list_holders(organization, domain.name).count()):
        return None
    context = {
        "title": f"{domain.name} is still used",
        "domain": domain,
        "count": count,
        "may": domains_scope.get_rights(request.actor, organization, domain.name),
        "back": back,
    }
    return pages.render_page(request, "domains/still_used.html", context, status=409)


def _not_possible_page(request: ConsoleRequest, back: str, happened: str, now: str = "") -> HttpResponse:
    return pages.problem_page(
        request,
        title="Not possible now",
        happened=happened,
        not_happened="Nothing was changed.",
        now=now,
        status=409,
        back=back,
    )


MAX_NAMES = 5


@performs("UpdatePrimaryEmailAddress")
def move_addresses(request: ConsoleRequest, domain: str) -> HttpResponse:
    organization = request.organization
    mail_domain = domains_scope.get_domain(request.actor, "GetMailDomain", organization, domain)
    request.back = reverse("domains:addresses", args=[organization.slug, mail_domain.name])
    usable = entities_scope.usable_domains(request.actor, "UpdatePrimaryEmailAddress", organization)
    targets = [name for name in usable if name != mail_domain.name]
    form = MoveAddressesForm(pages.post_data(request), targets=targets)
    if form.is_valid() and (answer := _draft_move(request, mail_domain, form)):
        return answer
    context = {
        "title": f"Move everybody off {mail_domain.name}",
        "domain": mail_domain,
        "targets": targets,
        "count": plans.list_movable_holders(request.actor, organization, mail_domain.name).count(),
        "back": request.back,
    }
    return pages.form_page(request, "domains/move.html", form, context)


def _draft_move(request: ConsoleRequest, domain: Domain, form: MoveAddressesForm) -> HttpResponse | None:
    """Draft the change and redirect to its page; return `None` if the form has the error."""
    target = form.cleaned_data["target"]
    plan = plans.plan_move(
        request.actor,
        domain.organization,
        domain.name,
        target,
        keep_aliases=form.cleaned_data["keep_aliases"],
    )
    if not plan.steps:
        form.add_error(
            None, _staying_message(plan) or "Nobody whom you may move has an address on this domain."
        )
        return None
    title = f"Move everybody from {domain.name} to {plan.target}"
    answer = create_draft_from_form(request, form, title, plan.steps, "move")
    if answer is not None:
        level = messages.WARNING if plan.staying else messages.INFO
        message = f"Nothing has happened yet. Look through the steps, then run them. {_staying_message(plan)}"
        messages.add_message(request, level, message.strip())
    return answer


def _staying_message(plan: DomainMovePlan) -> str:
    if not plan.staying:
        return ""
    more = len(plan.staying) - MAX_NAMES
    names = ", ".join(plan.staying[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")
    return f"Left out, because another user has the same name on {plan.target}: {names}."


@performs("PutInboundDmarcSettings")
def edit_inbound_dmarc(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    request.back = reverse("domains:list", args=[organization.slug])
    current = gateway.call(request.actor, mail_settings.DMARC_OPERATION, organization)
    form = InboundDmarcForm(pages.post_data(request), current=current, subject=organization.organization_id)
    return operation_views.operation_page(request, form, template="domains/dmarc.html")
