"""Overview of an organization, and the state of its sync."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from console.areas.organizations import overview_data
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs, signed_in
from console.sync import held_listings, mirror_refresh
from console.sync.completeness import SIZE_STAGES, get_completeness
from console.ui import pages


@signed_in("leads on to an organization of the operator's own, or says that she has none")
def redirect_to_organization(request: ConsoleRequest) -> HttpResponse:
    """Redirect to the first organization's overview, or to its users if the operator may not open it."""
    organization = policy.visible_organizations(request.actor).exclude(state=Organization.DELETED).first()
    if organization is None:
        return pages.render_page(request, "organizations/none.html", {"title": "Welcome"})
    sees = policy.allows(request.actor, "ReadOverview", organization)
    return redirect("organizations:overview" if sees else "users:list", organization.slug)


@performs("ReadOverview")
def show_overview(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    actor = request.actor
    entities = policy.visible_entities(actor, "ReadOverview", organization)
    known = get_completeness(organization)
    context = {
        "title": "Overview",
        "counts": overview_data.count_entities(entities, known),
        "exported": overview_data.count_exported(actor, organization, known),
        "exports": overview_data.summarize_exports(actor, organization),
        "concerns": list(overview_data.list_concerns(actor, organization, known)),
        "is_complete": known.covers(*SIZE_STAGES),
        "own": overview_data.list_own_changes(actor, organization),
        "domains": policy.granted_domains(actor, "ReadOverview", organization),
        "may_create": policy.allows(actor, "CreateUser", organization),
        "may_export": policy.allows(actor, "StartMailboxExportJob", organization),
        **_freshness_context(request),
    }
    return pages.render_page(request, "organizations/overview.html", context)


@performs("ReadOverview")
def show_freshness(request: ConsoleRequest) -> HttpResponse:
    """Show the progress of the sync, polled while the local copy is filled."""
    context = _freshness_context(request)
    return pages.render_page(request, "organizations/overview.html", context, fragment="freshness")


@require_POST
@performs("SyncMirror")
def start_sync(request: ConsoleRequest) -> HttpResponse:
    mirror_refresh.request_sync(request.actor, request.organization)
    overview = reverse("organizations:overview", args=[request.organization.slug])
    return pages.redirect_with_message(request, "The directory is being read again.", overview)


@require_POST
@performs("SyncMirror")
def confirm_removal(request: ConsoleRequest) -> HttpResponse:
    """Confirm that what the last listing lacked is removed; the count must be the one that was shown."""
    overview = reverse("organizations:overview", args=[request.organization.slug])
    posted_numbers = (request.POST.get(name, "") for name in ("held", "missing"))
    held_id, missing = (int(text) if text.isdecimal() and len(text) < 10 else 0 for text in posted_numbers)
    if held_listings.confirm_removal(request.actor, request.organization, held_id, missing):
        text = "Removal confirmed. The listing is read again and what is missing is removed."
        return pages.redirect_with_message(request, text, overview)
    return pages.redirect_with_message(
        request, "Nothing was confirmed: the number has changed. Review it again.", overview
    )


def _freshness_context(request: ConsoleRequest) -> dict[str, Any]:
    """Return the sync state; counts and errors only for operators who may see everything."""
    organization = request.organization
    return {
        "freshness": mirror_refresh.get_freshness(organization),
        "may_sync": policy.allows(request.actor, "SyncMirror", organization),
        "may_confirm": policy.covers_organization(request.actor, "SyncMirror", organization),
        "whole": policy.covers_organization(request.actor, "ReadOverview", organization),
    }
