"""boto3 clients, one per account and kind of call, which refuse calls that bypass the gateway.

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
READ_CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 2}, **TIMEOUTS)
# A default client sends a timed-out CreateUser three times; a write is sent once, by whoever asks.
WRITE_CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 1}, **TIMEOUTS)
# By default a presigned link has Signature Version 2, which S3 refuses for objects that KMS encrypted, and
# the global endpoint, which redirects to one for which the link is not signed.
S3_CONFIG = Config(signature_version="s3v4")
AWS_S3_CONFIG = S3_CONFIG.merge(
    Config(s3={"us_east_1_regional_endpoint": "regional", "addressing_style": "virtual"})
)
SESSION_NAME = "workmail-console"
# The beginning and the end: denied unless `ALLOW_ORGANIZATION_CHANGES` names the organization.
ORGANIZATION_CHANGES = ("workmail:DeleteOrganization", "workmail:CreateOrganization")
# What WorkMail does in the caller's name meanwhile, as AmazonWorkMailFullAccess has it [inferred].
ORGANIZATION_SETUP = (
    "workmail:CreateOrganization",
    "ds:*",
    "ses:*",
    "route53:*",
    "kms:DescribeKey",
    "kms:CreateGrant",
)
# An application of Identity Center is the account's, and made in the caller's name [inferred].
IDENTITY_CENTER_APPLICATION = (
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
    """A call to AWS bypassed the gateway; it was not sent."""


class Configured(Protocol):
    """The connection settings of an organization; never credentials."""

    organization_id: str
    arn: str
    region: str
    endpoint_url: str
    role_arn: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Account:
    """A hashable `Configured`: organizations of one account and role share their clients."""

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
    """Permission to send one operation; `intent` is its audit entry, `None` for a read."""

    operation: str
    intent: int | None
    is_sent: bool = False


_permit: ContextVar[Permit | None] = ContextVar("permit", default=None)
_creating = threading.Lock()


@contextmanager
def permit_call(operation: str, intent: int | None) -> Iterator[Permit]:
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


def mark_sent(**_: Any) -> None:
    """Mark the permit as sent: from here on, the outcome may be unknown."""
    if permit := _permit.get():
        permit.is_sent = True


def require_json(operation_model: OperationModel, response_dict: Mapping[str, Any], **_: Any) -> None:
    """Raise `InvalidResponse` before botocore reads a body that is not JSON as an empty result."""
    response_checks.require_json(operation_model.name, response_dict["status_code"], response_dict["body"])


def get_client(account: Account, service: str, *, retrying: bool) -> Any:
    """Return the shared client; creating one is locked, using it is thread-safe."""
    with _creating:
        return _create_client(account, service, retrying)


@cache
def _create_client(account: Account, service: str, retrying: bool) -> Any:
    session: Any = _create_session(account)
    config = READ_CONFIG if retrying else WRITE_CONFIG
    if service == "s3":
        config = config.merge(S3_CONFIG if account.endpoint_url else AWS_S3_CONFIG)
    made = session.client(
        service,
        region_name=account.region,
        endpoint_url=account.endpoint_url or None,
        config=config,
    )
    if service in model.SERVICES:
        made.meta.events.register(f"before-call.{service}", require_permit)
        made.meta.events.register_last(f"request-created.{service}", mark_sent)
        made.meta.events.register(f"before-parse.{service}", require_json)
    return made


@cache
def _create_session(account: Account) -> boto3.Session:
    session: Any = botocore.session.get_session()
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=parse_time)
    if account.role_arn:
        session._credentials = _assume_role(session, account)  # botocore's documented way to inject a fetcher
    return boto3.Session(botocore_session=session)


def parse_time(value: Any) -> datetime:
    """Parse a timestamp, with a fast path for WorkMail's epoch seconds."""
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    return parse_timestamp(value)


def _assume_role(session: Any, account: Account) -> DeferredRefreshableCredentials:
    arguments = {
        "RoleSessionName": SESSION_NAME,
        "DurationSeconds": 3600,
        "Policy": build_session_policy(account),
    }
    if account.external_id:
        arguments["ExternalId"] = account.external_id
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=_sts_client_creator(session, account),
        source_credentials=session.get_credentials(),
        role_arn=account.role_arn,
        extra_args=arguments,
    )
    return DeferredRefreshableCredentials(fetcher.fetch_credentials, method="assume-role")


def _sts_client_creator(session: Any, account: Account) -> Any:
    """Return a factory of STS clients for the organization's region and endpoint."""

    def create(name: str, **given: Any) -> Any:
        return session.create_client(
            name, region_name=account.region, endpoint_url=account.endpoint_url or None, **given
        )

    return create


def build_session_policy(account: Account) -> str:
    """Return the session policy of the assumed role, limited to its organization.

    A fault in the console's own rules is caught by AWS here. What this allows and what the policies in
    `deploy/iam` allow are held together by a test.
    """
    organization = account.organization_arn or "*"
    denied: tuple[str, ...] = () if account.founds_and_ends else ORGANIZATION_CHANGES
    denied += () if account.breaks_glass else BREAK_GLASS
    statements = [
        {"Effect": "Allow", "Action": "workmail:*", "Resource": organization},
        {"Effect": "Allow", "Action": "workmailmessageflow:*", "Resource": message_arn(organization)},
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
            {"Effect": "Allow", "Action": list(ORGANIZATION_SETUP), "Resource": "*"},
            {"Effect": "Allow", "Action": "workmail:DescribeOrganization", "Resource": others},
        ]
    if account.breaks_glass:
        statements.append({"Effect": "Allow", "Action": list(IDENTITY_CENTER_APPLICATION), "Resource": "*"})
    if denied:
        statements.append({"Effect": "Deny", "Action": list(denied), "Resource": "*"})
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def message_arn(arn: str) -> str:
    """Return the ARN pattern of an organization's messages in transit."""
    if arn == "*":
        return arn
    service = arn.replace(":workmail:", ":workmailmessageflow:")
    return f"{service.replace(':organization/', ':message/')}/*"
