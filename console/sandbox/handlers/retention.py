"""The retention policy of an organization: what is deleted from which folders after how many days."""

import uuid

from console.sandbox.errors import ServiceError, invalid
from console.sandbox.records_organization import FolderConfiguration, RetentionPolicy
from console.sandbox.registry import Call, Params, Result, handles


@handles("GetDefaultRetentionPolicy")
def get_default_retention_policy(call: Call, params: Params) -> Result:
    """Before there is one, not found [unknown]: it could be an empty policy as well."""
    policies = policies_of(call)
    if not policies:
        raise ServiceError("EntityNotFoundException", "The organization has no retention policy")
    policy = policies[0]
    return {
        "Id": policy.policy_id,
        "Name": policy.name,
        "Description": policy.description or None,
        "FolderConfigurations": [shown(*folder) for folder in policy.folders],
    }


def shown(name: str, action: str, period: int | None) -> Result:
    return {"Name": name, "Action": action, "Period": period}


@handles("PutRetentionPolicy")
def put_retention_policy(call: Call, params: Params) -> None:
    """Replaces the policy of that id or, without an id, of that name; a second one is too many [inferred]."""
    folders = configured(call, params["FolderConfigurations"])
    earlier = same(call, params)
    most = call.store.settings.retention_policies
    if earlier is None and len(policies_of(call)) >= most:
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


def same(call: Call, params: Params) -> RetentionPolicy | None:
    """The policy that a request replaces; an id that no policy has is that of a new one [unknown]."""
    if "Id" in params:
        return next((each for each in policies_of(call) if each.policy_id == params["Id"]), None)
    return next((each for each in policies_of(call) if each.name == params["Name"]), None)


def configured(call: Call, folders: list[Result]) -> tuple[FolderConfiguration, ...]:
    """That a folder is given once, and that what is deleted needs a period, is [inferred]."""
    if len({folder["Name"] for folder in folders}) < len(folders):
        raise invalid(call.operation, "A folder is configured twice")
    for folder in folders:
        if folder["Action"] != "NONE" and folder.get("Period") is None:
            raise invalid(call.operation, f"{folder['Name']} needs a Period to {folder['Action']} after")
    return tuple((folder["Name"], folder["Action"], folder.get("Period")) for folder in folders)


@handles("DeleteRetentionPolicy")
def delete_retention_policy(call: Call, params: Params) -> None:
    """One that is not there is no error [inferred]."""
    call.store.retention_policies.delete(f"{call.organization.organization_id}/{params['Id']}")


def policies_of(call: Call) -> list[RetentionPolicy]:
    return call.store.retention_policies.all("policy", call.organization.organization_id)
