"""Operations on organizations and their tags."""

from console.aws.catalogue.rows import read, write

OPERATIONS = (
    read("ListOrganizations", "organizations"),
    read("DescribeOrganization", "organizations"),
    write("CreateOrganization", "organizations", creates="OrganizationId"),
    write("DeleteOrganization", "organizations", "", "DescribeOrganization"),
    read("ListTagsForResource", "organizations", "ResourceARN"),
    write("TagResource", "organizations", "ResourceARN", "ListTagsForResource", undo="UntagResource"),
    write("UntagResource", "organizations", "ResourceARN", "ListTagsForResource", undo="TagResource"),
)
