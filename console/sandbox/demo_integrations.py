"""Impersonation roles, Identity Center, tokens and messages of the demo companies.

Nothing here is drawn by lot, so that the people stay who they were.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace

from console.sandbox import transit_messages
from console.sandbox.clock import DAY
from console.sandbox.demo_company import Company
from console.sandbox.organization_records import (
    IdentityCenterApplication,
    IdentityProvider,
    PersonalAccessToken,
)
from console.sandbox.records import User
from console.sandbox.rule_records import ImpersonationRole

INSTANCE_ARN = "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6"
APPLICATION_ARN = "arn:aws:sso::{account}:application/ssoins-7223a1b2c3d4e5f6/apl-0a1b2c3d4e5f6071"
MESSAGE_ID = "5c1d0000-demo-phishing"
ALLOW, DENY = "ALLOW", "DENY"
TOKEN_DAYS = 365
MAX_LINKED_USERS = 5_000
# How old a token is, and when it was last used (days ago), or never.
TOKENS = ((20, 1), (410, 380), (150, None), (90, 3), (351, 2), (200, 120), (5, None))
PHISHING = """\
From: "IT Service Desk" <service@it-desk.example>
To: {address}
Date: Mon, 29 Jun 2026 08:12:44 +0000
Message-ID: <demo-phishing@it-desk.example>
Subject: Your mailbox is almost full
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="part"

--part
Content-Type: text/html; charset=utf-8

<p>Dear colleague,</p><p>Your mailbox is <b>almost full</b>. Sign in
<a href="https://it-desk.example/login?for={address}">at the service desk</a> to get more space.</p>
<img src="https://it-desk.example/pixel.gif"><script>document.title = "stolen"</script>
<form action="https://it-desk.example/login"><input name="password"><button>Sign in</button></form>

--part
Content-Type: application/zip
Content-Disposition: attachment; filename="instructions.zip"
Content-Transfer-Encoding: base64

UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==
--part--
"""


def add_integrations(company: Company) -> None:
    """Add impersonation roles, sign-in by Identity Center and password, tokens and a message in transit."""
    if len(company.enabled) < len(TOKENS):
        return
    for role in add_roles(company):
        company.store.impersonation_roles.save(role)
    add_identity_center(company)
    link_users(company)
    for token in add_tokens(company):
        company.store.personal_access_tokens.save(token)
    text = PHISHING.format(address=company.enabled[0].email).replace("\n", "\r\n")
    transit_messages.put_in_transit(company.store, company.organization, text.encode(), message_id=MESSAGE_ID)


def add_roles(company: Company) -> Iterator[ImpersonationRole]:
    """Add a role for all users but two and a role for two users."""
    some = [each.entity_id for each in company.enabled[:4]]
    yield build_role(
        company,
        "Mail archive",
        "READ_ONLY",
        "Reads all mail for the archive; run by the records office.",
        (
            ("all", ALLOW, "All mailboxes", "", ()),
            ("board", DENY, "Not the board", "", target_conditions(some[:2])),
        ),
    )
    yield build_role(
        company,
        "Room booking",
        "FULL_ACCESS",
        "Books rooms in the name of the front desk.",
        (("desk", ALLOW, "Front desk", "", target_conditions(some[2:])),),
    )


def target_conditions(ids: Sequence[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (("TargetUsers", tuple(ids)),)


def build_role(
    company: Company, name: str, kind: str, description: str, rules: tuple[tuple[object, ...], ...]
) -> ImpersonationRole:
    made = company.now - 300 * DAY
    return ImpersonationRole(
        organization_id=company.organization.organization_id,
        role_id=stable_identifier(company, name),
        name=name,
        type=kind,
        description=description,
        created=made,
        modified=made,
        plain_rules=rules,
    )


def add_identity_center(company: Company) -> None:
    """Add an Identity Center configuration in which passwords still work."""
    account = company.organization.account
    arn = APPLICATION_ARN.format(account=account)
    company.store.applications.save(
        IdentityCenterApplication(
            account=account, application_arn=arn, instance_arn=INSTANCE_ARN, name="WorkMail"
        )
    )
    company.store.identity_providers.save(
        IdentityProvider(
            organization_id=company.organization.organization_id,
            mode="IDENTITY_PROVIDER_AND_DIRECTORY",
            instance_arn=INSTANCE_ARN,
            application_arn=arn,
            token_status="ACTIVE",  # noqa: S106 - a state, no password
            token_days=TOKEN_DAYS,
        )
    )


def link_users(company: Company) -> None:
    """Link most users to Identity Center; in a very large company most of the first ones."""
    for number, user in enumerate(company.enabled[:MAX_LINKED_USERS]):
        if number % 8 == 0:
            continue
        tied = replace(user, identity_provider_user_id=stable_identifier(company, f"user {user.entity_id}"))
        company.store.entities.save(tied)


def add_tokens(company: Company) -> Iterator[PersonalAccessToken]:
    """Add two tokens of one user and one token each of others."""
    owners: list[User] = [company.enabled[0], *company.enabled]
    for number, (age, used) in enumerate(TOKENS):
        made = company.now - age * DAY
        yield PersonalAccessToken(
            organization_id=company.organization.organization_id,
            token_id=stable_identifier(company, f"token {number}"),
            user_id=owners[number].entity_id,
            name=("Phone", "Old laptop", "Scanner", "Thunderbird", "Outlook", "Tablet", "Backup")[number],
            scopes=("IMAP", "SMTP"),
            created=made,
            expires=made + TOKEN_DAYS * DAY,
            used=None if used is None else company.now - used * DAY,
        )


def stable_identifier(company: Company, name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{company.organization.alias}/{name}"))
