"""Whom and what an operator may see and touch in the directory; the policy decides, this asks it."""

from console.actor import Actor
from console.areas.directory import kinds
from console.areas.directory.kinds import Kind
from console.mirror.models import Domain, Entity, EntityQuerySet, Organization
from console.operators import policy

VERIFIED = "VERIFIED"


def entities(actor: Actor, operation: str, organization: Organization) -> EntityQuerySet:
    return policy.visible_entities(actor, operation, organization)


def of_kind(actor: Actor, organization: Organization, kind: Kind) -> EntityQuerySet:
    """All of a kind whom `actor` may see, the deleted too."""
    return entities(actor, kinds.OF[kind].listing, organization).filter(kind=kind)


def groups(actor: Actor, organization: Organization) -> EntityQuerySet:
    return of_kind(actor, organization, Kind.GROUP).exclude(state=Entity.State.DELETED)


def find(actor: Actor, operation: str, organization: Organization, entity_id: str, kind: Kind) -> Entity:
    """The person, group or resource on which `actor` wants to perform `operation`.

    Raises `policy.OutOfScope` for one outside what the operator may see, `policy.Denied` for one on which
    they may not perform it.
    """
    words = kinds.OF[kind]
    seen = entities(actor, words.describe, organization).filter(kind=kind)
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


def on_domain(actor: Actor, operation: str, organization: Organization, domain: str) -> bool:
    """Whether `actor` may perform `operation` with addresses on this mail domain."""
    somebody = Entity(organization=organization, domain=domain.lower())
    return policy.allows(actor, operation, organization, somebody)


def seen_domains(actor: Actor, organization: Organization, kind: Kind = Kind.USER) -> list[str]:
    """The organization's mail domains on which `actor` may see entities of a kind."""
    listing = kinds.OF[kind].listing
    return [each for each in _domains(organization) if on_domain(actor, listing, organization, each)]


def usable_domains(actor: Actor, operation: str, organization: Organization) -> list[str]:
    """Those on which she may give out an address, the default one first."""
    names = _domains(organization, ownership=VERIFIED)
    usable = [each for each in names if on_domain(actor, operation, organization, each)]
    return sorted(usable, key=lambda name: name != organization.default_domain.lower())


def _domains(organization: Organization, **fields: str) -> list[str]:
    found = Domain.objects.filter(organization=organization, **fields)
    return list(found.order_by("name").values_list("name", flat=True))
