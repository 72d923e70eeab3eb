"""The first page: figures within scope, what needs attention, and how fresh it all is."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.actor import Actor
from console.areas.exports.models import ExportJob
from console.areas.organizations import overview_data
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Entity, HeldListing, Organization, Sync
from console.operators.models import Operator
from console.sync.completeness import Figure, get_completeness
from tests.areas import world
from tests.areas.ledger.conftest import ID, intend, person
from tests.areas.organizations.conftest import FAR, disabled, group

pytestmark = pytest.mark.django_db
State = ExportJob.State


def overview(client: Client) -> Any:
    answer = client.get("/o/example/")
    assert answer.status_code == 200
    return answer


def concerns(client: Client) -> list[str]:
    return [each.text for each in overview(client).context["concerns"]]


def counted(client: Client) -> dict[str, int]:
    """Return the figures of the page, all of them complete."""
    figures_shown = overview(client).context["counts"]
    assert all(each.is_complete for each in figures_shown.values())
    return {name: each.count for name, each in figures_shown.items()}


# Their pages read WorkMail, which is not there in these tests.
ASKED_OF_AWS = ("/access_rules/", "/mobile/", "/identity/")


class TestFigures:
    def test_count_what_is_there_and_leave_out_the_deleted(
        self, organization: Organization, owner: Client
    ) -> None:
        person(organization, "ada")
        disabled(organization, "bo", 3)
        person(organization, "gone", state="DELETED")
        group(organization, "sales")
        person(organization, "room", kind="resource", role="ROOM")
        expected = {"people": 2, "disabled": 1, "groups": 1, "resources": 1}
        assert counted(owner) == expected

    def test_count_within_the_domains_only(self, organization: Organization, nell: Client) -> None:
        person(organization, "ada")
        for number in range(3):
            person(organization, f"zoe{number}", FAR)
        group(organization, "club", FAR)
        assert counted(nell) == {"people": 1, "disabled": 0, "groups": 0, "resources": 0}

    def test_are_those_of_the_lists_they_lead_to(self, organization: Organization, owner: Client) -> None:
        for number in range(3):
            person(organization, f"ada{number}", role=("USER", "SYSTEM_USER", "REMOTE_USER")[number])
        person(organization, "gone", state="DELETED")
        disabled(organization, "bo", 3)
        counts = counted(owner)
        for query, figure in (("", "people"), ("?state=DISABLED", "disabled")):
            listed: Any = owner.get(reverse("users:list", args=["example"]) + query)
            assert len(listed.context["page"]) == counts[figure]

    def test_say_to_which_domains_they_are_narrowed(self, organization: Organization, nell: Client) -> None:
        assert "What you may see: example.com" in world.body(overview(nell))

    def test_exported_mailboxes_are_those_with_a_completed_export(
        self, organization: Organization, owner: Client
    ) -> None:
        ada, bo = person(organization, "ada"), person(organization, "bo")
        for state in (State.COMPLETED, State.COMPLETED, State.FAILED):
            world.exported(organization, ada, state=state)
        world.exported(organization, bo, state=State.RUNNING)
        assert overview(owner).context["exported"] == {"done": 1, "all": Figure(2, is_complete=True)}

    def test_mailboxes_are_also_those_of_rooms_and_of_disabled_users(
        self, organization: Organization, owner: Client
    ) -> None:
        fields = {"kind": "resource", "role": "ROOM"}
        rooms = [person(organization, name, **fields) for name in ("hall", "den")]
        kept, _ = disabled(organization, "kept", 3), disabled(organization, "lost", 31)
        disabled(organization, "shed", 3, **fields)
        person(organization, "far", role="REMOTE_USER")
        for each in (rooms[0], kept):
            world.exported(organization, each, state=State.COMPLETED)
        assert overview(owner).context["exported"] == {"done": 2, "all": Figure(4, is_complete=True)}

    def test_days_until_the_end_are_told(self, owner: Client) -> None:
        assert "until 31 March 2027" in world.body(overview(owner))


class TestConcerns:
    def test_nothing_is_said_to_be_nothing(self, owner: Client) -> None:
        assert "Nothing right now." in world.body(overview(owner))

    def test_failed_exports_and_those_that_were_given_up(
        self, organization: Organization, owner: Client
    ) -> None:
        ada = person(organization, "ada")
        world.exported(organization, ada, state=State.FAILED)
        assert concerns(owner) == ["1 export has failed."]
        world.exported(organization, ada, state=State.PARKED)
        assert concerns(owner) == ["2 exports have failed."]

    def test_zips_that_differ_from_the_log(self, organization: Organization, owner: Client) -> None:
        world.exported(
            organization, person(organization, "ada"), state=State.COMPLETED, check_result="differs"
        )
        assert concerns(owner) == ["1 zip does not match WorkMail's log."]

    @pytest.mark.parametrize("outcomes", [[], ["unknown"]])
    def test_changes_of_which_nobody_knows_what_became(self, owner: Client, outcomes: list[str]) -> None:
        entry = intend()
        for outcome in outcomes:
            journal.record_outcome(entry, outcome)
        assert concerns(owner) == ["Of 1 change the outcome is not known yet."]
        journal.record_outcome(entry, Entry.Outcome.APPLIED)
        assert concerns(owner) == []

    @pytest.mark.parametrize(("days", "expected"), [(22, 0), (24, 1), (29, 1), (31, 0)])
    def test_mailboxes_in_their_last_week(
        self, organization: Organization, owner: Client, days: int, expected: int
    ) -> None:
        disabled(organization, "ada", days)
        texts = ["WorkMail will delete 1 disabled user's mailbox within 7 days."]
        assert concerns(owner) == texts[:expected]

    @pytest.mark.parametrize(("size", "expected"), [(899.0, 0), (901.0, 1), (None, 0)])
    def test_mailboxes_that_are_nearly_full(
        self, organization: Organization, owner: Client, size: float | None, expected: int
    ) -> None:
        person(organization, "ada", mailbox_size=size, mailbox_quota=1000)
        assert concerns(owner) == ["1 mailbox is more than 90 % full."][:expected]

    def test_lead_to_where_they_are_seen(self, organization: Organization, owner: Client) -> None:
        ada = person(organization, "ada", mailbox_size=99, mailbox_quota=100)
        disabled(organization, "bo", 25)
        world.exported(organization, ada, state=State.FAILED, check_result="differs")
        intend()
        found = overview(owner).context["concerns"]
        assert len(found) == 5
        for each in found:
            page: Any = owner.get(each.href)
            assert page.status_code == 200
            assert len(page.context["page"])

    def test_full_mailboxes_lead_to_exactly_those(self, organization: Organization, owner: Client) -> None:
        full = person(organization, "ada", mailbox_size=901, mailbox_quota=1000)
        person(organization, "bo", mailbox_size=900, mailbox_quota=1000)
        disabled(organization, "cy", 1, mailbox_size=999, mailbox_quota=1000)
        person(organization, "room", kind="resource", role="ROOM", mailbox_size=999, mailbox_quota=1000)
        (concern,) = overview(owner).context["concerns"]
        page: Any = owner.get(concern.href)
        (row,) = page.context["page"].rows
        assert full.entity_id in row.cells

    def test_the_most_urgent_comes_first(self, organization: Organization, owner: Client) -> None:
        person(organization, "ada", mailbox_size=99, mailbox_quota=100)
        world.exported(organization, person(organization, "bo"), state=State.FAILED)
        assert [each.tone for each in overview(owner).context["concerns"]] == ["danger", "warning"]

    def test_none_is_about_somebody_out_of_scope(self, organization: Organization, nell: Client) -> None:
        zoe = person(organization, "zoe", FAR, mailbox_size=99, mailbox_quota=100)
        disabled(organization, "zed", 25, email=f"zed@{FAR}")
        world.exported(organization, zoe, state=State.FAILED, check_result="differs")
        intend(target=zoe.entity_id)
        assert concerns(nell) == []

    def test_none_is_about_what_the_role_may_not_see(self, organization: Organization, helga: Client) -> None:
        world.exported(organization, person(organization, "ada"), state=State.FAILED)
        intend()
        assert concerns(helga) == []


class TestHelpdesk:
    """What somebody of the helpdesk sees first leads only to where she may go."""

    def test_every_link_on_it_opens(self, organization: Organization, helga: Client) -> None:
        person(organization, "ada", mailbox_size=99, mailbox_quota=100)
        disabled(organization, "bo", 25)
        page = world.body(overview(helga))
        links = {part.partition('"')[0] for part in page.split('href="/o/')[1:]}
        links = {link for link in links if not any(area in link for area in ASKED_OF_AWS)}
        assert len(links) > 3
        for link in links:
            assert helga.get(f"/o/{link.replace('&amp;', '&')}").status_code == 200, link

    def test_exports_are_not_mentioned(self, organization: Organization, helga: Client) -> None:
        assert "Mailboxes exported" not in world.body(overview(helga))
        assert overview(helga).context["exports"] is None

    def test_she_is_offered_only_what_she_may_do(self, helga: Client, owner: Client) -> None:
        assert "New person" not in world.body(overview(helga))
        assert "Read again now" not in world.body(overview(helga))
        assert "New person" in world.body(overview(owner))

    def test_what_she_changed_last_is_at_hand(self, organization: Organization, helga: Client) -> None:
        helga_herself = Operator.objects.get(email="helga@desk.example")
        ada = person(organization, "ada")
        mine = Actor(helga_herself.pk, helga_herself.email)
        entry = intend("ResetPassword", mine, target=ada.entity_id, target_name=ada.email)
        journal.record_outcome(entry, Entry.Outcome.REFUSED)
        intend("UpdateUser", target=person(organization, "bo").entity_id, target_name="bo@example.com")
        body = world.body(overview(helga))
        assert [each.seq for each in overview(helga).context["own"]] == [entry.seq]
        assert "ResetPassword, refused" in body
        assert "bo@example.com" not in body

    def test_but_not_whom_she_no_longer_may_see(self, organization: Organization, nell: Client) -> None:
        nell_herself = Operator.objects.get(email="nell@desk.example")
        zoe = person(organization, "zoe", FAR)
        intend(actor=Actor(nell_herself.pk, nell_herself.email), target=zoe.entity_id, target_name=zoe.email)
        assert "zoe" not in world.body(overview(nell))


class TestFreshness:
    def stage(self, organization: Organization, **fields: Any) -> Sync:
        now = timezone.now()
        given = {"stage": "users", "started_at": now, "due_at": now, "done": 1200, "total": 5000} | fields
        return Sync.objects.create(organization=organization, **given)

    def box(self, client: Client) -> str:
        return world.body(client.get("/o/example/freshness/", headers={"HX-Request": "true"}))

    def test_says_as_of_when_it_is(self, owner: Client) -> None:
        assert "Lists as of" in self.box(owner)

    def test_says_that_nothing_was_read_yet(self, organization: Organization, owner: Client) -> None:
        Organization.objects.update(listed_at=None, detailed_at=None)
        assert "Not read yet" in self.box(owner)

    def test_shows_progress_and_asks_again_until_it_is_done(
        self, organization: Organization, owner: Client
    ) -> None:
        stage = self.stage(organization)
        box = self.box(owner)
        assert "1,200 of 5,000" in box
        assert 'hx-trigger="every 2s"' in box
        stage.finished_at = timezone.now() + timedelta(seconds=1)
        stage.save()
        assert "every 2s" not in self.box(owner)

    def test_asking_again_by_itself_keeps_no_session_alive(
        self, organization: Organization, owner: Client
    ) -> None:
        self.stage(organization)
        assert "X-Background" in self.box(owner)

    def test_shows_what_went_wrong(self, organization: Organization, owner: Client) -> None:
        self.stage(organization, error="Amazon WorkMail did not answer (ReadTimeoutError).")
        assert "did not answer (ReadTimeoutError)" in self.box(owner)

    def test_tells_a_narrowed_operator_no_number_and_no_name(
        self, organization: Organization, nell: Client
    ) -> None:
        self.stage(organization, error="zoe@far.example is not found")
        box = self.box(nell)
        assert "The last reading failed and is tried again." in box
        for secret in ("1,200", "5,000", "1200", "5000", "zoe"):
            assert secret not in box

    def test_reading_again_is_asked_for_with_a_button(
        self, organization: Organization, owner: Client
    ) -> None:
        answer = owner.post("/o/example/sync/")
        assert (answer.status_code, answer["Location"]) == (303, "/o/example/")
        due = Sync.objects.filter(organization=organization, due_at__lte=timezone.now())
        assert due.filter(stage="users").exists()

    def test_a_listing_that_would_remove_much_is_confirmed_with_a_button(
        self, organization: Organization, owner: Client, nell: Client
    ) -> None:
        held = HeldListing.objects.create(
            organization=organization, listing="users", missing=1200, known=5000, at=timezone.now()
        )
        question = "Users: the last listing would remove 1,200 of 5,000. Nothing was removed."
        assert question in self.box(owner)
        assert "1,200" not in self.box(nell)
        address = reverse("organizations:confirm-removal", args=["example"])
        assert owner.post(address, {"held": held.pk, "missing": "1199"}).status_code == 303
        assert HeldListing.objects.get().confirmed == 0
        assert owner.post(address, {"held": held.pk, "missing": "1200"}).status_code == 303
        assert HeldListing.objects.get().confirmed == 1200
        assert "Removal confirmed" in self.box(owner)


class TestCost:
    def test_the_page_takes_as_many_queries_for_many_as_for_one(
        self, organization: Organization, owner: Client, django_assert_max_num_queries: Any
    ) -> None:
        def more(names: str) -> None:
            for name in names:
                ada = person(organization, name, mailbox_size=99, mailbox_quota=100)
                world.exported(organization, ada, state=State.RUNNING)
                intend(target=ada.entity_id)

        more("a")
        overview(owner)
        with django_assert_max_num_queries(21) as few:
            overview(owner)
        more("bcdefgh")
        with django_assert_max_num_queries(21) as many:
            overview(owner)
        assert len(many) == len(few)

    def test_open_changes_are_looked_for_among_the_recent_ones(self, owner: Client) -> None:
        intend()
        organization, actor = Organization.objects.get(organization_id=ID), Actor.system("mirror")
        assert (
            len(list(overview_data.list_concerns(actor, organization, get_completeness(organization)))) == 1
        )
        assert timedelta(days=7) < overview_data.UNSETTLED_PERIOD < timedelta(days=90)


def test_entities_of_another_organization_count_nowhere(organization: Organization, owner: Client) -> None:
    other = Organization.objects.create(organization_id="m-2", slug="other", region="us-east-1")
    person(other, "ada", mailbox_size=99, mailbox_quota=100)
    assert Entity.objects.count() == 1
    assert counted(owner)["people"] == 0
    assert concerns(owner) == []
