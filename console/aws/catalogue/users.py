"""Operations on users."""

from console.aws.catalogue.rows import read, write

OPERATIONS = (
    read("ListUsers", "users"),
    read("DescribeUser", "users", "UserId"),
    write("CreateUser", "users", "", "DescribeUser", creates="UserId", undo="DeleteUser"),
    write("UpdateUser", "users", "UserId", "DescribeUser", undo="UpdateUser"),
    write("DeleteUser", "users", "UserId", "DescribeUser"),
    write("ResetPassword", "users", "UserId"),
)
