"""Who may open whose mailbox: both ways, as a list and as a file."""

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from console.areas.mailboxes import showing
from console.areas.mailboxes.tables import access
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.sync.completeness import PERMISSION_STAGES, get_completeness
from console.ui import csv_text, filters, pages, tables
from console.web import downloads


@performs("ListMailboxPermissions")
def listing(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    rows, asked = access.found(request.actor, organization, request.GET), request.GET
    page = tables.paginate(
        access.told(access.near(rows, asked)), access.ACCESS, asked, extra={"slug": organization.slug}
    )
    context = {
        "organization": organization,
        "page": page,
        "count": tables.capped(rows.values("pk")),
        "is_complete": get_completeness(organization).covers(*PERMISSION_STAGES),
        "csv_href": f"{reverse('mailboxes:access-csv', args=[organization.slug])}?{asked.urlencode()}",
        "narrowed": bool(set(asked) - {"sort", "after", "before"}),
        "whole": policy.covers_organization(request.actor, access.SEEING, organization),
        "bar": filters.bar(access.FILTERS, asked, placeholder="Anybody at either end"),
        "tabs": showing.tabs(request.actor, organization, "mailboxes:access"),
    }
    return pages.show(request, "mailboxes/access.html", context, fragment="access")


@performs("ListMailboxPermissions")
def as_csv(request: ConsoleRequest, organization: Organization) -> HttpResponseBase:
    rows = access.found(request.actor, organization, request.GET)
    name = f"access-{organization.slug}-{timezone.now():%Y-%m-%d}.csv"
    ordered = tables.ordered(access.told(rows), access.ACCESS, request.GET)
    return downloads.stream_csv(
        request, organization, name, csv_text.write_rows(access.HEADER, access.filed(ordered))
    )
