"""The mail domains that an operator can see and change."""

from django.db.models import QuerySet

from console.actor import Actor
from console.mirror.models import Domain, Entity, Organization
from console.operators import policy

READ_OPERATION = "GetMailDomain"
PAGE_OPERATIONS = (
    "RegisterMailDomain",
    "DeregisterMailDomain",
    "UpdateDefaultMailDomain",
    "PutInboundDmarcSettings",
    "CheckMailDomain",
    "UpdatePrimaryEmailAddress",
    "SyncMirror",
)
# Each kind of entity with what it takes to see it.
KIND_OPERATIONS = (
    (Entity.Kind.USER, "ListUsers"),
    (Entity.Kind.GROUP, "ListGroups"),
    (Entity.Kind.RESOURCE, "ListResources"),
)


def allows_on_domain(actor: Actor, operation: str, organization: Organization, domain: str) -> bool:
    anybody = Entity(organization=organization, domain=domain.lower())
    return policy.allows(actor, operation, organization, anybody)


def visible_domains(actor: Actor, organization: Organization) -> QuerySet[Domain]:
    domains = Domain.objects.filter(organization=organization)
    if policy.covers_organization(actor, READ_OPERATION, organization):
        return domains
    return domains.filter(name__in=policy.granted_domains(actor, READ_OPERATION, organization))


def get_domain(actor: Actor, operation: str, organization: Organization, name: str) -> Domain:
    """Return the domain on which `actor` performs `operation`.

    Raises `policy.OutOfScope` for one that the operator may not see, `policy.Denied` for one on which they
    may not perform it.
    """
    visible = visible_domains(actor, organization).select_related("organization")
    domain = policy.get_in_scope(visible, organization=organization, name=name.lower())
    if not allows_on_domain(actor, operation, organization, domain.name):
        raise policy.Denied(
            f"{operation} is not among your rights for this domain", operation=operation, target=domain.name
        )
    return domain


def get_rights(actor: Actor, organization: Organization, domain: str = "") -> dict[str, bool]:
    """Return the operations that the pages offer, in the organization or on one domain."""
    if domain:
        return {name: allows_on_domain(actor, name, organization, domain) for name in PAGE_OPERATIONS}
    return {name: policy.allows(actor, name, organization) for name in PAGE_OPERATIONS}
