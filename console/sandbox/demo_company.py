"""A generated company: users, groups, resources and permissions.

Records go into the store directly, in one transaction: 100,000 people take seconds, not hours.
"""

import random
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from console.sandbox import mailbox_content
from console.sandbox.clock import DAY
from console.sandbox.demo_people import Person, Weighted, pick_value
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
    """The company being built; `rng` is seeded by its alias and makes every random choice."""

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
        self.rng = mailbox_content.seeded_random(self.organization.alias, "company")
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
        """Return the addresses of a group or resource; only enabled ones have any [inferred]."""
        if row.get("state", "ENABLED") not in IN_USE:
            return {}
        aliases = tuple(f"{alias}@{self.domain}" for alias in row.get("aliases", ()))
        return {"email": f"{local}@{self.domain}", "aliases": aliases}

    def some(self, values: list[User], count: int) -> list[User]:
        return self.rng.sample(values, min(count, len(values)))


def add_users(company: Company, people: Iterable[Person]) -> None:
    for person in people:
        user = build_user(company, person)
        company.store.entities.save(user)
        if user.is_enabled and user.role == "USER":
            company.enabled.append(user)
            company.by_department[user.department].append(user)
            company.by_office[user.office].append(user)


def build_user(company: Company, person: Person) -> User:
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
        quota=QUOTAS.draw(company.rng) or nearly_used_quota(company, person.user_id),
        **user_addresses(company, person, state),
        **life_cycle_fields(company, state, mailbox=state != "REMOTE"),
    )


def life_cycle_fields(company: Company, state: str, *, mailbox: bool = True) -> dict[str, Any]:
    """Return the fields of an entity that reached this state."""
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


def user_addresses(company: Company, person: Person, state: str) -> dict[str, Any]:
    """Return the addresses of a user; only enabled ones have any [inferred]."""
    if state not in IN_USE:
        return {}
    domain = company.domains.draw(company.rng)
    return {"email": f"{person.username}@{domain}", "aliases": user_aliases(company, person, domain)}


def user_aliases(company: Company, person: Person, domain: str) -> tuple[str, ...]:
    """Return aliases that are unique because they contain the username."""
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


def nearly_used_quota(company: Company, user_id: str) -> int:
    """Return a quota of which the mailbox uses 90 to 99 %."""
    return int(mailbox_content.generate_size(user_id) / (0.9 + 0.09 * company.rng.random())) + 1


def add_groups(company: Company, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add groups in the order of their rows; nested groups come first."""
    for row in rows:
        identifier = str(uuid.UUID(int=company.rng.getrandbits(128), version=4))
        group = Group(
            organization_id=company.organization.organization_id,
            entity_id=identifier,
            name=row["name"],
            hidden=row.get("hidden", False),
            **company.addresses(row, row["address"]),
            **life_cycle_fields(company, row.get("state", "ENABLED"), mailbox=False),
        )
        company.store.entities.save(group)
        company.groups[group.name] = group
        if not group.is_deleted:
            add_members(company, group, row)


def add_members(company: Company, group: Group, row: Mapping[str, Any]) -> None:
    people = row.get("people") or company.some(company.enabled, row.get("members", 0))
    inner = [company.groups[name] for name in row.get("groups", ())]
    for member in [*people[:LARGEST_GROUP], *inner]:
        company.link(Membership, group, member)
    for sender in company.some(company.enabled, row.get("senders", 0)):
        company.link(
            Permission, group, sender, values=(pick_value(company.rng, ("SEND_AS", "SEND_ON_BEHALF")),)
        )


def add_resources(company: Company, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add rooms and equipment with their delegates."""
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
            **life_cycle_fields(company, row.get("state", "ENABLED")),
        )
        company.store.entities.save(resource)
        for delegate in choose_delegates(company, row):
            company.link(Delegation, resource, delegate)


def choose_delegates(company: Company, row: Mapping[str, Any]) -> list[Entity]:
    """Return users of the resource's office, or of any, and sometimes a group."""
    near = [
        user
        for office, users in company.by_office.items()
        for user in users[:50]
        if row.get("office", "") in office
    ]
    people: list[Entity] = [*company.some(near or company.enabled, row.get("delegates", 0))]
    return [*people, company.groups[row["group"]]] if "group" in row else people


def add_permissions(company: Company, share: float = 0.06) -> None:
    """Give some users access to mailboxes of others, mostly in their department."""
    for owner in company.some(company.enabled, min(int(len(company.enabled) * share) + 1, 2000)):
        colleagues = company.by_department[owner.department]
        for grantee in company.some(colleagues, pick_value(company.rng, (1, 1, 1, 2, 4))):
            if grantee is not owner:
                company.link(Permission, owner, grantee, values=RIGHTS.draw(company.rng))
