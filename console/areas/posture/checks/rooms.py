"""Rooms and equipment whose requests nobody answers."""

from django.db.models import Exists, OuterRef

from console.areas.directory import kinds
from console.areas.posture.facts import Facts
from console.areas.posture.results import MOST, SHOWN, Line, Result, good, wrong
from console.areas.resources import booking
from console.changes.steps import PlannedStep
from console.mirror.models import Delegate, Entity, EntityQuerySet, Organization
from console.plurals import number_of

ACCEPTS = f"details__BookingOptions__{booking.ACCEPT}"


def unanswered(facts: Facts) -> Result:
    found = _unanswered(facts.organization)
    if not (count := found.count()):
        return good("Every room accepts requests by itself, or somebody with a mailbox answers them.")
    lines = [Line(str(each), kinds.place(each)) for each in found.select_related("organization")[:SHOWN]]
    told = number_of(count, "room accepts", "rooms accept")
    return wrong(f"{told} nothing automatically, and nobody answers: requests are left lying.", lines, count)


def accepting(facts: Facts) -> list[PlannedStep]:
    return [_accepting(each) for each in _unanswered(facts.organization)[:MOST]]


def _accepting(resource: Entity) -> PlannedStep:
    known = booking.options(resource.details) or booking.DEFAULTS
    return PlannedStep(
        "UpdateResource",
        {"ResourceId": resource.entity_id, "BookingOptions": {**known, booking.ACCEPT: True}},
        f"{resource} accepts requests by itself",
        None,
        {"BookingOptions": known},
    )


def _unanswered(organization: Organization) -> EntityQuerySet:
    """A delegate who is disabled answers nothing."""
    answering = Delegate.objects.filter(resource=OuterRef("pk"), delegate__state=Entity.State.ENABLED)
    enabled = Entity.objects.filter(
        organization=organization, kind=Entity.Kind.RESOURCE, state=Entity.State.ENABLED
    )
    return enabled.filter(~Exists(answering), **{ACCEPTS: False}).order_by("sort_name", "pk")
