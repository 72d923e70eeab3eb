"""All health checks in display order; a new check needs one entry here."""

from console.areas.health_checks.checks import limits, references, resources, settings, users
from console.areas.health_checks.definitions import Fix, HealthCheck, PageLink, fixed_reads
from console.sync.completeness import PERMISSION_STAGES, SIZE_STAGES
from console.sync.leases import Stage

LIST_ROLES = "ListImpersonationRoles"
LIST_TOKENS = "ListPersonalAccessTokens"
REVOKE_TOKEN = "DeletePersonalAccessToken"
REVOKE_NOTE = "Mail programs that still use one stop working; its owner can make another in webmail."
CHECKS = (
    HealthCheck(
        "access-rules",
        "Access rules are present",
        "A password that was given away opens a mailbox from anywhere, unless rules say who may come how.",
        settings.check_access_rules,
        fixed_reads("ListAccessControlRules"),
        form=PageLink("access_rules:create", "Make a rule", "PutAccessControlRule"),
        listing=PageLink("access_rules:list", "All rules", "ListAccessControlRules"),
    ),
    HealthCheck(
        "mobile-rules",
        "Rules for mobile devices are present",
        "Mail that is synchronized to a device leaves the company with it.",
        settings.check_mobile_rules,
        fixed_reads("ListMobileDeviceAccessRules"),
        form=PageLink("mobile:create", "Make a rule", "CreateMobileDeviceAccessRule"),
        listing=PageLink("mobile:list", "All rules", "ListMobileDeviceAccessRules"),
    ),
    HealthCheck(
        "dmarc",
        "DMARC is enforced",
        "Mail that only pretends to come from a partner’s domain reaches everybody otherwise.",  # noqa: RUF001 - an apostrophe
        settings.check_dmarc,
        fixed_reads("DescribeInboundDmarcSettings"),
        mend=Fix("Enforce DMARC", (settings.PUT_DMARC,), settings.plan_dmarc_enforcement),
    ),
    HealthCheck(
        "retention",
        "A retention policy is set",
        "What is kept for good can be asked for, be stolen, and fills mailboxes.",
        settings.check_retention,
        fixed_reads("GetDefaultRetentionPolicy"),
        form=PageLink("retention:edit", "Set a policy", "PutRetentionPolicy"),
    ),
    HealthCheck(
        "monitoring",
        "E-mail events are logged",
        "Without the log nobody can say who sent what to whom once something has happened.",
        settings.check_monitoring,
        fixed_reads("DescribeEmailMonitoringConfiguration"),
        form=PageLink("monitoring:edit", "Switch it on", "PutEmailMonitoringConfiguration"),
    ),
    HealthCheck(
        "dkim",
        "Domains and their DKIM are verified",
        "Mail from a domain without DKIM is taken for forged, and often is not delivered.",
        settings.check_dkim,
        settings.domain_reads,
        form=PageLink("domains:list", "See what is to be published", "ListMailDomains"),
        listing=PageLink("domains:list", "All domains", "ListMailDomains"),
        reads=(Stage.DOMAINS,),
    ),
    HealthCheck(
        "idle-tokens",
        "Personal access tokens are in use",
        "A token opens a mailbox without a second factor, and nobody misses one that is not used.",
        users.check_idle_tokens,
        fixed_reads(LIST_TOKENS),
        mend=Fix("Revoke them", (REVOKE_TOKEN,), users.plan_idle_revocation, REVOKE_NOTE),
        listing=PageLink("identity:tokens", "All of them", LIST_TOKENS, "?show=idle"),
    ),
    HealthCheck(
        "leavers-tokens",
        "No tokens of people without a mailbox",
        "Once somebody is enabled again, whoever has the token is back in the mailbox.",
        users.check_leavers_tokens,
        fixed_reads(LIST_TOKENS),
        mend=Fix("Revoke them", (REVOKE_TOKEN,), users.plan_leavers_revocation),
        listing=PageLink("identity:tokens", "All of them", LIST_TOKENS, "?show=leavers"),
        reads=(Stage.USERS,),
    ),
    HealthCheck(
        "leavers-access",
        "No mailbox rights of disabled people",
        "Rights that outlive their holder come back with them, or with the next user of their name.",
        users.check_leavers_access,
        mend=Fix("Take them away", ("DeleteMailboxPermissions",), users.plan_access_removal),
        listing=PageLink("mailboxes:access", "All of them", "ListMailboxPermissions", "?left=disabled"),
        reads=(Stage.USERS, *PERMISSION_STAGES),
    ),
    HealthCheck(
        "leavers-groups",
        "No disabled people in groups",
        "Whoever is enabled again gets the group’s mail and its rights back unasked.",  # noqa: RUF001 - an apostrophe
        users.check_leavers_groups,
        mend=Fix("Take them out", ("DisassociateMemberFromGroup",), users.plan_membership_removal),
        listing=PageLink("groups:list", "All groups", "ListGroups"),
        reads=(Stage.USERS, Stage.RELATIONS),
    ),
    HealthCheck(
        "rooms",
        "Somebody answers for every room",
        "A request that nobody answers looks like a booking to whoever sent it.",
        resources.check_unanswered_requests,
        mend=Fix("Let them accept by themselves", ("UpdateResource",), resources.plan_automatic_acceptance),
        listing=PageLink("resources:list", "All of them", "ListResources", "?answers=nobody"),
        reads=(Stage.USERS, Stage.RESOURCES, Stage.RELATIONS),
    ),
    HealthCheck(
        "dangling-access",
        "Access rules name people who are there",
        "Rules that name who is gone say something else than they seem to.",
        references.check_access_rules,
        fixed_reads("ListAccessControlRules", LIST_ROLES),
        mend=Fix(
            "Take them out",
            (references.PUT_RULE, references.DELETE_RULE),
            references.plan_rule_cleanup,
            "No answer changes: a rule that was for nobody else is deleted, for without a name it would be"
            " for everybody.",
        ),
        listing=PageLink("access_rules:list", "All rules", "ListAccessControlRules"),
        reads=(Stage.USERS,),
    ),
    HealthCheck(
        "dangling-roles",
        "Impersonation roles name people who are there",
        "A role should say as whom a program may act, and no more.",
        references.check_impersonation_roles,
        fixed_reads(LIST_ROLES),
        mend=Fix("Take them out", (references.UPDATE_ROLE,), references.plan_role_cleanup),
        listing=PageLink("impersonation:list", "All roles", LIST_ROLES),
        reads=(Stage.USERS,),
    ),
    HealthCheck(
        "quotas",
        "Mailboxes have room",
        "A full mailbox takes no more mail, and whoever wrote is told so.",
        limits.check_quotas,
        form=PageLink("mailboxes:list", "See them", "GetMailboxDetails", "?full=90"),
        listing=PageLink("mailboxes:list", "All of them", "GetMailboxDetails", "?full=90"),
        reads=SIZE_STAGES,
    ),
    HealthCheck(
        "aliases",
        "Aliases are left",
        "The hundred and first alias is refused, for good: a group has to take its place.",
        limits.check_aliases,
        reads=PERMISSION_STAGES,
    ),
)
CHECKS_BY_ID = {check.id: check for check in CHECKS}
