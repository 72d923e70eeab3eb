"""Decide what an actor may do and which entities they may see.

A grant narrowed to mail domains reaches the entities whose primary address is on one of them. An
entity without an address (a disabled person or group, a system user) has no domain: only a grant
without domains reaches it. An operation on two entities needs both within reach, a new address or
name has to be on a domain within reach, and what changes the whole organization needs a grant
without domains.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404

from console.actor import Actor
from console.aws.catalogue import ENTITY_MEMBERS, OWNED_MEMBERS, Operation, get_action
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.operators import rights
from console.operators.rights import Reach

# How the owner of what an `OWNED_MEMBERS` member identifies is found; see `console.extensions`.
OwnerFinder = Callable[[Organization, str], str]
owner_finders: dict[str, OwnerFinder] = {}
Params = Mapping[str, Any]
M = TypeVar("M", bound=Model)
OUT_OF_SCOPE = "not within the rights of the operator"
BATCH_SIZE = 500  # entities that one query asks for


class Refusal(Exception):
    """A refused attempt, recorded in the audit log by `refusals`."""

    def __init__(
        self,
        why: str,
        *,
        operation: str = "",
        organization: Organization | None = None,
        target: str = "",
        target_name: str = "",
    ) -> None:
        super().__init__(why)
        self.operation, self.organization = operation, organization
        self.target, self.target_name = target, target_name
        self.is_entered = False


class Denied(Refusal, PermissionDenied):
    """The operator lacks the right: 403."""


class OutOfScope(Refusal, Http404):
    """The object exists but is outside the operator's scope: 404."""


def allows(actor: Actor, operation: str, organization: Organization, entity: Entity | None = None) -> bool:
    """Return whether `actor` may perform `operation` in the organization, or on `entity`."""
    rule = get_action(operation)
    reach = _get_reach(rights.get_rights(actor), rule, organization)
    return bool(reach) if entity is None else _is_within(reach, organization, entity)


def visible_entities(actor: Actor, operation: str, organization: Organization) -> EntityQuerySet:
    """Return the entities on which `actor` may perform `operation`."""
    reach = _get_reach(rights.get_rights(actor), get_action(operation), organization)
    entities = Entity.objects.filter(organization=organization)
    if reach.everywhere:
        return entities
    return entities.filter(domain__in=reach.domains) if reach else entities.none()


def covers_organization(actor: Actor, operation: str, organization: Organization) -> bool:
    """Return whether `actor` may perform `operation` on the whole organization."""
    return _get_reach(rights.get_rights(actor), get_action(operation), organization).everywhere


def granted_domains(actor: Actor, operation: str, organization: Organization) -> list[str]:
    """Return the mail domains that limit `actor`, or none if nothing does."""
    reach = _get_reach(rights.get_rights(actor), get_action(operation), organization)
    return [] if reach.everywhere else sorted(reach.domains)


def visible_organizations(actor: Actor) -> QuerySet[Organization]:
    """Return the organizations in which `actor` has a live grant."""
    held = rights.get_rights(actor)
    return (
        Organization.objects.all()
        if held.is_system
        else Organization.objects.filter(pk__in=held.organizations)
    )


def held_organizations(actor: Actor) -> tuple[Organization, ...]:
    """Return the same organizations from the loaded rights, without a query."""
    held = rights.get_rights(actor)
    return tuple(visible_organizations(actor)) if held.is_system else held.places


def get_organization(actor: Actor, slug: str) -> Organization:
    """Return the organization with this slug; raise `OutOfScope` if `actor` has no grant there."""
    found = next((each for each in held_organizations(actor) if each.slug == slug), None)
    return found or get_in_scope(visible_organizations(actor), slug=slug)


def get_in_scope(visible: QuerySet[M], **lookup: Any) -> M:
    """Return one row of `visible`; raise `OutOfScope` if it is hidden, Http404 if it does not exist.

    The name that a lookup gives has to say which row it is within what all operators together may see:
    `organization` besides `pk`, for example.
    """
    found = visible.filter(**lookup).first()
    if found is None:
        raise (OutOfScope if visible.model._base_manager.filter(**lookup).exists() else Http404)(OUT_OF_SCOPE)
    return found


