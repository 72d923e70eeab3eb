"""How somebody stands: frozen or not, and until when."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from console import clock
from console.actor import Actor
from console.areas.lifecycle import freezing
from console.areas.lifecycle.models import Frozen
from console.aws.catalogue import CATALOGUE
from console.changes import schedule
from console.changes.models import RESTORE_ACCESS_KIND, Change
from console.mirror import shrink_guard
from console.mirror.models import Entity, Organization
from console.mirror.read_result import ReadResult
from console.operators import policy, rights


@dataclass(frozen=True, slots=True)
class Standing:
    """`narrowed` says that rights to freeze somebody exist, but only for a part of the organization."""

    frozen: Frozen | None
    until: datetime | None
    may_thaw: bool
    narrowed: bool


@transaction.atomic
def absorb(reading: ReadResult) -> None:
    """Whoever reads the rules shows who is frozen."""
    organization = reading.organization
    named = {
        entity_id: str(rule["Name"])
        for rule in reading.result.get("Rules", [])
        if freezing.is_managed(rule)
        for entity_id in freezing.ids(rule)
    }
    known = dict(Frozen.objects.filter(organization=organization).values_list("entity_id", "rule"))
    if not known and not named:
        return
    gone = [each for each in known if known[each] != named.get(each)]
    missing = sum(each not in named for each in gone)
    blocked = shrink_guard.Listing.BLOCKED
    written = shrink_guard.has_recent_write(organization, (freezing.PUT, freezing.DELETE))
    if not written and not shrink_guard.may_remove(organization, blocked, missing, len(known)):
        gone = [each for each in gone if each in named]
    Frozen.objects.filter(organization=organization, entity_id__in=gone).delete()
    fresh, now = [each for each in named if named[each] != known.get(each)], clock.now()
    rows = [Frozen(organization=organization, entity_id=each, rule=named[each], since=now) for each in fresh]
    Frozen.objects.bulk_create(rows, ignore_conflicts=True)


def of(actor: Actor, person: Entity) -> Standing:
    organization = person.organization
    frozen = Frozen.objects.filter(organization=organization, entity_id=person.entity_id).first()
    thaw = scheduled_thaw(organization, person.entity_id) if frozen else None
    allowed = policy.allows(actor, freezing.PUT, organization, person)
    return Standing(
        frozen,
        thaw.not_before if thaw else None,
        bool(frozen) and allowed,
        not allowed and bool(rights.get_rights(actor).reach(CATALOGUE[freezing.PUT], organization)),
    )


def scheduled_thaw(organization: Organization, entity_id: str) -> Change | None:
    """The next of them."""
    waiting = schedule.scheduled_changes(organization, RESTORE_ACCESS_KIND).filter(data__entity_id=entity_id)
    return waiting.order_by("not_before").first()
