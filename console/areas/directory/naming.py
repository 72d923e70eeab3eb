"""Rules, overrides and tokens that name a person, as AWS shows them now: no mirror keeps them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from console.actor import Actor
from console.areas.directory.blast import Loss
from console.aws import errors
from console.gateway import gateway
from console.mirror.models import Entity, Organization
from console.operators import policy

Rule = Mapping[str, Any]
NONE = ("ResourceNotFoundException", "EntityNotFoundException")  # there are none to show
UNREAD = "WorkMail did not show them just now, so look before you go on."
EXACT, EXCEPT = "UserIds", "NotUserIds"


def of(actor: Actor, entity: Entity) -> list[Loss]:
    """What names her; what cannot be read is said to be unknown, not to be nothing."""
    if entity.kind != Entity.Kind.USER:
        return []
    parts: tuple[tuple[str, str, Callable[[Actor, Entity], Loss]], ...] = (
        ("Access rules", "ListAccessControlRules", _access_rules),
        ("Mobile devices", "ListMobileDeviceAccessOverrides", _overrides),
        ("Impersonation roles", "GetImpersonationRole", _impersonation),
        ("Personal access tokens", "ListPersonalAccessTokens", _tokens),
    )
    found = (
        _read(what, part, actor, entity)
        for what, operation, part in parts
        if policy.allows(actor, operation, entity.organization, _subject(operation, entity))
    )
    return [each for each in found if not each.is_empty]


def access_rules(actor: Actor, organization: Organization, entity_id: str) -> list[Rule]:
    """The access control rules that name somebody by id, among those they are for or those they spare."""
    shown = gateway.call(actor, "ListAccessControlRules", organization)
    return [rule for rule in shown.get("Rules", []) if entity_id in (*_ids(rule, EXACT), *_ids(rule, EXCEPT))]


def _read(what: str, part: Callable[[Actor, Entity], Loss], actor: Actor, entity: Entity) -> Loss:
    try:
        return part(actor, entity)
    except errors.Refused as refusal:
        return Loss("") if refusal.code in NONE else Loss(what, warning=UNREAD)
    except errors.CallFailed:
        return Loss(what, warning=UNREAD)


def _subject(operation: str, entity: Entity) -> Entity | None:
    """Rules are the organization's; overrides and tokens are hers."""
    return entity if operation in ("ListMobileDeviceAccessOverrides", "ListPersonalAccessTokens") else None


def _access_rules(actor: Actor, entity: Entity) -> Loss:
    rules = access_rules(actor, entity.organization, entity.entity_id)
    alone = [rule["Name"] for rule in rules if _ids(rule, EXACT) == [entity.entity_id]]
    warning = f"Nobody else is named in {', '.join(alone)}." if alone else ""
    return Loss("Access rules that name her", _names(rules), warning=warning, part="rules")


def _overrides(actor: Actor, entity: Entity) -> Loss:
    found = gateway.call_pages(
        actor, "ListMobileDeviceAccessOverrides", entity.organization, UserId=entity.entity_id
    )
    overrides = [each for page in found for each in page.get("Overrides", [])]
    named = (f"{each['DeviceId']} ({str(each['Effect']).lower()})" for each in overrides)
    return Loss("Mobile devices with an override of her own", tuple(named))


def _impersonation(actor: Actor, entity: Entity) -> Loss:
    roles = gateway.call_pages(actor, "ListImpersonationRoles", entity.organization)
    ids = [each["ImpersonationRoleId"] for page in roles for each in page.get("Roles", [])]
    read = (
        gateway.call(actor, "GetImpersonationRole", entity.organization, ImpersonationRoleId=each)
        for each in ids
    )
    return Loss(
        "Impersonation roles with a rule that names her",
        _names(role for role in read if any(_names_her(rule, entity) for rule in role.get("Rules", []))),
    )


def _tokens(actor: Actor, entity: Entity) -> Loss:
    found = gateway.call_pages(
        actor, "ListPersonalAccessTokens", entity.organization, UserId=entity.entity_id
    )
    tokens = [each for page in found for each in page.get("PersonalAccessTokenSummaries", [])]
    return Loss("Personal access tokens of hers", _names(tokens))


def _names_her(rule: Rule, entity: Entity) -> bool:
    return entity.entity_id in (*_ids(rule, "TargetUsers"), *_ids(rule, "NotTargetUsers"))


def _ids(rule: Rule, member: str) -> list[str]:
    return list(rule.get(member) or ())


def _names(shown: Iterable[Rule]) -> tuple[str, ...]:
    return tuple(str(each.get("Name", "")) for each in shown)
