"""One page for everything that is set, read live; whatever cannot be read says so for itself."""

import pytest

from console.areas.organizations import display
from console.mirror.models import Organization
from console.operators.models import Grant
from console.sandbox import organization_setup
from console.sandbox.fixtures import ADA, TestSandbox
from tests.areas import world
from tests.areas.settled import Desk, written

pytestmark = pytest.mark.django_db
READS = {
    "ListTagsForResource": "Tags",
    "GetDefaultRetentionPolicy": "Retention",
    "ListAvailabilityConfigurations": "Availability of other directories",
    "DescribeEmailMonitoringConfiguration": "Log of e-mail events",
}


class TestThePage:
    def test_shows_the_organization_and_every_setting(self, olga: Desk, town: TestSandbox) -> None:
        page = olga.page("organizations:settings")
        for said in (
            town.organization_id,
            town.organization.arn,
            "https://example.awsapps.com/mail",
            "WorkMail&#x27;s own directory",
            "No policy: nothing is deleted by itself.",
            "WorkMail asks no other directory.",
            "Off: who sent what to whom is written nowhere.",
        ):
            assert said in page

    def test_shows_what_was_set_a_moment_ago_elsewhere(self, olga: Desk, town: TestSandbox) -> None:
        junk = {"Name": "JUNK_EMAIL", "Action": "DELETE", "Period": 30}
        town.call("PutRetentionPolicy", Name="default", FolderConfigurations=[junk])
        group = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/workmail/x:*"
        town.call("PutEmailMonitoringConfiguration", LogGroupArn=group)
        tag = {"Key": "owner", "Value": "it"}
        town.call("TagResource", ResourceARN=town.organization.arn, Tags=[tag])
        page = olga.page("organizations:settings")
        assert "Junk e-mail: deleted, and the owner can recover them after 30 days." in page
        assert "Into the log group /aws/workmail/x." in page
        assert "owner" in page

    @pytest.mark.parametrize("operation", READS)
    def test_a_setting_that_cannot_be_read_leaves_the_others_alone(
        self, operation: str, olga: Desk, town: TestSandbox
    ) -> None:
        town.faults.fail(operation, code="AccessDeniedException")
        context = olga.get("organizations:settings").context
        looks = {card.title: card.look for card in context["cards"]} | {"Tags": context["tags"]}
        failed = [title for title, look in looks.items() if look.problem]
        assert failed == [READS[operation]]

    def test_the_console_s_copy_stands_in_for_an_organization_that_is_not_described(
        self, olga: Desk, town: TestSandbox
    ) -> None:
        town.faults.fail("DescribeOrganization", code="AccessDeniedException")
        page = olga.page("organizations:settings")
        assert "What follows is the console's copy." in page
        assert town.organization.arn in page
        assert "No policy: nothing is deleted" in page

    def test_nobody_waits_five_times_for_an_aws_that_does_not_answer(
        self, olga: Desk, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
        town.faults.drop("DescribeOrganization", times=2)
        with world.counted() as calls:
            context = olga.get("organizations:settings").context
        assert set(calls) == {"DescribeOrganization"}
        assert all(card.look.problem for card in context["cards"])

    def test_shows_each_only_what_she_may_see_and_offers_what_she_may_do(
        self, helga: Desk, adam: Desk, olga: Desk
    ) -> None:
        assert not helga.get("organizations:settings").context["cards"]
        assert "Add a tag" not in helga.page("organizations:settings")
        assert "Add a tag" in adam.page("organizations:settings")
        assert "Delete this organization" not in adam.page("organizations:settings")
        assert "Delete this organization" in olga.page("organizations:settings")


class TestItsState:
    def test_is_asked_for_again_only_while_it_passes(self, olga: Desk, town: TestSandbox) -> None:
        assert "every 2s" not in olga.page("organizations:settings")
        town.call("DeleteOrganization", DeleteDirectory=False, ForceDelete=True, ClientToken="1")
        assert "every 2s" in olga.page("organizations:settings")
        with world.counted() as calls:
            assert "Only an active organization shows" in olga.page("organizations:settings")
        assert calls == ["DescribeOrganization"]
        assert "WorkMail removes it" in olga.page("organizations:state")
        town.clock.advance(3600)
        assert "every 2s" not in olga.page("organizations:state")

    @pytest.mark.parametrize("name", [*display.ORGANIZATION_STATES, "Something new"])
    def test_is_explained_whatever_it_is(self, name: str) -> None:
        state = display.organization_state({"State": name})
        assert state.meaning
        assert (state is display.UNKNOWN_STATE) is (name == "Something new")


class TestTags:
    def test_are_added_and_removed(self, adam: Desk, town: TestSandbox) -> None:
        data = {"key": "owner", "value": "it", "reason": "bills"}
        assert adam.post("organizations:tag-add", data=data)["Location"].endswith("/settings/")
        assert written("TagResource")[0].reason == "bills"
        arn = town.organization.arn
        assert town.call("ListTagsForResource", ResourceARN=arn)["Tags"] == [{"Key": "owner", "Value": "it"}]
        adam.post("organizations:tag-remove", data={"key": "owner"})
        assert town.call("ListTagsForResource", ResourceARN=arn)["Tags"] == []

    @pytest.mark.parametrize("key", ["", "aws:owner", "k" * 129])
    def test_have_keys_that_aws_takes(self, key: str, adam: Desk, town: TestSandbox) -> None:
        answer = adam.post("organizations:tag-add", data={"key": key, "value": "kept as typed"})
        assert answer.status_code == 422
        assert "kept as typed" in world.body(answer)
        assert not town.calls("TagResource")


class TestADirectoryThatIsOnlyRead:
    """A page says why something cannot be changed, and where it can."""

    @pytest.fixture
    def connected(self, town: TestSandbox, organization: Organization) -> Organization:
        organization_setup.make_read_only(town.store, town.organization)
        Organization.objects.update(directory_type="ADConnector")
        return organization

    def test_lists_what_cannot_work(self, connected: Organization, olga: Desk) -> None:
        page = olga.page("organizations:settings")
        assert "AD Connector" in page
        assert "<code>UpdateUser</code>" in page
        assert "<code>PutRetentionPolicy</code>" not in page

    @pytest.mark.parametrize("name", ["users:list", "users:detail", "users:edit", "users:password"])
    def test_is_said_on_pages_of_what_it_holds(self, name: str, connected: Organization, olga: Desk) -> None:
        page = olga.page(name, *([ADA] if name != "users:list" else []))
        assert "a connected Active Directory leads" in page
        assert "Change it in the Active Directory" in page

    def test_of_enabling_the_page_says_what_is_known(self, connected: Organization, olga: Desk) -> None:
        page = olga.page("users:enable", "a0a0a0a0-0000-4000-8000-000000000003")
        assert "can be enabled all the same" in page

    @pytest.mark.parametrize("name", ["organizations:overview", "retention:edit", "exports:list"])
    def test_is_not_said_where_it_makes_no_difference(
        self, name: str, connected: Organization, olga: Desk
    ) -> None:
        assert "Active Directory leads" not in olga.page(name)

    def test_behind_exchange_is_said_to_be_exchanges(self, town: TestSandbox, olga: Desk) -> None:
        organization_setup.make_read_only(town.store, town.organization, interoperability=True)
        olga.page("organizations:settings")  # the console learns of it by looking
        assert "Change it in Exchange" in olga.page("users:list")

    def test_is_not_said_where_everything_can_be_changed(self, olga: Desk) -> None:
        assert "may only read" not in olga.page("users:list")


def test_narrowed_operators_get_no_settings_to_change(organization: Organization) -> None:
    desk = Desk(world.operator("Owner", organization, "example.com", name="nell"), organization)
    assert Grant.objects.get().domains == ["example.com"]
    for name in ("organizations:create", "organizations:delete", "retention:edit", "monitoring:edit"):
        assert desk.get(name).status_code == 403
