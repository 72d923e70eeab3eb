"""Operations on access control rules."""

from console.aws.catalogue.rows import read, write

OPERATIONS = (
    read("ListAccessControlRules", "access_rules"),
    read("GetAccessControlEffect", "access_rules", "UserId"),
    write(
        "PutAccessControlRule",
        "access_rules",
        "Name",
        "ListAccessControlRules",
        undo="DeleteAccessControlRule",
    ),
    write(
        "DeleteAccessControlRule",
        "access_rules",
        "Name",
        "ListAccessControlRules",
        undo="PutAccessControlRule",
    ),
)
