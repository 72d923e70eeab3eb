"""The entities with an address on a mail domain, and its postmaster and abuse addresses."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from console.actor import Actor
from console.areas.domains import scope
from console.mirror.models import Alias, Entity, EntityQuerySet, Organization
from console.operators import policy

EXPECTED_NAMES = ("postmaster", "abuse")  # RFC 2142, and recommended by AWS [documented]


@dataclass(frozen=True, slots=True)
class ExpectedAddress:
    """An address that every domain should have; `holder` is who has it, if the operator can see them."""

    address: str
    taken: bool
    holder: Entity | None = None


def list_holders(organization: Organization, domain: str) -> EntityQuerySet:
    """Return the entities with an address on the domain, which keep it from being deregistered."""
    entities = Entity.objects.of(organization)
    return entities.filter(
        Q(domain=domain) | Exists(_domain_aliases(organization, domain).filter(entity=OuterRef("pk")))
    )


def list_visible_holders(actor: Actor, organization: Organization, domain: str) -> EntityQuerySet:
    is_visible = Q()
    for kind, operation in scope.KIND_OPERATIONS:
        if policy.covers_organization(actor, operation, organization):
            is_visible |= Q(kind=kind)
        else:
            is_visible |= Q(kind=kind, domain__in=policy.granted_domains(actor, operation, organization))
    return list_holders(organization, domain).filter(is_visible)


def list_aliases(organization: Organization, domain: str) -> dict[int, list[str]]:
    """Return the aliases on the domain by the key of the entity."""
    addresses: dict[int, list[str]] = {}
    for key, address in (
        _domain_aliases(organization, domain).values_list("entity_id", "address").order_by("address")
    ):
        addresses.setdefault(key, []).append(address)
    return addresses


def count_addresses(organization: Organization, domain: str) -> dict[str, int]:
    primary = Entity.objects.of(organization).filter(domain=domain).count()
    return {"primary": primary, "aliases": _domain_aliases(organization, domain).count()}


def check_expected_addresses(actor: Actor, organization: Organization, domain: str) -> list[ExpectedAddress]:
    return [_check_expected_address(actor, organization, f"{name}@{domain}") for name in EXPECTED_NAMES]


def _check_expected_address(actor: Actor, organization: Organization, address: str) -> ExpectedAddress:
    alias = Alias.objects.filter(organization=organization, address=address).values("entity")
    holder = Entity.objects.of(organization).filter(Q(email=address) | Q(pk__in=alias)).first()
    if holder is None:
        return ExpectedAddress(address, taken=False)
    operation = dict(scope.KIND_OPERATIONS)[Entity.Kind(holder.kind)]
    is_visible = policy.allows(actor, operation, organization, holder)
    return ExpectedAddress(address, taken=True, holder=holder if is_visible else None)


def _domain_aliases(organization: Organization, domain: str) -> QuerySet[Alias]:
    of_living = Alias.objects.filter(organization=organization).exclude(entity__state=Entity.State.DELETED)
    return of_living.filter(address__endswith=f"@{domain}")
