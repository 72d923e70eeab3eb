"""The built-in roles.

`rights.HeldGrant` says how a permission is read. The lines follow the least-privilege policy that an
organization's AWS role gets: nobody but the owner may assume an impersonation role or read messages
in transit, and only exporters (and the owner) see the contents of a mailbox.
"""

DIRECTORY = [
    "overview:read",
    "organizations:read",
    "users:read",
    "groups:read",
    "resources:read",
    "mailboxes:read",
    "domains:read",
    "changes:read",
]
AREAS = (
    "organizations",
    "users",
    "groups",
    "resources",
    "mailboxes",
    "exports",
    "domains",
    "access_rules",
    "mobile",
    "impersonation",
    "retention",
    "availability",
    "monitoring",
    "identity",
    "messages",
    "mirror",
    "changes",
    "approvals",
    "posture",
)
BUILT_IN = {
    "Owner": ("Everything, including who else may use the console.", ["*"]),
    "Administrator": (
        "Reads and changes everything in the organization; gives no rights and opens no mailbox.",
        ["*:read", *(f"{area}:write" for area in AREAS)],
    ),
    "Helpdesk": (
        "Finds people, mends their records, resets passwords, keeps aliases, memberships and quotas.",
        [
            *DIRECTORY,
            "RunChanges",
            "UpdateUser",
            "ResetPassword",
            "CreateAlias",
            "DeleteAlias",
            "AssociateMemberToGroup",
            "DisassociateMemberFromGroup",
            "UpdateMailboxQuota",
            "CheckMailDomain",
            "access_rules:read",
            "mobile:read",
            "DescribeIdentityProviderConfiguration",
        ],
    ),
    "Exporter": (
        "Exports mailboxes, downloads what was exported, and keeps the destinations.",
        [*DIRECTORY, "RunChanges", "exports:read", "exports:write", "DownloadMailboxExport"],
    ),
    "Auditor": (
        "Reads everything, the ledger above all, changes nothing and sees no secret.",
        ["*:read"],
    ),
}


def install(role_model: type) -> None:
    """Create the built-in roles that are missing; those that are there stay as they are."""
    for name, (description, permissions) in BUILT_IN.items():
        role_model.objects.get_or_create(  # type: ignore[attr-defined]  # a migration's historical model has one
            name=name, defaults={"description": description, "permissions": permissions}
        )
