"""Whom and what an operator may see and touch on the people pages; the policy decides, this asks it."""

from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Domain, Entity, Organization
from console.mirror.querysets import EntityQuerySet
from console.operators import policy
from console.operators.actors import Actor

VERIFIED = "VERIFIED"


def entities(actor: Actor, operation: str, organization: Organization) -> EntityQuerySet:
    return policy.visible(actor, operation, organization)


def people(actor: Actor, organization: Organization) -> EntityQuerySet:
    """Everybody whom `actor` may see, the deleted too."""
    return entities(actor, "ListUsers", organization).filter(kind=Entity.Kind.USER)


def groups(actor: Actor, organization: Organization) -> EntityQuerySet:
    found = entities(actor, "ListGroups", organization).filter(kind=Entity.Kind.GROUP)
    return found.exclude(state=Entity.State.DELETED)


def find(actor: Actor, operation: str, organization: Organization, user_id: str) -> Entity:
    """The person on whom `actor` wants to perform `operation`.

    Whoever is not within what she may see does not exist: `OutOfScope`. Whoever she may see but not
    touch like this is `Denied`, which the ledger keeps.
    """
    seen = entities(actor, "DescribeUser", organization).filter(kind=Entity.Kind.USER)
    person = seen.select_related("organization").filter(entity_id=user_id).first()
    if person is None:
        raise policy.OutOfScope("nobody here has this id")
    if not policy.allows(actor, operation, organization, person):
        _enter_denial(actor, operation, person)
        raise policy.Denied(f"{operation} is not among your rights for this person")
    return person


def on_domain(actor: Actor, operation: str, organization: Organization, domain: str) -> bool:
    """Whether `actor` may perform `operation` with addresses on this mail domain."""
    somebody = Entity(organization=organization, domain=domain.lower())
    return policy.allows(actor, operation, organization, somebody)


def seen_domains(actor: Actor, organization: Organization) -> list[str]:
    """The organization's mail domains on which `actor` may see people."""
    return [each for each in _domains(organization) if on_domain(actor, "ListUsers", organization, each)]


def usable_domains(actor: Actor, operation: str, organization: Organization) -> list[str]:
    """Those on which she may give out an address, the default one first."""
    names = _domains(organization, ownership=VERIFIED)
    usable = [each for each in names if on_domain(actor, operation, organization, each)]
    return sorted(usable, key=lambda name: name != organization.default_domain.lower())


def _domains(organization: Organization, **fields: str) -> list[str]:
    found = Domain.objects.filter(organization=organization, **fields)
    return list(found.order_by("name").values_list("name", flat=True))


def _enter_denial(actor: Actor, operation: str, person: Entity) -> None:
    journal.record(
        actor,
        Entry.Kind.DENIED,
        organization=person.organization.organization_id,
        operation=operation,
        target=person.entity_id,
        target_name=person.email or person.name,
    )
