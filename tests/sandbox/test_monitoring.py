"""The log group that an organization's mail events go to."""

import pytest

from console.sandbox.fixtures import TestSandbox
from tests.sandbox.refusals import refused

LOGS = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/workmail/emailevents/example:*"
ROLE = "arn:aws:iam::123456789012:role/workmail-events"


class TestEmailMonitoring:
    def test_is_not_found_before_it_is_configured(self, sandbox: TestSandbox) -> None:
        with refused("ResourceNotFoundException"):
            sandbox.call("DescribeEmailMonitoringConfiguration")

    def test_shows_what_was_put_last(self, sandbox: TestSandbox) -> None:
        sandbox.call("PutEmailMonitoringConfiguration", LogGroupArn=LOGS.replace("example", "before"))
        sandbox.call("PutEmailMonitoringConfiguration", LogGroupArn=LOGS, RoleArn=ROLE)
        shown = sandbox.call("DescribeEmailMonitoringConfiguration")
        assert shown == {"LogGroupArn": LOGS, "RoleArn": ROLE}

    def test_uses_the_service_s_role_unless_told_otherwise(self, sandbox: TestSandbox) -> None:
        sandbox.call("PutEmailMonitoringConfiguration", LogGroupArn=LOGS)
        role = sandbox.call("DescribeEmailMonitoringConfiguration")["RoleArn"]
        assert role.endswith("/AWSServiceRoleForAmazonWorkMailEvents")
        assert role.startswith("arn:aws:iam::123456789012:role/")

    def test_ends_and_may_end_twice(self, sandbox: TestSandbox) -> None:
        sandbox.call("PutEmailMonitoringConfiguration", LogGroupArn=LOGS)
        for _ in range(2):
            sandbox.call("DeleteEmailMonitoringConfiguration")
        with refused("ResourceNotFoundException"):
            sandbox.call("DescribeEmailMonitoringConfiguration")

    @pytest.mark.parametrize("arn", [LOGS.removesuffix(":*"), LOGS.replace("logs", "s3"), "*"])
    def test_needs_the_arn_of_a_log_group_and_its_streams(self, sandbox: TestSandbox, arn: str) -> None:
        with refused("InvalidParameterException"):
            sandbox.call("PutEmailMonitoringConfiguration", LogGroupArn=arn)

    @pytest.mark.parametrize(
        "params",
        [
            {"LogGroupArn": LOGS.replace("us-east-1", "eu-west-1")},
            {"LogGroupArn": LOGS.replace("123456789012", "999988887777")},
            {"LogGroupArn": LOGS, "RoleArn": ROLE.replace("123456789012", "999988887777")},
        ],
        ids=["region", "account", "account of the role"],
    )
    def test_finds_nothing_elsewhere(self, sandbox: TestSandbox, params: dict[str, str]) -> None:
        with refused("ResourceNotFoundException"):
            sandbox.call("PutEmailMonitoringConfiguration", **params)
