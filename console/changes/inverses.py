"""How each write is undone, and why others cannot be.

`Written` is a write that was done, as the ledger has it. An inverse returns the steps that bring
back what was before; `days` is how long WorkMail lets that work.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from console.aws import changed_fields
from console.aws.catalogue import CATALOGUE
from console.changes.steps import PlannedStep

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """A done write: parameters, values before and after, and result."""

    operation: str
    params: dict[str, Any]
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)

    @property
    def first(self) -> Mapping[str, Any]:
        """Return the first read's result before the write."""
        return changed_fields.first_result(self.before)

    def named(self, *names: str) -> dict[str, Any]:
        """Return the named parameters."""
        return {name: self.params[name] for name in names if name in self.params}


Inverse = Callable[[WrittenCall], list[PlannedStep]]


class CannotUndo(Exception):
    """The operation cannot be undone; `str()` says why."""


@dataclass(frozen=True, slots=True)
class UndoRule:
    """How an operation is undone; `inverse` is `None` if it cannot be, and `why` says why."""

    inverse: Inverse | None
    why: str = ""
    days: int | None = None


def not_undoable(why: str) -> UndoRule:
    return UndoRule(None, why)


def opposite_call(operation: str, *same: str, **renamed: str) -> UndoRule:
    """Undo with the opposite operation and the same parameters."""

    def inverse(written: WrittenCall) -> list[PlannedStep]:
        params = written.named(*same) | {name: written.params[of] for name, of in renamed.items()}
        return [PlannedStep(operation, params)]

    return UndoRule(inverse)


def delete_created(operation: str, member: str) -> UndoRule:
    """Delete what was created, by the id in the result."""

    def inverse(written: WrittenCall) -> list[PlannedStep]:
        created = CATALOGUE[written.operation].creates
        return [PlannedStep(operation, {member: written.result[created]})]

    return UndoRule(inverse)


def restore_values(empty: Any = "") -> UndoRule:
    """Repeat the operation with the previous values, clearing those that were empty."""

    def inverse(written: WrittenCall) -> list[PlannedStep]:
        rule = CATALOGUE[written.operation]
        held = changed_fields.read_values(rule.name, written.before, written.params)
        values = {name: _previous_value(value, written.params[name], empty) for name, value in held.items()}
        return [PlannedStep(rule.name, {**written.named(rule.target), **values})]

    return UndoRule(inverse)


def _previous_value(value: Any, sent: Any, empty: Any) -> Any:
    if value is not None:
        return value
    return False if isinstance(sent, bool) else empty


def _restore_row(put: str, delete: str, *same: str) -> UndoRule:
    """Put the previous row, or delete the row if there was none."""

    def inverse(written: WrittenCall) -> list[PlannedStep]:
        (held,) = changed_fields.read_values(written.operation, written.before, written.params).values()
        if held is None:
            return [PlannedStep(delete, written.named(*same))]
        return [PlannedStep(put, {**written.named(*same), **held})]

    return UndoRule(inverse)


def _restore_permission(written: WrittenCall) -> list[PlannedStep]:
    (held,) = changed_fields.read_values(written.operation, written.before, written.params).values()
    both = written.named("EntityId", "GranteeId")
    if held is None:
        return [PlannedStep("DeleteMailboxPermissions", both)]
    return [PlannedStep("PutMailboxPermissions", {**both, "PermissionValues": held})]


def _register_again(written: WrittenCall) -> list[PlannedStep]:
    """Enable again with the same address and recreate the aliases [unknown]."""
    entity, email = written.params["EntityId"], str(written.first.get("Email") or "")
    if not email:
        raise CannotUndo("The ledger does not know which address it had.")
    shown = written.before.get("ListAliases", {}).get("Aliases", [])
    aliases = [each for each in shown if each.casefold() != email.casefold()]
    again = [PlannedStep("RegisterToWorkMail", {"EntityId": entity, "Email": email})]
    return again + [
        PlannedStep("CreateAlias", {"EntityId": entity, "Alias": each}, needs=0) for each in aliases
    ]


def _restore_primary_address(written: WrittenCall) -> list[PlannedStep]:
    """Restore the primary address, and delete the new one unless it was an alias."""
    entity, email = written.params["EntityId"], written.params["Email"]
    swapped = [
        PlannedStep("UpdatePrimaryEmailAddress", {"EntityId": entity, "Email": written.first["Email"]})
    ]
    held = {each.casefold() for each in written.before.get("ListAliases", {}).get("Aliases", [])}
    if email.casefold() in held:
        return swapped
    return [*swapped, PlannedStep("DeleteAlias", {"EntityId": entity, "Alias": email}, needs=0)]


