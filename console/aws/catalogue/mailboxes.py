"""Operations on mailboxes, addresses and permissions of users, groups and resources."""

from console.aws.catalogue.rows import DESCRIBE, read, write

OPERATIONS = (
    read("DescribeEntity", "mailboxes", "Email"),
    read("GetMailboxDetails", "mailboxes", "UserId"),
    read("ListAliases", "mailboxes", "EntityId"),
    read("ListGroupsForEntity", "mailboxes", "EntityId"),
    read("ListMailboxPermissions", "mailboxes", "EntityId"),
    write("RegisterToWorkMail", "mailboxes", "EntityId", DESCRIBE, undo="DeregisterFromWorkMail"),
    write(
        "DeregisterFromWorkMail", "mailboxes", "EntityId", DESCRIBE, "ListAliases", undo="RegisterToWorkMail"
    ),
    write("CreateAlias", "mailboxes", "EntityId", "ListAliases", undo="DeleteAlias"),
    write("DeleteAlias", "mailboxes", "EntityId", "ListAliases", undo="CreateAlias"),
    write(
        "UpdatePrimaryEmailAddress",
        "mailboxes",
        "EntityId",
        DESCRIBE,
        "ListAliases",
        undo="UpdatePrimaryEmailAddress",
    ),
    write("UpdateMailboxQuota", "mailboxes", "UserId", "GetMailboxDetails", undo="UpdateMailboxQuota"),
    write(
        "PutMailboxPermissions",
        "mailboxes",
        "EntityId",
        "ListMailboxPermissions",
        undo="PutMailboxPermissions",
    ),
    write(
        "DeleteMailboxPermissions",
        "mailboxes",
        "EntityId",
        "ListMailboxPermissions",
        undo="PutMailboxPermissions",
    ),
)
