"""boto3 clients, one for each organization's account and kind of call; nobody else imports boto3.

A call must carry a permit of the gateway: a `before-call` hook refuses one that goes round it, and a
write whose intent is not in the ledger.
"""

import json
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Protocol

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.model import OperationModel
from botocore.utils import parse_timestamp
from django.conf import settings

from console.aws import model, response_checks
from console.aws.catalogue import CATALOGUE

# botocore prints whole requests, passwords included, at DEBUG.
for noisy in ("botocore", "boto3", "urllib3"):
    logging.getLogger(noisy).setLevel(logging.INFO)

TIMEOUTS: dict[str, Any] = {"connect_timeout": 3, "read_timeout": 10, "max_pool_connections": 16}
# Somebody waits for a form meanwhile, and holds one of the web server's few threads: 20 s at the most.
READS = Config(retries={"mode": "standard", "total_max_attempts": 2}, **TIMEOUTS)
# A default client sends a timed-out CreateUser three times; a write is sent once, by whoever asks.
WRITES = Config(retries={"mode": "standard", "total_max_attempts": 1}, **TIMEOUTS)
# By default a presigned link has Signature Version 2, which S3 refuses for objects that KMS encrypted, and
# the global endpoint, which redirects to one for which the link is not signed.
S3 = Config(signature_version="s3v4")
S3_OF_AWS = S3.merge(Config(s3={"us_east_1_regional_endpoint": "regional", "addressing_style": "virtual"}))
SESSION_NAME = "workmail-console"
# The beginning and the end: denied unless `ALLOW_ORGANIZATION_CHANGES` names the organization.
DENIED = ("workmail:DeleteOrganization", "workmail:CreateOrganization")
# What WorkMail does in the caller's name meanwhile, as AmazonWorkMailFullAccess has it [inferred].
FOUNDING = ("workmail:CreateOrganization", "ds:*", "ses:*", "route53:*", "kms:DescribeKey", "kms:CreateGrant")
# An application of Identity Center is the account's, and made in the caller's name [inferred].
APPLICATION = (
    "workmail:*IdentityCenterApplication",
    "sso:CreateApplication",
    "sso:DeleteApplication",
    "sso:DescribeApplication",
    "sso:DescribeInstance",
    "sso:PutApplication*",
)
# Opens every mailbox, or locks everybody out: denied too unless `ALLOW_BREAK_GLASS` names the organization.
BREAK_GLASS = (
    "workmail:AssumeImpersonationRole",
    "workmail:CreateImpersonationRole",
    "workmail:UpdateImpersonationRole",
    "workmail:DeleteImpersonationRole",
    "workmail:*IdentityCenterApplication",
    "workmail:PutIdentityProviderConfiguration",
    "workmail:DeleteIdentityProviderConfiguration",
    "workmailmessageflow:*",
)


class BypassedGatewayError(RuntimeError):
    """A call to AWS without the gateway's permit: a bug, and nothing was sent."""


class Configured(Protocol):
    """What reaches an organization: where it is and which role to assume; never credentials."""

    organization_id: str
    arn: str
    region: str
    endpoint_url: str
    role_arn: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Account:
    """A `Configured` as a key: two organizations of one account and role share their clients."""

    region: str
    endpoint_url: str = ""
    role_arn: str = ""
    external_id: str = ""
    organization_arn: str = ""
    breaks_glass: bool = False
    founds_and_ends: bool = False

    @classmethod
    def of(cls, organization: Configured) -> "Account":
        arn = organization.arn if organization.role_arn else ""
        return cls(
            organization.region or settings.WORKMAIL_REGION,
            organization.endpoint_url or settings.AWS_ENDPOINT_URL,
            organization.role_arn,
            organization.external_id,
            arn,
            bool({"*", organization.organization_id} & set(settings.ALLOW_BREAK_GLASS)),
            bool({"*", organization.organization_id} & set(settings.ALLOW_ORGANIZATION_CHANGES)),
        )


@dataclass(slots=True)
class Permit:
    """One operation that may be sent; `intent` is its entry in the ledger, `None` for a read.

    `is_sent` turns true when a request has been signed and is about to go out.
    """

    operation: str
    intent: int | None
    is_sent: bool = False


_permit: ContextVar[Permit | None] = ContextVar("permit", default=None)
_creating = threading.Lock()


@contextmanager
def permitted(operation: str, intent: int | None) -> Iterator[Permit]:
    """Permit one operation in this context."""
    permit = Permit(operation, intent)
    token = _permit.set(permit)
    try:
        yield permit
    finally:
        _permit.reset(token)


