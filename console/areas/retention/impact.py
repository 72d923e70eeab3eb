"""The impact of a retention policy: how many mailboxes it affects, and how many have no export."""

from collections.abc import Iterable, Mapping
from typing import Any

from console.areas.exports.models import ExportJob
from console.mirror.mailboxes import existing_mailboxes
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.plurals import number_of
from console.sync.completeness import MAILBOX_STAGES, get_completeness


def affected_mailboxes(organization: Organization) -> EntityQuerySet:
    """Return all mailboxes: a policy of the organization applies to each [inferred]."""
    return Entity.objects.filter(existing_mailboxes(), organization=organization)


def unexported_mailboxes(organization: Organization) -> EntityQuerySet:
    done = ExportJob.objects.filter(organization=organization, state=ExportJob.State.COMPLETED)
    return affected_mailboxes(organization).exclude(entity_id__in=done.values("entity_id"))


def describe_losses(organization: Organization, configurations: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the consequences of a policy as sentences; none if it deletes nothing."""
    actions = {each["Action"] for each in configurations} - {"NONE"}
    if not actions:
        return []
    if not get_completeness(organization).covers(*MAILBOX_STAGES):
        sentences = [
            "The directory is still being read, so the number of mailboxes, and which of them were"
            " exported, is not known yet."
        ]
    else:
        sentences = _describe_counts(organization)
    if "PERMANENTLY_DELETE" in actions:
        sentences.append("What is deleted for good cannot be brought back, not even by AWS.")
    return sentences


def _describe_counts(organization: Organization) -> list[str]:
    sentences = [
        f"It holds in {number_of(affected_mailboxes(organization).count(), 'mailbox', 'mailboxes')}."
    ]
    if missing := unexported_mailboxes(organization).count():
        sentences.append(
            f"Of {missing:,} of them there is no completed export: what the policy deletes before then is"
            " in no export."
        )
    return sentences
