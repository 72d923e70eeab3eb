"""Offboarding as one plan: what is left out is left out, what needs an earlier step waits for it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from console.actor import Actor
from console.areas.directory import handover, relations
from console.areas.exports.models import Destination
from console.areas.identity import access_tokens
from console.areas.lifecycle import freezing
from console.changes.steps import GENERATED, PlannedStep
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Entity, Permission
from console.operators import policy
from console.rules.evaluation import Rule

KIND = "offboard"
PASSWORD, FREEZE, TOKENS, GROUPS, ACCESS, EXPORT, HIDE, DISABLE, ADDRESS, DELETE = (
    *("password", "freeze", "tokens", "groups", "access"),
    *("export", "hide", "disable", "address", "delete"),
)
PARTS = {
    PASSWORD: "Set a password that nobody knows",
    FREEZE: "Freeze: no protocol lets the person in",
    TOKENS: "Revoke personal access tokens",
    GROUPS: "Leave all groups",
    ACCESS: "The successor may open the mailbox",
    EXPORT: "Export the mailbox, and disable only once that is done",
    HIDE: "Hide from the address book",
    DISABLE: "Disable the mailbox",
    ADDRESS: "Mail to the addresses arrives at the successor",
    DELETE: "Delete for good, days later",
}
NEEDED = {
    PASSWORD: ("ResetPassword",),
    FREEZE: ("PutAccessControlRule",),
    TOKENS: ("DeletePersonalAccessToken",),
    GROUPS: ("DisassociateMemberFromGroup",),
    ACCESS: ("PutMailboxPermissions",),
    EXPORT: ("StartMailboxExportJob",),
    HIDE: ("UpdateUser",),
    DISABLE: ("DeregisterFromWorkMail",),
    ADDRESS: ("DeleteAlias", "CreateAlias"),
    DELETE: ("DeleteUser",),
}
OF_SUCCESSOR = (ACCESS, ADDRESS)
OF_MAILBOX = (ACCESS, EXPORT)
USUAL = tuple(part for part in PARTS if part not in (EXPORT, DELETE))
EXPORTING = "StartMailboxExportJob"


@dataclass(frozen=True)
class Wish:
    """What somebody wants for a leaver. `rules` are the access rules as they are now."""

    person: Entity
    parts: Collection[str]
    successor: Entity | None = None
    destination: Destination | None = None
    rules: Sequence[Rule] = field(default_factory=tuple)

    def wants(self, part: str) -> bool:
        return part in self.parts


def offered(actor: Actor, person: Entity) -> list[str]:
    """Return the parts that the operator may do for this user; a remote user has no mailbox to pass on."""
    organization = person.organization
    left_out = () if get_mailbox(person).exists else OF_MAILBOX
    return [
        part
        for part, operations in NEEDED.items()
        if part not in left_out
        and all(policy.allows(actor, each, organization, person) for each in operations)
    ]


def plan(actor: Actor, wish: Wish) -> list[PlannedStep]:
    """The steps in their order: first nobody gets in any more, then what was hers goes over, then she."""
    steps: list[PlannedStep] = []
    for part, of_part in OF_PARTS.items():
        if wish.wants(part):
            steps += of_part(actor, wish, len(steps))
    return steps + _end(actor, wish, steps)


def _password(actor: Actor, wish: Wish, position: int) -> Iterator[PlannedStep]:
    if wish.person.role == "REMOTE_USER":  # has no password of its own [inferred]
        return
    params = {"UserId": wish.person.entity_id, "Password": GENERATED}
    yield PlannedStep("ResetPassword", params, "A password that nobody knows")


def _freeze(actor: Actor, wish: Wish, position: int) -> Iterator[PlannedStep]:
    if freezing.holding(wish.rules, wish.person.entity_id) is None:
        yield from freezing.freezing(wish.rules, wish.person, position)


def _tokens(actor: Actor, wish: Wish, position: int) -> Iterator[PlannedStep]:
    yield from access_tokens.build_revocation_steps(access_tokens.list_user_tokens(actor, wish.person))


def _groups(actor: Actor, wish: Wish, position: int) -> Iterator[PlannedStep]:
    for group in relations.groups(actor, wish.person):
        params = {"GroupId": group.entity_id, "MemberId": wish.person.entity_id}
        yield PlannedStep("DisassociateMemberFromGroup", params, f"Leave {group}")


def _access(actor: Actor, wish: Wish, position: int) -> Iterator[PlannedStep]:
    if wish.successor is None:
        return
    held = Permission.objects.filter(owner=wish.person, grantee_id=wish.successor.entity_id).first()
    values = sorted({"FULL_ACCESS", *(held.values if held else ())})
    params = {
        "EntityId": wish.person.entity_id,
        "GranteeId": wish.successor.entity_id,
        "PermissionValues": values,
    }
    yield PlannedStep("PutMailboxPermissions", params, f"{wish.successor} may open the mailbox")


def _export(actor: Actor, wish: Wish, position: int) -> Iterator[PlannedStep]:
    place = wish.destination
    if place is None:
        return
    params: dict[str, Any] = {
        "EntityId": wish.person.entity_id,
        "RoleArn": place.role_arn,
        "KmsKeyArn": place.kms_key_arn,
        "S3BucketName": place.bucket,
        "S3Prefix": place.prefix,
    }
    yield PlannedStep(EXPORTING, params, f"Export the mailbox to {place}")


def _hide(actor: Actor, wish: Wish, position: int) -> Iterator[PlannedStep]:
    params = {"UserId": wish.person.entity_id, "HiddenFromGlobalAddressList": True}
    yield PlannedStep("UpdateUser", params, "Hide from the address book")


OF_PARTS = {
    FREEZE: _freeze,  # first: nothing that is refused may keep somebody's way in open
    PASSWORD: _password,
    TOKENS: _tokens,
    GROUPS: _groups,
    ACCESS: _access,
    EXPORT: _export,
    HIDE: _hide,
}


def _end(actor: Actor, wish: Wish, before: Sequence[PlannedStep]) -> list[PlannedStep]:
    """Addresses and the disabling itself, which waits for the export if there is one."""
    passes_on = wish.wants(ADDRESS) and wish.successor is not None
    if not (wish.wants(DISABLE) or passes_on):
        return []
    parts = ["addresses"] if passes_on else []
    successor = wish.successor or wish.person
    found = handover.plan(actor, wish.person, successor, parts, disable=wish.wants(DISABLE))
    export = next((at for at, each in enumerate(before) if each.operation == EXPORTING), None)
    return [_moved(each, len(before), export) for each in found]


def _moved(step: PlannedStep, by: int, export: int | None) -> PlannedStep:
    if step.needs is not None:
        return replace(step, needs=step.needs + by)
    return replace(step, needs=export) if step.operation == "DeregisterFromWorkMail" else step


def deletion(wish: Wish, steps: Sequence[PlannedStep]) -> list[PlannedStep]:
    """Of whom nobody has brought back in the meantime; no rule keeps naming somebody who is gone."""
    person, rules = wish.person, wish.rules
    params: Mapping[str, Any] = {"UserId": person.entity_id}
    found = [PlannedStep("DeleteUser", params, f"Delete {person}", expects={"State": "DISABLED"})]
    for each in steps:
        rules = freezing.after(rules, each) if each.operation == freezing.PUT else rules
    planned = freezing.removing(rules, person.entity_id, f"{person} leaves the freeze rule")
    return [*found, replace(planned, needs=0)] if planned else found
