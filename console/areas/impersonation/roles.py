"""Impersonation roles as WorkMail has them; the console stores no copy."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from console.actor import Actor
from console.gateway import gateway
from console.mirror.models import Entity, Organization
from console.rules import impersonation
from console.rules.evaluation import Rule

SYSTEM_ACTOR = Actor.system("impersonation roles")  # for pages about one person, which show no other's
TYPE_LABELS = {"FULL_ACCESS": "Full access", "READ_ONLY": "Read only"}


@dataclass(frozen=True, slots=True)
class ImpersonationRole:
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
        return TYPE_LABELS.get(self.type, self.type)

    @property
    def values(self) -> dict[str, Any]:
        """Return the editable values, by members of UpdateImpersonationRole."""
        return {"Name": self.name, "Type": self.type, "Description": self.description, "Rules": self.rules}


def list_roles(actor: Actor, organization: Organization) -> list[ImpersonationRole]:
    pages = gateway.call_pages(actor, "ListImpersonationRoles", organization)
    return [ImpersonationRole.of(each) for page in pages for each in page.get("Roles", [])]


def read_role(actor: Actor, organization: Organization, role_id: str) -> ImpersonationRole:
    return ImpersonationRole.of(
        gateway.call(actor, "GetImpersonationRole", organization, ImpersonationRoleId=role_id)
    )


def list_complete_roles(organization: Organization) -> list[ImpersonationRole]:
    """Return all roles with their rules, read as the console, not as the operator."""
    return [read_role(SYSTEM_ACTOR, organization, each.id) for each in list_roles(SYSTEM_ACTOR, organization)]


def iterate_named_users(rules: Iterable[Rule]) -> Iterator[str]:
    """Yield the id of each user that a rule names, once."""
    ids = (each for rule in rules for member in _USER_MEMBERS for each in rule.get(member) or [])
    return iter(dict.fromkeys(ids))


_USER_MEMBERS = ("TargetUsers", "NotTargetUsers")


def get_user_names(organization: Organization, rules: Iterable[Rule]) -> dict[str, str]:
    """Return the names of the users in the rules by id; of an unknown user, the id."""
    ids = list(iterate_named_users(rules))
    users = Entity.objects.filter(organization=organization, entity_id__in=ids)
    names = {each.entity_id: str(each) for each in users}
    return {entity_id: names.get(entity_id, entity_id) for entity_id in ids}


def get_user_addresses(organization: Organization, rules: Iterable[Rule]) -> dict[str, str]:
    """Return the email address, or else the username, of the users in the rules that are not deleted."""
    users = Entity.objects.filter(organization=organization, entity_id__in=list(iterate_named_users(rules)))
    active_users = users.exclude(state=Entity.State.DELETED)
    return {each.entity_id: each.email or each.name for each in active_users}


def split_reach(rules: list[dict[str, Any]]) -> tuple[bool, list[str]]:
    """Return whether the role reaches users that no rule names, and the named users for whom it differs."""
    everybody = impersonation.evaluate_impersonation(rules, "").allowed
    others = [
        each
        for each in iterate_named_users(rules)
        if impersonation.evaluate_impersonation(rules, each).allowed != everybody
    ]
    return everybody, others
