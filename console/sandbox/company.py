"""One invented company put into a store: its people, groups, resources and who may do what for whom.

Records go into the store directly, in one transaction: 100,000 people take seconds, not hours.
"""

import random
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from console.sandbox import mail
from console.sandbox.clock import DAY
from console.sandbox.people import Person, Weighted, pick
from console.sandbox.records import (
    QUOTA_MB,
    Delegation,
    Entity,
    Group,
    Membership,
    Organization,
    Permission,
    Resource,
    User,
)
from console.sandbox.store import Store

LARGEST_GROUP = 1000  # people of a group, so that a company of 100,000 stays small in memory
ALIASES = 100  # the most that an entity can have [documented]
STATES = Weighted([("ENABLED", 93.0), ("DISABLED", 3.5), ("NEW", 0.5), ("DELETED", 2.0), ("REMOTE", 1.0)])
IN_USE = ("ENABLED", "REMOTE")
ALIAS_COUNTS = Weighted([(0, 70.0), (1, 20.0), (2, 6.0), (3, 2.0), (5, 1.2), (12, 0.6), (40, 0.2)])
QUOTAS = Weighted([(QUOTA_MB, 70.0), (25_600, 14.0), (10_240, 14.0), (0, 2.0)])  # 0: nearly used up
TOPICS = (
    "orders",
    "alerts",
    "travel",
    "events",
    "claims",
    "surveys",
    "rota",
    "reports",
    "suppliers",
    "trials",
)
RIGHTS = Weighted(
    [
        (("FULL_ACCESS",), 35.0),
        (("FULL_ACCESS", "SEND_AS"), 25.0),
        (("SEND_ON_BEHALF",), 20.0),
        (("SEND_AS",), 12.0),
        (("FULL_ACCESS", "SEND_AS", "SEND_ON_BEHALF"), 8.0),
    ]
)


@dataclass
class Company:
    """What is being built; every random choice comes from `rng`, which the company's alias seeds."""

    store: Store
    organization: Organization
    title: str
    domains: Weighted[str]
    rng: random.Random = field(init=False)
    enabled: list[User] = field(default_factory=list)
    by_department: dict[str, list[User]] = field(default_factory=lambda: defaultdict(list))
    by_office: dict[str, list[User]] = field(default_factory=lambda: defaultdict(list))
    groups: dict[str, Group] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rng = mail.seeded(self.organization.alias, "company")
        self.now = self.store.clock.now()

    @property
    def domain(self) -> str:
        return self.organization.default_domain

    def link(self, type_: type[Any], owner: Entity, other: Entity, **more: Any) -> None:
        link = type_(
            organization_id=owner.organization_id, owner_id=owner.entity_id, other_id=other.entity_id, **more
        )
        self.store.tables[type_.TABLE].save(link)

    def addresses(self, row: Mapping[str, Any], local: str) -> dict[str, Any]:
        """Primary address and aliases of a group or resource; only what is in use has any [inferred]."""
        if row.get("state", "ENABLED") not in IN_USE:
            return {}
        aliases = tuple(f"{alias}@{self.domain}" for alias in row.get("aliases", ()))
        return {"email": f"{local}@{self.domain}", "aliases": aliases}

    def some(self, values: list[User], count: int) -> list[User]:
        return self.rng.sample(values, min(count, len(values)))


def hire(company: Company, people: Iterable[Person]) -> None:
    for person in people:
        user = employed(company, person)
        company.store.entities.save(user)
        if user.is_enabled and user.role == "USER":
            company.enabled.append(user)
            company.by_department[user.department].append(user)
            company.by_office[user.office].append(user)


def employed(company: Company, person: Person) -> User:
    state = STATES.draw(company.rng)
    return User(
        organization_id=company.organization.organization_id,
        entity_id=person.user_id,
        name=person.username,
        display_name=person.display_name,
        first_name=person.first_name,
        last_name=person.last_name,
        initials=person.initials,
        telephone=person.telephone,
        street=person.street,
        job_title=person.job_title,
        city=person.city,
        company=company.title,
        zip_code=person.zip_code,
        department=person.department,
        country=person.country,
        office=person.office,
        hidden=company.rng.random() < 0.03,
        role="REMOTE_USER" if state == "REMOTE" else "USER",
        quota=QUOTAS.draw(company.rng) or nearly_used(company, person.user_id),
        **addresses_of(company, person, state),
        **life(company, state, mailbox=state != "REMOTE"),
    )


