"""Operations on groups and their members."""

from console.aws.catalogue.rows import Read, read, write

OPERATIONS = (
    read("ListGroups", "groups"),
    read("DescribeGroup", "groups", "GroupId"),
    write("CreateGroup", "groups", "", "DescribeGroup", creates="GroupId", undo="DeleteGroup"),
    write("UpdateGroup", "groups", "GroupId", "DescribeGroup", undo="UpdateGroup"),
    write("DeleteGroup", "groups", "GroupId", "DescribeGroup"),
    read("ListGroupMembers", "groups", "GroupId"),
    write(
        "AssociateMemberToGroup",
        "groups",
        "GroupId",
        Read("ListGroupsForEntity", {"EntityId": "MemberId"}),
        undo="DisassociateMemberFromGroup",
    ),
    write(
        "DisassociateMemberFromGroup",
        "groups",
        "GroupId",
        Read("ListGroupsForEntity", {"EntityId": "MemberId"}),
        undo="AssociateMemberToGroup",
    ),
)
