"""Operations on mailboxes, addresses and permissions of users, groups and resources."""

from typing import Any

from console.aws.catalogue.fields import (
    ChangedFields,
    ListRow,
    Params,
    ReadResults,
    Values,
    first_result,
    match_members,
)
from console.aws.catalogue.inverses import (
    CannotUndo,
    InverseCall,
    Undo,
    WrittenCall,
    opposite_call,
    restore_values,
)
from console.aws.catalogue.rows import DESCRIBE, Read, Settle, read, write

ALIAS = "an alias"


def _match_alias(params: Params, row: Any) -> bool:
    return bool(str(row).casefold() == str(params["Alias"]).casefold())


ADDRESS = ListRow("Aliases", lambda params: f"Address {params['Alias']}", _match_alias, lambda _: ALIAS)
PERMISSION = ListRow(
    "Permissions",
    lambda params: f"Access of {params['GranteeId']}",
    match_members("GranteeId"),
    lambda row: sorted(row["PermissionValues"]),
)


def _state_and_address(shown: ReadResults, _: Params) -> Values:
    found = first_result(shown)
    return {"State": found.get("State"), "Email": found.get("Email")}


def _expected_state(state: str) -> ChangedFields:
    return ChangedFields(_state_and_address, lambda _, params: {"State": state, "Email": params.get("Email")})


def _primary_address(shown: ReadResults, _: Params) -> Values:
    return {"Email": first_result(shown).get("Email")}


def _register_again(written: WrittenCall) -> list[InverseCall]:
    """Enable again with the same address and recreate the aliases [unknown]."""
    entity, email = written.params["EntityId"], str(written.first.get("Email") or "")
    if not email:
        raise CannotUndo("The ledger does not know which address it had.")
    shown = written.before.get("ListAliases", {}).get("Aliases", [])
    aliases = [each for each in shown if each.casefold() != email.casefold()]
    again = [InverseCall("RegisterToWorkMail", {"EntityId": entity, "Email": email})]
    return again + [
        InverseCall("CreateAlias", {"EntityId": entity, "Alias": each}, needs=0) for each in aliases
    ]


def _restore_primary_address(written: WrittenCall) -> list[InverseCall]:
    """Restore the primary address, and delete the new one unless it was an alias."""
    entity, email = written.params["EntityId"], written.params["Email"]
    swapped = [
        InverseCall("UpdatePrimaryEmailAddress", {"EntityId": entity, "Email": written.first["Email"]})
    ]
    held = {each.casefold() for each in written.before.get("ListAliases", {}).get("Aliases", [])}
    if email.casefold() in held:
        return swapped
    return [*swapped, InverseCall("DeleteAlias", {"EntityId": entity, "Alias": email}, needs=0)]


def _restore_permission(written: WrittenCall) -> list[InverseCall]:
    both = written.named("EntityId", "GranteeId")
    if written.value is None:
        return [InverseCall("DeleteMailboxPermissions", both)]
    return [InverseCall("PutMailboxPermissions", {**both, "PermissionValues": written.value})]


OPERATIONS = (
    read("DescribeEntity", "mailboxes", "Email", required_member="EntityId", address="Email"),
    read("GetMailboxDetails", "mailboxes", "UserId", required_member="MailboxQuota"),
    read("ListAliases", "mailboxes", "EntityId"),
    read("ListGroupsForEntity", "mailboxes", "EntityId"),
    read("ListMailboxPermissions", "mailboxes", "EntityId"),
    write(
        "RegisterToWorkMail",
        "mailboxes",
        "EntityId",
        reads=(Read(DESCRIBE),),
        fields=_expected_state("ENABLED"),
        undo=opposite_call("DeregisterFromWorkMail", "EntityId"),
        address="Email",
    ),
    write(
        "DeregisterFromWorkMail",
        "mailboxes",
        "EntityId",
        reads=(Read(DESCRIBE), Read("ListAliases")),
        fields=_expected_state("DISABLED"),
        undo=Undo("RegisterToWorkMail", _register_again, days=30),
        settle=Settle.STATES,
        end_states=("DISABLED", "DELETED"),
    ),
    write(
        "CreateAlias",
        "mailboxes",
        "EntityId",
        reads=(Read("ListAliases"),),
        fields=ADDRESS.becoming(lambda _: ALIAS),
        undo=opposite_call("DeleteAlias", "EntityId", "Alias"),
        address="Alias",
    ),
    write(
        "DeleteAlias",
        "mailboxes",
        "EntityId",
        reads=(Read("ListAliases"),),
        fields=ADDRESS.going(),
        undo=opposite_call("CreateAlias", "EntityId", "Alias"),
        address="Alias",
    ),
    write(
        "UpdatePrimaryEmailAddress",
        "mailboxes",
        "EntityId",
        reads=(Read(DESCRIBE), Read("ListAliases")),
        fields=ChangedFields(_primary_address, lambda _, params: {"Email": params["Email"]}),
        undo=Undo("UpdatePrimaryEmailAddress", _restore_primary_address),
        address="Email",
    ),
    write(
        "UpdateMailboxQuota",
        "mailboxes",
        "UserId",
        reads=(Read("GetMailboxDetails"),),
        undo=restore_values("UpdateMailboxQuota", "UserId"),
    ),
    write(
        "PutMailboxPermissions",
        "mailboxes",
        "EntityId",
        reads=(Read("ListMailboxPermissions"),),
        fields=PERMISSION.becoming(lambda params: sorted(params["PermissionValues"])),
        undo=Undo("PutMailboxPermissions", _restore_permission),
    ),
    write(
        "DeleteMailboxPermissions",
        "mailboxes",
        "EntityId",
        reads=(Read("ListMailboxPermissions"),),
        fields=PERMISSION.going(),
        undo=Undo("PutMailboxPermissions", _restore_permission),
    ),
)
