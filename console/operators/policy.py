"""The one place that decides: may she do it, and which people, groups and resources may she see.

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
from console.aws.catalogue import ENTITY_MEMBERS, Operation, action
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.operators import rights
from console.operators.rights import Reach

# The member with the address or domain that an operation gives, takes or asks for: it has to be within reach.
ADDRESSES = {
    "CreateUser": "Name",
    "CreateGroup": "Name",
    "CreateResource": "Name",
    "RegisterToWorkMail": "Email",
    "CreateAlias": "Alias",
    "DeleteAlias": "Alias",
    "UpdatePrimaryEmailAddress": "Email",
    "DescribeEntity": "Email",
    "GetMailDomain": "DomainName",
}
# AWS answers these with everybody. A page shows `visible()` instead; a narrowed grant gets no raw listing.
LISTINGS = frozenset({"ListUsers", "ListGroups", "ListResources", "ListMailboxExportJobs"})
# Reads of settings, and of checks, that name people of all domains, and not one at a time.
OF_THE_WHOLE = frozenset(
    {
        "ListOrganizations",
        "ListImpersonationRoles",
        "GetImpersonationRole",
        "ReadPosture",
        "ReadDataRetention",
    }
)
# The console's own actions that concern one mailbox or domain, or a change of the operator's own, whose steps
# are asked for one by one; the others concern the organization.
ABOUT_ONE = frozenset({"DownloadMailboxExport", "RunChanges", "CheckMailDomain"})
# Members that name an entity by way of something it owns: whoever keeps that registers how to find the owner.
Finder = Callable[[Organization, str], str]
OWNED = ("JobId", "PersonalAccessTokenId")
finders: dict[str, Finder] = {}
Params = Mapping[str, Any]
M = TypeVar("M", bound=Model)
NOT_SEEN = "not within the rights of the operator"
AT_ONCE = 500  # entities that one query asks for


class Refusal(Exception):
    """An attempt that is refused; `refusals` enters it in the audit log once, by what is said of it here."""

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
    """The operator does not have the right: 403."""


class OutOfScope(Refusal, Http404):
    """It exists, but not within the operator's rights: 404, as for what does not exist."""


def allows(actor: Actor, operation: str, organization: Organization, entity: Entity | None = None) -> bool:
    """Whether `actor` may perform `operation`: at all in the organization, or on `entity`.

    Pages show what this allows; it costs one query a request, however often it is asked.
    """
    rule = action(operation)
    reach = _reach(rights.of(actor), rule, organization)
    return bool(reach) if entity is None else _contains(reach, organization, entity)


def visible(actor: Actor, operation: str, organization: Organization) -> EntityQuerySet:
    """The entities of the organization on which `actor` may perform `operation`."""
    reach = _reach(rights.of(actor), action(operation), organization)
    entities = Entity.objects.filter(organization=organization)
    if reach.everywhere:
        return entities
    return entities.filter(domain__in=reach.domains) if reach else entities.none()


def reaches_all(actor: Actor, operation: str, organization: Organization) -> bool:
    """Whether nothing narrows what `actor` may perform `operation` on: she reaches the deleted, too."""
    return _reach(rights.of(actor), action(operation), organization).everywhere


def narrowed_to(actor: Actor, operation: str, organization: Organization) -> list[str]:
    """The mail domains that narrow what `actor` may perform `operation` on; none where nothing does."""
    reach = _reach(rights.of(actor), action(operation), organization)
    return [] if reach.everywhere else sorted(reach.domains)


def organizations(actor: Actor) -> QuerySet[Organization]:
    """Those in which `actor` holds any live grant; all others do not exist for her."""
    held = rights.of(actor)
    return (
        Organization.objects.all()
        if held.is_system
        else Organization.objects.filter(pk__in=held.organizations)
    )


def places(actor: Actor) -> tuple[Organization, ...]:
    """The same as they came with her rights, which costs a page no further query."""
    held = rights.of(actor)
    return tuple(organizations(actor)) if held.is_system else held.places


def place(actor: Actor, slug: str) -> Organization:
    """The one of them with this word in its addresses; `OutOfScope` if she holds nothing there."""
    found = next((each for each in places(actor) if each.slug == slug), None)
    return found or get_in_scope(organizations(actor), slug=slug)


