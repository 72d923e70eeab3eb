"""One row per AWS operation: area, access, target, reads, undo.

`area` is the page's home, `access` what the operation does, `target` the member that names what it
acts on, `creates` the member of the answer that names what came to be, `reads` the operations that
show its before and after (and so what the mirror has to learn again), `undo` its inverse, if any.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from console.aws import model

ENTITY_MEMBERS = ("UserId", "EntityId", "GroupId", "MemberId", "ResourceId", "GranteeId", "TargetUser")
DESCRIBE_BY_KIND = {"user": "DescribeUser", "group": "DescribeGroup", "resource": "DescribeResource"}
WORD_BOUNDARY = re.compile(r"(?<=[a-z])([A-Z])")
TOMBSTONE_DELETES = frozenset(
    {"DeleteUser", "DeleteGroup", "DeleteResource"}
)  # of what stays behind as a tombstone
DESCRIBE = "Describe"  # of a user, a group or a resource, whichever the target is


def label_from_name(name: str) -> str:
    """Return an API name as a label, such as `Job title`."""
    return WORD_BOUNDARY.sub(r" \1", name).strip().capitalize()


class Access(StrEnum):
    """What an operation does. `SECRET` reads are recorded in the audit log like writes."""

    READ = "read"
    WRITE = "write"
    SECRET = "secret"


@dataclass(frozen=True, slots=True)
class Read:
    """A read that shows what a write changes; `members` maps its members to those of the write."""

    operation: str
    members: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    name: str
    area: str
    access: Access
    target: str = ""
    creates: str = ""
    reads: tuple[Read, ...] = ()
    undo: str = ""

    @property
    def is_read(self) -> bool:
        return self.access is Access.READ

    @property
    def title(self) -> str:
        """Return the name in words, such as `Create alias`."""
        return label_from_name(self.name).replace("work mail", "WorkMail")

    @property
    def entity_members(self) -> tuple[str, ...]:
        """Return the input members that identify a user, group or resource."""
        if self.name not in model.list_operations():
            return ()
        return tuple(name for name in ENTITY_MEMBERS if name in model.input_members(self.name))

    def target_of(self, params: Mapping[str, Any], result: Mapping[str, Any] | None = None) -> str:
        found = params.get(self.target) or (result or {}).get(self.creates) or ""
        return str(found)


def read(name: str, area: str, target: str = "") -> Operation:
    return Operation(name, area, Access.READ, target)


def write(
    name: str, area: str, target: str = "", *reads: str | Read, creates: str = "", undo: str = ""
) -> Operation:
    shown = tuple(each if isinstance(each, Read) else Read(each) for each in reads)
    return Operation(name, area, Access.WRITE, target, creates, shown, undo)


def secret(name: str, area: str, target: str = "") -> Operation:
    return Operation(name, area, Access.SECRET, target)


OPERATIONS = (
    # Organizations
    read("ListOrganizations", "organizations"),
    read("DescribeOrganization", "organizations"),
    write("CreateOrganization", "organizations", creates="OrganizationId"),
    write("DeleteOrganization", "organizations", "", "DescribeOrganization"),
    read("ListTagsForResource", "organizations", "ResourceARN"),
    write("TagResource", "organizations", "ResourceARN", "ListTagsForResource", undo="UntagResource"),
    write("UntagResource", "organizations", "ResourceARN", "ListTagsForResource", undo="TagResource"),
    # Users
    read("ListUsers", "users"),
    read("DescribeUser", "users", "UserId"),
    write("CreateUser", "users", "", "DescribeUser", creates="UserId", undo="DeleteUser"),
    write("UpdateUser", "users", "UserId", "DescribeUser", undo="UpdateUser"),
    write("DeleteUser", "users", "UserId", "DescribeUser"),
    write("ResetPassword", "users", "UserId"),
    # Groups
    read("ListGroups", "groups"),
    read("DescribeGroup", "groups", "GroupId"),
    write("CreateGroup", "groups", "", "DescribeGroup", creates="GroupId", undo="DeleteGroup"),
    write("UpdateGroup", "groups", "GroupId", "DescribeGroup", undo="UpdateGroup"),
    write("DeleteGroup", "groups", "GroupId", "DescribeGroup"),
    read("ListGroupMembers", "groups", "GroupId"),
    write(
        "AssociateMemberToGroup",
        "groups",
        "GroupId",
        Read("ListGroupsForEntity", {"EntityId": "MemberId"}),
        undo="DisassociateMemberFromGroup",
    ),
    write(
        "DisassociateMemberFromGroup",
        "groups",
        "GroupId",
        Read("ListGroupsForEntity", {"EntityId": "MemberId"}),
        undo="AssociateMemberToGroup",
    ),
    # Resources
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
    # Mailboxes and addresses
    read("DescribeEntity", "mailboxes", "Email"),
    read("GetMailboxDetails", "mailboxes", "UserId"),
    read("ListAliases", "mailboxes", "EntityId"),
    read("ListGroupsForEntity", "mailboxes", "EntityId"),
    read("ListMailboxPermissions", "mailboxes", "EntityId"),
    write("RegisterToWorkMail", "mailboxes", "EntityId", DESCRIBE, undo="DeregisterFromWorkMail"),
    write(
        "DeregisterFromWorkMail", "mailboxes", "EntityId", DESCRIBE, "ListAliases", undo="RegisterToWorkMail"
    ),
    write("CreateAlias", "mailboxes", "EntityId", "ListAliases", undo="DeleteAlias"),
    write("DeleteAlias", "mailboxes", "EntityId", "ListAliases", undo="CreateAlias"),
    write(
        "UpdatePrimaryEmailAddress",
        "mailboxes",
        "EntityId",
        DESCRIBE,
        "ListAliases",
        undo="UpdatePrimaryEmailAddress",
    ),
    write("UpdateMailboxQuota", "mailboxes", "UserId", "GetMailboxDetails", undo="UpdateMailboxQuota"),
    write(
        "PutMailboxPermissions",
        "mailboxes",
        "EntityId",
        "ListMailboxPermissions",
        undo="PutMailboxPermissions",
    ),
    write(
        "DeleteMailboxPermissions",
        "mailboxes",
        "EntityId",
        "ListMailboxPermissions",
        undo="PutMailboxPermissions",
    ),
    # Mailbox exports
    read("ListMailboxExportJobs", "exports"),
    read("DescribeMailboxExportJob", "exports", "JobId"),
    write("StartMailboxExportJob", "exports", "EntityId"),
    write("CancelMailboxExportJob", "exports", "JobId", "DescribeMailboxExportJob"),
    # Domains
    read("ListMailDomains", "domains"),
    read("GetMailDomain", "domains", "DomainName"),
    write("RegisterMailDomain", "domains", "DomainName", "ListMailDomains", undo="DeregisterMailDomain"),
    write("DeregisterMailDomain", "domains", "DomainName", "ListMailDomains", undo="RegisterMailDomain"),
    write(
        "UpdateDefaultMailDomain", "domains", "DomainName", "ListMailDomains", undo="UpdateDefaultMailDomain"
    ),
    read("DescribeInboundDmarcSettings", "domains"),
    write(
        "PutInboundDmarcSettings",
        "domains",
        "",
        "DescribeInboundDmarcSettings",
        undo="PutInboundDmarcSettings",
    ),
    # Access control rules
    read("ListAccessControlRules", "access_rules"),
    read("GetAccessControlEffect", "access_rules", "UserId"),
    write(
        "PutAccessControlRule",
        "access_rules",
        "Name",
        "ListAccessControlRules",
        undo="DeleteAccessControlRule",
    ),
    write(
        "DeleteAccessControlRule",
        "access_rules",
        "Name",
        "ListAccessControlRules",
        undo="PutAccessControlRule",
    ),
    # Mobile devices
    read("ListMobileDeviceAccessRules", "mobile"),
    read("GetMobileDeviceAccessEffect", "mobile"),
    write(
        "CreateMobileDeviceAccessRule",
        "mobile",
        "",
        "ListMobileDeviceAccessRules",
        creates="MobileDeviceAccessRuleId",
        undo="DeleteMobileDeviceAccessRule",
    ),
    write(
        "UpdateMobileDeviceAccessRule",
        "mobile",
        "MobileDeviceAccessRuleId",
        "ListMobileDeviceAccessRules",
        undo="UpdateMobileDeviceAccessRule",
    ),
    write(
        "DeleteMobileDeviceAccessRule",
        "mobile",
        "MobileDeviceAccessRuleId",
        "ListMobileDeviceAccessRules",
        undo="CreateMobileDeviceAccessRule",
    ),
    read("ListMobileDeviceAccessOverrides", "mobile", "UserId"),
    read("GetMobileDeviceAccessOverride", "mobile", "UserId"),
    write(
        "PutMobileDeviceAccessOverride",
        "mobile",
        "UserId",
        "ListMobileDeviceAccessOverrides",
        undo="DeleteMobileDeviceAccessOverride",
    ),
    write(
        "DeleteMobileDeviceAccessOverride",
        "mobile",
        "UserId",
        "ListMobileDeviceAccessOverrides",
        undo="PutMobileDeviceAccessOverride",
    ),
    # Impersonation
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
    # Retention
    read("GetDefaultRetentionPolicy", "retention"),
    write("PutRetentionPolicy", "retention", "Id", "GetDefaultRetentionPolicy", undo="PutRetentionPolicy"),
    write("DeleteRetentionPolicy", "retention", "Id", "GetDefaultRetentionPolicy", undo="PutRetentionPolicy"),
    # Availability (free and busy of another directory)
    read("ListAvailabilityConfigurations", "availability"),
    read("TestAvailabilityConfiguration", "availability", "DomainName"),
    write(
        "CreateAvailabilityConfiguration",
        "availability",
        "DomainName",
        "ListAvailabilityConfigurations",
        undo="DeleteAvailabilityConfiguration",
    ),
    write(
        "UpdateAvailabilityConfiguration",
        "availability",
        "DomainName",
        "ListAvailabilityConfigurations",
        undo="UpdateAvailabilityConfiguration",
    ),
    write(
        "DeleteAvailabilityConfiguration",
        "availability",
        "DomainName",
        "ListAvailabilityConfigurations",
        undo="CreateAvailabilityConfiguration",
    ),
    # E-mail monitoring
    read("DescribeEmailMonitoringConfiguration", "monitoring"),
    write(
        "PutEmailMonitoringConfiguration",
        "monitoring",
        "",
        "DescribeEmailMonitoringConfiguration",
        undo="DeleteEmailMonitoringConfiguration",
    ),
    write(
        "DeleteEmailMonitoringConfiguration",
        "monitoring",
        "",
        "DescribeEmailMonitoringConfiguration",
        undo="PutEmailMonitoringConfiguration",
    ),
    # Identity Center and personal access tokens
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
    # Messages in transit
    secret("GetRawMessageContent", "messages", "messageId"),
    write("PutRawMessageContent", "messages", "messageId"),
)
AREAS = {
    "users": "Users",
    "groups": "Groups",
    "resources": "Rooms and equipment",
    "mailboxes": "Mailboxes and permissions",
    "exports": "Exports",
    "domains": "Domains",
    "access_rules": "Access rules",
    "mobile": "Mobile device rules",
    "identity": "Sign-in and tokens",
    "impersonation": "Impersonation",
    "messages": "Messages in transit",
    "retention": "Mailbox retention",
    "availability": "Free and busy times of other systems",
    "monitoring": "E-mail monitoring",
    "organizations": "Organization",
}
CATALOGUE = {operation.name: operation for operation in OPERATIONS}

# What an operator may do in the console itself, by the same rules and under the same names' form.
CONSOLE_ACTIONS = {
    operation.name: operation
    for operation in (
        read("ReadOverview", "overview"),
        read("DiagnosePerson", "mailboxes"),
        read("ReadPosture", "posture"),
        write("CheckPosture", "posture"),
        read("ReadChanges", "changes"),
        write("RunChanges", "changes"),
        write("ApproveChanges", "approvals"),
        write("SetConditions", "approvals"),
        write("LoosenConditions", "approvals"),
        read("ReadLedger", "ledger"),
        read("ExportLedger", "ledger"),
        read("ReadDataRetention", "data_retention"),
        write("SyncMirror", "mirror"),
        write("CheckMailDomain", "domains", "DomainName"),
        write("ManageExportDestinations", "exports"),
        write("ManageNetworks", "access_rules"),
        write("ManageTemplates", "users"),
        write("ManageProtectedPeople", "access_rules"),
        secret("DownloadMailboxExport", "exports"),
        write("ManageOperators", "operators"),
        write("ManageOrganizations", "organizations"),
    )
}


def get_action(name: str) -> Operation:
    """Return an AWS operation or console action; raise `KeyError` if unknown."""
    return CATALOGUE.get(name) or CONSOLE_ACTIONS[name]