def _restore_tags(written: WrittenCall) -> list[PlannedStep]:
    held = changed_fields.read_values(written.operation, written.before, written.params)
    tags = [
        {"Key": name.removeprefix("Tag "), "Value": value}
        for name, value in held.items()
        if value is not None
    ]
    keys = [name.removeprefix("Tag ") for name, value in held.items() if value is None]
    arn = written.named("ResourceARN")
    put = [PlannedStep("TagResource", {**arn, "Tags": tags})] if tags else []
    return put + ([PlannedStep("UntagResource", {**arn, "TagKeys": keys})] if keys else [])


def _restore_default_domain(written: WrittenCall) -> list[PlannedStep]:
    (held,) = changed_fields.read_values(written.operation, written.before, written.params).values()
    if not held:
        raise CannotUndo("There was no default domain before.")
    return [PlannedStep("UpdateDefaultMailDomain", {"DomainName": held})]


def _recreate_mobile_rule(written: WrittenCall) -> list[PlannedStep]:
    """Recreate the rule with a new id, which nothing refers to."""
    (held,) = changed_fields.read_values(written.operation, written.before, written.params).values()
    return [PlannedStep("CreateMobileDeviceAccessRule", held)] if held else []


def _restore_mobile_rule(written: WrittenCall) -> list[PlannedStep]:
    (held,) = changed_fields.read_values(written.operation, written.before, written.params).values()
    if not held:
        raise CannotUndo("The ledger does not know the rule as it was.")
    return [
        PlannedStep("UpdateMobileDeviceAccessRule", {**written.named("MobileDeviceAccessRuleId"), **held})
    ]


def _role_params(written: WrittenCall) -> dict[str, Any]:
    names = ("Name", "Type", "Description", "Rules")
    return {name: written.first[name] for name in names if written.first.get(name) is not None}


def _recreate_role(written: WrittenCall) -> list[PlannedStep]:
    return [PlannedStep("CreateImpersonationRole", _role_params(written))]


def _restore_role(written: WrittenCall) -> list[PlannedStep]:
    return [
        PlannedStep(
            "UpdateImpersonationRole", {**written.named("ImpersonationRoleId"), **_role_params(written)}
        )
    ]


def _restore_retention(written: WrittenCall) -> list[PlannedStep]:
    """Put the previous policy, or delete the new one by its id."""
    held = written.first
    if held.get("Id"):
        kept = {name: held[name] for name in ("Id", "Name", "Description") if held.get(name)}
        kept["FolderConfigurations"] = held.get("FolderConfigurations") or []
        if written.operation == "DeleteRetentionPolicy":
            kept.pop("Id", None)
        return [PlannedStep("PutRetentionPolicy", kept)]
    made = changed_fields.first_result(written.after).get("Id")
    if not made:
        raise CannotUndo("The ledger does not know the policy's id.")
    return [PlannedStep("DeleteRetentionPolicy", {"Id": made})]


def _restore_availability(written: WrittenCall) -> list[PlannedStep]:
    """Restore a Lambda provider; the password of an EWS endpoint is not stored."""
    (held,) = changed_fields.read_values(written.operation, written.before, written.params).values()
    if not held or not held.get("LambdaProvider"):
        raise CannotUndo("The password of the EWS endpoint is kept nowhere, so it has to be typed again.")
    changes = "Update" if written.operation.startswith("Update") else "Create"
    params = {**written.named("DomainName"), "LambdaProvider": held["LambdaProvider"]}
    return [PlannedStep(f"{changes}AvailabilityConfiguration", params)]


def _restore_settings(put: str, delete: str, *names: str) -> UndoRule:
    """Put the previous settings, or delete them if there were none."""

    def inverse(written: WrittenCall) -> list[PlannedStep]:
        held = {name: written.first[name] for name in names if written.first.get(name)}
        return [PlannedStep(put, held) if held else PlannedStep(delete, {})]

    return UndoRule(inverse)


