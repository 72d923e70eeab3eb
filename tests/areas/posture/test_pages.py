"""The page of checks: what it shows and to whom, what it costs, and the way from a finding to a plan."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from console.areas.health_checks import runner, tasks
from console.areas.health_checks.models import STORED_REVIEWS, Finding, Review
from console.areas.health_checks.registry import CHECKS
from console.changes.models import Change, Conditions
from console.mirror.models import Alias, Entity, Organization, Permission
from console.sandbox.fixtures import ADA, TestSandbox
from tests.areas import world
from tests.areas.desk import Desk
from tests.areas.posture.conftest import BRANCH

pytestmark = pytest.mark.django_db


@pytest.fixture
def adam(organization: Organization) -> Desk:
    return Desk(world.operator("Administrator", organization, name="adam"), organization, "posture")


@pytest.fixture
def aude(organization: Organization) -> Desk:
    return Desk(world.operator("Auditor", organization, name="aude"), organization, "posture")


def page(desk: Desk) -> str:
    answer = desk.get("overview")
    assert answer.status_code == 200
    return world.body(answer)


class TestOverview:
    def test_says_what_to_do_before_the_first_check(self, adam: Desk, aude: Desk) -> None:
        assert "Nothing has been checked yet." in page(adam)
        assert "ask an administrator" in page(aude)

    def test_shows_what_was_found_last_without_asking_aws(
        self, adam: Desk, town: TestSandbox, organization: Organization
    ) -> None:
        town.call("PutInboundDmarcSettings", Enforced=False)
        runner.run_review(organization, "somebody@desk.example")
        town.call("PutInboundDmarcSettings", Enforced=True)
        with world.counted() as calls:
            shown = page(adam)
        assert calls == []
        assert "WorkMail delivers mail that fails DMARC" in shown
        assert "somebody@desk.example" in shown

    def test_what_is_wrong_comes_first(
        self, adam: Desk, town: TestSandbox, organization: Organization
    ) -> None:
        town.call("DeleteEmailMonitoringConfiguration")
        town.call("DeleteRetentionPolicy", Id=town.call("GetDefaultRetentionPolicy")["Id"])
        runner.run_review(organization, "somebody")
        rows = adam.get("overview").context["rows"]
        assert [row.check.id for row in rows[:2]] == ["monitoring", "retention"]
        assert len(rows) == len(CHECKS)

    def test_tells_how_it_was_in_the_runs_before(
        self, adam: Desk, town: TestSandbox, organization: Organization
    ) -> None:
        for enforced in (True, False, True):
            town.call("PutInboundDmarcSettings", Enforced=enforced)
            runner.run_review(organization, "somebody")
        (row,) = (row for row in adam.get("overview").context["rows"] if row.check.id == "dmarc")
        assert [tone.value for tone in row.before] == ["good", "bad"]

    def test_names_twenty_and_says_how_many_more_there_are(
        self, adam: Desk, organization: Organization
    ) -> None:
        crowd(organization, 25)
        runner.run_review(organization, "somebody")
        shown = page(adam)
        assert "Leaver 19 (disabled)" in shown
        assert "Leaver 20 (disabled)" not in shown
        assert "and 5 more" in shown
        assert "/mailboxes/access/?left=disabled" in shown

    def test_escapes_what_people_are_called(self, adam: Desk, organization: Organization) -> None:
        crowd(organization, 1)
        Entity.objects.filter(name="leaver-0").update(display_name="<script>alert(1)</script>")
        runner.run_review(organization, "somebody")
        assert "<script>alert" not in page(adam)

    def test_an_auditor_sees_it_all_and_no_button(
        self, aude: Desk, town: TestSandbox, organization: Organization
    ) -> None:
        town.call("PutInboundDmarcSettings", Enforced=False)
        town.call("DeleteEmailMonitoringConfiguration")
        runner.run_review(organization, "somebody")
        shown = page(aude)
        assert "WorkMail delivers mail that fails DMARC" in shown
        for hidden in ("Enforce DMARC", "Switch it on", "Check now"):
            assert hidden not in shown

    def test_an_operator_of_one_domain_has_no_such_page(self, organization: Organization) -> None:
        for role in ("Owner", "Administrator", "Auditor"):
            narrow = world.operator(role, organization, BRANCH, name=f"narrow-{role.lower()}")
            desk = Desk(narrow, organization, "posture")
            assert desk.get("overview").status_code == 403
            assert desk.post("check").status_code == 403
            assert desk.post("mend", "dmarc").status_code == 403
            home = desk.client.get(f"/o/{organization.slug}/")
            assert f"/o/{organization.slug}/posture/" not in world.body(home)
        assert not Review.objects.exists()

    def test_another_organization_s_is_not_shown(self, adam: Desk, organization: Organization) -> None:
        other = Organization.objects.create(organization_id="m-" + "e" * 32, slug="other", region="us-east-1")
        Review.objects.create(organization=other, by="somebody else")
        assert "Nothing has been checked yet." in page(adam)


class TestChecking:
    def test_keeps_what_it_finds(self, adam: Desk, organization: Organization) -> None:
        assert adam.post("check").status_code == 303
        review = Review.objects.get(organization=organization)
        assert review.by == adam.operator.email
        assert review.findings.count() == len(CHECKS)
        assert "nothing wants mending" in page(adam)

    def test_old_reviews_go(self, organization: Organization) -> None:
        Review.objects.bulk_create(Review(organization=organization, by="x") for _ in range(STORED_REVIEWS))
        latest = runner.run_review(organization, "somebody")
        assert Review.objects.count() == STORED_REVIEWS
        assert Review.objects.first() == latest

    def test_every_night_by_itself(self, organization: Organization) -> None:
        Review.objects.all().delete()
        tasks.sweep()
        tasks.sweep()
        (review,) = Review.objects.all()
        assert "every night" in review.by

    def test_one_organization_that_fails_keeps_none_from_its_check(
        self, organization: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = runner.run_review
        broken = Organization.objects.create(
            organization_id="m-" + "0" * 32, slug="aaa", region="us-east-1", listed_at=organization.listed_at
        )

        def run(each: Organization, by: str) -> Review:
            if each == broken:
                raise RuntimeError("broken")
            return real(each, by)

        monkeypatch.setattr(runner, "run_review", run)
        runner.run_due_reviews()
        assert [review.organization for review in Review.objects.all()] == [organization]

    def test_writes_nothing_to_workmail(self, adam: Desk) -> None:
        with world.counted() as calls:
            adam.post("check")
        assert calls
        assert calls.writes == []


class TestCost:
    """Counted, not timed: neither may grow with how much there is to find."""

    @pytest.fixture
    def found(self, organization: Organization) -> None:
        crowd(organization, 3)
        runner.run_review(organization, "somebody")

    def test_a_check_asks_aws_each_thing_once(self, organization: Organization) -> None:
        with world.counted() as calls:
            runner.run_checks(organization)
        once = {asked.operation for check in CHECKS for asked in check.asks(organization)}
        domains = calls.count("GetMailDomain")
        assert domains == 2
        assert sorted(calls) == sorted([*once, "GetMailDomain"])

    def test_a_check_costs_as_many_queries_however_much_it_finds(self, organization: Organization) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as counted:
                runner.run_checks(organization)
            return len(counted)

        crowd(organization, 2)
        few = queries()
        crowd(organization, 60, start=2)
        assert queries() == few

    def test_the_page_costs_as_many_queries_however_long_it_is_kept(
        self, adam: Desk, organization: Organization, found: None
    ) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as counted:
                page(adam)
            return len(counted)

        page(adam)  # who signs in costs more
        few = queries()
        for _ in range(3):
            runner.run_review(organization, "somebody")
        assert queries() == few <= 12


class TestMending:
    def test_asks_for_a_reason_where_the_organization_does(
        self, adam: Desk, town: TestSandbox, organization: Organization
    ) -> None:
        town.call("PutInboundDmarcSettings", Enforced=False)
        Conditions.objects.create(organization=organization, ask_reason=True)
        answer = adam.post("mend", "dmarc")
        assert (answer.status_code, "is asked for" in world.body(answer)) == (422, True)
        assert not Change.objects.exists()
        assert adam.post("mend", "dmarc", data={"reason": "audit"}).status_code == 303
        assert Change.objects.get().reason == "audit"

    def test_nothing_happens_before_the_preview_is_agreed_to(self, adam: Desk, town: TestSandbox) -> None:
        town.call("PutInboundDmarcSettings", Enforced=False)
        adam.post("mend", "dmarc")
        assert town.call("DescribeInboundDmarcSettings") == {"Enforced": False}

    def test_says_that_nothing_is_left(self, adam: Desk) -> None:
        answer = adam.post("mend", "dmarc")
        assert (answer.status_code, Change.objects.count()) == (303, 0)
        assert "Nothing is left to be mended" in page(adam)

    def test_who_may_check_but_not_do_it_gets_no_plan(
        self, adam: Desk, organization: Organization, town: TestSandbox
    ) -> None:
        role = adam.operator.grants.get().role
        role.permissions = ["*:read", "posture:write"]
        role.save()
        assert adam.post("mend", "dmarc").status_code == 403
        town.call("PutInboundDmarcSettings", Enforced=False)
        adam.post("check")
        assert "Enforce DMARC" not in page(adam)

    @pytest.mark.parametrize("name", ["retention", "nonsense"])
    def test_there_is_no_plan_of_what_takes_a_form(self, adam: Desk, name: str) -> None:
        assert adam.post("mend", name).status_code == 404

    def test_what_aws_does_not_answer_is_said(self, adam: Desk, town: TestSandbox) -> None:
        town.faults.fail("ListPersonalAccessTokens", code="OrganizationStateException", times=5)
        answer = adam.post("mend", "idle-tokens")
        assert answer.status_code == 422
        assert "being set up or removed" in world.body(answer)


class TestTable:
    def test_a_check_is_there_once_and_its_id_is_a_word_of_urls(self) -> None:
        ids = [check.id for check in CHECKS]
        assert len(set(ids)) == len(ids)
        longest = Finding._meta.get_field("check_id").max_length
        assert all(len(each) <= (longest or 0) and each.replace("-", "").isalpha() for each in ids)

    def test_every_wrong_one_leads_somewhere(self) -> None:
        assert [check.id for check in CHECKS if not (check.mend or check.form)] == ["aliases"]


def crowd(organization: Organization, size: int, start: int = 0) -> None:
    """People who left, with rights to Ada's mailbox, and people with many aliases and full mailboxes."""
    ada = Entity.objects.get(organization=organization, entity_id=ADA)
    group = Entity.objects.get(organization=organization, kind="group")
    numbers = range(start, start + size)
    gone = [_person(organization, "leaver", number, state="DISABLED") for number in numbers]
    full = [
        _person(organization, "full", number, state="ENABLED", mailbox_size=99, mailbox_quota=100)
        for number in numbers
    ]
    made = Entity.objects.bulk_create([*gone, *full])
    Permission.objects.bulk_create(
        Permission(organization=organization, owner=ada, grantee_id=each.entity_id, values=["FULL_ACCESS"])
        for each in made[:size]
    )
    group.members.bulk_create(
        group.members.model(organization=organization, group=group, member=each) for each in made[:size]
    )
    Alias.objects.bulk_create(
        Alias(organization=organization, entity=each, address=f"{each.name}-{n}@example.com")
        for each in made[size:]
        for n in range(90)
    )


def _person(organization: Organization, word: str, number: int, **fields: object) -> Entity:
    name = f"{word}-{number}"
    given = {"entity_id": f"{word}-id-{number:0>12}", "display_name": f"{word.title()} {number}"}
    return Entity(organization=organization, kind="user", role="USER", name=name, **{**given, **fields})
