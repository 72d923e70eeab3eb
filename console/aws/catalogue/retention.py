"""Operations on the retention policy."""

from typing import Any

from console.aws.catalogue.fields import ChangedFields, Params, ReadResults, Values, first_result
from console.aws.catalogue.inverses import CannotUndo, InverseCall, Undo, WrittenCall
from console.aws.catalogue.rows import Read, read, write


def _folder_policies(shown: ReadResults, params: Params) -> Values:
    held = {each["Name"]: each for each in first_result(shown).get("FolderConfigurations", [])}
    return {
        f"Folder {name}": _folder_values(held.get(name))
        for name in held | {f["Name"]: f for f in _folder_configurations(params)}
    }


def _folder_configurations(params: Params) -> list[Any]:
    return list(params.get("FolderConfigurations", []))


def _folder_values(row: Any) -> Any:
    return {name: row[name] for name in ("Action", "Period") if row.get(name)} if row else None


def _all_folders(shown: ReadResults, _: Params) -> Values:
    return {
        "Folders": {
            each["Name"]: _folder_values(each) for each in _folder_configurations(first_result(shown))
        }
        or None
    }


def _expected_folders(values: Values, params: Params) -> Values:
    asked = {f"Folder {each['Name']}": _folder_values(each) for each in _folder_configurations(params)}
    return {name: asked.get(name) for name in values}


def _restore_policy(written: WrittenCall) -> list[InverseCall]:
    """Put the previous policy, or delete the new one by its id."""
    held = written.first
    if held.get("Id"):
        kept = {name: held[name] for name in ("Id", "Name", "Description") if held.get(name)}
        kept["FolderConfigurations"] = held.get("FolderConfigurations") or []
        if written.operation == "DeleteRetentionPolicy":
            kept.pop("Id", None)
        return [InverseCall("PutRetentionPolicy", kept)]
    made = first_result(written.after).get("Id")
    if not made:
        raise CannotUndo("The ledger does not know the policy's id.")
    return [InverseCall("DeleteRetentionPolicy", {"Id": made})]


OPERATIONS = (
    # Whether an organization without a policy gets one is [unknown].
    read("GetDefaultRetentionPolicy", "retention", required_member=""),
    write(
        "PutRetentionPolicy",
        "retention",
        "Id",
        reads=(Read("GetDefaultRetentionPolicy"),),
        fields=ChangedFields(_folder_policies, _expected_folders),
        undo=Undo("PutRetentionPolicy", _restore_policy),
    ),
    write(
        "DeleteRetentionPolicy",
        "retention",
        "Id",
        reads=(Read("GetDefaultRetentionPolicy"),),
        fields=ChangedFields(_all_folders, lambda _, __: {"Folders": None}),
        undo=Undo("PutRetentionPolicy", _restore_policy),
    ),
)
