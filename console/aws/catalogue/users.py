"""Operations on users."""

from console.aws.catalogue.fields import single_member
from console.aws.catalogue.inverses import delete_created, not_undoable, restore_values
from console.aws.catalogue.rows import Read, Settle, read, write

OPERATIONS = (
    read("ListUsers", "users", lists_everyone=True),
    read("DescribeUser", "users", "UserId", required_member="UserId"),
    write(
        "CreateUser",
        "users",
        reads=(Read("DescribeUser"),),
        read_as={"Role": "UserRole"},
        creates="UserId",
        undo=delete_created("DeleteUser", "UserId"),
        settle=Settle.NAME,
        address="Name",
    ),
    write(
        "UpdateUser",
        "users",
        "UserId",
        reads=(Read("DescribeUser"),),
        read_as={"Role": "UserRole"},
        undo=restore_values("UpdateUser", "UserId"),
    ),
    write(
        "DeleteUser",
        "users",
        "UserId",
        reads=(Read("DescribeUser"),),
        fields=single_member("State", "DELETED"),
        leaves_tombstone=True,
        undo=not_undoable(
            "What is deleted is gone: WorkMail makes a new one with another id, and an empty mailbox."
        ),
    ),
    write(
        "ResetPassword",
        "users",
        "UserId",
        undo=not_undoable("Nobody knows the old password. Set another one instead."),
    ),
)
