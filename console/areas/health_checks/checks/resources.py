"""Check of resources whose booking requests are not answered."""

from django.db.models import Exists, OuterRef

from console.areas.entities import kinds
from console.areas.health_checks.check_data import CheckData
from console.areas.health_checks.definitions import (
    EVIDENCE_SHOWN,
    MAX_STEPS,
    CheckResult,
    Evidence,
    failed,
    passed,
)
from console.areas.resources import booking_options
from console.changes.steps import PlannedStep
from console.mirror.models import Delegate, Entity, EntityQuerySet, Organization
from console.plurals import number_of

ACCEPTS_LOOKUP = f"details__BookingOptions__{booking_options.AUTO_ACCEPT}"


def check_unanswered_requests(facts: CheckData) -> CheckResult:
    found = _unanswered_resources(facts.organization)
    if not (count := found.count()):
        return passed("Every room accepts requests by itself, or somebody with a mailbox answers them.")
    lines = [
        Evidence(str(each), kinds.entity_url(each))
        for each in found.select_related("organization")[:EVIDENCE_SHOWN]
    ]
    told = number_of(count, "room accepts", "rooms accept")
    return failed(f"{told} nothing automatically, and nobody answers: requests are left lying.", lines, count)


def plan_automatic_acceptance(facts: CheckData) -> list[PlannedStep]:
    return [_acceptance_step(each) for each in _unanswered_resources(facts.organization)[:MAX_STEPS]]


def _acceptance_step(resource: Entity) -> PlannedStep:
    known = booking_options.get_options(resource.details) or booking_options.DEFAULT_OPTIONS
    return PlannedStep(
        "UpdateResource",
        {"ResourceId": resource.entity_id, "BookingOptions": {**known, booking_options.AUTO_ACCEPT: True}},
        f"{resource} accepts requests by itself",
        None,
        {"BookingOptions": known},
    )


def _unanswered_resources(organization: Organization) -> EntityQuerySet:
    """Return enabled resources that accept nothing automatically and have no enabled delegate."""
    answering = Delegate.objects.filter(resource=OuterRef("pk"), delegate__state=Entity.State.ENABLED)
    enabled = Entity.objects.filter(
        organization=organization, kind=Entity.Kind.RESOURCE, state=Entity.State.ENABLED
    )
    return enabled.filter(~Exists(answering), **{ACCEPTS_LOOKUP: False}).order_by("sort_name", "pk")
