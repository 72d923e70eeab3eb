"""Mailboxes and their addresses: who has one, how large it may be, who else may use it."""

from dataclasses import replace

from console.sandbox import lookup, mailbox, naming
from console.sandbox.errors import ServiceError, invalid
from console.sandbox.lookup import KINDS, require_enabled, wrong_state
from console.sandbox.paging import page, page_of
from console.sandbox.records import QUOTA_MB, Entity, Group, Permission, User, folded
from console.sandbox.registry import Call, Params, Result, handles

MOST_ALIASES = 100  # of a user [documented], of a group [observed]


@handles("RegisterToWorkMail")
def register_to_workmail(call: Call, params: Params) -> None:
    """Enable; a mailbox that was disabled less than 30 days ago is there again, for the same id alone."""
    entity, address = lookup.entity(call, params, "EntityId"), params["Email"]
    if entity.is_enabled:
        return require_same(entity, address)
    if isinstance(entity, User) and entity.role == "SYSTEM_USER":
        raise wrong_state(entity, "belongs to the directory")  # [inferred]
    naming.require_usable(call, address, by=entity)
    aliases = tuple(each for each in entity.aliases if folded(each) != folded(address))
    enabled = replace(
        entity, email=address, aliases=aliases, state="ENABLED", enabled=call.now, disabled=None
    )
    dated = replace(enabled, enabled=call.now, disabled=None)
    call.store.entities.save(with_mailbox(dated, entity, call.now))
    return None


def require_same(entity: Entity, address: str) -> None:
    """An enabled entity is left as it is [documented]; that another address is an error is [inferred]."""
    if folded(entity.email) != folded(address):
        message = f"{entity.entity_id} is registered already, as {entity.email}"
        raise ServiceError("EntityAlreadyRegisteredException", message)


def with_mailbox(enabled: Entity, before: Entity, now: float) -> Entity:
    has_none = isinstance(before, Group) or (isinstance(before, User) and before.role != "USER")
    if has_none or before.has_mailbox(now):
        return enabled
    return replace(enabled, provisioned=now, filled=False)


@handles("DeregisterFromWorkMail")
def deregister_from_workmail(call: Call, params: Params) -> None:
    """Disable; the mailbox stays for 30 days, the addresses become free [unknown]."""
    entity = lookup.entity(call, params, "EntityId")
    require_enabled(entity)  # for a disabled one an error [inferred]
    call.store.entities.save(replace(entity, state="DISABLED", disabled=call.now, email="", aliases=()))


@handles("DescribeEntity")
def describe_entity(call: Call, params: Params) -> Result:
    holder = call.store.entities.claimed(
        "address", call.organization.organization_id, folded(params["Email"])
    )
    if holder is None:
        raise lookup.not_found(params["Email"])
    return {"EntityId": holder.entity_id, "Name": holder.name, "Type": KINDS[type(holder)].upper()}


@handles("CreateAlias")
def create_alias(call: Call, params: Params) -> None:
    entity, alias = lookup.entity(call, params, "EntityId"), params["Alias"]
    require_enabled(entity)
    naming.require_usable(call, alias, by=entity)
    if folded(alias) in map(folded, entity.addresses):
        raise ServiceError("EmailAddressInUseException", f"{alias} is an address of it already")  # [inferred]
    if len(entity.aliases) >= MOST_ALIASES:
        raise ServiceError("LimitExceededException", f"An entity can have {MOST_ALIASES} aliases")
    call.store.entities.save(replace(entity, aliases=(*entity.aliases, alias)))


@handles("DeleteAlias")
def delete_alias(call: Call, params: Params) -> None:
    """An address that it does not have is no error [unknown]."""
    entity, alias = lookup.entity(call, params, "EntityId"), folded(params["Alias"])
    if alias == folded(entity.email):
        raise invalid(call.operation, "The primary address is no alias")  # [inferred]
    left = tuple(each for each in entity.aliases if folded(each) != alias)
    call.store.entities.save(replace(entity, aliases=left))


@handles("ListAliases")
def list_aliases(call: Call, params: Params) -> Result:
    """The primary address comes with the aliases [observed], as the first [inferred]."""
    entity = lookup.entity(call, params, "EntityId")
    positions = [((f"{each != entity.email:d}", folded(each)), each) for each in entity.addresses]
    aliases, token = page_of(call, params, positions)
    return {"Aliases": aliases, "NextToken": token}


@handles("UpdatePrimaryEmailAddress")
def update_primary_email_address(call: Call, params: Params) -> None:
    """The address until now becomes an alias, which counts against no limit [unknown]."""
    entity, address = lookup.entity(call, params, "EntityId"), params["Email"]
    require_enabled(entity)
    naming.require_usable(call, address, by=entity)
    others = tuple(each for each in entity.addresses if folded(each) != folded(address))
    call.store.entities.save(replace(entity, email=address, aliases=others))


@handles("GetMailboxDetails")
def get_mailbox_details(call: Call, params: Params) -> Result:
    """Of somebody without a mailbox it is the quota, and no size [unknown]."""
    user = lookup.user(call, params)
    return {"MailboxQuota": user.quota, "MailboxSize": mailbox.size(user, call.now)}


@handles("UpdateMailboxQuota")
def update_mailbox_quota(call: Call, params: Params) -> None:
    user = lookup.user(call, params)
    require_enabled(user)  # [inferred]
    if params["MailboxQuota"] > QUOTA_MB:  # the limit is [documented], its error [inferred]
        raise invalid(call.operation, f"MailboxQuota must be at most {QUOTA_MB}")
    call.store.entities.save(replace(user, quota=params["MailboxQuota"]))


@handles("PutMailboxPermissions")
def put_mailbox_permissions(call: Call, params: Params) -> None:
    """The values take the place of what the grantee had; no value at all takes everything [inferred]."""
    owner, grantee = owner_and_grantee(call, params)
    require_enabled(owner)
    if isinstance(owner, Group) and "FULL_ACCESS" in params["PermissionValues"]:
        raise invalid(call.operation, "A group has no mailbox to give FULL_ACCESS to")
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
    """Permissions that are not there are no error [inferred]."""
    owner, grantee = owner_and_grantee(call, params)
    call.store.permissions.delete(f"{owner.entity_id}/{grantee.entity_id}")


def owner_and_grantee(call: Call, params: Params) -> tuple[Entity, Entity]:
    owner = lookup.entity(call, params, "EntityId")
    return owner, lookup.entity(call, params, "GranteeId")


@handles("ListMailboxPermissions")
def list_mailbox_permissions(call: Call, params: Params) -> Result:
    owner = lookup.entity(call, params, "EntityId")
    permissions, token = page(call, params, call.store.permissions, "of", owner.entity_id)
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
    """The model has no type for a resource, though one may be a grantee."""
    return "GROUP" if isinstance(grantee, Group) else "USER"
