"""Bringing somebody back as the capsule has her, and saying what cannot come back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from console.actor import Actor
from console.areas.lifecycle import freezing
from console.areas.lifecycle.models import Capsule
from console.areas.lifecycle.offboarding import KIND as OFFBOARD
from console.aws import model
from console.changes import control, schedule
from console.changes.models import DELETION_KIND, Change, Step
from console.changes.steps import PlannedStep
from console.mirror.models import Alias, Entity, Membership, Organization, Permission
from console.rules.evaluation import Rule

KIND = "rehire"
State = Entity.State
PROFILE = frozenset(model.input_members("UpdateUser")) - {"OrganizationId", "UserId", "Role"}


@dataclass(slots=True)
class Return:
    """The way back: `steps` bring, `lost` says in sentences what stays away."""

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


def plan(person: Entity, capsule: Capsule, described: Mapping[str, Any], rules: list[Rule]) -> Return:
    """What restores the capsule, from the mirror and what WorkMail shows of the person now.

    `rules` are the access rules, empty for whoever may not change them.
    """
    made = Return(person, capsule)
    registered = _register(made)
    if registered is None:
        return made
    _aliases(made, registered)
    _groups(made, registered)
    _access(made, registered)
    _rest(made, described, registered)
    made.steps += freezing.thawing(rules, person, len(made.steps))
    return made


def call_off_deletion(actor: Actor, person: Entity) -> None:
    for change in deletions(person):
        control.cancel_change(actor, change, f"{person} comes back.")


def deletions(person: Entity) -> list[Change]:
    """The deletions of the person that are still to come."""
    return list(
        schedule.scheduled_changes(person.organization, DELETION_KIND).filter(
            data__entity_id=person.entity_id
        )
    )


def _register(made: Return) -> int | None:
    """The position of the step that enables; an address that the successor got comes back first."""
    if not _freed(made, made.email):
        made.lost.append(f"{made.email} belongs to somebody else now, so enable with another address first.")
        return None
    position = len(made.steps)
    params = {"EntityId": made.person.entity_id, "Email": made.email}
    made.add("RegisterToWorkMail", params, f"Enable as {made.email}", position - 1 if position else None)
    return position


def _freed(made: Return, address: str) -> bool:
    """Whether the address is free, or becomes so by a step that takes it from the successor."""
    organization, wanted = made.organization, address.lower()
    if not wanted:
        return False
    owners = Entity.objects.filter(organization=organization, email=wanted).exclude(pk=made.person.pk)
    if owners.exclude(state=State.DELETED).exists():
        return False
    alias = Alias.objects.filter(organization=organization, address=wanted).select_related("entity").first()
    if alias is None or alias.entity_id == made.person.pk:
        return True
    if not _handed_over(made, address, alias.entity.entity_id):
        return False
    params = {"EntityId": alias.entity.entity_id, "Alias": address}
    made.add("DeleteAlias", params, f"{alias.entity} gives {address} back", None)
    return True


def _handed_over(made: Return, address: str, holder: str) -> bool:
    """Whether the holder has it from this person's offboarding, and not by right of her own."""
    given = Step.objects.filter(
        change__organization=made.organization,
        change__kind=OFFBOARD,
        change__data__entity_id=made.person.entity_id,
        operation="CreateAlias",
        target=holder,
        state=Step.State.DONE,
    )
    return any(step.params.get("Alias", "").lower() == address.lower() for step in given)


def _aliases(made: Return, registered: int) -> None:
    for address in made.capsule.state["Aliases"]:
        if address.lower() == made.email.lower():
            continue
        if not _freed(made, address):
            made.lost.append(f"{address} belongs to somebody else now.")
            continue
        freed = made.steps[-1].operation == "DeleteAlias"
        params = {"EntityId": made.person.entity_id, "Alias": address}
        made.add("CreateAlias", params, f"Alias {address}", len(made.steps) - 1 if freed else registered)


def _groups(made: Return, registered: int) -> None:
    joined = Membership.objects.filter(member=made.person)
    inside = set(joined.values_list("group__entity_id", flat=True))
    for each in made.capsule.state["Groups"]:
        group = _living(made, each["GroupId"])
        if group is None:
            made.lost.append(f"The group {each.get('GroupName') or each['GroupId']} is gone or disabled.")
        elif group.entity_id not in inside:
            params = {"GroupId": group.entity_id, "MemberId": made.person.entity_id}
            made.add("AssociateMemberToGroup", params, f"Back into {group}", registered)


def _access(made: Return, registered: int) -> None:
    her = made.person.entity_id
    for owner_id, grantee_id, values, other_id in _grants(made):
        other = _living(made, other_id)
        if other is None:
            made.lost.append(f"{other_id}, with whom access was shared, is gone or disabled.")
            continue
        held = Permission.objects.filter(owner__entity_id=owner_id, grantee_id=grantee_id).first()
        if held and sorted(held.values) == sorted(values) and owner_id != her:
            continue
        params = {"EntityId": owner_id, "GranteeId": grantee_id, "PermissionValues": values}
        label = f"{other} may use the mailbox" if owner_id == her else f"May use the mailbox of {other}"
        made.add("PutMailboxPermissions", params, label, registered)
    _take_from_successor(made, registered)


def _take_from_successor(made: Return, registered: int) -> None:
    """Access that only the offboarding gave ends."""
    before = {each["GranteeId"] for each in made.capsule.state["Readers"]}
    given = Step.objects.filter(
        change__organization=made.organization,
        change__kind=OFFBOARD,
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


def _grants(made: Return) -> Iterator[tuple[str, str, list[str], str]]:
    """Owner, grantee, what is allowed, and which of the two is not the person."""
    her = made.person.entity_id
    for each in made.capsule.state["Readers"]:
        yield her, each["GranteeId"], each["PermissionValues"], each["GranteeId"]
    for each in made.capsule.state["Opens"]:
        yield each["EntityId"], her, each["PermissionValues"], each["EntityId"]


def _rest(made: Return, described: Mapping[str, Any], registered: int) -> None:
    her, state = made.person.entity_id, made.capsule.state
    if state["MailboxQuota"]:
        params = {"UserId": her, "MailboxQuota": state["MailboxQuota"]}
        made.add("UpdateMailboxQuota", params, "Quota as before", registered)
    then = state["DescribeUser"]
    changed = {
        name: then.get(name) or (False if isinstance(described.get(name), bool) else "")
        for name in sorted(PROFILE)
        if (then.get(name) or None) != (described.get(name) or None)
    }
    if changed:
        made.add("UpdateUser", {"UserId": her, **changed}, "Record as before", registered)
    for each in state["Overrides"]:
        given = {name: each[name] for name in ("DeviceId", "Effect", "Description") if each.get(name)}
        params = {"UserId": her, **given}
        made.add("PutMobileDeviceAccessOverride", params, f"Device {each['DeviceId']}", registered)


def _living(made: Return, entity_id: str) -> Entity | None:
    found = Entity.objects.filter(organization=made.organization, entity_id=entity_id, state=State.ENABLED)
    return found.first()
