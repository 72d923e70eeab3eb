"""The resources that an operator can see and change."""

from django.db.models import Count, IntegerField, OuterRef, Subquery

from console.actor import Actor
from console.areas.entities import scope
from console.areas.entities.kinds import Kind
from console.mirror.models import Delegate, Entity, EntityQuerySet, Organization


def visible_resources(actor: Actor, organization: Organization) -> EntityQuerySet:
    return scope.visible_of_kind(actor, organization, Kind.RESOURCE)


def get_resource(actor: Actor, operation: str, organization: Organization, resource_id: str) -> Entity:
    return scope.get_entity(actor, operation, organization, resource_id, Kind.RESOURCE)


def annotate_delegate_count(resources: EntityQuerySet) -> EntityQuerySet:
    """Annotate each resource with the number of its delegates as `answering`."""
    delegates = Delegate.objects.filter(resource=OuterRef("pk")).order_by().values("resource")
    counted = Subquery(delegates.annotate(number=Count("pk")).values("number"), output_field=IntegerField())
    annotated: EntityQuerySet = resources.annotate(answering=counted)
    return annotated
