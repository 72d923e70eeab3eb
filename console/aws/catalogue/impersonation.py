"""Operations on impersonation roles."""

from console.aws.catalogue.rows import read, secret, write

OPERATIONS = (
    read("ListImpersonationRoles", "impersonation"),
    read("GetImpersonationRole", "impersonation", "ImpersonationRoleId"),
    read("GetImpersonationRoleEffect", "impersonation", "ImpersonationRoleId"),
    write(
        "CreateImpersonationRole",
        "impersonation",
        "",
        "GetImpersonationRole",
        creates="ImpersonationRoleId",
        undo="DeleteImpersonationRole",
    ),
    write(
        "UpdateImpersonationRole",
        "impersonation",
        "ImpersonationRoleId",
        "GetImpersonationRole",
        undo="UpdateImpersonationRole",
    ),
    write(
        "DeleteImpersonationRole",
        "impersonation",
        "ImpersonationRoleId",
        "GetImpersonationRole",
        undo="CreateImpersonationRole",
    ),
    secret("AssumeImpersonationRole", "impersonation", "ImpersonationRoleId"),
)
