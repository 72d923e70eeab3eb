"""Operations on mobile device access rules and overrides."""

from typing import Any

from console.aws.catalogue.fields import ListRow, Values, match_members, pick_members, rule_values
from console.aws.catalogue.inverses import (
    CannotUndo,
    InverseCall,
    Undo,
    WrittenCall,
    delete_created,
    restore_row,
)
from console.aws.catalogue.rows import Read, read, write


def _rule_values_with_name(row: Any) -> Values:
    return {"Name": row["Name"], **rule_values(row)}


RULE = ListRow(
    "Rules",
    lambda params: f"Rule {params['MobileDeviceAccessRuleId']}",
    match_members("MobileDeviceAccessRuleId"),
    _rule_values_with_name,
)
NEW_RULE = ListRow(
    "Rules",
    lambda params: f"Rule {params['Name']}",
    lambda params, row: row["MobileDeviceAccessRuleId"] == params.get("MobileDeviceAccessRuleId"),
    rule_values,
)
OVERRIDE = ListRow(
    "Overrides",
    lambda params: f"Device {params['DeviceId']}",
    match_members("DeviceId"),
    pick_members("Effect", "Description"),
)


def _recreate_rule(written: WrittenCall) -> list[InverseCall]:
    """Recreate the rule with a new id, which nothing refers to."""
    return [InverseCall("CreateMobileDeviceAccessRule", written.value)] if written.value else []


def _restore_rule(written: WrittenCall) -> list[InverseCall]:
    if not written.value:
        raise CannotUndo("The ledger does not know the rule as it was.")
    rule = {**written.named("MobileDeviceAccessRuleId"), **written.value}
    return [InverseCall("UpdateMobileDeviceAccessRule", rule)]


_restore_override = restore_row(
    "PutMobileDeviceAccessOverride", "DeleteMobileDeviceAccessOverride", "UserId", "DeviceId"
)

OPERATIONS = (
    read("ListMobileDeviceAccessRules", "mobile"),
    read("GetMobileDeviceAccessEffect", "mobile", required_member="Effect"),
    write(
        "CreateMobileDeviceAccessRule",
        "mobile",
        reads=(Read("ListMobileDeviceAccessRules"),),
        fields=NEW_RULE.becoming(rule_values),
        creates="MobileDeviceAccessRuleId",
        undo=delete_created("DeleteMobileDeviceAccessRule", "MobileDeviceAccessRuleId"),
    ),
    write(
        "UpdateMobileDeviceAccessRule",
        "mobile",
        "MobileDeviceAccessRuleId",
        reads=(Read("ListMobileDeviceAccessRules"),),
        fields=RULE.becoming(_rule_values_with_name),
        undo=Undo("UpdateMobileDeviceAccessRule", _restore_rule),
    ),
    write(
        "DeleteMobileDeviceAccessRule",
        "mobile",
        "MobileDeviceAccessRuleId",
        reads=(Read("ListMobileDeviceAccessRules"),),
        fields=RULE.going(),
        undo=Undo("CreateMobileDeviceAccessRule", _recreate_rule),
    ),
    read("ListMobileDeviceAccessOverrides", "mobile", "UserId"),
    read("GetMobileDeviceAccessOverride", "mobile", "UserId", required_member="Effect"),
    write(
        "PutMobileDeviceAccessOverride",
        "mobile",
        "UserId",
        reads=(Read("ListMobileDeviceAccessOverrides"),),
        fields=OVERRIDE.becoming(pick_members("Effect", "Description")),
        undo=Undo("DeleteMobileDeviceAccessOverride", _restore_override),
    ),
    write(
        "DeleteMobileDeviceAccessOverride",
        "mobile",
        "UserId",
        reads=(Read("ListMobileDeviceAccessOverrides"),),
        fields=OVERRIDE.going(),
        undo=Undo("PutMobileDeviceAccessOverride", _restore_override),
    ),
)
