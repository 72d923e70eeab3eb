"""Operations on IAM Identity Center and personal access tokens."""

from console.aws.catalogue.rows import read, write

OPERATIONS = (
    read("DescribeIdentityProviderConfiguration", "identity"),
    write(
        "PutIdentityProviderConfiguration",
        "identity",
        "",
        "DescribeIdentityProviderConfiguration",
        undo="DeleteIdentityProviderConfiguration",
    ),
    write(
        "DeleteIdentityProviderConfiguration",
        "identity",
        "",
        "DescribeIdentityProviderConfiguration",
        undo="PutIdentityProviderConfiguration",
    ),
    write(
        "CreateIdentityCenterApplication",
        "identity",
        creates="ApplicationArn",
        undo="DeleteIdentityCenterApplication",
    ),
    write("DeleteIdentityCenterApplication", "identity", "ApplicationArn"),
    read("ListPersonalAccessTokens", "identity", "UserId"),
    read("GetPersonalAccessTokenMetadata", "identity", "PersonalAccessTokenId"),
    write("DeletePersonalAccessToken", "identity", "PersonalAccessTokenId", "GetPersonalAccessTokenMetadata"),
)
