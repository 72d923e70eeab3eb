"""Operations on resources and their delegates."""

from console.aws.catalogue.fields import ListRow, match_members, single_member
from console.aws.catalogue.inverses import delete_created, not_undoable, opposite_call, restore_values
from console.aws.catalogue.rows import Read, Settle, read, write

ANSWERS_REQUESTS = "answers requests"
DELEGATE = ListRow(
    "Delegates",
    lambda params: f"Delegate {params['EntityId']}",
    match_members("Id=EntityId"),
    lambda _: ANSWERS_REQUESTS,
)

OPERATIONS = (
    read("ListResources", "resources", lists_everyone=True),
    read("DescribeResource", "resources", "ResourceId", required_member="ResourceId"),
    write(
        "CreateResource",
        "resources",
        reads=(Read("DescribeResource"),),
        creates="ResourceId",
        undo=delete_created("DeleteResource", "ResourceId"),
        settle=Settle.NAME,
        address="Name",
    ),
    write(
        "UpdateResource",
        "resources",
        "ResourceId",
        reads=(Read("DescribeResource"),),
        undo=restore_values("UpdateResource", "ResourceId"),
    ),
    write(
        "DeleteResource",
        "resources",
        "ResourceId",
        reads=(Read("DescribeResource"),),
        fields=single_member("State", "DELETED"),
        leaves_tombstone=True,
        undo=not_undoable("A room that is made again has another id and an empty calendar."),
    ),
    read("ListResourceDelegates", "resources", "ResourceId"),
    write(
        "AssociateDelegateToResource",
        "resources",
        "ResourceId",
        reads=(Read("ListResourceDelegates"),),
        fields=DELEGATE.becoming(lambda _: ANSWERS_REQUESTS),
        undo=opposite_call("DisassociateDelegateFromResource", "ResourceId", "EntityId"),
    ),
    write(
        "DisassociateDelegateFromResource",
        "resources",
        "ResourceId",
        reads=(Read("ListResourceDelegates"),),
        fields=DELEGATE.going(),
        undo=opposite_call("AssociateDelegateToResource", "ResourceId", "EntityId"),
    ),
)
