"""Everything that ends when an entity is disabled or deleted, from the mirror and from AWS."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from console.actor import Actor
from console.areas.entities import relations, scope
from console.areas.entities.relations import FULL_ACCESS
from console.areas.exports.models import OPEN_STATES, ExportJob
from console.aws import errors
from console.gateway import gateway
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Delegate, Entity, Membership, Organization, Permission
from console.operators import policy

MAX_NAMES_SHOWN = 8
State = Entity.State


@dataclass(frozen=True, slots=True)
class ImpactItem:
    """Something that ends when an entity is removed.

    `outside` counts hidden names, `part` is the key of the transfer part, "" if it cannot be transferred.
    """

    sentence: str
    names: tuple[str, ...] = ()
    outside: int = 0
    warning: str = ""
    part: str = ""

    @property
    def listed(self) -> str:
        more = len(self.names) - MAX_NAMES_SHOWN
        shown = ", ".join(self.names[:MAX_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")
        hidden = f"{self.outside} outside your domains" if self.outside else ""
        return " and ".join(filter(None, (shown, hidden)))

    @property
    def is_empty(self) -> bool:
        return not (self.names or self.outside or self.warning)


def find_mirror_impact(actor: Actor, entity: Entity) -> list[ImpactItem]:
    """Return everything that ends with the entity according to the mirror."""
    hidden = relations.count_hidden_relations(actor, entity)
    parts: tuple[Callable[[Actor, Entity, dict[str, int]], ImpactItem], ...] = (
        _lost_addresses,
        _lost_groups,
        _lost_members,
        _lost_delegates,
        _lost_delegations,
        _lost_granted_mailboxes,
        _lost_grantees,
        _missing_exports,
    )
    found = (part(actor, entity, hidden) for part in parts)
    return [each for each in found if not each.is_empty]


def _lost_addresses(actor: Actor, entity: Entity, hidden: dict[str, int]) -> ImpactItem:
    named = [entity.email, *(name for name, _ in relations.list_aliases(actor, entity))]
    return ImpactItem("Addresses that stop working", tuple(filter(None, named)), part="addresses")


def _lost_groups(actor: Actor, entity: Entity, hidden: dict[str, int]) -> ImpactItem:
    joined = relations.list_groups(actor, entity)
    alone = _groups_left_empty(entity, joined)
    warning = f"Nobody else is in {' or in '.join(alone)}: mail to it would reach nobody." if alone else ""
    return ImpactItem(
        "Groups whose mail does not arrive here any more",
        _entity_names(joined),
        hidden.get("groups", 0),
        warning,
        "groups",
    )


def _lost_members(actor: Actor, entity: Entity, hidden: dict[str, int]) -> ImpactItem:
    if entity.kind != Entity.Kind.GROUP:
        return ImpactItem("")
    inside = Membership.objects.filter(group=entity).exclude(member__state=State.DELETED)
    seen = scope.visible_entities(actor, "ListGroupMembers", entity.organization)
    shown = list(
        seen.filter(pk__in=inside.values("member")).exclude(state=State.DELETED).order_by("sort_name")
    )
    return ImpactItem(
        "Members whom mail to it does not reach any more",
        _entity_names(shown),
        inside.count() - len(shown),
        part="members",
    )


def _lost_delegates(actor: Actor, entity: Entity, hidden: dict[str, int]) -> ImpactItem:
    if entity.kind != Entity.Kind.RESOURCE:
        return ImpactItem("")
    answering = Delegate.objects.filter(resource=entity).exclude(delegate__state=State.DELETED)
    seen = scope.visible_entities(actor, "ListResourceDelegates", entity.organization)
    shown = _entity_names(seen.filter(delegations__in=answering).order_by("sort_display_name", "sort_name"))
    return ImpactItem(
        "Delegates who get no requests any more", shown, answering.count() - len(shown), part="delegates"
    )


def _lost_delegations(actor: Actor, entity: Entity, hidden: dict[str, int]) -> ImpactItem:
    resources = relations.list_delegated_resources(actor, entity)
    others = _count_other_delegates(entity, resources)
    last = [each for each in resources if not others.get(each.pk)]
    return ImpactItem(
        "Resources whose booking requests it answers",
        _entity_names(resources),
        hidden.get("answers_for", 0),
        " ".join(_last_delegate_warning(each) for each in last),
        "delegations",
    )


def _lost_granted_mailboxes(actor: Actor, entity: Entity, hidden: dict[str, int]) -> ImpactItem:
    held = relations.list_granted_mailboxes(actor, entity)
    full = [each.other for each in held if each.other and FULL_ACCESS in each.values]
    alone = [str(each) for each in full if each.pk not in _owners_with_other_readers(entity, full)]
    warning = f"Nobody else has full access to {' or to '.join(alone)}." if alone else ""
    return ImpactItem(
        "Mailboxes and names that it may use",
        tuple(f"{each.name} ({', '.join(each.labels)})" for each in held),
        hidden.get("opens", 0),
        warning,
        "access",
    )


def _lost_grantees(actor: Actor, entity: Entity, hidden: dict[str, int]) -> ImpactItem:
    what = "Who may send in its name" if entity.kind == Entity.Kind.GROUP else "Who may use this mailbox"
    readers = relations.list_grantees(actor, entity)
    return ImpactItem(what, tuple(each.name for each in readers), hidden.get("readers", 0), part="readers")


def _missing_exports(actor: Actor, entity: Entity, hidden: dict[str, int]) -> ImpactItem:
    """Warn if the mailbox was never exported, because WorkMail removes it for good."""
    if not get_mailbox(entity).exists or not policy.allows(
        actor, "ListMailboxExportJobs", entity.organization, entity
    ):
        return ImpactItem("")
    jobs = ExportJob.objects.filter(organization=entity.organization, entity_id=entity.entity_id)
    if jobs.filter(state__in=OPEN_STATES).exists():
        return ImpactItem("Exports", warning="An export of this mailbox is still under way.")
    if jobs.filter(state=ExportJob.State.COMPLETED).exists():
        return ImpactItem("")
    return ImpactItem("Exports", warning="This mailbox was never exported through the console.")


def _groups_left_empty(entity: Entity, groups: Iterable[Entity]) -> list[str]:
    """Return the names of groups that have no other member."""
    others = Membership.objects.filter(group__in=list(groups)).exclude(member=entity)
    filled = set(others.exclude(member__state=State.DELETED).values_list("group", flat=True))
    return [str(each) for each in groups if each.pk not in filled]


def _count_other_delegates(entity: Entity, resources: Iterable[Entity]) -> dict[int, int]:
    """Count the other enabled delegates of each resource."""
    others = Delegate.objects.filter(resource__in=list(resources)).exclude(delegate=entity)
    living = others.filter(delegate__state=State.ENABLED).order_by()
    return dict(living.values_list("resource").annotate(Count("pk")))


def _last_delegate_warning(resource: Entity) -> str:
    options = resource.details.get("BookingOptions") or {}
    if options.get("AutoAcceptRequests"):
        return f"It is the last who answers for {resource}, which accepts requests by itself."
    return f"It is the last who answers for {resource}: its booking requests would wait for ever."


def _owners_with_other_readers(entity: Entity, owners: Iterable[Entity]) -> set[int]:
    """Return the keys of owners whose mailbox another user has full access to."""
    others = Permission.objects.filter(owner__in=list(owners)).exclude(grantee_id=entity.entity_id)
    return {row.owner_id for row in others if FULL_ACCESS in row.values}


def _entity_names(entities: Iterable[Entity]) -> tuple[str, ...]:
    return tuple(str(each) for each in entities)


RuleData = Mapping[str, Any]
NOT_FOUND_CODES = ("ResourceNotFoundException", "EntityNotFoundException")  # there are none to show
UNREAD_WARNING = "WorkMail did not show them just now, so look before you go on."
USER_IDS, NOT_USER_IDS = "UserIds", "NotUserIds"


def find_aws_impact(actor: Actor, entity: Entity) -> list[ImpactItem]:
    """Return rules, overrides, roles and tokens with this user; what cannot be read becomes a warning."""
    if entity.kind != Entity.Kind.USER:
        return []
    parts: tuple[tuple[str, str, Callable[[Actor, Entity], ImpactItem]], ...] = (
        ("Access rules", "ListAccessControlRules", _affected_access_rules),
        ("Mobile devices", "ListMobileDeviceAccessOverrides", _affected_overrides),
        ("Impersonation roles", "GetImpersonationRole", _affected_impersonation_roles),
        ("Personal access tokens", "ListPersonalAccessTokens", _affected_tokens),
    )
    found = (
        _read_impact(what, part, actor, entity)
        for what, operation, part in parts
        if policy.allows(actor, operation, entity.organization, _permission_subject(operation, entity))
    )
    return [each for each in found if not each.is_empty]


def list_rules_with_user(actor: Actor, organization: Organization, entity_id: str) -> list[RuleData]:
    """Return the access rules that include or exclude this user id."""
    shown = gateway.call(actor, "ListAccessControlRules", organization)
    return [
        rule
        for rule in shown.get("Rules", [])
        if entity_id in (*_rule_ids(rule, USER_IDS), *_rule_ids(rule, NOT_USER_IDS))
    ]


def _read_impact(
    what: str, part: Callable[[Actor, Entity], ImpactItem], actor: Actor, entity: Entity
) -> ImpactItem:
    try:
        return part(actor, entity)
    except errors.Refused as refusal:
        return ImpactItem("") if refusal.code in NOT_FOUND_CODES else ImpactItem(what, warning=UNREAD_WARNING)
    except errors.CallFailed:
        return ImpactItem(what, warning=UNREAD_WARNING)


def _permission_subject(operation: str, entity: Entity) -> Entity | None:
    """Return the entity for operations on one user, `None` for those on the organization."""
    return entity if operation in ("ListMobileDeviceAccessOverrides", "ListPersonalAccessTokens") else None


def _affected_access_rules(actor: Actor, entity: Entity) -> ImpactItem:
    rules = list_rules_with_user(actor, entity.organization, entity.entity_id)
    alone = [rule["Name"] for rule in rules if _rule_ids(rule, USER_IDS) == [entity.entity_id]]
    warning = f"Nobody else is named in {', '.join(alone)}." if alone else ""
    return ImpactItem("Access rules that name her", _item_names(rules), warning=warning, part="rules")


def _affected_overrides(actor: Actor, entity: Entity) -> ImpactItem:
    found = gateway.call_pages(
        actor, "ListMobileDeviceAccessOverrides", entity.organization, UserId=entity.entity_id
    )
    overrides = [each for page in found for each in page.get("Overrides", [])]
    named = (f"{each['DeviceId']} ({str(each['Effect']).lower()})" for each in overrides)
    return ImpactItem("Mobile devices with an override of her own", tuple(named))


def _affected_impersonation_roles(actor: Actor, entity: Entity) -> ImpactItem:
    roles = gateway.call_pages(actor, "ListImpersonationRoles", entity.organization)
    ids = [each["ImpersonationRoleId"] for page in roles for each in page.get("Roles", [])]
    read = (
        gateway.call(actor, "GetImpersonationRole", entity.organization, ImpersonationRoleId=each)
        for each in ids
    )
    return ImpactItem(
        "Impersonation roles with a rule that names her",
        _item_names(
            role for role in read if any(_targets_user(rule, entity) for rule in role.get("Rules", []))
        ),
    )


def _affected_tokens(actor: Actor, entity: Entity) -> ImpactItem:
    found = gateway.call_pages(
        actor, "ListPersonalAccessTokens", entity.organization, UserId=entity.entity_id
    )
    tokens = [each for page in found for each in page.get("PersonalAccessTokenSummaries", [])]
    return ImpactItem("Personal access tokens of hers", _item_names(tokens))


def _targets_user(rule: RuleData, entity: Entity) -> bool:
    return entity.entity_id in (*_rule_ids(rule, "TargetUsers"), *_rule_ids(rule, "NotTargetUsers"))


def _rule_ids(rule: RuleData, member: str) -> list[str]:
    return list(rule.get(member) or ())


def _item_names(shown: Iterable[RuleData]) -> tuple[str, ...]:
    return tuple(str(each.get("Name", "")) for each in shown)
