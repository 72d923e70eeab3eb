"""Operations on impersonation roles."""

from typing import Any

from console.aws.catalogue.fields import whole_result
from console.aws.catalogue.inverses import InverseCall, Undo, WrittenCall, delete_created, not_undoable
from console.aws.catalogue.rows import Read, read, secret, write


def _role_params(written: WrittenCall) -> dict[str, Any]:
    names = ("Name", "Type", "Description", "Rules")
    return {name: written.first[name] for name in names if written.first.get(name) is not None}


def _recreate_role(written: WrittenCall) -> list[InverseCall]:
    return [InverseCall("CreateImpersonationRole", _role_params(written))]


def _restore_role(written: WrittenCall) -> list[InverseCall]:
    role = {**written.named("ImpersonationRoleId"), **_role_params(written)}
    return [InverseCall("UpdateImpersonationRole", role)]


OPERATIONS = (
    read("ListImpersonationRoles", "impersonation", narrowable=False),
    read(
        "GetImpersonationRole",
        "impersonation",
        "ImpersonationRoleId",
        required_member="ImpersonationRoleId",
        narrowable=False,
    ),
    read("GetImpersonationRoleEffect", "impersonation", "ImpersonationRoleId", required_member="Effect"),
    write(
        "CreateImpersonationRole",
        "impersonation",
        reads=(Read("GetImpersonationRole"),),
        creates="ImpersonationRoleId",
        undo=delete_created("DeleteImpersonationRole", "ImpersonationRoleId"),
    ),
    write(
        "UpdateImpersonationRole",
        "impersonation",
        "ImpersonationRoleId",
        reads=(Read("GetImpersonationRole"),),
        undo=Undo("UpdateImpersonationRole", _restore_role),
    ),
    write(
        "DeleteImpersonationRole",
        "impersonation",
        "ImpersonationRoleId",
        reads=(Read("GetImpersonationRole"),),
        fields=whole_result("Role"),
        undo=Undo("CreateImpersonationRole", _recreate_role),
    ),
    secret(
        "AssumeImpersonationRole",
        "impersonation",
        "ImpersonationRoleId",
        undo=not_undoable("A token that was given out is good for 15 minutes."),
        required_member="Token",
    ),
)
