"""The pages of changes: all of them, what is to come, and one."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from console.areas.changes import showing
from console.areas.changes.forms import LaterForm
from console.areas.changes.tables import CHANGES, FILTERS, found
from console.changes import authority
from console.changes.attended_changes import is_attended
from console.changes.models import END_KINDS, Change, Step
from console.changes.policies import compute_digest
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.plurals import number_of
from console.ui import filters, pages, tables

STEPS = 100  # on one page
State = Change.State


@performs("ReadChanges")
def listing(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    seen = Change.objects.visible_to(request.actor, organization)
    page = tables.paginate(found(seen, request.GET), CHANGES, request.GET)
    context = {
        "title": "Changes",
        "organization": organization,
        "page": page,
        "bar": filters.bar(FILTERS, request.GET, placeholder="Title, ticket or operator"),
        "may_set": policy.allows(request.actor, "SetConditions", organization),
    }
    return pages.show(request, "changes/list.html", context, fragment="changes")


@performs("ReadChanges")
def calendar(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    """What will happen by itself, the nearest first."""
    seen = Change.objects.visible_to(request.actor, organization)
    coming = seen.filter(state=State.SCHEDULED).order_by("not_before", "pk")[:500]
    context = {"title": "Calendar", "organization": organization, "changes": coming}
    return pages.show(request, "changes/calendar.html", context)


@performs("ReadChanges")
def detail(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    change = find(request, organization, pk)
    return pages.show(request, "changes/detail.html", context_of(request, change), fragment="change")


def context_of(request: ConsoleRequest, change: Change) -> dict[str, Any]:
    actor, organization = request.actor, change.organization
    counts, after = change.counts(), _position(request)
    steps = list(change.steps.filter(position__gte=after).order_by("position")[: STEPS + 1])
    looked = change.steps.filter(before__isnull=False).count() if _reading(change) else change.total
    return {
        "organization": organization,
        "change": change,
        "title": change.title,
        "state": showing.state_badge(change),
        "rows": showing.rows(actor, change, steps[:STEPS]),
        "next": after + STEPS if len(steps) > STEPS else None,
        "previous": max(after - STEPS, 0) if after else None,
        "tally": showing.tally(counts),
        "progress": showing.progress(change, counts),
        "reading": _reading(change),
        "looked": {
            "value": looked,
            "max": change.total,
            "done": not _reading(change),
            "text": f"{looked:,} of {number_of(change.total, 'step')} read",
        },
        "impossible": counts.get(Step.State.REFUSED, 0) if change.state == State.DRAFT else 0,
        "labels": showing.undo_labels(change),
        "may": _may(request, change),
        "digest": compute_digest(change) if change.state == State.AWAITING else "",
        "is_attended": change.state == State.AWAITING and is_attended(change),
        "leaves_access": change.kind in END_KINDS and change.state == State.SCHEDULED,
        "later": LaterForm(),
        "undone_by": change.undone_by.exclude(state=State.CANCELLED).first(),
        "followed_by": list(change.followed_by.order_by("not_before")),
    }


def find(request: ConsoleRequest, organization: Organization, pk: int) -> Change:
    seen = Change.objects.visible_to(request.actor, organization).select_related("organization")
    return policy.get_in_scope(seen, organization=organization, pk=pk)


def address(change: Change) -> str:
    return reverse("changes:detail", args=[change.organization.slug, change.pk])


def _reading(change: Change) -> bool:
    """Whether the preview of a draft is still being read."""
    return change.state in (State.DRAFT, State.AWAITING) and change.prepared_at is None


def _position(request: ConsoleRequest) -> int:
    given = request.GET.get("from", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 8 else 0


def _may(request: ConsoleRequest, change: Change) -> dict[str, bool]:
    """Which buttons the page has, for this operator and this state."""
    actor, state = request.actor, change.state
    acts = policy.allows(actor, "RunChanges", change.organization) and authority.may_act(actor, change)
    runs = acts and change.approved_by_id != actor.operator_id
    failed = state in (State.PARTLY, State.FAILED)
    is_paused = state == State.RUNNING and change.paused
    took_part = actor.operator_id in (change.requested_by_id, change.confirmed_by_id)
    return {
        "run": runs and state == State.DRAFT and not _reading(change),
        "discard": acts and state == State.DRAFT,
        "run_attended": state == State.APPROVED and authority.is_requester(actor, change),
        "cancel": acts and state in (State.AWAITING, State.APPROVED, State.SCHEDULED, State.RUNNING),
        "pause": acts and state == State.RUNNING and not change.paused,
        "resume": runs and is_paused,
        "retry": runs and (failed or is_paused),
        "approve": state == State.AWAITING
        and not took_part
        and not _reading(change)
        and policy.allows(actor, "ApproveChanges", change.organization)
        and authority.may_act(actor, change),
        "undo": acts
        and change.is_finished
        and any(label.possible for _, label in showing.undo_labels(change)),
    }


__all__ = ["address", "calendar", "context_of", "detail", "find", "listing"]
