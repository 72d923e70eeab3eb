"""Operations on mailboxes, aliases, quotas and permissions."""

from dataclasses import replace

from console.sandbox import entity_lookup, mailbox_content, requirements
from console.sandbox.entity_lookup import KINDS, require_enabled, wrong_state_error
from console.sandbox.errors import ServiceError, invalid_input_error
from console.sandbox.handler_registry import Call, Params, Result, handles
from console.sandbox.paging import page_of_table, page_of_values
from console.sandbox.records import QUOTA_MB, Entity, Group, Permission, User, fold_case

MOST_ALIASES = 100  # of a user [documented], of a group [observed]


@handles("RegisterToWorkMail")
def register_to_workmail(call: Call, params: Params) -> None:
    """Enable an entity; a mailbox disabled within 30 days is restored, for the same id only."""
    entity, address = entity_lookup.get_entity(call, params, "EntityId"), params["Email"]
    if entity.is_enabled:
        return require_same_address(entity, address)
    if isinstance(entity, User) and entity.role == "SYSTEM_USER":
        raise wrong_state_error(entity, "belongs to the directory")  # [inferred]
    requirements.require_usable_address(call, address, by=entity)
    aliases = tuple(each for each in entity.aliases if fold_case(each) != fold_case(address))
    enabled = replace(
        entity, email=address, aliases=aliases, state="ENABLED", enabled=call.now, disabled=None
    )
    dated = replace(enabled, enabled=call.now, disabled=None)
    call.store.entities.save(enable_mailbox(dated, entity, call.now))
    return None


def require_same_address(entity: Entity, address: str) -> None:
    """Raise if an enabled entity has another address [inferred]; otherwise it stays as it is [documented]."""
    if fold_case(entity.email) != fold_case(address):
        message = f"{entity.entity_id} is registered already, as {entity.email}"
        raise ServiceError("EntityAlreadyRegisteredException", message)


def enable_mailbox(enabled: Entity, before: Entity, now: float) -> Entity:
    has_none = isinstance(before, Group) or (isinstance(before, User) and before.role != "USER")
    if has_none or before.has_mailbox(now):
        return enabled
    return replace(enabled, provisioned=now, filled=False)


@handles("DeregisterFromWorkMail")
def deregister_from_workmail(call: Call, params: Params) -> None:
    """Disable an entity; its mailbox stays for 30 days, its addresses become free [unknown]."""
    entity = entity_lookup.get_entity(call, params, "EntityId")
    require_enabled(entity)  # for a disabled one an error [inferred]
    call.store.entities.save(replace(entity, state="DISABLED", disabled=call.now, email="", aliases=()))


@handles("DescribeEntity")
def describe_entity(call: Call, params: Params) -> Result:
    holder = call.store.entities.claimed(
        "address", call.organization.organization_id, fold_case(params["Email"])
    )
    if holder is None:
        raise entity_lookup.not_found_error(params["Email"])
    return {"EntityId": holder.entity_id, "Name": holder.name, "Type": KINDS[type(holder)].upper()}


@handles("CreateAlias")
def create_alias(call: Call, params: Params) -> None:
    entity, alias = entity_lookup.get_entity(call, params, "EntityId"), params["Alias"]
    require_enabled(entity)
    requirements.require_usable_address(call, alias, by=entity)
    if fold_case(alias) in map(fold_case, entity.addresses):
        raise ServiceError("EmailAddressInUseException", f"{alias} is an address of it already")  # [inferred]
    if len(entity.aliases) >= MOST_ALIASES:
        raise ServiceError("LimitExceededException", f"An entity can have {MOST_ALIASES} aliases")
    call.store.entities.save(replace(entity, aliases=(*entity.aliases, alias)))


@handles("DeleteAlias")
def delete_alias(call: Call, params: Params) -> None:
    """Delete an alias; an address that the entity lacks is no error [unknown]."""
    entity, alias = entity_lookup.get_entity(call, params, "EntityId"), fold_case(params["Alias"])
    if alias == fold_case(entity.email):
        raise invalid_input_error(call.operation, "The primary address is no alias")  # [inferred]
    left = tuple(each for each in entity.aliases if fold_case(each) != alias)
    call.store.entities.save(replace(entity, aliases=left))


