"""Operations on mobile device access rules and overrides."""

from console.aws.catalogue.rows import read, write

OPERATIONS = (
    read("ListMobileDeviceAccessRules", "mobile"),
    read("GetMobileDeviceAccessEffect", "mobile"),
    write(
        "CreateMobileDeviceAccessRule",
        "mobile",
        "",
        "ListMobileDeviceAccessRules",
        creates="MobileDeviceAccessRuleId",
        undo="DeleteMobileDeviceAccessRule",
    ),
    write(
        "UpdateMobileDeviceAccessRule",
        "mobile",
        "MobileDeviceAccessRuleId",
        "ListMobileDeviceAccessRules",
        undo="UpdateMobileDeviceAccessRule",
    ),
    write(
        "DeleteMobileDeviceAccessRule",
        "mobile",
        "MobileDeviceAccessRuleId",
        "ListMobileDeviceAccessRules",
        undo="CreateMobileDeviceAccessRule",
    ),
    read("ListMobileDeviceAccessOverrides", "mobile", "UserId"),
    read("GetMobileDeviceAccessOverride", "mobile", "UserId"),
    write(
        "PutMobileDeviceAccessOverride",
        "mobile",
        "UserId",
        "ListMobileDeviceAccessOverrides",
        undo="DeleteMobileDeviceAccessOverride",
    ),
    write(
        "DeleteMobileDeviceAccessOverride",
        "mobile",
        "UserId",
        "ListMobileDeviceAccessOverrides",
        undo="PutMobileDeviceAccessOverride",
    ),
)