def life(company: Company, state: str, *, mailbox: bool = True) -> dict[str, Any]:
    """The fields of somebody or something that went through all that leads to the state."""
    if state == "NEW":  # created and never enabled
        return {}
    since = round(company.now - DAY * (250 + company.rng.random() * 1800), 3)
    fields = {"state": state, "enabled": since}
    if mailbox:
        fields |= {"provisioned": since, "filled": True}
    if state in IN_USE:
        return fields | {"state": "ENABLED"}
    # Somebody disabled lately can still be given the mailbox back, somebody deleted is long gone.
    days = company.rng.random() * 29 + (0.5 if state == "DISABLED" else 40)
    return fields | {"disabled": round(company.now - DAY * days, 3)}


def addresses_of(company: Company, person: Person, state: str) -> dict[str, Any]:
    """Only what is in use has addresses [inferred]."""
    if state not in IN_USE:
        return {}
    domain = company.domains.draw(company.rng)
    return {"email": f"{person.username}@{domain}", "aliases": aliases(company, person, domain)}


def aliases(company: Company, person: Person, domain: str) -> tuple[str, ...]:
    """Additional addresses that nobody else can have, since each has the username in it."""
    rng, count = company.rng, ALIAS_COUNTS.draw(company.rng)
    if not company.enabled and company.organization.alias == "northwind-health":
        count = ALIASES  # the first of the company has as many as WorkMail allows
    others = [other for other in company.domains.values if other != domain]
    found = [f"{person.username}@{other}" for other in others][:count]
    start = int(rng.random() * len(TOPICS))
    for number in range(count - len(found)):
        topic = TOPICS[(start + number) % len(TOPICS)]
        year = f"{2026 - number // len(TOPICS)}" if number >= len(TOPICS) else ""
        found.append(f"{topic}{year}.{person.username}@{domain}")
    return tuple(found)


def nearly_used(company: Company, user_id: str) -> int:
    """A quota of which the mailbox takes 90 to 99 %."""
    return int(mail.size_in_mb(user_id) / (0.9 + 0.09 * company.rng.random())) + 1


def form(company: Company, rows: Iterable[Mapping[str, Any]]) -> None:
    """Groups, in the order of their rows: a group's nested groups come before it."""
    for row in rows:
        identifier = str(uuid.UUID(int=company.rng.getrandbits(128), version=4))
        group = Group(
            organization_id=company.organization.organization_id,
            entity_id=identifier,
            name=row["name"],
            hidden=row.get("hidden", False),
            **company.addresses(row, row["address"]),
            **life(company, row.get("state", "ENABLED"), mailbox=False),
        )
        company.store.entities.save(group)
        company.groups[group.name] = group
        if not group.is_deleted:
            fill(company, group, row)


def fill(company: Company, group: Group, row: Mapping[str, Any]) -> None:
    people = row.get("people") or company.some(company.enabled, row.get("members", 0))
    inner = [company.groups[name] for name in row.get("groups", ())]
    for member in [*people[:LARGEST_GROUP], *inner]:
        company.link(Membership, group, member)
    for sender in company.some(company.enabled, row.get("senders", 0)):
        company.link(Permission, group, sender, values=(pick(company.rng, ("SEND_AS", "SEND_ON_BEHALF")),))


def furnish(company: Company, rows: Iterable[Mapping[str, Any]]) -> None:
    """Rooms and equipment with the delegates that their rows ask for."""
    for row in rows:
        resource = Resource(
            organization_id=company.organization.organization_id,
            entity_id=f"r-{company.rng.getrandbits(128):032x}",
            name=row["name"],
            description=row.get("description", ""),
            type=row.get("kind", "ROOM"),
            hidden=row.get("hidden", False),
            auto_accept=row.get("accept", True),
            auto_decline_recurring=not row.get("recurring", True),
            **company.addresses(row, row["name"]),
            **life(company, row.get("state", "ENABLED")),
        )
        company.store.entities.save(resource)
        for delegate in delegates(company, row):
            company.link(Delegation, resource, delegate)


def delegates(company: Company, row: Mapping[str, Any]) -> list[Entity]:
    """People of the resource's office, or of any if it has none, and perhaps a group."""
    near = [
        user
        for office, users in company.by_office.items()
        for user in users[:50]
        if row.get("office", "") in office
    ]
    people: list[Entity] = [*company.some(near or company.enabled, row.get("delegates", 0))]
    return [*people, company.groups[row["group"]]] if "group" in row else people


def entrust(company: Company, share: float = 0.06) -> None:
    """Let some people into others' mailboxes, mostly those of their own department."""
    for owner in company.some(company.enabled, min(int(len(company.enabled) * share) + 1, 2000)):
        colleagues = company.by_department[owner.department]
        for grantee in company.some(colleagues, pick(company.rng, (1, 1, 1, 2, 4))):
            if grantee is not owner:
                company.link(Permission, owner, grantee, values=RIGHTS.draw(company.rng))
