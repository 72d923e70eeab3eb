"""All groups: the list, and the same as a file."""

from django.http import HttpResponse, HttpResponseBase

from console.areas.directory.kinds import Kind
from console.areas.directory.views.listing import Listing
from console.areas.groups.tables import FILE, FILTERS, GROUPS, found
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs

LISTING = Listing(Kind.GROUP, GROUPS, FILE, FILTERS, found, "Name, address or alias", "CreateGroup")


@performs("ListGroups")
def listing(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    return LISTING.page(request, organization)


@performs("ListGroups")
def count(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    return LISTING.count(request, organization)


@performs("ListGroups")
def as_csv(request: ConsoleRequest, organization: Organization) -> HttpResponseBase:
    return LISTING.as_csv(request, organization)
