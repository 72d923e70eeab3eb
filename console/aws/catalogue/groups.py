"""Operations on groups and their members."""

from console.aws.catalogue.fields import ListRow, match_members, single_member
from console.aws.catalogue.inverses import delete_created, not_undoable, opposite_call, restore_values
from console.aws.catalogue.rows import Read, Settle, read, write

MEMBER = "a member"
# The label has the member in it: a change may put many into one group.
MEMBERSHIP = ListRow(
    "Groups",
    lambda params: f"{params['MemberId']} in group {params['GroupId']}",
    match_members("GroupId"),
    lambda _: MEMBER,
)

OPERATIONS = (
    read("ListGroups", "groups", lists_everyone=True),
    read("DescribeGroup", "groups", "GroupId", required_member="GroupId"),
    write(
        "CreateGroup",
        "groups",
        reads=(Read("DescribeGroup"),),
        creates="GroupId",
        undo=delete_created("DeleteGroup", "GroupId"),
        settle=Settle.NAME,
        address="Name",
    ),
    write(
        "UpdateGroup",
        "groups",
        "GroupId",
        reads=(Read("DescribeGroup"),),
        undo=restore_values("UpdateGroup", "GroupId"),
    ),
    write(
        "DeleteGroup",
        "groups",
        "GroupId",
        reads=(Read("DescribeGroup"),),
        fields=single_member("State", "DELETED"),
        leaves_tombstone=True,
        undo=not_undoable(
            "A group that is made again has another id; members, permissions and rules name the old one."
        ),
    ),
    read("ListGroupMembers", "groups", "GroupId"),
    write(
        "AssociateMemberToGroup",
        "groups",
        "GroupId",
        reads=(Read("ListGroupsForEntity", {"EntityId": "MemberId"}),),
        fields=MEMBERSHIP.becoming(lambda _: MEMBER),
        undo=opposite_call("DisassociateMemberFromGroup", "GroupId", "MemberId"),
    ),
    write(
        "DisassociateMemberFromGroup",
        "groups",
        "GroupId",
        reads=(Read("ListGroupsForEntity", {"EntityId": "MemberId"}),),
        fields=MEMBERSHIP.going(),
        undo=opposite_call("AssociateMemberToGroup", "GroupId", "MemberId"),
    ),
)
