"""Which mail domains an operator may see and touch; the policy decides, this asks it."""

from django.db.models import QuerySet

from console.actor import Actor
from console.mirror.models import Domain, Entity, Organization
from console.operators import policy

SEEING = "GetMailDomain"
OFFERED = (
    "RegisterMailDomain",
    "DeregisterMailDomain",
    "UpdateDefaultMailDomain",
    "PutInboundDmarcSettings",
    "CheckMailDomain",
    "UpdatePrimaryEmailAddress",
    "SyncMirror",
)
# Each kind of entity with what it takes to see it.
KINDS = (
    (Entity.Kind.USER, "ListUsers"),
    (Entity.Kind.GROUP, "ListGroups"),
    (Entity.Kind.RESOURCE, "ListResources"),
)


def allows(actor: Actor, operation: str, organization: Organization, domain: str) -> bool:
    """Whether `actor` may perform `operation` on this mail domain of the organization."""
    anybody = Entity(organization=organization, domain=domain.lower())
    return policy.allows(actor, operation, organization, anybody)


def visible(actor: Actor, organization: Organization) -> QuerySet[Domain]:
    """The organization's mail domains that `actor` may see."""
    found = Domain.objects.filter(organization=organization)
    if policy.covers_organization(actor, SEEING, organization):
        return found
    return found.filter(name__in=policy.granted_domains(actor, SEEING, organization))


def find(actor: Actor, operation: str, organization: Organization, name: str) -> Domain:
    """The domain on which `actor` wants to perform `operation`.

    Raises `policy.OutOfScope` for one that the operator may not see, `policy.Denied` for one on which they
    may not perform it.
    """
    seen = visible(actor, organization).select_related("organization")
    domain = policy.get_in_scope(seen, organization=organization, name=name.lower())
    if not allows(actor, operation, organization, domain.name):
        raise policy.Denied(
            f"{operation} is not among your rights for this domain", operation=operation, target=domain.name
        )
    return domain


def rights(actor: Actor, organization: Organization, domain: str = "") -> dict[str, bool]:
    """What the pages offer: at all in the organization, or on one domain of it."""
    if domain:
        return {name: allows(actor, name, organization, domain) for name in OFFERED}
    return {name: policy.allows(actor, name, organization) for name in OFFERED}
