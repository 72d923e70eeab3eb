"""Impersonation roles as WorkMail has them now; the console keeps no copy of who may act as whom."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from console.actor import Actor
from console.gateway import gateway
from console.mirror.models import Entity, Organization
from console.rules import impersonation
from console.rules.deciding import Rule

READER = Actor.system("impersonation roles")  # for pages about one person, which show no other's
TYPES = {"FULL_ACCESS": "Full access", "READ_ONLY": "Read only"}


@dataclass(frozen=True, slots=True)
class Role:
    id: str
    name: str
    type: str
    description: str = ""
    rules: list[dict[str, Any]] = field(default_factory=list)
    created: datetime | None = None
    modified: datetime | None = None

    @classmethod
    def of(cls, shown: Mapping[str, Any]) -> Self:
        return cls(
            shown["ImpersonationRoleId"],
            shown.get("Name", ""),
            shown.get("Type", ""),
            shown.get("Description") or "",
            list(shown.get("Rules") or []),
            shown.get("DateCreated"),
            shown.get("DateModified"),
        )

    @property
    def kind(self) -> str:
        return TYPES.get(self.type, self.type)

    @property
    def values(self) -> dict[str, Any]:
        """What somebody edits, by members of UpdateImpersonationRole."""
        return {"Name": self.name, "Type": self.type, "Description": self.description, "Rules": self.rules}


def listed(actor: Actor, organization: Organization) -> list[Role]:
    """All of them, without their rules."""
    pages = gateway.call_pages(actor, "ListImpersonationRoles", organization)
    return [Role.of(each) for page in pages for each in page.get("Roles", [])]


def described(actor: Actor, organization: Organization, role_id: str) -> Role:
    return Role.of(gateway.call(actor, "GetImpersonationRole", organization, ImpersonationRoleId=role_id))


def complete(organization: Organization) -> list[Role]:
    """All of them with their rules, read by the console itself: a page shows of them what is its reader's."""
    return [described(READER, organization, each.id) for each in listed(READER, organization)]


def named(rules: Iterable[Rule]) -> Iterator[str]:
    """Everybody whom a rule names, once."""
    ids = (each for rule in rules for member in _MEMBERS for each in rule.get(member) or [])
    return iter(dict.fromkeys(ids))


_MEMBERS = ("TargetUsers", "NotTargetUsers")


def names(organization: Organization, rules: Iterable[Rule]) -> dict[str, str]:
    """How those are called whom rules name by id."""
    ids = list(named(rules))
    found = Entity.objects.filter(organization=organization, entity_id__in=ids)
    known = {each.entity_id: str(each) for each in found}
    return {entity_id: known.get(entity_id, entity_id) for entity_id in ids}


def written(organization: Organization, rules: Iterable[Rule]) -> dict[str, str]:
    """How somebody would type them; those whom nobody can be told from stay ids."""
    found = Entity.objects.filter(organization=organization, entity_id__in=list(named(rules)))
    living = found.exclude(state=Entity.State.DELETED)
    return {each.entity_id: each.email or each.name for each in living}


def reached(rules: list[dict[str, Any]]) -> tuple[bool, list[str]]:
    """Whether the role may act as everybody whom no rule names, and those of whom the opposite holds."""
    everybody = impersonation.effect(rules, "").allowed
    others = [each for each in named(rules) if impersonation.effect(rules, each).allowed != everybody]
    return everybody, others