NOT_RESTORABLE = "What is deleted is gone: WorkMail makes a new one with another id, and an empty mailbox."
UNDO_RULES: dict[str, UndoRule] = {
    # Organizations
    "CreateOrganization": not_undoable("An organization is deleted on purpose only, by its own page."),
    "DeleteOrganization": not_undoable("A deleted organization and all its mail are gone."),
    "TagResource": UndoRule(_restore_tags),
    "UntagResource": UndoRule(_restore_tags),
    # Users, groups, resources
    "CreateUser": delete_created("DeleteUser", "UserId"),
    "UpdateUser": restore_values(),
    "DeleteUser": not_undoable(NOT_RESTORABLE),
    "ResetPassword": not_undoable("Nobody knows the old password. Set another one instead."),
    "CreateGroup": delete_created("DeleteGroup", "GroupId"),
    "UpdateGroup": restore_values(),
    "DeleteGroup": not_undoable(
        "A group that is made again has another id; members, permissions and rules name the old one."
    ),
    "AssociateMemberToGroup": opposite_call("DisassociateMemberFromGroup", "GroupId", "MemberId"),
    "DisassociateMemberFromGroup": opposite_call("AssociateMemberToGroup", "GroupId", "MemberId"),
    "CreateResource": delete_created("DeleteResource", "ResourceId"),
    "UpdateResource": restore_values(),
    "DeleteResource": not_undoable("A room that is made again has another id and an empty calendar."),
    "AssociateDelegateToResource": opposite_call(
        "DisassociateDelegateFromResource", "ResourceId", "EntityId"
    ),
    "DisassociateDelegateFromResource": opposite_call(
        "AssociateDelegateToResource", "ResourceId", "EntityId"
    ),
    # Mailboxes
    "RegisterToWorkMail": opposite_call("DeregisterFromWorkMail", "EntityId"),
    "DeregisterFromWorkMail": UndoRule(_register_again, days=30),
    "CreateAlias": opposite_call("DeleteAlias", "EntityId", "Alias"),
    "DeleteAlias": opposite_call("CreateAlias", "EntityId", "Alias"),
    "UpdatePrimaryEmailAddress": UndoRule(_restore_primary_address),
    "UpdateMailboxQuota": restore_values(),
    "PutMailboxPermissions": UndoRule(_restore_permission),
    "DeleteMailboxPermissions": UndoRule(_restore_permission),
    # Exports
    "StartMailboxExportJob": not_undoable("What is exported is exported. While it runs it can be cancelled."),
    "CancelMailboxExportJob": not_undoable("A cancelled export does not go on. Export again."),
    # Domains
    "RegisterMailDomain": opposite_call("DeregisterMailDomain", "DomainName"),
    "DeregisterMailDomain": opposite_call("RegisterMailDomain", "DomainName"),
    "UpdateDefaultMailDomain": UndoRule(_restore_default_domain),
    "PutInboundDmarcSettings": restore_values(),
    # Rules
    "PutAccessControlRule": _restore_row("PutAccessControlRule", "DeleteAccessControlRule", "Name"),
    "DeleteAccessControlRule": _restore_row("PutAccessControlRule", "DeleteAccessControlRule", "Name"),
    "CreateMobileDeviceAccessRule": delete_created(
        "DeleteMobileDeviceAccessRule", "MobileDeviceAccessRuleId"
    ),
    "UpdateMobileDeviceAccessRule": UndoRule(_restore_mobile_rule),
    "DeleteMobileDeviceAccessRule": UndoRule(_recreate_mobile_rule),
    "PutMobileDeviceAccessOverride": _restore_row(
        "PutMobileDeviceAccessOverride", "DeleteMobileDeviceAccessOverride", "UserId", "DeviceId"
    ),
    "DeleteMobileDeviceAccessOverride": _restore_row(
        "PutMobileDeviceAccessOverride", "DeleteMobileDeviceAccessOverride", "UserId", "DeviceId"
    ),
    # Impersonation
    "CreateImpersonationRole": delete_created("DeleteImpersonationRole", "ImpersonationRoleId"),
    "UpdateImpersonationRole": UndoRule(_restore_role),
    "DeleteImpersonationRole": UndoRule(_recreate_role),
    "AssumeImpersonationRole": not_undoable("A token that was given out is good for 15 minutes."),
    # Settings
    "PutRetentionPolicy": UndoRule(_restore_retention),
    "DeleteRetentionPolicy": UndoRule(_restore_retention),
    "CreateAvailabilityConfiguration": opposite_call("DeleteAvailabilityConfiguration", "DomainName"),
    "UpdateAvailabilityConfiguration": UndoRule(_restore_availability),
    "DeleteAvailabilityConfiguration": UndoRule(_restore_availability),
    "PutEmailMonitoringConfiguration": _restore_settings(
        "PutEmailMonitoringConfiguration", "DeleteEmailMonitoringConfiguration", "LogGroupArn", "RoleArn"
    ),
    "DeleteEmailMonitoringConfiguration": _restore_settings(
        "PutEmailMonitoringConfiguration", "DeleteEmailMonitoringConfiguration", "LogGroupArn", "RoleArn"
    ),
    "PutIdentityProviderConfiguration": _restore_settings(
        "PutIdentityProviderConfiguration",
        "DeleteIdentityProviderConfiguration",
        "AuthenticationMode",
        "IdentityCenterConfiguration",
        "PersonalAccessTokenConfiguration",
    ),
    "DeleteIdentityProviderConfiguration": _restore_settings(
        "PutIdentityProviderConfiguration",
        "DeleteIdentityProviderConfiguration",
        "AuthenticationMode",
        "IdentityCenterConfiguration",
        "PersonalAccessTokenConfiguration",
    ),
    "CreateIdentityCenterApplication": delete_created("DeleteIdentityCenterApplication", "ApplicationArn"),
    "DeleteIdentityCenterApplication": not_undoable("An application that is made again has another address."),
    "DeletePersonalAccessToken": not_undoable(
        "A revoked token is gone; its owner makes a new one in webmail."
    ),
    # Messages in transit
    "GetRawMessageContent": not_undoable("What was read was read."),
    "PutRawMessageContent": not_undoable("The message as it was is kept nowhere."),
}