def get_in_scope(visible: QuerySet[M], **lookup: Any) -> M:
    """Return the one row of `visible`; raise `OutOfScope` if it is hidden, Http404 if it does not exist.

    The name that a lookup gives has to say which row it is within what all operators together may see:
    `organization` besides `pk`, for example.
    """
    found = visible.filter(**lookup).first()
    if found is None:
        raise (OutOfScope if visible.model._base_manager.filter(**lookup).exists() else Http404)(NOT_SEEN)
    return found


def require(actor: Actor, operation: str, organization: Organization, params: Mapping[str, Any]) -> None:
    """Raise `Denied` or `OutOfScope` unless `actor` may send exactly this, by the grants as they are now."""
    require_each(actor, organization, [(operation, params)])


def require_each(actor: Actor, organization: Organization, calls: Iterable[tuple[str, Params]]) -> None:
    """The same for many calls at the price of few: grants are read once, entities by hundreds."""
    held = rights.load(actor)
    if not held.is_system and organization.pk not in held.organizations:
        raise OutOfScope(f"no grant in {organization.slug}")
    reaches: dict[str, Reach] = {}
    narrowed: list[tuple[Operation, Reach, Params]] = []
    for operation, params in calls:
        if operation not in reaches:
            reaches[operation] = _required(held, action(operation), organization)
        if not reaches[operation].everywhere:
            narrowed.append((action(operation), reaches[operation], params))
    _require_entities(organization, narrowed)
    for rule, reach, params in narrowed:
        _require_address(rule, reach, params)


def _required(held: rights.Rights, rule: Operation, organization: Organization) -> Reach:
    reach = _reach(held, rule, organization)
    if not reach:
        why = f"{rule.name} is not among your rights in {organization.slug}"
        raise Denied(why, operation=rule.name, organization=organization)
    return reach


def _reach(held: rights.Rights, rule: Operation, organization: Organization) -> Reach:
    reach = held.reach(rule, organization)
    return reach if reach.everywhere or _can_be_narrowed(rule) else Reach()


def _can_be_narrowed(rule: Operation) -> bool:
    """Whether a part of the organization can be told from the rest; settings of the whole cannot."""
    if rule.name in OF_THE_WHOLE:
        return False
    return rule.is_read or rule.name in ADDRESSES or rule.name in ABOUT_ONE or bool(_naming(rule))


def _naming(rule: Operation) -> tuple[str, ...]:
    """The members by which an operation says whom it concerns."""
    return rule.entity_members + ((rule.target,) if rule.target in OWNED else ())


def _contains(reach: Reach, organization: Organization, entity: Entity) -> bool:
    return entity.organization_id == organization.pk and entity.domain in reach


def _require_entities(organization: Organization, calls: Iterable[tuple[Operation, Reach, Params]]) -> None:
    """Whoever is named has to be within the domains of the right to what is asked of her."""
    named: dict[frozenset[str], set[str]] = {}
    for rule, reach, params in calls:
        found = _named(rule, organization, params)
        if rule.name in LISTINGS or (_naming(rule) and not found):
            why = f"{rule.name} would show everybody; your rights cover {', '.join(sorted(reach.domains))}"
            raise Denied(why, operation=rule.name, organization=organization)
        named.setdefault(reach.domains, set()).update(found)
    for domains, ids in named.items():
        within = Entity.objects.filter(organization=organization, domain__in=domains)
        asked = sorted(ids)
        parts = (asked[start : start + AT_ONCE] for start in range(0, len(asked), AT_ONCE))
        if sum(within.filter(entity_id__in=part).count() for part in parts) < len(ids):
            raise OutOfScope("not within the mail domains of your rights")


def _named(rule: Operation, organization: Organization, params: Params) -> set[str]:
    members = (member for member in (*ENTITY_MEMBERS, *OWNED) if params.get(member))
    return {_entity_id(member, organization, params[member]) for member in members}


def _entity_id(member: str, organization: Organization, value: str) -> str:
    """The entity that a member names, or nobody's id if nothing knows whose it is."""
    if member not in OWNED:
        return str(value)
    finder = finders.get(member)
    return finder(organization, value) if finder else ""


def _require_address(rule: Operation, reach: Reach, params: Params) -> None:
    member = ADDRESSES.get(rule.name)
    if member and str(params.get(member, "")).rpartition("@")[2] not in reach:
        why = f"{member} has to be an address on {', '.join(sorted(reach.domains))}"
        raise Denied(why, operation=rule.name)
