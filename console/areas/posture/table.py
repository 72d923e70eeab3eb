"""The checks in the order in which they are told: adding a line here is all that a new one takes."""

from console.areas.posture.checks import dangling, limits, people, rooms, settings
from console.areas.posture.results import Check, Form, Mend, asking
from console.sync.completeness import PERMISSION_STAGES, SIZE_STAGES
from console.sync.leases import Stage

ROLES = "ListImpersonationRoles"
TOKENS = "ListPersonalAccessTokens"
REVOKE = "DeletePersonalAccessToken"
OFF_MIND = "Mail programs that still use one stop working; its owner can make another in webmail."
CHECKS = (
    Check(
        "access-rules",
        "Access rules are present",
        "A password that was given away opens a mailbox from anywhere, unless rules say who may come how.",
        settings.access_rules,
        asking("ListAccessControlRules"),
        form=Form("access_rules:create", "Make a rule", "PutAccessControlRule"),
        listing=Form("access_rules:list", "All rules", "ListAccessControlRules"),
    ),
    Check(
        "mobile-rules",
        "Rules for mobile devices are present",
        "Mail that is synchronized to a device leaves the company with it.",
        settings.mobile_rules,
        asking("ListMobileDeviceAccessRules"),
        form=Form("mobile:create", "Make a rule", "CreateMobileDeviceAccessRule"),
        listing=Form("mobile:list", "All rules", "ListMobileDeviceAccessRules"),
    ),
    Check(
        "dmarc",
        "DMARC is enforced",
        "Mail that only pretends to come from a partner’s domain reaches everybody otherwise.",  # noqa: RUF001 - an apostrophe
        settings.dmarc,
        asking("DescribeInboundDmarcSettings"),
        mend=Mend("Enforce DMARC", (settings.DMARC,), settings.enforcing),
    ),
    Check(
        "retention",
        "A retention policy is set",
        "What is kept for good can be asked for, be stolen, and fills mailboxes.",
        settings.retained,
        asking("GetDefaultRetentionPolicy"),
        form=Form("retention:edit", "Set a policy", "PutRetentionPolicy"),
    ),
    Check(
        "monitoring",
        "E-mail events are logged",
        "Without the log nobody can say who sent what to whom once something has happened.",
        settings.monitored,
        asking("DescribeEmailMonitoringConfiguration"),
        form=Form("monitoring:edit", "Switch it on", "PutEmailMonitoringConfiguration"),
    ),
    Check(
        "dkim",
        "Domains and their DKIM are verified",
        "Mail from a domain without DKIM is taken for forged, and often is not delivered.",
        settings.dkim,
        settings.domains_asked,
        form=Form("domains:list", "See what is to be published", "ListMailDomains"),
        listing=Form("domains:list", "All domains", "ListMailDomains"),
        reads=(Stage.DOMAINS,),
    ),
    Check(
        "idle-tokens",
        "Personal access tokens are in use",
        "A token opens a mailbox without a second factor, and nobody misses one that is not used.",
        people.idle_tokens,
        asking(TOKENS),
        mend=Mend("Revoke them", (REVOKE,), people.revoking_idle, OFF_MIND),
        listing=Form("identity:tokens", "All of them", TOKENS, "?show=idle"),
    ),
    Check(
        "leavers-tokens",
        "No tokens of people without a mailbox",
        "Once somebody is enabled again, whoever has the token is back in the mailbox.",
        people.leavers_tokens,
        asking(TOKENS),
        mend=Mend("Revoke them", (REVOKE,), people.revoking_leavers),
        listing=Form("identity:tokens", "All of them", TOKENS, "?show=leavers"),
        reads=(Stage.USERS,),
    ),
    Check(
        "leavers-access",
        "No mailbox rights of disabled people",
        "Rights that outlive their holder come back with her, or with whoever takes her name.",
        people.leavers_access,
        mend=Mend("Take them away", ("DeleteMailboxPermissions",), people.taking_access),
        listing=Form("mailboxes:access", "All of them", "ListMailboxPermissions", "?left=disabled"),
        reads=(Stage.USERS, *PERMISSION_STAGES),
    ),
    Check(
        "leavers-groups",
        "No disabled people in groups",
        "Whoever is enabled again gets the group’s mail and its rights back unasked.",  # noqa: RUF001 - an apostrophe
        people.leavers_groups,
        mend=Mend("Take them out", ("DisassociateMemberFromGroup",), people.leaving_groups),
        listing=Form("groups:list", "All groups", "ListGroups"),
        reads=(Stage.USERS, Stage.RELATIONS),
    ),
    Check(
        "rooms",
        "Somebody answers for every room",
        "A request that nobody answers looks like a booking to whoever sent it.",
        rooms.unanswered,
        mend=Mend("Let them accept by themselves", ("UpdateResource",), rooms.accepting),
        listing=Form("resources:list", "All of them", "ListResources", "?answers=nobody"),
        reads=(Stage.USERS, Stage.RESOURCES, Stage.RELATIONS),
    ),
    Check(
        "dangling-access",
        "Access rules name people who are there",
        "Rules that name who is gone say something else than they seem to.",
        dangling.access_rules,
        asking("ListAccessControlRules", ROLES),
        mend=Mend(
            "Take them out",
            (dangling.PUT, dangling.DELETE),
            dangling.cleaning_rules,
            "No answer changes: a rule that was for nobody else is deleted, for without a name it would be"
            " for everybody.",
        ),
        listing=Form("access_rules:list", "All rules", "ListAccessControlRules"),
        reads=(Stage.USERS,),
    ),
    Check(
        "dangling-roles",
        "Impersonation roles name people who are there",
        "A role should say as whom a program may act, and no more.",
        dangling.impersonation_roles,
        asking(ROLES),
        mend=Mend("Take them out", (dangling.UPDATE,), dangling.cleaning_roles),
        listing=Form("impersonation:list", "All roles", ROLES),
        reads=(Stage.USERS,),
    ),
    Check(
        "quotas",
        "Mailboxes have room",
        "A full mailbox takes no more mail, and whoever wrote is told so.",
        limits.quotas,
        form=Form("mailboxes:list", "See them", "GetMailboxDetails", "?full=90"),
        listing=Form("mailboxes:list", "All of them", "GetMailboxDetails", "?full=90"),
        reads=SIZE_STAGES,
    ),
    Check(
        "aliases",
        "Aliases are left",
        "The hundred and first alias is refused, for good: a group has to take its place.",
        limits.aliases,
        reads=PERMISSION_STAGES,
    ),
)
OF = {check.id: check for check in CHECKS}
