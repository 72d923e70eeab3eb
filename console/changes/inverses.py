"""How each write is taken back, out of what the ledger kept of it; and of the others, why not.

`Written` is a write that was done, as the ledger has it. An inverse returns the steps that bring
back what was before; `days` is how long WorkMail lets that work.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from console.aws import changed_fields
from console.aws.catalogue import CATALOGUE
from console.changes.plans import Planned

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """One done write: what was sent, what its reads showed before and after, and the answer."""

    operation: str
    params: dict[str, Any]
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)

    @property
    def first(self) -> Mapping[str, Any]:
        """What the first read showed before."""
        return changed_fields.first(self.before)

    def named(self, *names: str) -> dict[str, Any]:
        """These of the parameters."""
        return {name: self.params[name] for name in names if name in self.params}


Inverse = Callable[[Written], list[Planned]]


class CannotUndo(Exception):
    """This one cannot be taken back; `str()` says why."""


@dataclass(frozen=True, slots=True)
class Undo:
    """`inverse` is `None` for what cannot be undone, and `why` says so before the click."""

    inverse: Inverse | None
    why: str = ""
    days: int | None = None


def no(why: str) -> Undo:
    return Undo(None, why)


def back(operation: str, *same: str, **renamed: str) -> Undo:
    """The opposite operation with the same parameters."""

    def inverse(written: Written) -> list[Planned]:
        params = written.named(*same) | {name: written.params[of] for name, of in renamed.items()}
        return [Planned(operation, params)]

    return Undo(inverse)


def made(operation: str, member: str) -> Undo:
    """What was created is deleted, by the id in the answer."""

    def inverse(written: Written) -> list[Planned]:
        created = CATALOGUE[written.operation].creates
        return [Planned(operation, {member: written.result[created]})]

    return Undo(inverse)


def restored(empty: Any = "") -> Undo:
    """The same operation with the values from before; what was empty is cleared."""

    def inverse(written: Written) -> list[Planned]:
        rule = CATALOGUE[written.operation]
        held = changed_fields.now(rule.name, written.before, written.params)
        values = {name: _as_before(value, written.params[name], empty) for name, value in held.items()}
        return [Planned(rule.name, {**written.named(rule.target), **values})]

    return Undo(inverse)


def _as_before(value: Any, sent: Any, empty: Any) -> Any:
    if value is not None:
        return value
    return False if isinstance(sent, bool) else empty


def _whole(put: str, delete: str, *same: str) -> Undo:
    """A row that is put whole: the old one again, or none if there was none."""

    def inverse(written: Written) -> list[Planned]:
        (held,) = changed_fields.now(written.operation, written.before, written.params).values()
        if held is None:
            return [Planned(delete, written.named(*same))]
        return [Planned(put, {**written.named(*same), **held})]

    return Undo(inverse)


def _permission(written: Written) -> list[Planned]:
    (held,) = changed_fields.now(written.operation, written.before, written.params).values()
    both = written.named("EntityId", "GranteeId")
    if held is None:
        return [Planned("DeleteMailboxPermissions", both)]
    return [Planned("PutMailboxPermissions", {**both, "PermissionValues": held})]


def _registered_again(written: Written) -> list[Planned]:
    """The mailbox comes back with its address; WorkMail forgets aliases [unknown]: they are made anew."""
    entity, email = written.params["EntityId"], str(written.first.get("Email") or "")
    if not email:
        raise CannotUndo("The ledger does not know which address it had.")
    shown = written.before.get("ListAliases", {}).get("Aliases", [])
    aliases = [each for each in shown if each.casefold() != email.casefold()]
    again = [Planned("RegisterToWorkMail", {"EntityId": entity, "Email": email})]
    return again + [Planned("CreateAlias", {"EntityId": entity, "Alias": each}, needs=0) for each in aliases]


def _primary(written: Written) -> list[Planned]:
    """The new address goes again, unless it was an alias before."""
    entity, email = written.params["EntityId"], written.params["Email"]
    swapped = [Planned("UpdatePrimaryEmailAddress", {"EntityId": entity, "Email": written.first["Email"]})]
    held = {each.casefold() for each in written.before.get("ListAliases", {}).get("Aliases", [])}
    if email.casefold() in held:
        return swapped
    return [*swapped, Planned("DeleteAlias", {"EntityId": entity, "Alias": email}, needs=0)]


def _tags(written: Written) -> list[Planned]:
    held = changed_fields.now(written.operation, written.before, written.params)
    tags = [
        {"Key": name.removeprefix("Tag "), "Value": value}
        for name, value in held.items()
        if value is not None
    ]
    keys = [name.removeprefix("Tag ") for name, value in held.items() if value is None]
    arn = written.named("ResourceARN")
    put = [Planned("TagResource", {**arn, "Tags": tags})] if tags else []
    return put + ([Planned("UntagResource", {**arn, "TagKeys": keys})] if keys else [])


def _default_domain(written: Written) -> list[Planned]:
    (held,) = changed_fields.now(written.operation, written.before, written.params).values()
    if not held:
        raise CannotUndo("There was no default domain before.")
    return [Planned("UpdateDefaultMailDomain", {"DomainName": held})]


def _mobile_again(written: Written) -> list[Planned]:
    """As a new rule, with a new id: nothing refers to the old one."""
    (held,) = changed_fields.now(written.operation, written.before, written.params).values()
    return [Planned("CreateMobileDeviceAccessRule", held)] if held else []


def _mobile_before(written: Written) -> list[Planned]:
    (held,) = changed_fields.now(written.operation, written.before, written.params).values()
    if not held:
        raise CannotUndo("The ledger does not know the rule as it was.")
    return [Planned("UpdateMobileDeviceAccessRule", {**written.named("MobileDeviceAccessRuleId"), **held})]


def _role(written: Written) -> dict[str, Any]:
    names = ("Name", "Type", "Description", "Rules")
    return {name: written.first[name] for name in names if written.first.get(name) is not None}


def _role_again(written: Written) -> list[Planned]:
    return [Planned("CreateImpersonationRole", _role(written))]


def _role_before(written: Written) -> list[Planned]:
    return [Planned("UpdateImpersonationRole", {**written.named("ImpersonationRoleId"), **_role(written)})]


def _retention(written: Written) -> list[Planned]:
    """The policy from before; if there was none, the one that was made goes, by the id that AWS gave it."""
    held = written.first
    if held.get("Id"):
        kept = {name: held[name] for name in ("Id", "Name", "Description") if held.get(name)}
        kept["FolderConfigurations"] = held.get("FolderConfigurations") or []
        if written.operation == "DeleteRetentionPolicy":
            kept.pop("Id", None)
        return [Planned("PutRetentionPolicy", kept)]
    made = changed_fields.first(written.after).get("Id")
    if not made:
        raise CannotUndo("The ledger does not know the policy's id.")
    return [Planned("DeleteRetentionPolicy", {"Id": made})]


def _availability(written: Written) -> list[Planned]:
    """A Lambda comes back; the password of an EWS endpoint is kept nowhere."""
    (held,) = changed_fields.now(written.operation, written.before, written.params).values()
    if not held or not held.get("LambdaProvider"):
        raise CannotUndo("The password of the EWS endpoint is kept nowhere, so it has to be typed again.")
    changes = "Update" if written.operation.startswith("Update") else "Create"
    params = {**written.named("DomainName"), "LambdaProvider": held["LambdaProvider"]}
    return [Planned(f"{changes}AvailabilityConfiguration", params)]


def _settings(put: str, delete: str, *names: str) -> Undo:
    """Settings that are there or not: as before, or gone again."""

    def inverse(written: Written) -> list[Planned]:
        held = {name: written.first[name] for name in names if written.first.get(name)}
        return [Planned(put, held) if held else Planned(delete, {})]

    return Undo(inverse)


GONE = "What is deleted is gone: WorkMail makes a new one with another id, and an empty mailbox."
UNDO: dict[str, Undo] = {
    # Organizations
    "CreateOrganization": no("An organization is deleted on purpose only, by its own page."),
    "DeleteOrganization": no("A deleted organization and all its mail are gone."),
    "TagResource": Undo(_tags),
    "UntagResource": Undo(_tags),
    # Users, groups, resources
    "CreateUser": made("DeleteUser", "UserId"),
    "UpdateUser": restored(),
    "DeleteUser": no(GONE),
    "ResetPassword": no("Nobody knows the old password. Set another one instead."),
    "CreateGroup": made("DeleteGroup", "GroupId"),
    "UpdateGroup": restored(),
    "DeleteGroup": no(
        "A group that is made again has another id; members, permissions and rules name the old one."
    ),
    "AssociateMemberToGroup": back("DisassociateMemberFromGroup", "GroupId", "MemberId"),
    "DisassociateMemberFromGroup": back("AssociateMemberToGroup", "GroupId", "MemberId"),
    "CreateResource": made("DeleteResource", "ResourceId"),
    "UpdateResource": restored(),
    "DeleteResource": no("A room that is made again has another id and an empty calendar."),
    "AssociateDelegateToResource": back("DisassociateDelegateFromResource", "ResourceId", "EntityId"),
    "DisassociateDelegateFromResource": back("AssociateDelegateToResource", "ResourceId", "EntityId"),
    # Mailboxes
    "RegisterToWorkMail": back("DeregisterFromWorkMail", "EntityId"),
    "DeregisterFromWorkMail": Undo(_registered_again, days=30),
    "CreateAlias": back("DeleteAlias", "EntityId", "Alias"),
    "DeleteAlias": back("CreateAlias", "EntityId", "Alias"),
    "UpdatePrimaryEmailAddress": Undo(_primary),
    "UpdateMailboxQuota": restored(),
    "PutMailboxPermissions": Undo(_permission),
    "DeleteMailboxPermissions": Undo(_permission),
    # Exports
    "StartMailboxExportJob": no("What is exported is exported. While it runs it can be cancelled."),
    "CancelMailboxExportJob": no("A cancelled export does not go on. Export again."),
    # Domains
    "RegisterMailDomain": back("DeregisterMailDomain", "DomainName"),
    "DeregisterMailDomain": back("RegisterMailDomain", "DomainName"),
    "UpdateDefaultMailDomain": Undo(_default_domain),
    "PutInboundDmarcSettings": restored(),
    # Rules
    "PutAccessControlRule": _whole("PutAccessControlRule", "DeleteAccessControlRule", "Name"),
    "DeleteAccessControlRule": _whole("PutAccessControlRule", "DeleteAccessControlRule", "Name"),
    "CreateMobileDeviceAccessRule": made("DeleteMobileDeviceAccessRule", "MobileDeviceAccessRuleId"),
    "UpdateMobileDeviceAccessRule": Undo(_mobile_before),
    "DeleteMobileDeviceAccessRule": Undo(_mobile_again),
    "PutMobileDeviceAccessOverride": _whole(
        "PutMobileDeviceAccessOverride", "DeleteMobileDeviceAccessOverride", "UserId", "DeviceId"
    ),
    "DeleteMobileDeviceAccessOverride": _whole(
        "PutMobileDeviceAccessOverride", "DeleteMobileDeviceAccessOverride", "UserId", "DeviceId"
    ),
    # Impersonation
    "CreateImpersonationRole": made("DeleteImpersonationRole", "ImpersonationRoleId"),
    "UpdateImpersonationRole": Undo(_role_before),
    "DeleteImpersonationRole": Undo(_role_again),
    "AssumeImpersonationRole": no("A token that was given out is good for 15 minutes."),
    # Settings
    "PutRetentionPolicy": Undo(_retention),
    "DeleteRetentionPolicy": Undo(_retention),
    "CreateAvailabilityConfiguration": back("DeleteAvailabilityConfiguration", "DomainName"),
    "UpdateAvailabilityConfiguration": Undo(_availability),
    "DeleteAvailabilityConfiguration": Undo(_availability),
    "PutEmailMonitoringConfiguration": _settings(
        "PutEmailMonitoringConfiguration", "DeleteEmailMonitoringConfiguration", "LogGroupArn", "RoleArn"
    ),
    "DeleteEmailMonitoringConfiguration": _settings(
        "PutEmailMonitoringConfiguration", "DeleteEmailMonitoringConfiguration", "LogGroupArn", "RoleArn"
    ),
    "PutIdentityProviderConfiguration": _settings(
        "PutIdentityProviderConfiguration",
        "DeleteIdentityProviderConfiguration",
        "AuthenticationMode",
        "IdentityCenterConfiguration",
        "PersonalAccessTokenConfiguration",
    ),
    "DeleteIdentityProviderConfiguration": _settings(
        "PutIdentityProviderConfiguration",
        "DeleteIdentityProviderConfiguration",
        "AuthenticationMode",
        "IdentityCenterConfiguration",
        "PersonalAccessTokenConfiguration",
    ),
    "CreateIdentityCenterApplication": made("DeleteIdentityCenterApplication", "ApplicationArn"),
    "DeleteIdentityCenterApplication": no("An application that is made again has another address."),
    "DeletePersonalAccessToken": no("A revoked token is gone; its owner makes a new one in webmail."),
    # Messages in transit
    "GetRawMessageContent": no("What was read was read."),
    "PutRawMessageContent": no("The message as it was is kept nowhere."),
}
