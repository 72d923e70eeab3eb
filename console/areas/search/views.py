"""Results page and palette of the search box."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from console.areas.search import address_lookup, global_search, query, results
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.navigation import MenuItem

PALETTE_HITS, PAGE_HITS = 5, 20  # of each kind: below the box, and on the page


@performs("ListUsers")
def show_results(request: ConsoleRequest, places: Sequence[MenuItem]) -> HttpResponse:
    """Show all hits, or open the only one."""
    wanted = query.parse_query(request.GET.get("q", ""))
    found = global_search.search_all(request.actor, request.organization, wanted, places, PAGE_HITS)
    if only := results.single_hit(found):
        return redirect(only.href)
    told = (
        None
        if found or pages.is_prefetch(request)
        else address_lookup.look_up_address(request.actor, request.organization, wanted)
    )
    context = {
        "title": f"“{wanted.text}”" if wanted else "Search",
        "organization": request.organization,
        "text": wanted.text,
        "found": found,
        "count": results.count_hits(found),
        "told": told,
    }
    return pages.render_page(request, "search/results.html", context)


@performs("ListUsers")
def show_palette(request: ConsoleRequest, places: Sequence[MenuItem]) -> HttpResponse:
    """Show the first hits of each kind while the operator types, from the mirror alone."""
    if not pages.wants_fragment(request):
        return redirect(f"{reverse('search', args=[request.organization.slug])}?{request.GET.urlencode()}")
    wanted = query.parse_query(request.GET.get("q", ""))
    found = global_search.search_all(request.actor, request.organization, wanted, places, PALETTE_HITS)
    context = {
        "organization": request.organization,
        "text": wanted.text,
        "found": found,
        "count": results.count_hits(found),
    }
    return pages.render_page(request, "search/palette.html", context)
