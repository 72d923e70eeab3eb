"""Everybody: search, filters, sorting, paging, the same as a file, and how fresh it all is."""

from dataclasses import replace
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from console.areas.directory import scope
from console.areas.users.tables import FILE, FILTERS, PEOPLE, domain_filter, found
from console.mirror import sync
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import csv, filters, pages, tables
from console.ui.filters import Bar


@performs("ListUsers")
def listing(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    people = tables.counted(found(request.actor, organization, request.GET))
    page = tables.paginate(people, PEOPLE, request.GET, extra={"base": request.path})
    counted = tables.found(page)
    context = {
        "organization": organization,
        "page": page,
        "count": counted,
        "noun": "person" if counted == "1" else "people",
        "count_href": _same(request, organization, "count") if counted.endswith("+") else "",
        "csv_href": _same(request, organization, "csv"),
        "first_reading": sync.freshness(organization) if organization.listed_at is None else None,
        "narrowed": bool(set(request.GET) - {"sort", "after", "before"}),
    }
    if not pages.wants_fragment(request):
        context |= _around(request, organization)
    return pages.show(request, "users/list.html", context, fragment="people")


@performs("ListUsers")
def count(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    """How many there are exactly, where the list stopped counting: it costs more than a page may."""
    return HttpResponse(f"{found(request.actor, organization, request.GET).order_by().count():,}")


@performs("ListUsers")
def as_csv(request: ConsoleRequest, organization: Organization) -> HttpResponseBase:
    people = tables.ordered(found(request.actor, organization, request.GET), FILE, request.GET)
    return csv.stream(people, FILE, f"people-{organization.slug}-{timezone.now():%Y-%m-%d}.csv")


@require_POST
@performs("SyncMirror")
def sync_now(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    sync.request(request.actor, organization)
    people = reverse("users:list", args=[organization.slug])
    return pages.done(request, "The directory is being read again; changes show in a moment.", people)


def _same(request: ConsoleRequest, organization: Organization, name: str) -> str:
    """The same people by another address."""
    return f"{reverse(f'users:{name}', args=[organization.slug])}?{request.GET.urlencode()}"


def _around(request: ConsoleRequest, organization: Organization) -> dict[str, Any]:
    """What the whole page has and its fragment does without."""
    choices = [*FILTERS, domain_filter(scope.seen_domains(request.actor, organization))]
    return {
        "bar": _bar(request, choices),
        "group": request.GET.get("group", ""),
        "may_create": policy.allows(request.actor, "CreateUser", organization),
        "may_sync": policy.allows(request.actor, "SyncMirror", organization),
    }


def _bar(request: ConsoleRequest, choices: list[filters.Filter]) -> Bar:
    bar = filters.bar(choices, request.GET, placeholder="Name, address, alias or department")
    return replace(bar, active=bar.active or bool(request.GET.get("group")))
