"""Which rooms and equipment an operator may see and touch."""

from django.db.models import Count, IntegerField, OuterRef, Subquery

from console.actor import Actor
from console.areas.directory import scope
from console.areas.directory.kinds import Kind
from console.mirror.models import Delegate, Entity, EntityQuerySet, Organization


def resources(actor: Actor, organization: Organization) -> EntityQuerySet:
    """All that `actor` may see, the deleted too."""
    return scope.of_kind(actor, organization, Kind.RESOURCE)


def find(actor: Actor, operation: str, organization: Organization, resource_id: str) -> Entity:
    """The resource on which `actor` wants to perform `operation`, as in `directory.scope`."""
    return scope.find(actor, operation, organization, resource_id, Kind.RESOURCE)


def answered(resources: EntityQuerySet) -> EntityQuerySet:
    """The same, each with the number of its delegates as `answering`."""
    delegates = Delegate.objects.filter(resource=OuterRef("pk")).order_by().values("resource")
    counted = Subquery(delegates.annotate(number=Count("pk")).values("number"), output_field=IntegerField())
    told: EntityQuerySet = resources.annotate(answering=counted)
    return told
