"""What a retention policy costs: how many mailboxes it empties, and what no export has then."""

from collections.abc import Iterable, Mapping
from typing import Any

from console.areas.exports.models import ExportJob
from console.mirror.mailboxes import existing_mailboxes
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.plurals import number_of
from console.sync.completeness import MAILBOX_STAGES, get_completeness


def mailboxes(organization: Organization) -> EntityQuerySet:
    """Return all mailboxes: a policy of the whole organization applies to each [inferred]."""
    return Entity.objects.filter(existing_mailboxes(), organization=organization)


def not_exported(organization: Organization) -> EntityQuerySet:
    done = ExportJob.objects.filter(organization=organization, state=ExportJob.State.COMPLETED)
    return mailboxes(organization).exclude(entity_id__in=done.values("entity_id"))


def losses(organization: Organization, configurations: Iterable[Mapping[str, Any]]) -> list[str]:
    """Whole sentences; none for a policy that deletes nothing."""
    actions = {each["Action"] for each in configurations} - {"NONE"}
    if not actions:
        return []
    if not get_completeness(organization).covers(*MAILBOX_STAGES):
        found = [
            "The directory is still being read, so the number of mailboxes, and which of them were"
            " exported, is not known yet."
        ]
    else:
        found = _counted(organization)
    if "PERMANENTLY_DELETE" in actions:
        found.append("What is deleted for good cannot be brought back, not even by AWS.")
    return found


def _counted(organization: Organization) -> list[str]:
    found = [f"It holds in {number_of(mailboxes(organization).count(), 'mailbox', 'mailboxes')}."]
    if missing := not_exported(organization).count():
        found.append(
            f"Of {missing:,} of them there is no completed export: what the policy deletes before then is"
            " in no export."
        )
    return found
