"""All rooms and equipment: the list, how many there are exactly, and the same as a file."""

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone

from console.areas.directory.kinds import Kind
from console.areas.directory.views.listing import Listing
from console.areas.resources.tables import FILTERS, HEADER, RESOURCES, filed, found
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import csv_text, tables
from console.web import downloads

LISTING = Listing(
    kind=Kind.RESOURCE,
    table=RESOURCES,
    file=RESOURCES,
    filters=FILTERS,
    found=found,
    placeholder="Name, address or description",
    create="CreateResource",
)


@performs("ListResources")
def listing(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    return LISTING.page(request, organization)


@performs("ListResources")
def count(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    return LISTING.count(request, organization)


@performs("ListResources")
def as_csv(request: ConsoleRequest, organization: Organization) -> HttpResponseBase:
    """With columns of its own: the capacity and the booking options are no columns of the mirror's."""
    resources = tables.sort_rows(found(request.actor, organization, request.GET), RESOURCES, request.GET)
    name = f"rooms-{organization.slug}-{timezone.now():%Y-%m-%d}.csv"
    return downloads.stream_csv(request, organization, name, csv_text.write_rows(HEADER, filed(resources)))
