"""Texts of email event logging, and the IAM policies that it needs."""

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
SERVICE_LINKED_ROLE = "AWSServiceRoleForAmazonWorkMailEvents"  # is used unless another is given [documented]


def build_trust_policy() -> str:
    """Return the policy that lets WorkMail assume the role [documented]."""
    statement = {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}
    return _to_policy_json(statement)


def build_role_policy(log_group_arn: str) -> str:
    """Return the policy of what the role can do [documented]."""
    actions = ["logs:CreateLogStream", "logs:PutLogEvents"]
    return _to_policy_json({"Effect": "Allow", "Action": actions, "Resource": log_group_arn})


def build_console_policy(place: OrganizationArn, organization_arn: str, role_arn: str = "") -> str:
    """Return the policy that the console's role needs to turn on logging; what AWS requires is [inferred]."""
    role = role_arn or f"arn:{place.partition}:iam::{place.account}:role/workmail-events"
    passed = {"StringEquals": {"iam:PassedToService": SERVICE}}
    service_linked = {"StringEquals": {"iam:AWSServiceName": SERVICE}}
    own = f"arn:{place.partition}:iam::{place.account}:role/aws-service-role/{SERVICE}/{SERVICE_LINKED_ROLE}"
    return _to_policy_json(
        {"Effect": "Allow", "Action": "workmail:*EmailMonitoringConfiguration", "Resource": organization_arn},
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": role, "Condition": passed},
        {
            "Effect": "Allow",
            "Action": "iam:CreateServiceLinkedRole",
            "Resource": own,
            "Condition": service_linked,
        },
    )


def list_policies(
    place: OrganizationArn, group: str, organization_arn: str, role_arn: str
) -> list[tuple[str, str, str]]:
    """Return the title, the purpose and the JSON of all three policies."""
    role = "" if SERVICE_LINKED_ROLE in role_arn else role_arn
    return [
        ("Trust policy of the role", "Only for a role of your own: who may assume it.", build_trust_policy()),
        ("Permissions of the role", "Only for a role of your own: what it may do.", build_role_policy(group)),
        (
            "Permissions of the console",
            "For the role that the console assumes: it hands yours on, or lets WorkMail make its own.",
            build_console_policy(place, organization_arn, role),
        ),
    ]


def _to_policy_json(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=2)


def summarize_logging(look: SettingResult) -> list[str]:
    if look.is_unset:
        return ["Off: who sent what to whom is written nowhere."]
    group = str(look.shown.get("LogGroupArn", ""))
    return [f"Into the log group {group.partition(':log-group:')[2].removesuffix(':*') or group}."]
