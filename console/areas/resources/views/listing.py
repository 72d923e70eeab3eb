"""All rooms and equipment: search, filters, sorting, paging, and the same as a file."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from console.areas.directory import scope
from console.areas.directory.kinds import Kind
from console.areas.resources.tables import FILTERS, HEADER, RESOURCES, domain_filter, filed, found
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import csv, filters, pages, tables


@performs("ListResources")
def listing(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    resources = tables.counted(found(request.actor, organization, request.GET))
    page = tables.paginate(resources, RESOURCES, request.GET, extra={"base": request.path})
    context = {
        "organization": organization,
        "page": page,
        "count": tables.found(page),
        "csv_href": f"{reverse('resources:csv', args=[organization.slug])}?{request.GET.urlencode()}",
        "narrowed": bool(set(request.GET) - {"sort", "after", "before"}),
    }
    if not pages.wants_fragment(request):
        context |= _around(request, organization)
    return pages.show(request, "resources/list.html", context, fragment="resources")


@performs("ListResources")
def as_csv(request: ConsoleRequest, organization: Organization) -> HttpResponseBase:
    resources = tables.ordered(found(request.actor, organization, request.GET), RESOURCES, request.GET)
    name = f"rooms-{organization.slug}-{timezone.now():%Y-%m-%d}.csv"
    return csv.download(csv.written(HEADER, filed(resources)), name)


def _around(request: ConsoleRequest, organization: Organization) -> dict[str, Any]:
    """What the whole page has and its fragment does without."""
    choices = [*FILTERS, domain_filter(scope.seen_domains(request.actor, organization, Kind.RESOURCE))]
    return {
        "bar": filters.bar(choices, request.GET, placeholder="Name, address or description"),
        "may_create": policy.allows(request.actor, "CreateResource", organization),
    }
