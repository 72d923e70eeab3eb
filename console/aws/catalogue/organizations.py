"""Operations on organizations and their tags."""

from console.aws.catalogue.fields import ChangedFields, Params, ReadResults, Values, first_result
from console.aws.catalogue.inverses import InverseCall, Undo, WrittenCall, not_undoable
from console.aws.catalogue.rows import Read, Settle, read, write


def _organization_state(shown: ReadResults, _: Params) -> Values:
    """Return the state; `Deleting` counts as deleted, since it cannot be stopped."""
    state = first_result(shown).get("State")
    return {"State": "Deleted" if state == "Deleting" else state}


def _tag_values(shown: ReadResults, params: Params) -> Values:
    held = {tag["Key"]: tag["Value"] for tag in first_result(shown).get("Tags", [])}
    keys = params.get("TagKeys") or [tag["Key"] for tag in params.get("Tags", [])]
    return {f"Tag {key}": held.get(key) for key in keys}


def _expected_tags(values: Values, params: Params) -> Values:
    asked = {f"Tag {tag['Key']}": tag["Value"] for tag in params.get("Tags", [])}
    return {name: asked.get(name) for name in values}


def _restore_tags(written: WrittenCall) -> list[InverseCall]:
    tags = [
        {"Key": name.removeprefix("Tag "), "Value": value}
        for name, value in written.values.items()
        if value is not None
    ]
    keys = [name.removeprefix("Tag ") for name, value in written.values.items() if value is None]
    arn = written.named("ResourceARN")
    put = [InverseCall("TagResource", {**arn, "Tags": tags})] if tags else []
    return put + ([InverseCall("UntagResource", {**arn, "TagKeys": keys})] if keys else [])


OPERATIONS = (
    read("ListOrganizations", "organizations", narrowable=False, is_reserved=True),
    read("DescribeOrganization", "organizations", required_member="OrganizationId"),
    write(
        "CreateOrganization",
        "organizations",
        creates="OrganizationId",
        undo=not_undoable("An organization is deleted on purpose only, by its own page."),
        is_reserved=True,
    ),
    write(
        "DeleteOrganization",
        "organizations",
        reads=(Read("DescribeOrganization"),),
        fields=ChangedFields(_organization_state, lambda _, __: {"State": "Deleted"}),
        undo=not_undoable("A deleted organization and all its mail are gone."),
        settle=Settle.STATES,
        end_states=("Deleting", "Deleted"),
        required_member="OrganizationId",
        is_reserved=True,
    ),
    read("ListTagsForResource", "organizations", "ResourceARN"),
    write(
        "TagResource",
        "organizations",
        "ResourceARN",
        reads=(Read("ListTagsForResource"),),
        fields=ChangedFields(_tag_values, _expected_tags),
        undo=Undo("UntagResource", _restore_tags),
    ),
    write(
        "UntagResource",
        "organizations",
        "ResourceARN",
        reads=(Read("ListTagsForResource"),),
        fields=ChangedFields(_tag_values, _expected_tags),
        undo=Undo("TagResource", _restore_tags),
    ),
)
