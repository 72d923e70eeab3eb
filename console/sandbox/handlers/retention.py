"""Operations on the default retention policy."""

import uuid

from console.sandbox.errors import ServiceError, invalid_input_error
from console.sandbox.handler_registry import Call, Params, Result, handles
from console.sandbox.organization_records import FolderConfiguration, RetentionPolicy


@handles("GetDefaultRetentionPolicy")
def get_default_retention_policy(call: Call, params: Params) -> Result:
    """Return the policy; without one, not found [unknown]."""
    policies = organization_policies(call)
    if not policies:
        raise ServiceError("EntityNotFoundException", "The organization has no retention policy")
    policy = policies[0]
    return {
        "Id": policy.policy_id,
        "Name": policy.name,
        "Description": policy.description or None,
        "FolderConfigurations": [show_folder(*folder) for folder in policy.folders],
    }


def show_folder(name: str, action: str, period: int | None) -> Result:
    return {"Name": name, "Action": action, "Period": period}


@handles("PutRetentionPolicy")
def put_retention_policy(call: Call, params: Params) -> None:
    """Replace the policy with this id, else this name; a second policy is too many [inferred]."""
    folders = build_folders(call, params["FolderConfigurations"])
    earlier = find_replaced(call, params)
    most = call.store.settings.retention_policies
    if earlier is None and len(organization_policies(call)) >= most:
        raise ServiceError("LimitExceededException", f"An organization can have {most} retention policy")
    call.store.retention_policies.save(
        RetentionPolicy(
            organization_id=call.organization.organization_id,
            policy_id=earlier.policy_id if earlier else params.get("Id", str(uuid.uuid4())),
            name=params["Name"],
            description=params.get("Description", ""),
            folders=folders,
        )
    )


def find_replaced(call: Call, params: Params) -> RetentionPolicy | None:
    """Return the policy that a request replaces; an unknown id is that of a new policy [unknown]."""
    if "Id" in params:
        return next((each for each in organization_policies(call) if each.policy_id == params["Id"]), None)
    return next((each for each in organization_policies(call) if each.name == params["Name"]), None)


def build_folders(call: Call, folders: list[Result]) -> tuple[FolderConfiguration, ...]:
    """Return the folder settings; each folder once, and a period for deletion, are required [inferred]."""
    if len({folder["Name"] for folder in folders}) < len(folders):
        raise invalid_input_error(call.operation, "A folder is configured twice")
    for folder in folders:
        if folder["Action"] != "NONE" and folder.get("Period") is None:
            raise invalid_input_error(
                call.operation, f"{folder['Name']} needs a Period to {folder['Action']} after"
            )
    return tuple((folder["Name"], folder["Action"], folder.get("Period")) for folder in folders)


@handles("DeleteRetentionPolicy")
def delete_retention_policy(call: Call, params: Params) -> None:
    """Delete the policy; a missing one is no error [inferred]."""
    call.store.retention_policies.delete(f"{call.organization.organization_id}/{params['Id']}")


def organization_policies(call: Call) -> list[RetentionPolicy]:
    return call.store.retention_policies.all("policy", call.organization.organization_id)
