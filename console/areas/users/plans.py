"""The creation of a user as steps of a change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from console.changes.steps import FromStep, PlannedStep
from console.mirror.models import Entity

CREATE_KIND = "create"
CREATE_STEP, ENABLE_STEP = 0, 1  # where those steps stand, if there is the second
NEW_USER_ID = FromStep(CREATE_STEP, "UserId")


@dataclass(frozen=True)
class NewUser:
    """The values of a new user; without `address` the user gets nothing that needs a mailbox."""

    first: Mapping[str, Any]
    address: str = ""
    groups: Sequence[Entity] = ()
    aliases: Collection[str] = ()
    quota: int | None = None
    profile: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.first.get("DisplayName") or self.first["Name"])


def plan_user_creation(new: NewUser) -> list[PlannedStep]:
    """Plan the creation; each step can be retried together with the steps that depend on it."""
    steps = [PlannedStep("CreateUser", new.first, f"Create {new.name}")]
    if new.address:
        steps.append(_enable_step(new))
        steps += [_mailbox_step(each) for each in _mailbox_calls(new)]
    if new.profile:
        params = {"UserId": NEW_USER_ID, **new.profile}
        steps.append(PlannedStep("UpdateUser", params, f"Record of {new.name}", CREATE_STEP))
    return steps


def _enable_step(new: NewUser) -> PlannedStep:
    params = {"EntityId": NEW_USER_ID, "Email": new.address}
    return PlannedStep("RegisterToWorkMail", params, f"Enable as {new.address}", CREATE_STEP)


def _mailbox_calls(new: NewUser) -> list[tuple[str, dict[str, Any], str]]:
    joined = [
        ("AssociateMemberToGroup", {"GroupId": each.entity_id, "MemberId": NEW_USER_ID}, f"Into {each}")
        for each in new.groups
    ]
    named = [
        ("CreateAlias", {"EntityId": NEW_USER_ID, "Alias": each}, f"Alias {each}") for each in new.aliases
    ]
    quota = {"UserId": NEW_USER_ID, "MailboxQuota": new.quota}
    return [*joined, *named, *([("UpdateMailboxQuota", quota, "Quota")] if new.quota else [])]


def _mailbox_step(call: tuple[str, dict[str, Any], str]) -> PlannedStep:
    operation, params, label = call
    return PlannedStep(operation, params, label, ENABLE_STEP)
