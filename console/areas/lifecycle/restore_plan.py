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

    person: Entity
    capsule: Capsule
    steps: list[PlannedStep] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def email(self) -> str:
        return str(self.capsule.state["DescribeUser"].get("Email") or "")

    @property
    def organization(self) -> Organization:
        return self.person.organization

    def add(self, operation: str, params: Mapping[str, Any], label: str, needs: int | None) -> None:
        self.steps.append(PlannedStep(operation, params, label, needs))


def plan_restore(
    person: Entity, capsule: Capsule, described: Mapping[str, Any], rules: list[Rule]
) -> RestorePlan:
    """Plan the restore from the snapshot, the mirror and the current answer of WorkMail.

    `rules` are the access rules, empty if the operator may not change them.
    """
    made = RestorePlan(person, capsule)
    registered = _plan_enabling(made)
    if registered is None:
        return made
    _plan_aliases(made, registered)
    _plan_groups(made, registered)
    _plan_permissions(made, registered)
    _plan_profile(made, described, registered)
    made.steps += block_rules.plan_restore(rules, person, len(made.steps))
    return made


def cancel_deletions(actor: Actor, person: Entity) -> None:
    for change in list_scheduled_deletions(person):
        control.cancel_change(actor, change, f"{person} comes back.")


def list_scheduled_deletions(person: Entity) -> list[Change]:
    return list(
        schedule.scheduled_changes(person.organization, DELETION_KIND).filter(
            data__entity_id=person.entity_id
        )
    )


def _plan_enabling(made: RestorePlan) -> int | None:
    """Return the position of the enabling step; the address is first taken back from the successor."""
    if not _plan_free_address(made, made.email):
        made.lost.append(f"{made.email} belongs to somebody else now, so enable with another address first.")
        return None
    position = len(made.steps)
    params = {"EntityId": made.person.entity_id, "Email": made.email}
    made.add("RegisterToWorkMail", params, f"Enable as {made.email}", position - 1 if position else None)
    return position


def _plan_free_address(made: RestorePlan, address: str) -> bool:
    """Return whether the address is free, after a step that takes it from the successor if needed."""
    organization, wanted = made.organization, address.lower()
    if not wanted:
        return False
    owners = Entity.objects.filter(organization=organization, email=wanted).exclude(pk=made.person.pk)
    if owners.exclude(state=State.DELETED).exists():
        return False
    alias = Alias.objects.filter(organization=organization, address=wanted).select_related("entity").first()
    if alias is None or alias.entity_id == made.person.pk:
        return True
    if not _was_transferred(made, address, alias.entity.entity_id):
        return False
    params = {"EntityId": alias.entity.entity_id, "Alias": address}
    made.add("DeleteAlias", params, f"{alias.entity} gives {address} back", None)
    return True


def _was_transferred(made: RestorePlan, address: str, holder: str) -> bool:
    """Return whether the holder got the address by this user's offboarding."""
    given = Step.objects.filter(
        change__organization=made.organization,
        change__kind=OFFBOARD_KIND,
        change__data__entity_id=made.person.entity_id,
        operation="CreateAlias",
        target=holder,
        state=Step.State.DONE,
    )
    return any(step.params.get("Alias", "").lower() == address.lower() for step in given)


def _plan_aliases(made: RestorePlan, registered: int) -> None:
    for address in made.capsule.state["Aliases"]:
        if address.lower() == made.email.lower():
            continue
        if not _plan_free_address(made, address):
            made.lost.append(f"{address} belongs to somebody else now.")
            continue
        freed = made.steps[-1].operation == "DeleteAlias"
        params = {"EntityId": made.person.entity_id, "Alias": address}
        made.add("CreateAlias", params, f"Alias {address}", len(made.steps) - 1 if freed else registered)


def _plan_groups(made: RestorePlan, registered: int) -> None:
    joined = Membership.objects.filter(member=made.person)
    inside = set(joined.values_list("group__entity_id", flat=True))
    for each in made.capsule.state["Groups"]:
        group = _find_enabled(made, each["GroupId"])
        if group is None:
            made.lost.append(f"The group {each.get('GroupName') or each['GroupId']} is gone or disabled.")
        elif group.entity_id not in inside:
            params = {"GroupId": group.entity_id, "MemberId": made.person.entity_id}
            made.add("AssociateMemberToGroup", params, f"Back into {group}", registered)


def _plan_permissions(made: RestorePlan, registered: int) -> None:
    her = made.person.entity_id
    for owner_id, grantee_id, values, other_id in _snapshot_permissions(made):
        other = _find_enabled(made, other_id)
        if other is None:
            made.lost.append(f"{other_id}, with whom access was shared, is gone or disabled.")
            continue
        held = Permission.objects.filter(owner__entity_id=owner_id, grantee_id=grantee_id).first()
        if held and sorted(held.values) == sorted(values) and owner_id != her:
            continue
        params = {"EntityId": owner_id, "GranteeId": grantee_id, "PermissionValues": values}
        label = f"{other} may use the mailbox" if owner_id == her else f"May use the mailbox of {other}"
        made.add("PutMailboxPermissions", params, label, registered)
    _plan_successor_revocation(made, registered)


def _plan_successor_revocation(made: RestorePlan, registered: int) -> None:
    """Revoke permissions that only the offboarding granted."""
    before = {each["GranteeId"] for each in made.capsule.state["Readers"]}
    given = Step.objects.filter(
        change__organization=made.organization,
        change__kind=OFFBOARD_KIND,
        change__data__capsule=made.capsule.pk,
        operation="PutMailboxPermissions",
        target=made.person.entity_id,
        state=Step.State.DONE,
    )
    for step in given:
        grantee = step.params["GranteeId"]
        if grantee not in before:
            params = {"EntityId": made.person.entity_id, "GranteeId": grantee}
            made.add("DeleteMailboxPermissions", params, "The successor's access ends", registered)


def _snapshot_permissions(made: RestorePlan) -> Iterator[tuple[str, str, list[str], str]]:
    """Yield owner, grantee, permissions, and the id that is not the user's."""
    her = made.person.entity_id
    for each in made.capsule.state["Readers"]:
        yield her, each["GranteeId"], each["PermissionValues"], each["GranteeId"]
    for each in made.capsule.state["Opens"]:
        yield each["EntityId"], her, each["PermissionValues"], each["EntityId"]


def _plan_profile(made: RestorePlan, described: Mapping[str, Any], registered: int) -> None:
    her, state = made.person.entity_id, made.capsule.state
    if state["MailboxQuota"]:
        params = {"UserId": her, "MailboxQuota": state["MailboxQuota"]}
        made.add("UpdateMailboxQuota", params, "Quota as before", registered)
    then = state["DescribeUser"]
    changed = {
        name: then.get(name) or (False if isinstance(described.get(name), bool) else "")
        for name in sorted(PROFILE_MEMBERS)
        if (then.get(name) or None) != (described.get(name) or None)
    }
    if changed:
        made.add("UpdateUser", {"UserId": her, **changed}, "Record as before", registered)
    for each in state["Overrides"]:
        given = {name: each[name] for name in ("DeviceId", "Effect", "Description") if each.get(name)}
        params = {"UserId": her, **given}
        made.add("PutMobileDeviceAccessOverride", params, f"Device {each['DeviceId']}", registered)


def _find_enabled(made: RestorePlan, entity_id: str) -> Entity | None:
    found = Entity.objects.filter(organization=made.organization, entity_id=entity_id, state=State.ENABLED)
    return found.first()
