"""The log of e-mail events: role and log group examined before AWS is asked, and policies that fit."""

import json
from typing import Any

import pytest

from console.areas.monitoring import display
from console.sandbox.fixtures import TestSandbox
from console.web import arn
from tests.areas import world
from tests.areas.settled import Desk, loaded, written

pytestmark = pytest.mark.django_db
GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/workmail/emailevents/example:*"
ROLE = "arn:aws:iam::123456789012:role/workmail-events"


def typed(desk: Desk, **changed: str) -> dict[str, Any]:
    return {"LogGroupArn": GROUP, "loaded": loaded(desk.get("monitoring:edit")), **changed}


class TestThePolicies:
    ARN = "arn:aws:workmail:eu-west-1:210987654321:organization/m-" + "1" * 32

    def test_are_filled_in_from_the_organizations_arn(self) -> None:
        place = arn.parse_organization_arn(self.ARN, "acme")
        group = "arn:aws:logs:eu-west-1:210987654321:log-group:/aws/workmail/emailevents/acme:*"
        trust, role, console = (
            json.loads(text) for _, _, text in display.list_policies(place, group, self.ARN, "")
        )
        assert trust["Statement"][0]["Principal"] == {"Service": "events.workmail.amazonaws.com"}
        assert role["Statement"][0]["Resource"] == group == place.log_group_arn
        assert console["Statement"][0]["Resource"] == self.ARN
        assert console["Statement"][1]["Resource"].startswith("arn:aws:iam::210987654321:role/")

    def test_have_words_to_replace_where_the_arn_is_not_known_yet(self) -> None:
        place = arn.parse_organization_arn("", "acme")
        assert not place.is_known
        assert place.log_group_arn.startswith("arn:aws:logs:REGION:ACCOUNT:")


class TestDetail:
    def test_says_that_it_is_off_and_shows_what_to_paste(self, aude: Desk) -> None:
        page = aude.page("monitoring:detail")
        assert "E-mail events are not logged." in page
        assert "logs:PutLogEvents" in page
        assert "123456789012" in page
        assert "Switch it on" not in page

    def test_says_where_it_goes(self, aude: Desk, town: TestSandbox) -> None:
        town.call("PutEmailMonitoringConfiguration", LogGroupArn=GROUP, RoleArn=ROLE)
        page = aude.page("monitoring:detail")
        assert GROUP in page
        assert ROLE in page

    def test_says_why_it_cannot_be_read(self, aude: Desk, town: TestSandbox) -> None:
        town.faults.fail("DescribeEmailMonitoringConfiguration", code="AccessDeniedException")
        page = aude.page("monitoring:detail")
        assert "own AWS role may not do this" in page
        assert "are not logged" not in page


class TestSwitchingOn:
    def test_suggests_the_log_group_that_aws_would_make(self, adam: Desk) -> None:
        assert GROUP in adam.page("monitoring:edit")

    def test_without_a_role_takes_workmails_own(self, adam: Desk, town: TestSandbox) -> None:
        answer = adam.post("monitoring:edit", data=typed(adam, reason="audit"))
        assert answer["Location"] == adam.url("monitoring:detail")
        (call,) = town.calls("PutEmailMonitoringConfiguration")
        assert "RoleArn" not in call.params
        (entry,) = written("PutEmailMonitoringConfiguration")
        assert (entry.reason, entry.body["params"]["LogGroupArn"]) == ("audit", GROUP)

    def test_with_a_role_takes_that(self, adam: Desk, town: TestSandbox) -> None:
        adam.post("monitoring:edit", data=typed(adam, RoleArn=ROLE))
        assert town.call("DescribeEmailMonitoringConfiguration")["RoleArn"] == ROLE

    @pytest.mark.parametrize(
        ("member", "value", "said"),
        [
            ("LogGroupArn", GROUP.removesuffix(":*"), "with the :* at its end"),
            ("LogGroupArn", GROUP.replace("us-east-1", "eu-west-1"), "organization&#x27;s region, us-east-1"),
            ("LogGroupArn", GROUP.replace("123456789012", "210987654321"), "account, 123456789012"),
            ("LogGroupArn", "", "required"),
            ("RoleArn", "workmail-events", "arn:aws:iam::ACCOUNT:role/NAME"),
            ("RoleArn", ROLE.replace("123456789012", "210987654321"), "account, 123456789012"),
        ],
    )
    def test_examines_both_before_aws_is_asked(
        self, member: str, value: str, said: str, adam: Desk, town: TestSandbox
    ) -> None:
        answer = adam.post("monitoring:edit", data=typed(adam, **{member: value}))
        assert answer.status_code == 422
        assert said in str(answer.context["form"].errors[member])
        assert not town.calls("PutEmailMonitoringConfiguration")

    def test_says_what_to_do_when_workmail_does_not_find_them(self, adam: Desk, town: TestSandbox) -> None:
        town.faults.fail("PutEmailMonitoringConfiguration", code="ResourceNotFoundException")
        answer = adam.post("monitoring:edit", data=typed(adam))
        assert answer.status_code == 422
        assert "paste the policies below first" in world.body(answer)
        assert GROUP in world.body(answer)

    def test_shows_what_somebody_else_changed_meanwhile(self, adam: Desk, town: TestSandbox) -> None:
        data = typed(adam)
        town.call("PutEmailMonitoringConfiguration", LogGroupArn=GROUP.replace("example", "other"))
        answer = adam.post("monitoring:edit", data=data)
        assert answer.status_code == 422
        assert "LogGroupArn" in [each.field for each in answer.context["form"].differences]


class TestSwitchingOff:
    def test_says_what_stays_and_does_it(self, adam: Desk, town: TestSandbox) -> None:
        town.call("PutEmailMonitoringConfiguration", LogGroupArn=GROUP)
        assert "What is in the log group stays there" in adam.page("monitoring:delete")
        answer = adam.post("monitoring:delete", data={"reason": "costs"})
        assert answer["Location"] == adam.url("monitoring:detail")
        assert "E-mail events are not logged." in adam.page("monitoring:detail")
