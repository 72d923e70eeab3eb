"""All mailboxes, of people and of rooms: how full, how long still, ever exported; the same as a file."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from console.areas.directory import scope as directory
from console.areas.directory.views.listing import domain_filter
from console.areas.mailboxes import scope, showing
from console.areas.mailboxes.tables.mailboxes import (
    HEADER,
    choices,
    filed,
    found,
    near,
    table,
    together,
    with_exports,
)
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.sync.completeness import MAILBOX_STAGES, get_completeness
from console.ui import csv_text, filters, pages, tables
from console.web import downloads


@performs("GetMailboxDetails")
def listing(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    actor, asked = request.actor, request.GET
    shown = table(asked, exports=policy.allows(actor, scope.LISTING, organization))
    kinds = found(actor, organization, asked)
    mailboxes = with_exports(actor, organization, near(kinds, shown, asked))
    page = tables.paginate(mailboxes, shown, asked, extra=_extra(request, organization))
    context = {
        "organization": organization,
        "page": page,
        "count": tables.capped(together(kinds)),
        "is_complete": get_completeness(organization).covers(*MAILBOX_STAGES),
        "csv_href": f"{reverse('mailboxes:csv', args=[organization.slug])}?{asked.urlencode()}",
        "narrowed": bool(set(asked) - {"sort", "after", "before"}),
    }
    if not pages.wants_fragment(request):
        context |= _around(request, organization)
    return pages.show(request, "mailboxes/list.html", context, fragment="mailboxes")


@performs("GetMailboxDetails")
def as_csv(request: ConsoleRequest, organization: Organization) -> HttpResponseBase:
    actor = request.actor
    shown = table(request.GET, exports=policy.allows(actor, scope.LISTING, organization))
    every = together(found(actor, organization, request.GET))
    rows = tables.ordered(with_exports(actor, organization, every), shown, request.GET)
    name = f"mailboxes-{organization.slug}-{timezone.now():%Y-%m-%d}.csv"
    return downloads.stream_csv(request, organization, name, csv_text.write_rows(HEADER, filed(rows)))


def _extra(request: ConsoleRequest, organization: Organization) -> dict[str, Any]:
    """What the cells need besides their rows."""
    may_quota = policy.allows(request.actor, "UpdateMailboxQuota", organization)
    return {"slug": organization.slug, "may_quota": may_quota}


def _around(request: ConsoleRequest, organization: Organization) -> dict[str, Any]:
    """What the whole page has and its fragment does without."""
    domains = domain_filter(directory.seen_domains(request.actor, organization))
    offered = [*choices(request.actor, organization), domains]
    return {
        "bar": filters.bar(offered, request.GET, placeholder="Name, address or alias"),
        "tabs": showing.tabs(request.actor, organization, "mailboxes:list"),
    }
