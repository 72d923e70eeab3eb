"""The log of e-mail events in words, and the policies that it needs, filled in for one organization."""

import json
from collections.abc import Mapping
from typing import Any

from console.web.arn import OrganizationArn
from console.web.settings_reads import SettingResult

SERVICE = "events.workmail.amazonaws.com"
MEANING = (
    "WorkMail can write into a log group of CloudWatch what becomes of every message: accepted, delivered,"
    " refused and why. It logs envelopes and subjects, never what a message says."
)
NOT_FOUND = (
    "WorkMail does not find the log group or the role. Both have to exist, in the organization's account,"
    " and the role has to trust WorkMail: paste the policies below first."
)
OWN_ROLE = "AWSServiceRoleForAmazonWorkMailEvents"  # is used unless another is given [documented]


def trust_policy() -> str:
    """Who may assume the role [documented]."""
    statement = {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}
    return _policy(statement)


def permissions(log_group_arn: str) -> str:
    """What the role may do [documented]."""
    actions = ["logs:CreateLogStream", "logs:PutLogEvents"]
    return _policy({"Effect": "Allow", "Action": actions, "Resource": log_group_arn})


def console_permissions(place: OrganizationArn, organization_arn: str, role_arn: str = "") -> str:
    """What the console's own role needs to switch it on; which of these AWS asks for is [inferred]."""
    role = role_arn or f"arn:{place.partition}:iam::{place.account}:role/workmail-events"
    passed = {"StringEquals": {"iam:PassedToService": SERVICE}}
    made = {"StringEquals": {"iam:AWSServiceName": SERVICE}}
    own = f"arn:{place.partition}:iam::{place.account}:role/aws-service-role/{SERVICE}/{OWN_ROLE}"
    return _policy(
        {"Effect": "Allow", "Action": "workmail:*EmailMonitoringConfiguration", "Resource": organization_arn},
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": role, "Condition": passed},
        {"Effect": "Allow", "Action": "iam:CreateServiceLinkedRole", "Resource": own, "Condition": made},
    )


def policies(
    place: OrganizationArn, group: str, organization_arn: str, role_arn: str
) -> list[tuple[str, str, str]]:
    """All three with a title and what each is for."""
    role = "" if OWN_ROLE in role_arn else role_arn
    return [
        ("Trust policy of the role", "Only for a role of your own: who may assume it.", trust_policy()),
        ("Permissions of the role", "Only for a role of your own: what it may do.", permissions(group)),
        (
            "Permissions of the console",
            "For the role that the console assumes: it hands yours on, or lets WorkMail make its own.",
            console_permissions(place, organization_arn, role),
        ),
    ]


def _policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=2)


def lines(look: SettingResult) -> list[str]:
    """The log at a glance, for the page of all settings."""
    if look.is_unset:
        return ["Off: who sent what to whom is written nowhere."]
    group = str(look.shown.get("LogGroupArn", ""))
    return [f"Into the log group {group.partition(':log-group:')[2].removesuffix(':*') or group}."]