def require_permit(model: OperationModel, **_: Any) -> None:
    permit = _permit.get()
    if permit is None or permit.operation != model.name:
        raise BypassedGatewayError(f"{model.name} was called without the gateway")
    if permit.intent is None and not CATALOGUE[model.name].is_read:
        raise BypassedGatewayError(f"{model.name} was called without an intent in the ledger")


def note_sending(**_: Any) -> None:
    """From here on nothing proves that a request was not carried out."""
    if permit := _permit.get():
        permit.is_sent = True


def require_json(operation_model: OperationModel, response_dict: Mapping[str, Any], **_: Any) -> None:
    """Raise `answers.Garbled` before botocore reads a body that is no JSON as an empty answer."""
    response_checks.require_json(operation_model.name, response_dict["status_code"], response_dict["body"])


def client(account: Account, service: str, *, retrying: bool) -> Any:
    """The shared client; making one takes a lock, using one from many threads does not."""
    with _creating:
        return _client(account, service, retrying)


@cache
def _client(account: Account, service: str, retrying: bool) -> Any:
    session: Any = _session(account)
    config = READS if retrying else WRITES
    if service == "s3":
        config = config.merge(S3 if account.endpoint_url else S3_OF_AWS)
    made = session.client(
        service,
        region_name=account.region,
        endpoint_url=account.endpoint_url or None,
        config=config,
    )
    if service in model.SERVICES:
        made.meta.events.register(f"before-call.{service}", require_permit)
        made.meta.events.register_last(f"request-created.{service}", note_sending)
        made.meta.events.register(f"before-parse.{service}", require_json)
    return made


@cache
def _session(account: Account) -> boto3.Session:
    session: Any = botocore.session.get_session()
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=timestamp)
    if account.role_arn:
        session._credentials = _assumed(session, account)  # botocore's documented way to inject a fetcher
    return boto3.Session(botocore_session=session)


def timestamp(value: Any) -> datetime:
    """WorkMail sends epoch seconds, with which botocore's own parser takes twice the time."""
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    return parse_timestamp(value)


def _assumed(session: Any, account: Account) -> DeferredRefreshableCredentials:
    arguments = {"RoleSessionName": SESSION_NAME, "DurationSeconds": 3600, "Policy": session_policy(account)}
    if account.external_id:
        arguments["ExternalId"] = account.external_id
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=_sts(session, account),
        source_credentials=session.get_credentials(),
        role_arn=account.role_arn,
        extra_args=arguments,
    )
    return DeferredRefreshableCredentials(fetcher.fetch_credentials, method="assume-role")


def _sts(session: Any, account: Account) -> Any:
    """A maker of STS clients in the organization's region, at its endpoint."""

    def create(name: str, **given: Any) -> Any:
        return session.create_client(
            name, region_name=account.region, endpoint_url=account.endpoint_url or None, **given
        )

    return create


def session_policy(account: Account) -> str:
    """Return what the assumed role may do through this console: its organization, and never the worst.

    A fault in the console's own rules is caught by AWS here. What this allows and what the policies in
    `deploy/iam` allow are held together by a test.
    """
    organization = account.organization_arn or "*"
    denied: tuple[str, ...] = () if account.founds_and_ends else DENIED
    denied += () if account.breaks_glass else BREAK_GLASS
    statements = [
        {"Effect": "Allow", "Action": "workmail:*", "Resource": organization},
        {"Effect": "Allow", "Action": "workmailmessageflow:*", "Resource": messages_of(organization)},
        {"Effect": "Allow", "Action": "workmail:ListOrganizations", "Resource": "*"},
        {"Effect": "Allow", "Action": ["iam:PassRole", "s3:GetObject"], "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": "*",
            "Condition": {"StringEquals": {"kms:ViaService": f"s3.{account.region}.amazonaws.com"}},
        },
    ]
    if account.founds_and_ends:
        others = f"{organization.rpartition('/')[0]}/*" if "/" in organization else "*"
        statements += [
            {"Effect": "Allow", "Action": list(FOUNDING), "Resource": "*"},
            {"Effect": "Allow", "Action": "workmail:DescribeOrganization", "Resource": others},
        ]
    if account.breaks_glass:
        statements.append({"Effect": "Allow", "Action": list(APPLICATION), "Resource": "*"})
    if denied:
        statements.append({"Effect": "Deny", "Action": list(denied), "Resource": "*"})
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def messages_of(arn: str) -> str:
    """An organization's messages in transit: no parameter of theirs names the organization, this does."""
    if arn == "*":
        return arn
    service = arn.replace(":workmail:", ":workmailmessageflow:")
    return f"{service.replace(':organization/', ':message/')}/*"
