"""Pages of an organization as a whole: where to begin, and how things stand."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from console.areas.organizations import figures
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs, signed_in
from console.sync import held_listings
from console.sync import mirror_refresh as sync_freshness
from console.sync.completeness import SIZE_STAGES, get_completeness
from console.ui import pages


@signed_in("leads on to an organization of the operator's own, or says that she has none")
def home(request: ConsoleRequest) -> HttpResponse:
    """Where somebody who has just signed in begins: the first organization's overview, or its people."""
    organization = policy.visible_organizations(request.actor).exclude(state=Organization.DELETED).first()
    if organization is None:
        return pages.show(request, "organizations/none.html", {"title": "Welcome"})
    sees = policy.allows(request.actor, "ReadOverview", organization)
    return redirect("organizations:overview" if sees else "users:list", organization.slug)


@performs("ReadOverview")
def overview(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    actor = request.actor
    entities = policy.visible_entities(actor, "ReadOverview", organization)
    known = get_completeness(organization)
    context = {
        "title": "Overview",
        "organization": organization,
        "counts": figures.counts(entities, known),
        "exported": figures.exported(actor, organization, known),
        "exports": figures.exports_under_way(actor, organization),
        "concerns": list(figures.concerns(actor, organization, known)),
        "is_complete": known.covers(*SIZE_STAGES),
        "own": figures.own_changes(actor, organization),
        "domains": policy.granted_domains(actor, "ReadOverview", organization),
        "may_create": policy.allows(actor, "CreateUser", organization),
        "may_export": policy.allows(actor, "StartMailboxExportJob", organization),
        **_freshness(request, organization),
    }
    return pages.show(request, "organizations/overview.html", context)


@performs("ReadOverview")
def freshness(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    """How far the mirror is, asked for every two seconds while it is being filled."""
    context = {"organization": organization, **_freshness(request, organization)}
    return pages.show(request, "organizations/overview.html", context, fragment="freshness")


@require_POST
@performs("SyncMirror")
def sync_now(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    sync_freshness.request_sync(request.actor, organization)
    overview = reverse("organizations:overview", args=[organization.slug])
    return pages.done(request, "The directory is being read again.", overview)


@require_POST
@performs("SyncMirror")
def confirm_removal(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    """Confirm that what the last listing lacked is removed; the number is the one that was shown."""
    overview = reverse("organizations:overview", args=[organization.slug])
    given = (request.POST.get(name, "") for name in ("held", "missing"))
    held_id, missing = (int(text) if text.isdecimal() and len(text) < 10 else 0 for text in given)
    if held_listings.confirm_removal(request.actor, organization, held_id, missing):
        text = "Removal confirmed. The listing is read again and what is missing is removed."
        return pages.done(request, text, overview)
    return pages.done(request, "Nothing was confirmed: the number has changed. Review it again.", overview)


def _freshness(request: ConsoleRequest, organization: Organization) -> dict[str, Any]:
    """Numbers and errors of the reading are about everybody: a narrowed operator sees only how far it is."""
    return {
        "freshness": sync_freshness.get_freshness(organization),
        "may_sync": policy.allows(request.actor, "SyncMirror", organization),
        "may_confirm": policy.covers_organization(request.actor, "SyncMirror", organization),
        "whole": policy.covers_organization(request.actor, "ReadOverview", organization),
    }
