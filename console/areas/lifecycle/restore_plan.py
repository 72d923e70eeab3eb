"""The restore of an offboarded user from a snapshot, as steps, with what cannot be restored."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from console.actor import Actor
from console.areas.lifecycle.access_block import block_rules
from console.areas.lifecycle.models import Capsule
from console.areas.lifecycle.offboard_plan import OFFBOARD_KIND
from console.aws import model
from console.changes import control, schedule
from console.changes.models import DELETION_KIND, Change, Step
from console.changes.steps import PlannedStep
from console.mirror.models import Alias, Entity, Membership, Organization, Permission
from console.rules.evaluation import Rule

RESTORE_KIND = "rehire"
State = Entity.State
PROFILE_MEMBERS = frozenset(model.input_members("UpdateUser")) - {"OrganizationId", "UserId", "Role"}


@dataclass(slots=True)
class RestorePlan:
    """The steps that restore a user, and sentences on what cannot be restored (`lost`)."""

    user: Entity
    capsule: Capsule
    steps: list[PlannedStep] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def email(self) -> str:
        return str(self.capsule.state["DescribeUser"].get("Email") or "")

    @property
    def organization(self) -> Organization:
        return self.user.organization

    def add(self, operation: str, params: Mapping[str, Any], label: str, needs: int | None) -> None:
        self.steps.append(PlannedStep(operation, params, label, needs))


def plan_restore(
    user: Entity, capsule: Capsule, described: Mapping[str, Any], rules: list[Rule]
) -> RestorePlan:
    """Plan the restore from the snapshot, the mirror and the current answer of WorkMail.

    `rules` are the access rules, empty if the operator may not change them.
    """
    plan = RestorePlan(user, capsule)
    registered = _plan_enabling(plan)
    if registered is None:
        return plan
    _plan_aliases(plan, registered)
    _plan_groups(plan, registered)
    _plan_permissions(plan, registered)
    _plan_profile(plan, described, registered)
    plan.steps += block_rules.plan_restore(rules, user, len(plan.steps))
    return plan


def cancel_deletions(actor: Actor, user: Entity) -> None:
    for change in list_scheduled_deletions(user):
        control.cancel_change(actor, change, f"{user} comes back.")


def list_scheduled_deletions(user: Entity) -> list[Change]:
    return list(
        schedule.scheduled_changes(user.organization, DELETION_KIND).filter(data__entity_id=user.entity_id)
    )


def _plan_enabling(plan: RestorePlan) -> int | None:
    """Return the position of the enabling step; the address is first taken back from the successor."""
    if not _plan_free_address(plan, plan.email):
        plan.lost.append(f"{plan.email} belongs to somebody else now, so enable with another address first.")
        return None
    position = len(plan.steps)
    params = {"EntityId": plan.user.entity_id, "Email": plan.email}
    plan.add("RegisterToWorkMail", params, f"Enable as {plan.email}", position - 1 if position else None)
    return position


def _plan_free_address(plan: RestorePlan, address: str) -> bool:
    """Return whether the address is free, after a step that takes it from the successor if needed."""
    organization, wanted = plan.organization, address.lower()
    if not wanted:
        return False
    owners = Entity.objects.filter(organization=organization, email=wanted).exclude(pk=plan.user.pk)
    if owners.exclude(state=State.DELETED).exists():
        return False
    alias = Alias.objects.filter(organization=organization, address=wanted).select_related("entity").first()
    if alias is None or alias.entity_id == plan.user.pk:
        return True
    if not _was_transferred(plan, address, alias.entity.entity_id):
        return False
    params = {"EntityId": alias.entity.entity_id, "Alias": address}
    plan.add("DeleteAlias", params, f"{alias.entity} gives {address} back", None)
    return True


def _was_transferred(plan: RestorePlan, address: str, holder: str) -> bool:
    """Return whether the holder got the address by this user's offboarding."""
    transfers = Step.objects.filter(
        change__organization=plan.organization,
        change__kind=OFFBOARD_KIND,
        change__data__entity_id=plan.user.entity_id,
        operation="CreateAlias",
        target=holder,
        state=Step.State.DONE,
    )
    return any(step.params.get("Alias", "").lower() == address.lower() for step in transfers)


