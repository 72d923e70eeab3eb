"""Operations on tags of organizations."""

from dataclasses import replace

from console.sandbox import requirements
from console.sandbox.errors import ServiceError, invalid_input_error
from console.sandbox.handler_registry import Call, Params, Result, handles
from console.sandbox.records import Organization

MOST_TAGS = 50  # [documented]
RESERVED = "aws:"  # as everywhere in AWS; the error is [inferred]


@handles("TagResource")
def tag_resource(call: Call, params: Params) -> None:
    """Add tags; an existing key gets the new value."""
    organization = get_tagged_organization(call, params)
    requirements.require_active(organization, call.operation)
    given = {tag["Key"]: tag["Value"] for tag in params["Tags"]}
    if len(given) < len(params["Tags"]):
        raise invalid_input_error(call.operation, "A tag key is given twice")  # [inferred]
    if any(key.lower().startswith(RESERVED) for key in given):
        raise invalid_input_error(call.operation, f"Tag keys must not begin with {RESERVED}")
    tags = {**dict(organization.tags), **given}
    if len(tags) > MOST_TAGS:
        raise ServiceError("TooManyTagsException", f"A resource can have {MOST_TAGS} tags")
    save_tags(call, organization, tags)


@handles("UntagResource")
def untag_resource(call: Call, params: Params) -> None:
    """Remove tags; a missing key is no error [inferred]."""
    organization = get_tagged_organization(call, params)
    gone = set(params["TagKeys"])
    save_tags(call, organization, {key: value for key, value in organization.tags if key not in gone})


@handles("ListTagsForResource")
def list_tags_for_resource(call: Call, params: Params) -> Result:
    """List the tags in the order in which they were added [unknown]."""
    return {
        "Tags": [{"Key": key, "Value": value} for key, value in get_tagged_organization(call, params).tags]
    }


def save_tags(call: Call, organization: Organization, tags: dict[str, str]) -> None:
    call.store.organizations.save(replace(organization, tags=tuple(tags.items())))


def get_tagged_organization(call: Call, params: Params) -> Organization:
    """Return the caller's organization with this ARN; a deleted one is not found [inferred]."""
    organization_id = params["ResourceARN"].rpartition("/")[2]
    found = call.store.organizations.get(organization_id)
    own = found is not None and (found.account, found.region) == (call.account, call.region)
    if found is None or not own or found.arn != params["ResourceARN"] or found.state == "Deleted":
        raise ServiceError("ResourceNotFoundException", f"{params['ResourceARN']} does not exist")
    return found
