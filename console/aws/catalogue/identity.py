"""Operations on IAM Identity Center and personal access tokens."""

from console.aws.catalogue.fields import whole_result
from console.aws.catalogue.inverses import Undo, delete_created, not_undoable, restore_settings
from console.aws.catalogue.rows import Read, read, write

_restore_provider = restore_settings(
    "PutIdentityProviderConfiguration",
    "DeleteIdentityProviderConfiguration",
    "AuthenticationMode",
    "IdentityCenterConfiguration",
    "PersonalAccessTokenConfiguration",
)

OPERATIONS = (
    read("DescribeIdentityProviderConfiguration", "identity", required_member="AuthenticationMode"),
    write(
        "PutIdentityProviderConfiguration",
        "identity",
        reads=(Read("DescribeIdentityProviderConfiguration"),),
        undo=Undo("DeleteIdentityProviderConfiguration", _restore_provider),
    ),
    write(
        "DeleteIdentityProviderConfiguration",
        "identity",
        reads=(Read("DescribeIdentityProviderConfiguration"),),
        fields=whole_result("Identity provider"),
        undo=Undo("PutIdentityProviderConfiguration", _restore_provider),
    ),
    write(
        "CreateIdentityCenterApplication",
        "identity",
        creates="ApplicationArn",
        undo=delete_created("DeleteIdentityCenterApplication", "ApplicationArn"),
    ),
    write(
        "DeleteIdentityCenterApplication",
        "identity",
        "ApplicationArn",
        undo=not_undoable("An application that is made again has another address."),
    ),
    read("ListPersonalAccessTokens", "identity", "UserId"),
    read(
        "GetPersonalAccessTokenMetadata",
        "identity",
        "PersonalAccessTokenId",
        required_member="PersonalAccessTokenId",
    ),
    write(
        "DeletePersonalAccessToken",
        "identity",
        "PersonalAccessTokenId",
        reads=(Read("GetPersonalAccessTokenMetadata"),),
        fields=whole_result("Token"),
        undo=not_undoable("A revoked token is gone; its owner makes a new one in webmail."),
    ),
)
