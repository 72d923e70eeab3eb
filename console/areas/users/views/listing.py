"""Everybody: the list, the same as a file, and reading the directory again."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST

from console.areas.directory.kinds import Kind
from console.areas.directory.views.listing import Listing
from console.areas.users.tables import FILE, FILTERS, PEOPLE, found
from console.areas.users.views import bulk
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.sync import mirror_refresh
from console.ui import pages

SEARCH = "Name, address, alias or department"


def _more(request: ConsoleRequest, organization: Organization) -> dict[str, Any]:
    """What can be done with many of them at once."""
    return {
        "actions": bulk.actions(request, organization),
        "bar_of_ticks": "users/tick_bar.html",
        "may_edit": policy.allows(request.actor, "UpdateUser", organization),
        "may_run": policy.allows(request.actor, "RunChanges", organization),
    }


LISTING = Listing(Kind.USER, PEOPLE, FILE, FILTERS, found, SEARCH, "CreateUser", ("group",), _more)


@performs("ListUsers")
def listing(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    return LISTING.page(request, organization)


@performs("ListUsers")
def count(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    return LISTING.count(request, organization)


@performs("ListUsers")
def as_csv(request: ConsoleRequest, organization: Organization) -> HttpResponseBase:
    return LISTING.as_csv(request, organization)


@require_POST
@performs("SyncMirror")
def sync_now(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    mirror_refresh.request_sync(request.actor, organization)
    people = reverse("users:list", args=[organization.slug])
    return pages.redirect_with_message(
        request, "The directory is being read again; changes show in a moment.", people
    )
