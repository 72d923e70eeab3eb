"""The search box of every page: what drops down below it, and the page that Enter leads to."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from console.areas.search import asked, finding, hits, lookup
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.navigation import Item

DROPPED, LISTED = 5, 20  # of each kind: below the box, and on the page


@performs("ListUsers")
def results(request: ConsoleRequest, organization: Organization, places: Sequence[Item]) -> HttpResponse:
    """Everything by this name; the only one that can be meant is opened at once."""
    wanted = asked.parse(request.GET.get("q", ""))
    found = finding.find(request.actor, organization, wanted, places, LISTED)
    if only := hits.only(found):
        return redirect(only.href)
    told = None if found or pages.is_prefetch(request) else lookup.ask(request.actor, organization, wanted)
    context = {
        "title": f"“{wanted.text}”" if wanted else "Search",
        "organization": organization,
        "text": wanted.text,
        "found": found,
        "count": hits.count(found),
        "told": told,
    }
    return pages.show(request, "search/results.html", context)


@performs("ListUsers")
def palette(request: ConsoleRequest, organization: Organization, places: Sequence[Item]) -> HttpResponse:
    """The first of each kind while one types; it asks the mirror only, never AWS."""
    if not pages.wants_fragment(request):
        return redirect(f"{reverse('search', args=[organization.slug])}?{request.GET.urlencode()}")
    wanted = asked.parse(request.GET.get("q", ""))
    found = finding.find(request.actor, organization, wanted, places, DROPPED)
    context = {
        "organization": organization,
        "text": wanted.text,
        "found": found,
        "count": hits.count(found),
    }
    return pages.show(request, "search/palette.html", context)
