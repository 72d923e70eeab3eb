"""The dashboard: what runs, what waits, what is done."""

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone

from console.areas.exports import scope, selection, showing
from console.areas.exports.models import RUNNING_AT_ONCE, ExportJob
from console.areas.exports.tables import EXPORTS, STAGES
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import filters, pages, tables
from console.web import downloads

State = ExportJob.State


@performs("ListMailboxExportJobs")
def listing(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    found = _found(request, organization)
    context = {
        "title": "Exports",
        "organization": organization,
        "page": tables.paginate(found, EXPORTS, request.GET, extra={"slug": organization.slug}),
        "bar": filters.bar([STAGES], request.GET, placeholder="Mailbox, operator or ticket"),
        "not_contained": showing.NOT_CONTAINED,
        "may_start": policy.allows(request.actor, "StartMailboxExportJob", organization),
        "result": selection.result_of(request.actor, organization, request.GET.get("request", "")),
        **_under_way(request, organization),
    }
    return pages.show(request, "exports/list.html", context, fragment="rows")


@performs("ListMailboxExportJobs")
def under_way(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    """What runs and what waits, asked for every two seconds until there is nothing of it."""
    context = {"organization": organization, **_under_way(request, organization)}
    return pages.show(request, "exports/list.html", context, fragment="under_way")


@performs("ListMailboxExportJobs")
def as_csv(request: ConsoleRequest, organization: Organization) -> HttpResponseBase:
    found = tables.ordered(_found(request, organization), EXPORTS, request.GET)
    name = f"exports-{organization.slug}-{timezone.now():%Y-%m-%d}.csv"
    return downloads.stream_table(request, organization, name, found, EXPORTS)


def _under_way(request: ConsoleRequest, organization: Organization) -> dict[str, object]:
    visible = scope.visible(request.actor, "ListMailboxExportJobs", organization)
    running = visible.filter(state__in=[State.STARTING, State.RUNNING]).order_by("started_at", "pk")
    return {
        "running": running[:RUNNING_AT_ONCE],
        "places": RUNNING_AT_ONCE,
        "counts": scope.summary(visible),
    }


def _found(request: ConsoleRequest, organization: Organization) -> "scope.Exports":
    visible = scope.visible(request.actor, "ListMailboxExportJobs", organization)
    return filters.narrowed(scope.matching(visible, request.GET.get("q", "")), [STAGES], request.GET)
