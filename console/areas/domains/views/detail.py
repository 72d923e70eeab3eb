"""One mail domain: what AWS says of it, its records, who uses it, what was done to it."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from console.areas.domains import checking, holders, records, scope, showing, zone
from console.areas.domains.models import Check
from console.areas.domains.tables import HOLDERS
from console.areas.ledger import scope as ledger
from console.aws import errors
from console.gateway import gateway
from console.mirror.models import Domain, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages, tables
from console.web import aws_errors, downloads

RECENT = 5


@performs("GetMailDomain")
def detail(request: ConsoleRequest, organization: Organization, domain: str) -> HttpResponse:
    found = scope.find(request.actor, "GetMailDomain", organization, domain)
    shown, failure = read(request, found)
    if failure:
        return failure
    return page(request, found, shown)


@performs("GetMailDomain")
def zone_file(request: ConsoleRequest, organization: Organization, domain: str) -> HttpResponse:
    found = scope.find(request.actor, "GetMailDomain", organization, domain)
    shown, failure = read(request, found)
    if failure:
        return failure
    text = zone.text(found.name, records.of(found.name, shown))
    return downloads.send_file(
        request,
        organization,
        f"{found.name}.txt",
        text,
        "text/plain; charset=utf-8",
        rows=len(text.splitlines()),
    )


@performs("GetMailDomain")
def addresses(request: ConsoleRequest, organization: Organization, domain: str) -> HttpResponse:
    """Who has an address on the domain, as far as the operator may see them."""
    found = scope.find(request.actor, "GetMailDomain", organization, domain)
    seen = holders.visible(request.actor, organization, found.name)
    extra = {
        "slug": organization.slug,
        "on": found.name,
        "further": holders.further(organization, found.name),
    }
    context = {
        "title": f"Addresses on {found.name}",
        "organization": organization,
        "domain": found,
        "page": tables.paginate(seen, HOLDERS, request.GET, extra=extra),
        "count": tables.capped(seen),
        "may": scope.rights(request.actor, organization, found.name),
    }
    return pages.show(request, "domains/addresses.html", context, fragment="rows")


def read(request: ConsoleRequest, domain: Domain) -> tuple[dict[str, Any], HttpResponse | None]:
    """What AWS says of the domain now, or the page that says why it does not."""
    organization = domain.organization
    try:
        shown = gateway.call(request.actor, "GetMailDomain", organization, DomainName=domain.name)
    except errors.CallFailed as failure:
        back = reverse("domains:list", args=[organization.slug])
        return {}, aws_errors.error_page(request, failure, back=back)
    domain.refresh_from_db()
    return shown, None


def page(request: ConsoleRequest, domain: Domain, shown: dict[str, Any], fragment: str = "") -> HttpResponse:
    """The page, after a check only the part with the records."""
    organization, actor = domain.organization, request.actor
    context = {
        "title": domain.name,
        "organization": organization,
        "domain": domain,
        "may": scope.rights(actor, organization, domain.name),
        "ownership": showing.aws(shown.get("OwnershipVerificationStatus", "")),
        "dkim": showing.aws(shown.get("DkimVerificationStatus", "")),
        "is_pending": shown.get("OwnershipVerificationStatus") == "PENDING",
        "is_test": records.is_test(domain.name),
        **_records(domain, shown),
        **_around(request, domain),
    }
    return pages.show(request, "domains/detail.html", context, fragment=fragment)


def address(organization: Organization, domain: str) -> str:
    return reverse("domains:detail", args=[organization.slug, domain])


def _records(domain: Domain, shown: dict[str, Any]) -> dict[str, Any]:
    """Each record with what the last check found of it."""
    wanted = records.of(domain.name, shown)
    checks = list(checking.history(domain.organization, domain.name)[: RECENT + 1])
    last = checks[0] if checks else None
    known = {(each.type, each.hostname): each for each in checking.verdicts(last)} if last else {}
    return {
        "records": [(each, zone.data(each), known.get((each.type, each.hostname))) for each in wanted],
        "zone": zone.text(domain.name, wanted) if wanted else "",
        "check": last,
        "told": checking.told(checks)[:RECENT],
        "no_dns": last is not None and last.state == Check.State.NO_DNS,
    }


def _around(request: ConsoleRequest, domain: Domain) -> dict[str, Any]:
    organization, actor = domain.organization, request.actor
    entries = None
    if policy.covers_organization(actor, "ReadLedger", organization):
        entries = ledger.about(actor, organization, domain.name)[:RECENT]
    return {
        "counts": holders.counts(organization, domain.name),
        "expected": holders.expected(actor, organization, domain.name),
        "entries": entries,
    }
