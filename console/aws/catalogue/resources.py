"""Operations on resources and their delegates."""

from console.aws.catalogue.rows import read, write

OPERATIONS = (
    read("ListResources", "resources"),
    read("DescribeResource", "resources", "ResourceId"),
    write("CreateResource", "resources", "", "DescribeResource", creates="ResourceId", undo="DeleteResource"),
    write("UpdateResource", "resources", "ResourceId", "DescribeResource", undo="UpdateResource"),
    write("DeleteResource", "resources", "ResourceId", "DescribeResource"),
    read("ListResourceDelegates", "resources", "ResourceId"),
    write(
        "AssociateDelegateToResource",
        "resources",
        "ResourceId",
        "ListResourceDelegates",
        undo="DisassociateDelegateFromResource",
    ),
    write(
        "DisassociateDelegateFromResource",
        "resources",
        "ResourceId",
        "ListResourceDelegates",
        undo="AssociateDelegateToResource",
    ),
)