def _plan_aliases(plan: RestorePlan, registered: int) -> None:
    for address in plan.capsule.state["Aliases"]:
        if address.lower() == plan.email.lower():
            continue
        if not _plan_free_address(plan, address):
            plan.lost.append(f"{address} belongs to somebody else now.")
            continue
        freed = plan.steps[-1].operation == "DeleteAlias"
        params = {"EntityId": plan.user.entity_id, "Alias": address}
        plan.add("CreateAlias", params, f"Alias {address}", len(plan.steps) - 1 if freed else registered)


def _plan_groups(plan: RestorePlan, registered: int) -> None:
    joined = Membership.objects.filter(member=plan.user)
    inside = set(joined.values_list("group__entity_id", flat=True))
    for each in plan.capsule.state["Groups"]:
        group = _find_enabled(plan, each["GroupId"])
        if group is None:
            plan.lost.append(f"The group {each.get('GroupName') or each['GroupId']} is gone or disabled.")
        elif group.entity_id not in inside:
            params = {"GroupId": group.entity_id, "MemberId": plan.user.entity_id}
            plan.add("AssociateMemberToGroup", params, f"Back into {group}", registered)


def _plan_permissions(plan: RestorePlan, registered: int) -> None:
    user_id = plan.user.entity_id
    for owner_id, grantee_id, values, other_id in _snapshot_permissions(plan):
        other = _find_enabled(plan, other_id)
        if other is None:
            plan.lost.append(f"{other_id}, with whom access was shared, is gone or disabled.")
            continue
        current = Permission.objects.filter(owner__entity_id=owner_id, grantee_id=grantee_id).first()
        if current and sorted(current.values) == sorted(values) and owner_id != user_id:
            continue
        params = {"EntityId": owner_id, "GranteeId": grantee_id, "PermissionValues": values}
        label = f"{other} may use the mailbox" if owner_id == user_id else f"May use the mailbox of {other}"
        plan.add("PutMailboxPermissions", params, label, registered)
    _plan_successor_revocation(plan, registered)


def _plan_successor_revocation(plan: RestorePlan, registered: int) -> None:
    """Revoke permissions that only the offboarding granted."""
    before = {each["GranteeId"] for each in plan.capsule.state["Readers"]}
    grants = Step.objects.filter(
        change__organization=plan.organization,
        change__kind=OFFBOARD_KIND,
        change__data__capsule=plan.capsule.pk,
        operation="PutMailboxPermissions",
        target=plan.user.entity_id,
        state=Step.State.DONE,
    )
    for step in grants:
        grantee = step.params["GranteeId"]
        if grantee not in before:
            params = {"EntityId": plan.user.entity_id, "GranteeId": grantee}
            plan.add("DeleteMailboxPermissions", params, "The successor's access ends", registered)


def _snapshot_permissions(plan: RestorePlan) -> Iterator[tuple[str, str, list[str], str]]:
    """Yield owner, grantee, permissions, and the id that is not the user's."""
    user_id = plan.user.entity_id
    for each in plan.capsule.state["Readers"]:
        yield user_id, each["GranteeId"], each["PermissionValues"], each["GranteeId"]
    for each in plan.capsule.state["Opens"]:
        yield each["EntityId"], user_id, each["PermissionValues"], each["EntityId"]


def _plan_profile(plan: RestorePlan, described: Mapping[str, Any], registered: int) -> None:
    user_id, state = plan.user.entity_id, plan.capsule.state
    if state["MailboxQuota"]:
        params = {"UserId": user_id, "MailboxQuota": state["MailboxQuota"]}
        plan.add("UpdateMailboxQuota", params, "Quota as before", registered)
    then = state["DescribeUser"]
    changed = {
        name: then.get(name) or (False if isinstance(described.get(name), bool) else "")
        for name in sorted(PROFILE_MEMBERS)
        if (then.get(name) or None) != (described.get(name) or None)
    }
    if changed:
        plan.add("UpdateUser", {"UserId": user_id, **changed}, "Record as before", registered)
    for each in state["Overrides"]:
        settings = {name: each[name] for name in ("DeviceId", "Effect", "Description") if each.get(name)}
        params = {"UserId": user_id, **settings}
        plan.add("PutMobileDeviceAccessOverride", params, f"Device {each['DeviceId']}", registered)


def _find_enabled(plan: RestorePlan, entity_id: str) -> Entity | None:
    enabled = Entity.objects.filter(organization=plan.organization, entity_id=entity_id, state=State.ENABLED)
    return enabled.first()
