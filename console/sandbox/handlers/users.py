"""Operations on users."""

import uuid
from dataclasses import replace
from typing import Any

from console.sandbox import entity_lookup, personal_tokens, requirements
from console.sandbox.entity_lookup import wrong_state_error
from console.sandbox.errors import invalid_input_error
from console.sandbox.handler_registry import Call, Params, Result, handles
from console.sandbox.paging import filter_listing, page_of_table
from console.sandbox.records import User

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
    requirements.require_free_name(call, params["Name"])
    if "Password" in params:
        requirements.require_strong_password(params["Password"])
    elif params.get("Role") != OPTIONAL_PASSWORD:
        raise invalid_input_error(call.operation, "Password is required")  # [inferred] but for remote users
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
    user = entity_lookup.get_user(call, params, deleted=True)
    profile = {member: getattr(user, field) or None for member, field in PROFILE.items()}
    removed = user.removed(call.now)
    return {
        **summarize_user(user),
        **profile,
        "UserId": user.entity_id,
        "Id": None,
        "HiddenFromGlobalAddressList": user.hidden,
        "MailboxProvisionedDate": user.provisioned,
        "MailboxDeprovisionedDate": removed,
    }


@handles("ListUsers")
def list_users(call: Call, params: Params) -> Result:
    scope, prefix = filter_listing(call, params, User.KIND, FILTERS)
    users, token = page_of_table(call, params, call.store.entities, *scope, prefix=prefix)
    return {"Users": [summarize_user(user) for user in users if isinstance(user, User)], "NextToken": token}


@handles("UpdateUser")
def update_user(call: Call, params: Params) -> None:
    """Update a user; omitted members stay, an empty string clears [inferred]."""
    user = entity_lookup.get_user(call, params)
    if user.role == "SYSTEM_USER":
        raise wrong_state_error(user, "belongs to the directory")  # [inferred]
    require_role(call, params)
    if params.get("DisplayName") == "":
        raise invalid_input_error(
            call.operation, "DisplayName must not be empty"
        )  # [inferred] from CreateUser
    changes = {field: params[member] for member, field in FIELDS.items() if member in params}
    call.store.entities.save(replace(user, **changes))


@handles("DeleteUser")
def delete_user(call: Call, params: Params) -> None:
    delete_entity(call, params, "UserId", User)


@handles("ResetPassword")
def reset_password(call: Call, params: Params) -> None:
    """Set the password, effective at once; mail clients notice after 30 to 60 seconds [observed]."""
    user = entity_lookup.get_user(call, params)
    if user.role != "USER":
        raise wrong_state_error(user, "has no password of its own")  # [inferred]
    requirements.require_strong_password(params["Password"])
    call.store.entities.save(replace(user, password_changed=call.now))


def require_role(call: Call, params: Params) -> None:
    if params.get("Role", "USER") not in ROLES:
        raise invalid_input_error(call.operation, f"Role must be one of {', '.join(ROLES)}")


def delete_entity(call: Call, params: Params, member: str, kind: type[Any]) -> None:
    """Leave a tombstone of a disabled entity with its id and name; the name becomes free.

    No deleting operation lists an error for what does not exist, so that is no error [inferred].
    """
    found = entity_lookup.find_entity(call, params, member)
    if not isinstance(found, kind) or found.is_deleted:
        return
    if found.is_enabled:
        raise wrong_state_error(found, "is enabled")
    store = call.store
    # That overrides go with their user is [inferred].
    for table in (store.memberships, store.delegations, store.permissions, store.mobile_overrides):
        for link in table.all("of", found.entity_id) + table.all("for", found.entity_id):
            table.delete(link.key)
    personal_tokens.delete_tokens(store, found.entity_id)
    call.store.entities.save(replace(found, state="DELETED", email="", aliases=()))


def summarize_user(user: User) -> dict[str, Any]:
    """Return the user as ListUsers shows it."""
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
