"""Which rooms and equipment an operator may see; the policy decides, this asks it."""

from django.db.models import Count, IntegerField, OuterRef, Subquery

from console.mirror.models import Delegate, Entity, Organization
from console.mirror.querysets import EntityQuerySet
from console.operators import policy
from console.operators.actors import Actor


def resources(actor: Actor, organization: Organization) -> EntityQuerySet:
    """All that `actor` may see, the deleted too."""
    return policy.visible(actor, "ListResources", organization).filter(kind=Entity.Kind.RESOURCE)


def answered(resources: EntityQuerySet) -> EntityQuerySet:
    """The same, each with the number of its delegates as `answering`."""
    delegates = Delegate.objects.filter(resource=OuterRef("pk")).order_by().values("resource")
    counted = Subquery(delegates.annotate(number=Count("pk")).values("number"), output_field=IntegerField())
    told: EntityQuerySet = resources.annotate(answering=counted)
    return told


def find(actor: Actor, operation: str, organization: Organization, resource_id: str) -> Entity:
    """The resource on which `actor` wants to perform `operation`."""
    seen = policy.visible(actor, "DescribeResource", organization).filter(kind=Entity.Kind.RESOURCE)
    resource = seen.select_related("organization").filter(entity_id=resource_id).first()
    if resource is None:
        raise policy.OutOfScope("nothing here has this id")
    return resource
