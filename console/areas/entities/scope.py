"""The users, groups, resources and domains that an operator can see and use."""

from console.actor import Actor
from console.areas.entities import kinds
from console.areas.entities.kinds import Kind
from console.mirror.models import Domain, Entity, EntityQuerySet, Organization
from console.operators import policy

VERIFIED = "VERIFIED"


def visible_entities(actor: Actor, operation: str, organization: Organization) -> EntityQuerySet:
    return policy.visible_entities(actor, operation, organization)


def visible_of_kind(actor: Actor, organization: Organization, kind: Kind) -> EntityQuerySet:
    """Return the visible entities of a kind, including deleted ones."""
    return visible_entities(actor, kinds.KIND_INFO[kind].listing, organization).filter(kind=kind)


def visible_groups(actor: Actor, organization: Organization) -> EntityQuerySet:
    return visible_of_kind(actor, organization, Kind.GROUP).exclude(state=Entity.State.DELETED)


def get_entity(
    actor: Actor, operation: str, organization: Organization, entity_id: str, kind: Kind
) -> Entity:
    """Return the entity on which `actor` may perform `operation`.

    Raise `policy.OutOfScope` if the operator cannot see it, `policy.Denied` if they may not perform the
    operation.
    """
    words = kinds.KIND_INFO[kind]
    seen = visible_entities(actor, words.describe, organization).filter(kind=kind)
    entity = policy.get_in_scope(
        seen.select_related("organization"), organization=organization, kind=kind, entity_id=entity_id
    )
    if not policy.allows(actor, operation, organization, entity):
        raise policy.Denied(
            f"{operation} is not among your rights for this {words.noun}",
            operation=operation,
            target=entity.entity_id,
            target_name=entity.email or entity.name,
        )
    return entity


def can_use_domain(actor: Actor, operation: str, organization: Organization, domain: str) -> bool:
    """Return whether `actor` may perform `operation` with addresses on this mail domain."""
    somebody = Entity(organization=organization, domain=domain.lower())
    return policy.allows(actor, operation, organization, somebody)


def visible_domains(actor: Actor, organization: Organization, kind: Kind = Kind.USER) -> list[str]:
    """Return the mail domains on which `actor` can see entities of a kind."""
    listing = kinds.KIND_INFO[kind].listing
    return [
        each for each in _domain_names(organization) if can_use_domain(actor, listing, organization, each)
    ]


def usable_domains(actor: Actor, operation: str, organization: Organization) -> list[str]:
    """Return the verified domains on which `actor` may create addresses, the default domain first."""
    names = _domain_names(organization, ownership=VERIFIED)
    usable = [each for each in names if can_use_domain(actor, operation, organization, each)]
    return sorted(usable, key=lambda name: name != organization.default_domain.lower())


def _domain_names(organization: Organization, **fields: str) -> list[str]:
    found = Domain.objects.filter(organization=organization, **fields)
    return list(found.order_by("name").values_list("name", flat=True))
