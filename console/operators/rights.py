"""What an operator holds right now: her live grants, read as rights to operations on mail domains."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Self

from console.actor import Actor
from console.aws.catalogue import Operation
from console.mirror.models import Organization
from console.operators.models import Grant

# Beyond any one organization, or the end of one: no area's access covers them, only their name or "*".
# Loosening what holds changes back is reserved, too: else one operator could loosen, act and restore.
RESERVED = frozenset(
    {
        "CreateOrganization",
        "DeleteOrganization",
        "ListOrganizations",
        "LoosenConditions",
        "ManageOrganizations",
    }
)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a right holds: on the whole organization, on some mail domains, or (falsy) nowhere."""

    everywhere: bool = False
    domains: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.domains)

    def __contains__(self, domain: str) -> bool:
        return self.everywhere or (bool(domain) and domain.lower() in self.domains)

    def __or__(self, other: "Reach") -> "Reach":
        return Reach(self.everywhere or other.everywhere, self.domains | other.domains)


@dataclass(frozen=True, slots=True)
class Held:
    """One live grant: a role's permissions in one organization.

    A permission is the name of an operation or action (`UpdateUser`), an area and an access
    (`users:write`; `*:read` for every area), or `*` for everything. What is `RESERVED` is covered
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
        if rule.name not in RESERVED:
            asked |= {f"*:{rule.access}", f"{rule.area}:{rule.access}"}
        return not self.permissions.isdisjoint(asked)

    @property
    def reach(self) -> Reach:
        """An empty name is no domain: a grant that holds nothing else reaches nobody, not everybody."""
        return Reach(everywhere=not self.domains, domains=self.domains - {""})


@dataclass(frozen=True, slots=True)
class Rights:
    """All that one actor holds; the console itself holds every read and nothing else.

    `places` are the organizations themselves, in the order in which they are shown.
    """

    held: tuple[Held, ...] = ()
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


def load(actor: Actor) -> Rights:
    """Rights as the database has them at this moment, in one query."""
    if actor.operator_id is None:
        return Rights(is_system=True)
    live = Grant.objects.live().filter(operator_id=actor.operator_id)
    grants = list(live.select_related("role", "organization"))
    places = {grant.organization_id: grant.organization for grant in grants}
    ordered = sorted(places.values(), key=lambda place: (place.name, place.slug))
    return Rights(tuple(Held.of(grant) for grant in grants), places=tuple(ordered))


# A page asks dozens of times what to show. Within one request the answer is kept; outside of one, in a
# worker for instance, there is nothing to keep it in, so a role that is taken away is gone at once.
_asked: ContextVar[dict[int | None, Rights] | None] = ContextVar("rights asked for", default=None)


@contextmanager
def one_request() -> Iterator[None]:
    """Keep the rights that are asked for until the end of the block."""
    token = _asked.set({})
    try:
        yield
    finally:
        _asked.reset(token)


def of(actor: Actor) -> Rights:
    """Rights of `actor`, read once a request."""
    kept = _asked.get()
    if kept is None:
        return load(actor)
    if actor.operator_id not in kept:
        kept[actor.operator_id] = load(actor)
    return kept[actor.operator_id]