def require_right(
    actor: Actor, operation: str, organization: Organization, params: Mapping[str, Any]
) -> None:
    """Raise `Denied` or `OutOfScope` unless `actor` may make exactly this call."""
    require_rights(actor, organization, [(operation, params)])


def require_rights(actor: Actor, organization: Organization, calls: Iterable[tuple[str, Params]]) -> None:
    """Raise the same for many calls, with few queries."""
    held = rights.load_rights(actor)
    if not held.is_system and organization.pk not in held.organizations:
        raise OutOfScope(f"no grant in {organization.slug}")
    reaches: dict[str, Reach] = {}
    narrowed: list[tuple[Operation, Reach, Params]] = []
    for operation, params in calls:
        if operation not in reaches:
            reaches[operation] = _require_reach(held, get_action(operation), organization)
        if not reaches[operation].everywhere:
            narrowed.append((get_action(operation), reaches[operation], params))
    _require_entities(organization, narrowed)
    for rule, reach, params in narrowed:
        _require_address(rule, reach, params)


def _require_reach(held: rights.Rights, rule: Operation, organization: Organization) -> Reach:
    reach = _get_reach(held, rule, organization)
    if not reach:
        why = f"{rule.name} is not among your rights in {organization.slug}"
        raise Denied(why, operation=rule.name, organization=organization)
    return reach


def _get_reach(held: rights.Rights, rule: Operation, organization: Organization) -> Reach:
    reach = held.reach(rule, organization)
    return reach if reach.everywhere or _can_be_narrowed(rule) else Reach()


def _can_be_narrowed(rule: Operation) -> bool:
    """Return whether the operation can be limited to mail domains."""
    if rule.narrowable is not None:
        return rule.narrowable
    return rule.is_read or bool(rule.address) or bool(_naming_members(rule))


def _naming_members(rule: Operation) -> tuple[str, ...]:
    """Return the members that identify whom an operation concerns."""
    return rule.entity_members + ((rule.target,) if rule.target in OWNED_MEMBERS else ())


def _is_within(reach: Reach, organization: Organization, entity: Entity) -> bool:
    return entity.organization_id == organization.pk and entity.domain in reach


def _require_entities(organization: Organization, calls: Iterable[tuple[Operation, Reach, Params]]) -> None:
    """Raise unless every named entity is in the domains of the right."""
    named: dict[frozenset[str], set[str]] = {}
    for rule, reach, params in calls:
        found = _named_entities(rule, organization, params)
        if rule.lists_everyone or (_naming_members(rule) and not found):
            why = f"{rule.name} would show everybody; your rights cover {', '.join(sorted(reach.domains))}"
            raise Denied(why, operation=rule.name, organization=organization)
        named.setdefault(reach.domains, set()).update(found)
    for domains, ids in named.items():
        within = Entity.objects.filter(organization=organization, domain__in=domains)
        asked = sorted(ids)
        parts = (asked[start : start + BATCH_SIZE] for start in range(0, len(asked), BATCH_SIZE))
        if sum(within.filter(entity_id__in=part).count() for part in parts) < len(ids):
            raise OutOfScope("not within the mail domains of your rights")


def _named_entities(rule: Operation, organization: Organization, params: Params) -> set[str]:
    members = (member for member in (*ENTITY_MEMBERS, *OWNED_MEMBERS) if params.get(member))
    return {_resolve_entity_id(member, organization, params[member]) for member in members}


def _resolve_entity_id(member: str, organization: Organization, value: str) -> str:
    """Return the entity id of a member, or "" if it cannot be resolved."""
    if member not in OWNED_MEMBERS:
        return str(value)
    finder = owner_finders.get(member)
    return finder(organization, value) if finder else ""


def _require_address(rule: Operation, reach: Reach, params: Params) -> None:
    member = rule.address
    if member and str(params.get(member, "")).rpartition("@")[2] not in reach:
        why = f"{member} has to be an address on {', '.join(sorted(reach.domains))}"
        raise Denied(why, operation=rule.name)
