"""The rights of an actor, read from their live grants."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Self

from console.actor import Actor
from console.aws.catalogue import Operation
from console.mirror.models import Organization
from console.operators.models import Grant


@dataclass(frozen=True, slots=True)
class Reach:
    """The scope of a right: the whole organization, some mail domains, or none (falsy)."""

    everywhere: bool = False
    domains: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.domains)

    def __contains__(self, domain: str) -> bool:
        return self.everywhere or (bool(domain) and domain.lower() in self.domains)

    def __or__(self, other: "Reach") -> "Reach":
        return Reach(self.everywhere or other.everywhere, self.domains | other.domains)


@dataclass(frozen=True, slots=True)
class HeldGrant:
    """A live grant: a role's permissions in one organization.

    A permission is the name of an operation or action (`UpdateUser`), an area and an access
    (`users:write`; `*:read` for every area), or `*` for everything. What is reserved is covered
    by the first and the last alone.
    """

    organization: int
    permissions: frozenset[str]
    domains: frozenset[str]

    @classmethod
    def of(cls, grant: Grant) -> Self:
        domains = frozenset(domain.lower() for domain in grant.domains)
        return cls(grant.organization_id, frozenset(grant.role.permissions), domains)

    def covers(self, rule: Operation) -> bool:
        asked = {"*", rule.name}
        if not rule.is_reserved:
            asked |= {f"*:{rule.access}", f"{rule.area}:{rule.access}"}
        return not self.permissions.isdisjoint(asked)

    @property
    def reach(self) -> Reach:
        """Return the scope of the grant; an empty domain name matches nothing."""
        return Reach(everywhere=not self.domains, domains=self.domains - {""})


@dataclass(frozen=True, slots=True)
class Rights:
    """All rights of an actor; the console itself has every read and nothing else.

    `places` are the organizations themselves, in the order in which they are shown.
    """

    held: tuple[HeldGrant, ...] = ()
    is_system: bool = False
    places: tuple[Organization, ...] = ()
    organizations: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "organizations", frozenset(each.organization for each in self.held))

    def reach(self, rule: Operation, organization: Organization) -> Reach:
        if self.is_system:
            return Reach(everywhere=rule.is_read)
        found = Reach()
        for each in self.held:
            if each.organization == organization.pk and each.covers(rule):
                found |= each.reach
        return found


def load_rights(actor: Actor) -> Rights:
    """Read the rights from the database, in one query."""
    if actor.operator_id is None:
        return Rights(is_system=True)
    live = Grant.objects.live().filter(operator_id=actor.operator_id)
    grants = list(live.select_related("role", "organization"))
    places = {grant.organization_id: grant.organization for grant in grants}
    ordered = sorted(places.values(), key=lambda place: (place.name, place.slug))
    return Rights(tuple(HeldGrant.of(grant) for grant in grants), places=tuple(ordered))


# A page asks dozens of times what to show. Within one request the answer is kept; outside of one, in a
# worker for instance, there is nothing to keep it in, so a role that is taken away is gone at once.
_request_cache: ContextVar[dict[int | None, Rights] | None] = ContextVar("rights asked for", default=None)


@contextmanager
def cache_for_request() -> Iterator[None]:
    """Cache rights inside the block."""
    token = _request_cache.set({})
    try:
        yield
    finally:
        _request_cache.reset(token)


def get_rights(actor: Actor) -> Rights:
    """Return the actor's rights, cached for the request."""
    kept = _request_cache.get()
    if kept is None:
        return load_rights(actor)
    if actor.operator_id not in kept:
        kept[actor.operator_id] = load_rights(actor)
    return kept[actor.operator_id]
