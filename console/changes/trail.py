"""What operators, and the console itself, did with a change, in the audit log."""

from console.actor import Actor
from console.changes.models import Change
from console.ledger import journal
from console.ledger.models import Entry


def enter(actor: Actor, change: Change, what: str, why: str = "") -> None:
    """Enter in the audit log what an operator did with a change; of one user, in the user's history."""
    journal.record(
        actor,
        Entry.Kind.REQUESTED,
        organization=change.organization.organization_id,
        operation="RunChanges",
        target=str(change.data.get("entity_id") or f"change-{change.pk}"),
        target_name=change.title[:300],
        reason=why or change.reason,
        ticket=change.ticket,
        what=f"“{change.title}” {what}",
        change=change.pk,
        steps=change.total,
    )
