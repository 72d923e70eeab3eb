"""Exports of many mailboxes: those left out are named with the reason, nothing is repeated unasked."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.areas.exports import selection
from console.areas.exports.models import Destination, ExportJob
from console.areas.exports.selection import MailboxChoice
from console.ledger.models import Entry
from console.mirror.models import Entity, Organization
from console.sandbox.fixtures import CY
from tests.areas import world
from tests.areas.exports.conftest import operator

pytestmark = pytest.mark.django_db
State = ExportJob.State
NEVER, REMOTE = "Never enabled, so there is no mailbox", "Remote users, who have no mailbox in WorkMail"
RESULT = 'aria-label="Result of the request"'
EXISTING = "Exported already"


def user(organization: Organization, name: str, **fields: Any) -> Entity:
    given = {"kind": "user", "role": "USER", "state": "ENABLED", "email": f"{name}@example.com"} | fields
    return Entity.objects.create(organization=organization, entity_id=f"id-of-{name}", name=name, **given)


def export(organization: Organization, entity: Entity, days: float, state: str = State.COMPLETED) -> None:
    ended = timezone.now() - timedelta(days=days)
    world.exported(organization, entity, state=state, finished_at=ended)


@pytest.fixture
def people(organization: Organization, destination: Destination) -> list[Entity]:
    """One of each sort: new, exported lately and long ago, running, remote, disabled, never enabled."""
    made = [user(organization, name) for name in ("new", "lately", "long", "running", "failed")]
    _, lately, long, running, failed = made
    export(organization, lately, 0.01)
    export(organization, long, 45)
    export(organization, failed, 1, State.FAILED)
    export(organization, running, 60)
    export(organization, running, 0, State.RUNNING)
    ago = timezone.now() - timedelta(days=3)
    gone = user(organization, "gone", state="DISABLED", disabled_date=ago, email="")
    remote = user(organization, "far", role="REMOTE_USER")
    return [*made, gone, remote, Entity.objects.get(entity_id=CY)]


@pytest.fixture
def olga(organization: Organization) -> Client:
    return world.browser(operator(organization, "Owner", "olga"))


def ask(client: Client, people: list[Entity], **values: Any) -> Any:
    data = {"asked": "yes", "ids": " ".join(each.entity_id for each in people), "reason": "all leave"}
    where = {"destination": str(Destination.objects.get().pk)}
    return client.post(reverse("users:bulk-export", args=["example"]), data | where | values)


class TestSelect:
    @pytest.mark.parametrize(
        ("which", "days", "names"),
        [
            (MailboxChoice.ALL, 0, {"new", "lately", "long", "failed"}),
            (MailboxChoice.MISSING, 0, {"new", "failed"}),
            (MailboxChoice.OLDER, 30, {"new", "long", "failed"}),
            (MailboxChoice.OLDER, 60, {"new", "failed"}),
        ],
    )
    def test_takes_what_was_asked_for(
        self, organization: Organization, people: list[Entity], which: str, days: int, names: set[str]
    ) -> None:
        found = selection.select_mailboxes(organization, people, which, days)
        assert {each.name for each in found.included} == names
        assert len(found.included) + len(found.left_out) == len(people)

    def test_says_of_each_other_why_not(self, organization: Organization, people: list[Entity]) -> None:
        found = selection.select_mailboxes(organization, people, MailboxChoice.MISSING)
        assert selection.group_by_reason(found.left_out) == {
            EXISTING: ["lately@example.com", "long@example.com"],
            selection.UNDER_WAY: ["running@example.com"],
            "Disabled. Enable them to export the mailbox": ["gone"],
            REMOTE: ["far@example.com"],
            NEVER: ["cy"],
        }

    def test_knows_no_exports_of_another_organization(
        self, organization: Organization, people: list[Entity]
    ) -> None:
        other = Organization.objects.create(organization_id="m-" + "2" * 32, slug="o", region="us-east-1")
        export(other, people[0], 1)
        assert people[0] in selection.select_mailboxes(organization, people, MailboxChoice.MISSING).included


class TestABulkExport:
    def test_names_those_left_out_before(self, olga: Client, people: list[Entity]) -> None:
        ids = {"ids": " ".join(each.entity_id for each in people)}
        page = world.body(olga.post(reverse("users:bulk-export", args=["example"]), ids))
        assert "4 of 8 selected users are left out:" in page
        for reason, name in ((REMOTE, "far@example.com"), (NEVER, "cy"), (selection.UNDER_WAY, "running@")):
            assert name in page.partition(reason)[2].partition("</details>")[0]
        assert "2 mailboxes have a completed export already" in page
        assert ExportJob.objects.filter(state=State.QUEUED).count() == 0

    @pytest.mark.parametrize(
        ("values", "names"),
        [
            ({}, {"new", "failed"}),
            ({"which": "missing"}, {"new", "failed"}),
            ({"which": "all"}, {"new", "failed", "lately", "long"}),
            ({"which": "older", "days": 30}, {"new", "failed", "long"}),
        ],
    )
    def test_queues_what_was_chosen_and_names_the_rest_after(
        self, olga: Client, people: list[Entity], values: dict[str, Any], names: set[str]
    ) -> None:
        answer = ask(olga, people, **values)
        assert answer.status_code == 303
        queued = ExportJob.objects.filter(state=State.QUEUED).values_list("entity_name", flat=True)
        assert {each.partition("@")[0] for each in queued} == names
        page = world.body(olga.get(answer["Location"]))
        result = page.partition(RESULT)[2].partition("</section>")[0]
        left_out = {each.email or each.name for each in people if each.name not in names}
        assert f"{len(names)} exports queued, {len(left_out)} left out" in result
        assert [each for each in left_out if each not in result] == []
        assert [each for each in names if f"{each}@example.com" in result] == []

    def test_leaves_nobody_unnamed(self, olga: Client, people: list[Entity]) -> None:
        ask(olga, people, which="missing")
        body = Entry.objects.filter(kind="requested").latest("seq").body
        assert len(body["mailboxes"]) + len(body["left_out"]) == len(people)

    def test_of_nothing_says_why(self, olga: Client, people: list[Entity]) -> None:
        lately = [each for each in people if each.name in ("lately", "far")]
        answer = ask(olga, lately)
        assert answer.status_code == 422
        page = world.body(answer)
        assert "Nothing was queued." in page
        assert "Exported already (1)" in page
        assert f"{REMOTE} (1)" in page

    def test_wants_the_number_of_days(self, olga: Client, people: list[Entity]) -> None:
        answer = ask(olga, people, which="older", days="")
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == ["days"]

    def test_result_is_for_those_concerned(
        self, olga: Client, organization: Organization, people: list[Entity]
    ) -> None:
        result = ask(olga, people)["Location"]
        narrowed = world.browser(operator(organization, "Exporter", "ned", ["example.com"]))
        assert RESULT not in world.body(narrowed.get(result))
        erin = world.browser(operator(organization, "Exporter", "erin"))
        assert RESULT in world.body(erin.get(result))
        for wrong in ("0", "x", "9" * 30, "-1"):
            assert RESULT not in world.body(olga.get(f"{result.partition('=')[0]}={wrong}"))


def test_a_pasted_list_names_those_left_out_too(
    olga: Client, organization: Organization, people: list[Entity], destination: Destination
) -> None:
    asked = {
        "mailboxes": "new@example.com lately@example.com running@example.com",
        "destination": destination.pk,
        "reason": "x",
    }
    answer: Any = olga.post(reverse("exports:create", args=["example"]), {**asked, "which": "missing"})
    page = world.body(olga.get(answer["Location"]))
    assert "1 export queued, 2 left out" in page
    assert "running@example.com" in page.partition(selection.UNDER_WAY)[2].partition("</details>")[0]