@handles("ListAliases")
def list_aliases(call: Call, params: Params) -> Result:
    """List the aliases with the primary address [observed], which is first [inferred]."""
    entity = entity_lookup.get_entity(call, params, "EntityId")
    positions = [((f"{each != entity.email:d}", fold_case(each)), each) for each in entity.addresses]
    aliases, token = page_of_values(call, params, positions)
    return {"Aliases": aliases, "NextToken": token}


@handles("UpdatePrimaryEmailAddress")
def update_primary_email_address(call: Call, params: Params) -> None:
    """Set the primary address; the old one becomes an alias, which counts against no limit [unknown]."""
    entity, address = entity_lookup.get_entity(call, params, "EntityId"), params["Email"]
    require_enabled(entity)
    requirements.require_usable_address(call, address, by=entity)
    others = tuple(each for each in entity.addresses if fold_case(each) != fold_case(address))
    call.store.entities.save(replace(entity, email=address, aliases=others))


@handles("GetMailboxDetails")
def get_mailbox_details(call: Call, params: Params) -> Result:
    """Return quota and size; without a mailbox the quota only [unknown]."""
    user = entity_lookup.get_user(call, params)
    return {"MailboxQuota": user.quota, "MailboxSize": mailbox_content.mailbox_size(user, call.now)}


@handles("UpdateMailboxQuota")
def update_mailbox_quota(call: Call, params: Params) -> None:
    user = entity_lookup.get_user(call, params)
    require_enabled(user)  # [inferred]
    if params["MailboxQuota"] > QUOTA_MB:  # the limit is [documented], its error [inferred]
        raise invalid_input_error(call.operation, f"MailboxQuota must be at most {QUOTA_MB}")
    call.store.entities.save(replace(user, quota=params["MailboxQuota"]))


@handles("PutMailboxPermissions")
def put_mailbox_permissions(call: Call, params: Params) -> None:
    """Replace the permissions of the grantee; an empty list removes all [inferred]."""
    owner, grantee = owner_and_grantee(call, params)
    require_enabled(owner)
    if isinstance(owner, Group) and "FULL_ACCESS" in params["PermissionValues"]:
        raise invalid_input_error(call.operation, "A group has no mailbox to give FULL_ACCESS to")
    values = tuple(dict.fromkeys(params["PermissionValues"]))
    permission = Permission(
        organization_id=owner.organization_id,
        owner_id=owner.entity_id,
        other_id=grantee.entity_id,
        values=values,
    )
    if values:
        call.store.permissions.save(permission)
    else:
        call.store.permissions.delete(permission.key)


@handles("DeleteMailboxPermissions")
def delete_mailbox_permissions(call: Call, params: Params) -> None:
    """Delete permissions; missing ones are no error [inferred]."""
    owner, grantee = owner_and_grantee(call, params)
    call.store.permissions.delete(f"{owner.entity_id}/{grantee.entity_id}")


def owner_and_grantee(call: Call, params: Params) -> tuple[Entity, Entity]:
    owner = entity_lookup.get_entity(call, params, "EntityId")
    return owner, entity_lookup.get_entity(call, params, "GranteeId")


@handles("ListMailboxPermissions")
def list_mailbox_permissions(call: Call, params: Params) -> Result:
    owner = entity_lookup.get_entity(call, params, "EntityId")
    permissions, token = page_of_table(call, params, call.store.permissions, "of", owner.entity_id)
    shown = [
        {
            "GranteeId": each.other_id,
            "GranteeType": grantee_type(call.store.entities.get(each.other_id)),
            "PermissionValues": list(each.values),
        }
        for each in permissions
    ]
    return {"Permissions": shown, "NextToken": token}


def grantee_type(grantee: Entity | None) -> str:
    """Return GROUP or USER; the model has no type for a resource, which may be a grantee too."""
    return "GROUP" if isinstance(grantee, Group) else "USER"
