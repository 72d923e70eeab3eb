"""Whose mailbox can be exported: pages, requests and failures say the same, in words."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.actor import Actor
from console.areas.exports import job_queue
from console.areas.exports.models import Destination, ExportJob
from console.gateway import gateway
from console.mirror.models import Entity, Organization
from console.operators.models import Operator
from console.sandbox.fixtures import ADA, TestSandbox, resource_id
from tests.areas import world
from tests.areas.exports.conftest import Time, operator

pytestmark = pytest.mark.django_db
REM, FAY, HALL, SHED = "user-000000000rem", "user-000000000fay", resource_id("hall"), resource_id("shed")
REMOTE = "A remote user has no mailbox in WorkMail."
MIRROR = Actor.system("mirror")


@pytest.fixture
def sandbox(sandbox: TestSandbox) -> TestSandbox:
    """Besides Ada and Bo a remote user, two rooms, and Fay; Fay and the shed are disabled."""
    sandbox.user("rem", role="REMOTE_USER", state="ENABLED", email="rem@example.com")
    sandbox.enabled_user("fay", display_name="Fay Gone")
    sandbox.resource("hall")
    sandbox.resource("shed")
    for entity_id in (FAY, SHED):
        sandbox.call("DeregisterFromWorkMail", EntityId=entity_id)
    return sandbox


@pytest.fixture
def read(organization: Organization) -> Organization:
    """Everything that the pages of these users and resources show."""
    gateway.call(MIRROR, "ListResources", organization)
    for entity in Entity.objects.filter(kind="user"):
        gateway.call(MIRROR, "DescribeUser", organization, UserId=entity.entity_id)
        gateway.call(MIRROR, "GetMailboxDetails", organization, UserId=entity.entity_id)
    organization.listed_at = timezone.now()
    organization.save(update_fields=["listed_at"])
    return organization


@pytest.fixture
def desk(read: Organization, destination: Destination) -> Client:
    return world.browser(operator(read, "Owner", "olga"))


def get(client: Client, name: str, *args: str) -> str:
    return world.body(client.get(reverse(name, args=["example", *args])))


def button(entity_id: str) -> str:
    return f"{reverse('exports:create', args=['example'])}?entity={entity_id}"


class TestThePageOfAnEntity:
    def test_offers_an_export_of_a_mailbox_in_use(self, desk: Client) -> None:
        assert button(ADA) in get(desk, "users:detail", ADA)
        assert button(HALL) in get(desk, "resources:detail", HALL)

    def test_of_a_remote_user_has_no_export_quota_or_size(self, desk: Client) -> None:
        page = get(desk, "users:detail", REM)
        assert REMOTE in page
        for offered in (button(REM), reverse("users:quota", args=["example", REM]), "of 50 GB"):
            assert offered not in page

    @pytest.mark.parametrize(
        ("name", "entity_id", "noun"), [("users", FAY, "user"), ("resources", SHED, "resource")]
    )
    def test_of_a_disabled_one_says_until_when_and_what_to_do(
        self, desk: Client, name: str, entity_id: str, noun: str
    ) -> None:
        disabled = Entity.objects.get(entity_id=entity_id).disabled_date
        assert disabled is not None
        page = get(desk, f"{name}:detail", entity_id)
        day = f"{disabled + timedelta(days=30):%-d %B %Y}"
        assert f"WorkMail keeps the mailbox until {day}. Enable the {noun} to export it." in page
        assert "no mailbox" not in page.lower()
        assert button(entity_id) not in page

    def test_sets_no_quota_where_there_is_no_mailbox(self, desk: Client, sandbox: TestSandbox) -> None:
        answer = desk.post(reverse("users:quota", args=["example", REM]), {"MailboxQuota": 100})
        assert answer.status_code == 409
        assert not sandbox.calls("UpdateMailboxQuota")

    def test_the_list_shows_no_size_of_a_remote_user(self, desk: Client) -> None:
        rows = get(desk, "users:list").split("<tr")
        shown = {name: next(row for row in rows if f">{name}<" in row) for name in ("Ada Çelik", "Rem")}
        assert "50 GB" in shown["Ada Çelik"]
        assert "50 GB" not in shown["Rem"]


class TestARequest:
    @pytest.mark.parametrize(
        ("typed", "reason"),
        [
            ("rem@example.com", "Remote users, who have no mailbox in WorkMail: rem@example.com."),
            ("fay", "Disabled. Enable them to export the mailbox: fay."),
            ("cy", "Never enabled, so there is no mailbox: cy."),
        ],
    )
    def test_is_refused_with_the_reason(
        self, desk: Client, destination: Destination, typed: str, reason: str
    ) -> None:
        asked = {"mailboxes": f"ada\n{typed}", "destination": destination.pk, "reason": "leaves"}
        answer = desk.post(reverse("exports:create", args=["example"]), asked)
        assert f"{reason} Nothing was queued." in world.body(answer)
        assert not ExportJob.objects.exists()

    def test_by_code_is_refused_alike(
        self, read: Organization, exporter: Actor, destination: Destination
    ) -> None:
        for function in (job_queue.request_exports, job_queue.queue_exports):
            with pytest.raises(job_queue.NotExportable, match=REMOTE):
                function(exporter, destination, [Entity.objects.get(entity_id=REM)], reason="leaves")
        assert not ExportJob.objects.exists()

    def test_of_a_room_is_exported(
        self, read: Organization, exporter: Actor, destination: Destination, time: Time
    ) -> None:
        (job,) = job_queue.request_exports(
            exporter, destination, [Entity.objects.get(entity_id=HALL)], reason="ends"
        )
        job_queue.sweep_exports()
        time.pass_(minutes=5)
        job_queue.sweep_exports()
        job.refresh_from_db()
        assert job.state == ExportJob.State.COMPLETED

    def test_suggests_only_what_can_be_exported(self, desk: Client) -> None:
        page = desk.get(
            reverse("exports:mailboxes", args=["example"]), {"find": "e"}, headers={"HX-Request": "1"}
        )
        assert b"rem@example.com" not in page.content
        assert b"Fay" not in page.content


class TestAFailure:
    @pytest.fixture
    def failed(
        self, read: Organization, exporter: Actor, destination: Destination, sandbox: TestSandbox, ada: Entity
    ) -> ExportJob:
        """An export of Ada's mailbox, who became a remote user before it started."""
        (job,) = job_queue.request_exports(exporter, destination, [ada], reason="leaves")
        sandbox.call("UpdateUser", UserId=ADA, Role="REMOTE_USER")
        sandbox.call("DeregisterFromWorkMail", EntityId=ADA)
        gateway.call(MIRROR, "DescribeUser", read, UserId=ADA)
        job_queue.sweep_exports()
        job.refresh_from_db()
        assert job.state == ExportJob.State.FAILED
        return job

    def test_is_said_in_words(self, failed: ExportJob) -> None:
        assert failed.note == REMOTE

    def test_is_not_repeated_in_vain(self, failed: ExportJob, desk: Client) -> None:
        page = get(desk, "exports:detail", str(failed.pk))
        assert REMOTE in page
        assert "Export again" not in page
        answer: Any = desk.post(reverse("exports:retry", args=["example", failed.pk]))
        assert [str(each) for each in get_messages(answer.wsgi_request)] == [
            f"ada: {REMOTE} Nothing was queued."
        ]
        assert ExportJob.objects.count() == 1


def test_of_a_room_leads_to_the_room(
    desk: Client, read: Organization, erin: Operator, exporter: Actor, destination: Destination
) -> None:
    hall = Entity.objects.get(entity_id=HALL)
    (job,) = job_queue.request_exports(exporter, destination, [hall], reason="ends")
    assert f'href="{reverse("resources:detail", args=["example", HALL])}"' in get(
        desk, "exports:detail", str(job.pk)
    )
