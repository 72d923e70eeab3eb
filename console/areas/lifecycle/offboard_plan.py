"""Offboarding as steps of a draft, with a snapshot and a scheduled deletion."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from console.actor import Actor
from console.areas.entities import relations, transfer
from console.areas.exports.models import Destination
from console.areas.identity import access_tokens
from console.areas.lifecycle import snapshots
from console.areas.lifecycle.access_block import block_rules
from console.changes import drafts, schedule
from console.changes.models import DELETION_KIND, Change
from console.changes.steps import GENERATED, PlannedStep
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Entity, Permission
from console.operators import policy
from console.rules.evaluation import Rule

OFFBOARD_KIND = "offboard"
PASSWORD, BLOCK, TOKENS, GROUPS, ACCESS, EXPORT, HIDE, DISABLE, ADDRESS, DELETE = (
    *("password", "freeze", "tokens", "groups", "access"),
    *("export", "hide", "disable", "address", "delete"),
)
OFFBOARD_PARTS = {
    PASSWORD: "Set a password that nobody knows",
    BLOCK: "Freeze: no protocol lets the person in",
    TOKENS: "Revoke personal access tokens",
    GROUPS: "Leave all groups",
    ACCESS: "The successor may open the mailbox",
    EXPORT: "Export the mailbox, and disable only once that is done",
    HIDE: "Hide from the address book",
    DISABLE: "Disable the mailbox",
    ADDRESS: "Mail to the addresses arrives at the successor",
    DELETE: "Delete for good, days later",
}
PART_OPERATIONS = {
    PASSWORD: ("ResetPassword",),
    BLOCK: ("PutAccessControlRule",),
    TOKENS: ("DeletePersonalAccessToken",),
    GROUPS: ("DisassociateMemberFromGroup",),
    ACCESS: ("PutMailboxPermissions",),
    EXPORT: ("StartMailboxExportJob",),
    HIDE: ("UpdateUser",),
    DISABLE: ("DeregisterFromWorkMail",),
    ADDRESS: ("DeleteAlias", "CreateAlias"),
    DELETE: ("DeleteUser",),
}
SUCCESSOR_PARTS = (ACCESS, ADDRESS)
MAILBOX_PARTS = (ACCESS, EXPORT)
DEFAULT_PARTS = tuple(part for part in OFFBOARD_PARTS if part not in (EXPORT, DELETE))
EXPORT_OPERATION = "StartMailboxExportJob"


@dataclass(frozen=True)
class OffboardingRequest:
    """The options of an offboarding; `rules` are the current access rules."""

    user: Entity
    parts: Collection[str]
    successor: Entity | None = None
    destination: Destination | None = None
    rules: Sequence[Rule] = field(default_factory=tuple)

    def wants(self, part: str) -> bool:
        return part in self.parts


def list_permitted_parts(actor: Actor, user: Entity) -> list[str]:
    """Return the parts that the operator may perform for this user."""
    organization = user.organization
    left_out = () if get_mailbox(user).exists else MAILBOX_PARTS
    return [
        part
        for part, operations in PART_OPERATIONS.items()
        if part not in left_out and all(policy.allows(actor, each, organization, user) for each in operations)
    ]


def plan_offboarding(actor: Actor, wish: OffboardingRequest) -> list[PlannedStep]:
    """Plan the steps in order: block access, transfer data, then disable the user."""
    steps: list[PlannedStep] = []
    for part, of_part in PART_PLANNERS.items():
        if wish.wants(part):
            steps += of_part(actor, wish, len(steps))
    return steps + _plan_transfer_and_disabling(actor, wish, steps)


def _plan_password(actor: Actor, wish: OffboardingRequest, position: int) -> Iterator[PlannedStep]:
    if wish.user.role == "REMOTE_USER":  # has no password of its own [inferred]
        return
    params = {"UserId": wish.user.entity_id, "Password": GENERATED}
    yield PlannedStep("ResetPassword", params, "A password that nobody knows")


def _plan_block(actor: Actor, wish: OffboardingRequest, position: int) -> Iterator[PlannedStep]:
    if block_rules.find_block_rule(wish.rules, wish.user.entity_id) is None:
        yield from block_rules.plan_block(wish.rules, wish.user, position)


def _plan_tokens(actor: Actor, wish: OffboardingRequest, position: int) -> Iterator[PlannedStep]:
    yield from access_tokens.build_revocation_steps(access_tokens.list_user_tokens(actor, wish.user))


def _plan_groups(actor: Actor, wish: OffboardingRequest, position: int) -> Iterator[PlannedStep]:
    for group in relations.list_groups(actor, wish.user):
        params = {"GroupId": group.entity_id, "MemberId": wish.user.entity_id}
        yield PlannedStep("DisassociateMemberFromGroup", params, f"Leave {group}")


def _plan_successor_access(actor: Actor, wish: OffboardingRequest, position: int) -> Iterator[PlannedStep]:
    if wish.successor is None:
        return
    permission = Permission.objects.filter(owner=wish.user, grantee_id=wish.successor.entity_id).first()
    values = sorted({"FULL_ACCESS", *(permission.values if permission else ())})
    params = {
        "EntityId": wish.user.entity_id,
        "GranteeId": wish.successor.entity_id,
        "PermissionValues": values,
    }
    yield PlannedStep("PutMailboxPermissions", params, f"{wish.successor} may open the mailbox")


def _plan_export(actor: Actor, wish: OffboardingRequest, position: int) -> Iterator[PlannedStep]:
    place = wish.destination
    if place is None:
        return
    params: dict[str, Any] = {
        "EntityId": wish.user.entity_id,
        "RoleArn": place.role_arn,
        "KmsKeyArn": place.kms_key_arn,
        "S3BucketName": place.bucket,
        "S3Prefix": place.prefix,
    }
    yield PlannedStep(EXPORT_OPERATION, params, f"Export the mailbox to {place}")


def _plan_hiding(actor: Actor, wish: OffboardingRequest, position: int) -> Iterator[PlannedStep]:
    params = {"UserId": wish.user.entity_id, "HiddenFromGlobalAddressList": True}
    yield PlannedStep("UpdateUser", params, "Hide from the address book")


PART_PLANNERS = {
    BLOCK: _plan_block,  # first: nothing that is refused may keep somebody's way in open
    PASSWORD: _plan_password,
    TOKENS: _plan_tokens,
    GROUPS: _plan_groups,
    ACCESS: _plan_successor_access,
    EXPORT: _plan_export,
    HIDE: _plan_hiding,
}


def _plan_transfer_and_disabling(
    actor: Actor, wish: OffboardingRequest, before: Sequence[PlannedStep]
) -> list[PlannedStep]:
    """Plan the transfer of addresses and the disabling, which waits for an export."""
    passes_on = wish.wants(ADDRESS) and wish.successor is not None
    if not (wish.wants(DISABLE) or passes_on):
        return []
    parts = ["addresses"] if passes_on else []
    successor = wish.successor or wish.user
    steps = transfer.plan_transfer(actor, wish.user, successor, parts, disable=wish.wants(DISABLE))
    export = next((at for at, each in enumerate(before) if each.operation == EXPORT_OPERATION), None)
    return [_shift_needs(each, len(before), export) for each in steps]


def _shift_needs(step: PlannedStep, by: int, export: int | None) -> PlannedStep:
    if step.needs is not None:
        return replace(step, needs=step.needs + by)
    return replace(step, needs=export) if step.operation == "DeregisterFromWorkMail" else step


def plan_deletion(wish: OffboardingRequest, steps: Sequence[PlannedStep]) -> list[PlannedStep]:
    """Plan the deletion of a user who is still disabled, and the removal from the block rule."""
    user, rules = wish.user, wish.rules
    params: Mapping[str, Any] = {"UserId": user.entity_id}
    deletion = [PlannedStep("DeleteUser", params, f"Delete {user}", expects={"State": "DISABLED"})]
    for each in steps:
        rules = (
            block_rules.simulate_step(rules, each) if each.operation == block_rules.PUT_OPERATION else rules
        )
    planned = block_rules.plan_removal(rules, user.entity_id, f"{user} leaves the freeze rule")
    return [*deletion, replace(planned, needs=0)] if planned else deletion


def draft_offboarding(actor: Actor, wish: OffboardingRequest, days: int, why: Mapping[str, str]) -> Change:
    """Take a snapshot, create the draft, and schedule the deletion."""
    user, reason, ticket = wish.user, why["reason"], why["ticket"]
    steps = plan_offboarding(actor, wish)
    capsule = snapshots.take_snapshot(actor, user)
    change = drafts.create_draft(
        actor,
        user.organization,
        f"Offboard {user}",
        steps,
        kind=OFFBOARD_KIND,
        reason=reason,
        ticket=ticket,
        data={"capsule": capsule.pk, "entity_id": user.entity_id},
    )
    if wish.wants(DELETE):
        schedule.schedule_end(
            actor,
            user.organization,
            plan_deletion(wish, steps),
            timezone.now() + timedelta(days=days),
            title=f"Delete {user}",
            kind=DELETION_KIND,
            follows=change,
            reason=reason,
            ticket=ticket,
            data={"entity_id": user.entity_id, "days": days},
        )
    return change
