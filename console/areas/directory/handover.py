"""What an entity has is handed to a successor: the steps of a change, each part by itself."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from console.actor import Actor
from console.areas.directory import naming, relations, scope
from console.areas.directory.forms.relations import FULL_ACCESS
from console.changes.steps import PlannedStep
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Delegate, Entity, Membership, Permission

State, Kind = Entity.State, Entity.Kind
PARTS = {
    "addresses": "Its aliases, and its primary address if it is disabled: the successor gets the mail",
    "groups": "Its groups: the successor is put into each",
    "members": "Its members: all are put into the successor",
    "delegates": "Its delegates: they answer the successor's requests, too",
    "delegations": "Its resources: the successor answers their requests",
    "access": "What it may open: the successor may, too",
    "readers": "Who may use it: they may use the successor, too",
    "rules": "Access rules that name it: they name the successor instead",
}
NAMED = (
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
Steps = Iterable[PlannedStep]


def plan(
    actor: Actor, entity: Entity, successor: Entity, parts: Iterable[str], *, disable: bool
) -> list[PlannedStep]:
    """The steps for these parts; with `disable` it is disabled last and its primary address follows.

    What the successor has already is left out, and so is what the operator may not see.
    """
    steps: list[PlannedStep] = []
    if "addresses" in parts:
        steps += _addresses(actor, entity, successor)
    for part, others in OTHERS.items():
        if part in parts:
            steps += others(actor, entity, successor)
    if disable:
        steps += _ended(entity, successor, len(steps), with_address="addresses" in parts)
    return steps


def misfit(successor: Entity, part: str) -> str:
    """Why this kind of successor cannot take a part, "" if it can."""
    if part == "members" and successor.kind != Kind.GROUP:
        return "Only a group can have members."
    if part == "delegates" and successor.kind != Kind.RESOURCE:
        return "Only a resource can have delegates."
    if part in ("groups", "delegations") and successor.kind == Kind.RESOURCE:
        return "A resource can neither be in a group nor answer for another resource."
    if part == "rules" and successor.kind != Kind.USER:
        return "Access rules name people only."
    return ""


def _addresses(actor: Actor, entity: Entity, successor: Entity) -> Steps:
    """WorkMail gives an address to one at a time: it is taken from the one before the other gets it."""
    aliases = [address for address, removable in relations.aliases(actor, entity) if removable]
    for number, address in enumerate(aliases):
        yield PlannedStep("DeleteAlias", {"EntityId": entity.entity_id, "Alias": address})
        params = {"EntityId": successor.entity_id, "Alias": address}
        yield PlannedStep("CreateAlias", params, needs=2 * number)


def _groups(actor: Actor, entity: Entity, successor: Entity) -> Steps:
    inside = set(Membership.objects.filter(member=successor).values_list("group", flat=True))
    for group in relations.groups(actor, entity):
        if group.pk not in inside and group.pk != successor.pk and group.state == State.ENABLED:
            yield _joined(group, successor)


def _members(actor: Actor, entity: Entity, successor: Entity) -> Steps:
    inside = set(Membership.objects.filter(group=successor).values_list("member", flat=True))
    seen = scope.entities(actor, "ListGroupMembers", entity.organization)
    members = seen.filter(memberships__group=entity).exclude(state=State.DELETED).order_by("sort_name")
    for member in members:
        if member.pk not in inside and member.pk != successor.pk:
            yield _joined(successor, member)


def _delegates(actor: Actor, entity: Entity, successor: Entity) -> Steps:
    answering = set(Delegate.objects.filter(resource=successor).values_list("delegate", flat=True))
    seen = scope.entities(actor, "ListResourceDelegates", entity.organization)
    for delegate in seen.filter(delegations__resource=entity).order_by("sort_name"):
        if delegate.pk not in answering:
            yield _answering(successor, delegate)


def _delegations(actor: Actor, entity: Entity, successor: Entity) -> Steps:
    answered = set(Delegate.objects.filter(delegate=successor).values_list("resource", flat=True))
    for resource in relations.answers_for(actor, entity):
        if resource.pk not in answered:
            yield _answering(resource, successor)


def _access(actor: Actor, entity: Entity, successor: Entity) -> Steps:
    for each in relations.opens(actor, entity):
        if each.other and each.other.pk != successor.pk:
            yield from _granted(each.other, successor.entity_id, str(successor), each.values)


def _readers(actor: Actor, entity: Entity, successor: Entity) -> Steps:
    for each in relations.readers(actor, entity):
        if each.other_id != successor.entity_id:
            yield from _granted(successor, each.other_id, each.name, each.values)


def _rules(actor: Actor, entity: Entity, successor: Entity) -> Steps:
    for rule in naming.access_rules(actor, entity.organization, entity.entity_id):
        params = {member: rule[member] for member in NAMED if rule.get(member)}
        for member in (naming.EXACT, naming.EXCEPT):
            if entity.entity_id in params.get(member, ()):
                params[member] = _instead(params[member], entity.entity_id, successor.entity_id)
        yield PlannedStep("PutAccessControlRule", params, f"{rule['Name']} names {successor}")


OTHERS: Mapping[str, Callable[[Actor, Entity, Entity], Steps]] = {
    "groups": _groups,
    "members": _members,
    "delegates": _delegates,
    "delegations": _delegations,
    "access": _access,
    "readers": _readers,
    "rules": _rules,
}


def _ended(entity: Entity, successor: Entity, position: int, *, with_address: bool) -> Steps:
    yield PlannedStep("DeregisterFromWorkMail", {"EntityId": entity.entity_id})
    if with_address and entity.email:
        params = {"EntityId": successor.entity_id, "Alias": entity.email}
        yield PlannedStep("CreateAlias", params, needs=position)


def _joined(group: Entity, member: Entity) -> PlannedStep:
    params = {"GroupId": group.entity_id, "MemberId": member.entity_id}
    return PlannedStep("AssociateMemberToGroup", params, f"{member} joins {group}")


def _answering(resource: Entity, delegate: Entity) -> PlannedStep:
    params = {"ResourceId": resource.entity_id, "EntityId": delegate.entity_id}
    return PlannedStep("AssociateDelegateToResource", params, f"{delegate} answers for {resource}")


def _granted(owner: Entity, grantee_id: str, name: str, values: Iterable[str]) -> Steps:
    """WorkMail replaces what a grantee has [documented], so what she has already goes along."""
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


def _instead(ids: list[str], old: str, new: str) -> list[str]:
    return list(dict.fromkeys(new if each == old else each for each in ids))
