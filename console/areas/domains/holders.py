"""Who still has an address on a mail domain, and whether somebody reads postmaster's and abuse's mail."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from console.actor import Actor
from console.areas.domains import scope
from console.mirror.models import Alias, Entity, EntityQuerySet, Organization
from console.operators import policy

EXPECTED = ("postmaster", "abuse")  # RFC 2142, and recommended by AWS [documented]


@dataclass(frozen=True, slots=True)
class Expected:
    """An address that every domain should have: `taken` by somebody, by `holder` if she may be named."""

    address: str
    taken: bool
    holder: Entity | None = None


def on_domain(organization: Organization, domain: str) -> EntityQuerySet:
    """All with an address there, primary or not: they keep the domain from being deregistered."""
    living = Entity.objects.of(organization)
    return living.filter(
        Q(domain=domain) | Exists(_aliases(organization, domain).filter(entity=OuterRef("pk")))
    )


def visible(actor: Actor, organization: Organization, domain: str) -> EntityQuerySet:
    """Those of them whom `actor` may see."""
    seen = Q()
    for kind, operation in scope.KINDS:
        if policy.covers_organization(actor, operation, organization):
            seen |= Q(kind=kind)
        else:
            seen |= Q(kind=kind, domain__in=policy.granted_domains(actor, operation, organization))
    return on_domain(organization, domain).filter(seen)


def further(organization: Organization, domain: str) -> dict[int, list[str]]:
    """The aliases on the domain, by the key of whoever has them."""
    found: dict[int, list[str]] = {}
    for key, address in (
        _aliases(organization, domain).values_list("entity_id", "address").order_by("address")
    ):
        found.setdefault(key, []).append(address)
    return found


def counts(organization: Organization, domain: str) -> dict[str, int]:
    """How many primary addresses and aliases there are."""
    primary = Entity.objects.of(organization).filter(domain=domain).count()
    return {"primary": primary, "aliases": _aliases(organization, domain).count()}


def expected(actor: Actor, organization: Organization, domain: str) -> list[Expected]:
    return [_expected(actor, organization, f"{name}@{domain}") for name in EXPECTED]


def _expected(actor: Actor, organization: Organization, address: str) -> Expected:
    alias = Alias.objects.filter(organization=organization, address=address).values("entity")
    found = Entity.objects.of(organization).filter(Q(email=address) | Q(pk__in=alias)).first()
    if found is None:
        return Expected(address, taken=False)
    operation = dict(scope.KINDS)[Entity.Kind(found.kind)]
    seen = policy.allows(actor, operation, organization, found)
    return Expected(address, taken=True, holder=found if seen else None)


def _aliases(organization: Organization, domain: str) -> QuerySet[Alias]:
    of_living = Alias.objects.filter(organization=organization).exclude(entity__state=Entity.State.DELETED)
    return of_living.filter(address__endswith=f"@{domain}")
