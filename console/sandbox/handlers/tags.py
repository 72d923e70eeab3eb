"""Tags of organizations, the only thing of WorkMail that can carry any."""

from dataclasses import replace

from console.sandbox import standing
from console.sandbox.errors import ServiceError, invalid
from console.sandbox.records import Organization
from console.sandbox.registry import Call, Params, Result, handles

MOST_TAGS = 50  # [documented]
RESERVED = "aws:"  # as everywhere in AWS; the error is [inferred]


@handles("TagResource")
def tag_resource(call: Call, params: Params) -> None:
    """Add tags; a key that is there gets the new value."""
    organization = tagged(call, params)
    standing.require_active(organization, call.operation)
    given = {tag["Key"]: tag["Value"] for tag in params["Tags"]}
    if len(given) < len(params["Tags"]):
        raise invalid(call.operation, "A tag key is given twice")  # [inferred]
    if any(key.lower().startswith(RESERVED) for key in given):
        raise invalid(call.operation, f"Tag keys must not begin with {RESERVED}")
    tags = {**dict(organization.tags), **given}
    if len(tags) > MOST_TAGS:
        raise ServiceError("TooManyTagsException", f"A resource can have {MOST_TAGS} tags")
    keep(call, organization, tags)


@handles("UntagResource")
def untag_resource(call: Call, params: Params) -> None:
    """A key that is not there is no error [inferred]."""
    organization = tagged(call, params)
    gone = set(params["TagKeys"])
    keep(call, organization, {key: value for key, value in organization.tags if key not in gone})


@handles("ListTagsForResource")
def list_tags_for_resource(call: Call, params: Params) -> Result:
    """In the order in which they were added [unknown]."""
    return {"Tags": [{"Key": key, "Value": value} for key, value in tagged(call, params).tags]}


def keep(call: Call, organization: Organization, tags: dict[str, str]) -> None:
    call.store.organizations.save(replace(organization, tags=tuple(tags.items())))


def tagged(call: Call, params: Params) -> Organization:
    """The caller's organization of that ARN; a deleted one is not found any more [inferred]."""
    organization_id = params["ResourceARN"].rpartition("/")[2]
    found = call.store.organizations.get(organization_id)
    own = found is not None and (found.account, found.region) == (call.account, call.region)
    if found is None or not own or found.arn != params["ResourceARN"] or found.state == "Deleted":
        raise ServiceError("ResourceNotFoundException", f"{params['ResourceARN']} does not exist")
    return found
