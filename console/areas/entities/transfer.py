"""The transfer of what an entity has to a successor, as steps of a change."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from console.actor import Actor
from console.areas.entities import impact, relations, scope
from console.areas.entities.relations import FULL_ACCESS
from console.changes.steps import PlannedStep
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Delegate, Entity, Membership, Permission

State, Kind = Entity.State, Entity.Kind
TRANSFER_PARTS = {
    "addresses": "Its aliases, and its primary address if it is disabled: the successor gets the mail",
    "groups": "Its groups: the successor is put into each",
    "members": "Its members: all are put into the successor",
    "delegates": "Its delegates: they answer the successor's requests, too",
    "delegations": "Its resources: the successor answers their requests",
    "access": "What it may open: the successor may, too",
    "readers": "Who may use it: they may use the successor, too",
    "rules": "Access rules that name it: they name the successor instead",
}
RULE_MEMBERS = (
    "Name",
    "Effect",
    "Description",
    "IpRanges",
    "NotIpRanges",
    "Actions",
    "NotActions",
    "UserIds",
    "NotUserIds",
    "ImpersonationRoleIds",
    "NotImpersonationRoleIds",
)
StepIterable = Iterable[PlannedStep]


def plan_transfer(
    actor: Actor, entity: Entity, successor: Entity, parts: Iterable[str], *, disable: bool
) -> list[PlannedStep]:
    """Plan the transfer of these parts.

    What the successor already has and what the operator cannot see is left out; `disable` disables the
    entity last.
    """
    steps: list[PlannedStep] = []
    if "addresses" in parts:
        steps += _plan_addresses(actor, entity, successor)
    for part, others in PART_PLANNERS.items():
        if part in parts:
            steps += others(actor, entity, successor)
    if disable:
        steps += _plan_disabling(entity, successor, len(steps), with_address="addresses" in parts)
    return steps


def find_part_problem(successor: Entity, part: str) -> str:
    """Return why this kind of successor cannot take a part, or ""."""
    if part == "members" and successor.kind != Kind.GROUP:
        return "Only a group can have members."
    if part == "delegates" and successor.kind != Kind.RESOURCE:
        return "Only a resource can have delegates."
    if part in ("groups", "delegations") and successor.kind == Kind.RESOURCE:
        return "A resource can neither be in a group nor answer for another resource."
    if part == "rules" and successor.kind != Kind.USER:
        return "Access rules name people only."
    return ""


def _plan_addresses(actor: Actor, entity: Entity, successor: Entity) -> StepIterable:
    """Plan each alias as a deletion followed by a creation, because only one entity can have an address."""
    aliases = [address for address, removable in relations.list_aliases(actor, entity) if removable]
    for number, address in enumerate(aliases):
        yield PlannedStep("DeleteAlias", {"EntityId": entity.entity_id, "Alias": address})
        params = {"EntityId": successor.entity_id, "Alias": address}
        yield PlannedStep("CreateAlias", params, needs=2 * number)


def _plan_groups(actor: Actor, entity: Entity, successor: Entity) -> StepIterable:
    inside = set(Membership.objects.filter(member=successor).values_list("group", flat=True))
    for group in relations.list_groups(actor, entity):
        if group.pk not in inside and group.pk != successor.pk and group.state == State.ENABLED:
            yield _membership_step(group, successor)


def _plan_members(actor: Actor, entity: Entity, successor: Entity) -> StepIterable:
    inside = set(Membership.objects.filter(group=successor).values_list("member", flat=True))
    seen = scope.visible_entities(actor, "ListGroupMembers", entity.organization)
    members = seen.filter(memberships__group=entity).exclude(state=State.DELETED).order_by("sort_name")
    for member in members:
        if member.pk not in inside and member.pk != successor.pk:
            yield _membership_step(successor, member)


def _plan_delegates(actor: Actor, entity: Entity, successor: Entity) -> StepIterable:
    answering = set(Delegate.objects.filter(resource=successor).values_list("delegate", flat=True))
    seen = scope.visible_entities(actor, "ListResourceDelegates", entity.organization)
    for delegate in seen.filter(delegations__resource=entity).order_by("sort_name"):
        if delegate.pk not in answering:
            yield _delegate_step(successor, delegate)


def _plan_delegations(actor: Actor, entity: Entity, successor: Entity) -> StepIterable:
    answered = set(Delegate.objects.filter(delegate=successor).values_list("resource", flat=True))
    for resource in relations.list_delegated_resources(actor, entity):
        if resource.pk not in answered:
            yield _delegate_step(resource, successor)


def _plan_granted_mailboxes(actor: Actor, entity: Entity, successor: Entity) -> StepIterable:
    for each in relations.list_granted_mailboxes(actor, entity):
        if each.other and each.other.pk != successor.pk:
            yield from _plan_permission(each.other, successor.entity_id, str(successor), each.values)


def _plan_grantees(actor: Actor, entity: Entity, successor: Entity) -> StepIterable:
    for each in relations.list_grantees(actor, entity):
        if each.other_id != successor.entity_id:
            yield from _plan_permission(successor, each.other_id, each.name, each.values)


def _plan_access_rules(actor: Actor, entity: Entity, successor: Entity) -> StepIterable:
    for rule in impact.list_rules_with_user(actor, entity.organization, entity.entity_id):
        params = {member: rule[member] for member in RULE_MEMBERS if rule.get(member)}
        for member in (impact.USER_IDS, impact.NOT_USER_IDS):
            if entity.entity_id in params.get(member, ()):
                params[member] = _replace_id(params[member], entity.entity_id, successor.entity_id)
        yield PlannedStep("PutAccessControlRule", params, f"{rule['Name']} names {successor}")


PART_PLANNERS: Mapping[str, Callable[[Actor, Entity, Entity], StepIterable]] = {
    "groups": _plan_groups,
    "members": _plan_members,
    "delegates": _plan_delegates,
    "delegations": _plan_delegations,
    "access": _plan_granted_mailboxes,
    "readers": _plan_grantees,
    "rules": _plan_access_rules,
}


def _plan_disabling(entity: Entity, successor: Entity, position: int, *, with_address: bool) -> StepIterable:
    yield PlannedStep("DeregisterFromWorkMail", {"EntityId": entity.entity_id})
    if with_address and entity.email:
        params = {"EntityId": successor.entity_id, "Alias": entity.email}
        yield PlannedStep("CreateAlias", params, needs=position)


def _membership_step(group: Entity, member: Entity) -> PlannedStep:
    params = {"GroupId": group.entity_id, "MemberId": member.entity_id}
    return PlannedStep("AssociateMemberToGroup", params, f"{member} joins {group}")


def _delegate_step(resource: Entity, delegate: Entity) -> PlannedStep:
    params = {"ResourceId": resource.entity_id, "EntityId": delegate.entity_id}
    return PlannedStep("AssociateDelegateToResource", params, f"{delegate} answers for {resource}")


def _plan_permission(owner: Entity, grantee_id: str, name: str, values: Iterable[str]) -> StepIterable:
    """Plan the union of permissions, because WorkMail replaces what a grantee has [documented]."""
    held = Permission.objects.filter(owner=owner, grantee_id=grantee_id).first()
    before = set(held.values if held else ())
    after = before | {value for value in values if value != FULL_ACCESS or get_mailbox(owner).exists}
    if after != before:
        params: dict[str, Any] = {
            "EntityId": owner.entity_id,
            "GranteeId": grantee_id,
            "PermissionValues": sorted(after),
        }
        yield PlannedStep("PutMailboxPermissions", params, f"{name} may use {owner}")


def _replace_id(ids: list[str], old: str, new: str) -> list[str]:
    return list(dict.fromkeys(new if each == old else each for each in ids))
