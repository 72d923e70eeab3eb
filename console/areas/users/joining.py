"""A new person as the steps of one change: created, enabled, and then given what a person begins with."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from console.changes.steps import FromStep, PlannedStep
from console.mirror.models import Entity

KIND = "create"
CREATED, ENABLED = 0, 1  # where those steps stand, if there is the second
HER = FromStep(CREATED, "UserId")


@dataclass(frozen=True)
class Newcomer:
    """What somebody asked for; without `address` she is not enabled and gets nothing that needs a mailbox."""

    first: Mapping[str, Any]
    address: str = ""
    groups: Sequence[Entity] = ()
    aliases: Collection[str] = ()
    quota: int | None = None
    profile: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.first.get("DisplayName") or self.first["Name"])


def steps(new: Newcomer) -> list[PlannedStep]:
    """What failed is tried again by itself, and what needs it with it."""
    found = [PlannedStep("CreateUser", new.first, f"Create {new.name}")]
    if new.address:
        found.append(_registered(new))
        found += [_needing_a_mailbox(each) for each in _given(new)]
    if new.profile:
        params = {"UserId": HER, **new.profile}
        found.append(PlannedStep("UpdateUser", params, f"Record of {new.name}", CREATED))
    return found


def _registered(new: Newcomer) -> PlannedStep:
    params = {"EntityId": HER, "Email": new.address}
    return PlannedStep("RegisterToWorkMail", params, f"Enable as {new.address}", CREATED)


def _given(new: Newcomer) -> list[tuple[str, dict[str, Any], str]]:
    joined = [
        ("AssociateMemberToGroup", {"GroupId": each.entity_id, "MemberId": HER}, f"Into {each}")
        for each in new.groups
    ]
    named = [("CreateAlias", {"EntityId": HER, "Alias": each}, f"Alias {each}") for each in new.aliases]
    quota = {"UserId": HER, "MailboxQuota": new.quota}
    return [*joined, *named, *([("UpdateMailboxQuota", quota, "Quota")] if new.quota else [])]


def _needing_a_mailbox(given: tuple[str, dict[str, Any], str]) -> PlannedStep:
    operation, params, label = given
    return PlannedStep(operation, params, label, ENABLED)
