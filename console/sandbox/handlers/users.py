"""Users: the people of an organization, and those that only its address book lists."""

import uuid
from dataclasses import replace
from typing import Any

from console.sandbox import lookup, naming, passwords, personal_tokens
from console.sandbox.errors import invalid
from console.sandbox.listing import filtered
from console.sandbox.lookup import wrong_state
from console.sandbox.paging import page
from console.sandbox.records import User
from console.sandbox.registry import Call, Params, Result, handles

# Members of UpdateUser and DescribeUser by the field that keeps them.
PROFILE = {
    "DisplayName": "display_name",
    "FirstName": "first_name",
    "LastName": "last_name",
    "Initials": "initials",
    "Telephone": "telephone",
    "Street": "street",
    "JobTitle": "job_title",
    "City": "city",
    "Company": "company",
    "ZipCode": "zip_code",
    "Department": "department",
    "Country": "country",
    "Office": "office",
    "IdentityProviderUserId": "identity_provider_user_id",
}
FIELDS = {**PROFILE, "HiddenFromGlobalAddressList": "hidden", "Role": "role"}
FILTERS = {
    "UsernamePrefix": "name",
    "DisplayNamePrefix": "display_name",
    "PrimaryEmailPrefix": "email",
    "IdentityProviderUserIdPrefix": "identity_provider_user_id",
    "State": "state",
}
ROLES = ("USER", "REMOTE_USER")  # the others belong to the directory and cannot be given [documented]
OPTIONAL_PASSWORD = "REMOTE_USER"


@handles("CreateUser")
def create_user(call: Call, params: Params) -> Result:
    require_role(call, params)
    naming.require_free(call, params["Name"])
    if "Password" in params:
        passwords.require_strong(params["Password"])
    elif params.get("Role") != OPTIONAL_PASSWORD:
        raise invalid(call.operation, "Password is required")  # [inferred] but for remote users
    created = User(
        organization_id=call.organization.organization_id,
        entity_id=str(uuid.uuid4()),
        name=params["Name"],
        password_changed=call.now if "Password" in params else None,
        **{field: params[member] for member, field in FIELDS.items() if member in params},
    )
    return {"UserId": call.store.entities.save(created).entity_id}


@handles("DescribeUser")
def describe_user(call: Call, params: Params) -> Result:
    user = lookup.user(call, params, deleted=True)
    profile = {member: getattr(user, field) or None for member, field in PROFILE.items()}
    removed = user.removed(call.now)
    return {
        **summary(user),
        **profile,
        "UserId": user.entity_id,
        "Id": None,
        "HiddenFromGlobalAddressList": user.hidden,
        "MailboxProvisionedDate": user.provisioned,
        "MailboxDeprovisionedDate": removed,
    }


@handles("ListUsers")
def list_users(call: Call, params: Params) -> Result:
    scope, prefix = filtered(call, params, User.KIND, FILTERS)
    users, token = page(call, params, call.store.entities, *scope, prefix=prefix)
    return {"Users": [summary(user) for user in users if isinstance(user, User)], "NextToken": token}


@handles("UpdateUser")
def update_user(call: Call, params: Params) -> None:
    """What is not given stays, an empty string clears [inferred]."""
    user = lookup.user(call, params)
    if user.role == "SYSTEM_USER":
        raise wrong_state(user, "belongs to the directory")  # [inferred]
    require_role(call, params)
    if params.get("DisplayName") == "":
        raise invalid(call.operation, "DisplayName must not be empty")  # [inferred] from CreateUser
    changes = {field: params[member] for member, field in FIELDS.items() if member in params}
    call.store.entities.save(replace(user, **changes))


@handles("DeleteUser")
def delete_user(call: Call, params: Params) -> None:
    delete(call, params, "UserId", User)


@handles("ResetPassword")
def reset_password(call: Call, params: Params) -> None:
    """Takes effect at once; mail clients take it 30 to 60 seconds later [observed]."""
    user = lookup.user(call, params)
    if user.role != "USER":
        raise wrong_state(user, "has no password of its own")  # [inferred]
    passwords.require_strong(params["Password"])
    call.store.entities.save(replace(user, password_changed=call.now))


def require_role(call: Call, params: Params) -> None:
    if params.get("Role", "USER") not in ROLES:
        raise invalid(call.operation, f"Role must be one of {', '.join(ROLES)}")


def delete(call: Call, params: Params, member: str, kind: type[Any]) -> None:
    """Leave a tombstone of an entity that is disabled; it keeps its id and name, and gives the name free.

    No deleting operation lists an error for what does not exist, so that is no error [inferred].
    """
    found = lookup.find(call, params, member)
    if not isinstance(found, kind) or found.is_deleted:
        return
    if found.is_enabled:
        raise wrong_state(found, "is enabled")
    store = call.store
    # That overrides go with their user is [inferred].
    for table in (store.memberships, store.delegations, store.permissions, store.mobile_overrides):
        for link in table.all("of", found.entity_id) + table.all("for", found.entity_id):
            table.delete(link.key)
    personal_tokens.revoke(store, found.entity_id)
    call.store.entities.save(replace(found, state="DELETED", email="", aliases=()))


def summary(user: User) -> dict[str, Any]:
    """The user as ListUsers shows it."""
    return {
        "Id": user.entity_id,
        "Email": user.email or None,
        "Name": user.name,
        "DisplayName": user.display_name or None,
        "State": user.state,
        "UserRole": user.role,
        "EnabledDate": user.enabled,
        "DisabledDate": user.disabled,
        "IdentityProviderUserId": user.identity_provider_user_id or None,
    }
