"""Entities by the identifier that a request gives, in the forms that the operation accepts."""

from console.aws import model
from console.sandbox.errors import ServiceError, listed
from console.sandbox.records import Entity, Group, Resource, User, folded
from console.sandbox.records_rules import ImpersonationRole
from console.sandbox.registry import Call, Params

# These accept an id or a name, but no address [documented]; all others that take an EntityIdentifier
# accept the three forms, and those that take a WorkMailIdentifier an id only.
NO_ADDRESS = {"RegisterToWorkMail", "DeleteUser", "DeleteGroup", "DeleteResource"}
KINDS = {User: "user", Group: "group", Resource: "resource"}


def find(call: Call, params: Params, member: str) -> Entity | None:
    """The entity that this member of the request means, deleted ones by their id alone."""
    if model.input_members(call.operation)[member].name == "EntityIdentifier":
        return by_any_form(call, params[member])
    return by_id(call, params[member])


def by_id(call: Call, identifier: str) -> Entity | None:
    found = call.store.entities.get(identifier)
    return found if found and found.organization_id == call.organization.organization_id else None


def by_any_form(call: Call, identifier: str) -> Entity | None:
    """By id, name or, where the operation takes one, address."""
    if found := by_id(call, identifier):
        return found
    entities, organization_id = call.store.entities, call.organization.organization_id
    if found := entities.claimed("name", organization_id, folded(identifier)):
        return found
    if call.operation in NO_ADDRESS:
        return None
    return entities.claimed("address", organization_id, folded(identifier))


def entity(call: Call, params: Params, member: str, *, deleted: bool = False) -> Entity:
    """The user, group or resource; a deleted one only where the caller takes it."""
    found = find(call, params, member)
    if found is None:
        raise not_found(params[member])
    return found if deleted else living(call, found)


def user(call: Call, params: Params, member: str = "UserId", *, deleted: bool = False) -> User:
    found = entity(call, params, member, deleted=deleted)
    if not isinstance(found, User):
        raise not_found(params[member])
    return found


def listed_user(call: Call, found: Entity | None, identifier: str) -> User:
    """What one identifier in a list of users led to, if that is a living user."""
    if not isinstance(found, User):
        raise not_found(identifier)
    living(call, found)
    return found


def group(call: Call, params: Params, member: str = "GroupId", *, deleted: bool = False) -> Group:
    found = entity(call, params, member, deleted=deleted)
    if not isinstance(found, Group):
        raise not_found(params[member])
    return found


def resource(call: Call, params: Params, member: str = "ResourceId", *, deleted: bool = False) -> Resource:
    found = entity(call, params, member, deleted=deleted)
    if not isinstance(found, Resource):
        raise not_found(params[member])
    return found


def role(call: Call, role_id: str) -> ImpersonationRole:
    found = call.store.impersonation_roles.get(f"{call.organization.organization_id}/{role_id}")
    if found is None:
        raise ServiceError("ResourceNotFoundException", f"There is no impersonation role {role_id}")
    return found


def living(call: Call, found: Entity) -> Entity:
    """Refuse a deleted entity: by its state where the operation lists that, else as unknown [inferred]."""
    if not found.is_deleted:
        return found
    if listed(call.operation, "EntityStateException"):
        raise wrong_state(found, "is deleted")
    raise not_found(found.entity_id)


def require_enabled(found: Entity) -> None:
    if not found.is_enabled:
        raise wrong_state(found, "is not enabled")


def not_found(identifier: str) -> ServiceError:
    return ServiceError("EntityNotFoundException", f"There is no such entity: {identifier}")


def wrong_state(found: Entity, why: str) -> ServiceError:
    return ServiceError("EntityStateException", f"{KINDS[type(found)].title()} {found.entity_id} {why}")
