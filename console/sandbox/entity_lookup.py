"""Find entities by the identifiers that an operation accepts."""

from console.aws import model
from console.sandbox.errors import ServiceError, is_listed_error
from console.sandbox.handler_registry import Call, Params
from console.sandbox.records import Entity, Group, Resource, User, fold_case
from console.sandbox.rule_records import ImpersonationRole

# These accept an id or a name, but no address [documented]; all others that take an EntityIdentifier
# accept the three forms, and those that take a WorkMailIdentifier an id only.
NO_ADDRESS_OPERATIONS = {"RegisterToWorkMail", "DeleteUser", "DeleteGroup", "DeleteResource"}
KINDS = {User: "user", Group: "group", Resource: "resource"}


def find_entity(call: Call, params: Params, member: str) -> Entity | None:
    """Return the entity that this member of the request identifies; deleted ones by id only."""
    if model.input_members(call.operation)[member].name == "EntityIdentifier":
        return find_by_any_form(call, params[member])
    return find_by_id(call, params[member])


def find_by_id(call: Call, identifier: str) -> Entity | None:
    found = call.store.entities.get(identifier)
    return found if found and found.organization_id == call.organization.organization_id else None


def find_by_any_form(call: Call, identifier: str) -> Entity | None:
    """Find by id, name or, where the operation accepts one, address."""
    if found := find_by_id(call, identifier):
        return found
    entities, organization_id = call.store.entities, call.organization.organization_id
    if found := entities.claimed("name", organization_id, fold_case(identifier)):
        return found
    if call.operation in NO_ADDRESS_OPERATIONS:
        return None
    return entities.claimed("address", organization_id, fold_case(identifier))


def get_entity(call: Call, params: Params, member: str, *, deleted: bool = False) -> Entity:
    """Return the user, group or resource; a deleted one only with `deleted`."""
    found = find_entity(call, params, member)
    if found is None:
        raise not_found_error(params[member])
    return found if deleted else require_existing(call, found)


def get_user(call: Call, params: Params, member: str = "UserId", *, deleted: bool = False) -> User:
    found = get_entity(call, params, member, deleted=deleted)
    if not isinstance(found, User):
        raise not_found_error(params[member])
    return found


def require_user(call: Call, found: Entity | None, identifier: str) -> User:
    """Return the entity if it is an existing user; raise otherwise."""
    if not isinstance(found, User):
        raise not_found_error(identifier)
    require_existing(call, found)
    return found


def get_group(call: Call, params: Params, member: str = "GroupId", *, deleted: bool = False) -> Group:
    found = get_entity(call, params, member, deleted=deleted)
    if not isinstance(found, Group):
        raise not_found_error(params[member])
    return found


def get_resource(
    call: Call, params: Params, member: str = "ResourceId", *, deleted: bool = False
) -> Resource:
    found = get_entity(call, params, member, deleted=deleted)
    if not isinstance(found, Resource):
        raise not_found_error(params[member])
    return found


def get_role(call: Call, role_id: str) -> ImpersonationRole:
    found = call.store.impersonation_roles.get(f"{call.organization.organization_id}/{role_id}")
    if found is None:
        raise ServiceError("ResourceNotFoundException", f"There is no impersonation role {role_id}")
    return found


def require_existing(call: Call, found: Entity) -> Entity:
    """Refuse a deleted entity: by its state where the operation lists that, else as unknown [inferred]."""
    if not found.is_deleted:
        return found
    if is_listed_error(call.operation, "EntityStateException"):
        raise wrong_state_error(found, "is deleted")
    raise not_found_error(found.entity_id)


def require_enabled(found: Entity) -> None:
    if not found.is_enabled:
        raise wrong_state_error(found, "is not enabled")


def not_found_error(identifier: str) -> ServiceError:
    return ServiceError("EntityNotFoundException", f"There is no such entity: {identifier}")


def wrong_state_error(found: Entity, why: str) -> ServiceError:
    return ServiceError("EntityStateException", f"{KINDS[type(found)].title()} {found.entity_id} {why}")
