"""Pages of exports: what each role may see and do, and what a page says when something is wrong."""

import io
import zipfile
from email import message_from_bytes
from typing import Any

import pytest
from botocore.awsrequest import AWSRequest
from django.test import Client
from django.urls import reverse

from console.actor import Actor
from console.areas.exports import job_queue
from console.areas.exports.models import Destination, ExportJob
from console.gateway import gateway
from console.ledger.models import Entry
from console.mirror.models import Entity, Organization
from console.operators.models import Operator
from console.sandbox import botocore_hook, fixtures
from console.sandbox.fixtures import TestSandbox
from tests.areas.exports.conftest import Time, operator

pytestmark = pytest.mark.django_db
State = ExportJob.State


@pytest.fixture
def ned(organization: Organization) -> Operator:
    """An exporter of one mail domain, which is neither Ada's nor Bo's."""
    return operator(organization, "Exporter", "ned", ["elsewhere.example"])


@pytest.fixture
def audrey(organization: Organization) -> Operator:
    return operator(organization, "Auditor", "audrey")


@pytest.fixture
def job(exporter: Actor, destination: Destination, ada: Entity, time: Time) -> ExportJob:
    return job_queue.request_exports(exporter, destination, [ada], reason="leaves", ticket="T-9")[0]


@pytest.fixture
def done(job: ExportJob, time: Time) -> ExportJob:
    job_queue.sweep_exports()
    time.pass_(hours=1)
    job_queue.sweep_exports()
    job.refresh_from_db()
    return job


@pytest.fixture
def signed_in(client: Client, erin: Operator) -> Client:
    client.force_login(erin)
    return client


def to(name: str, *args: Any) -> str:
    return reverse(f"exports:{name}", args=["example", *args])


class TestDashboard:
    def test_shows_what_runs_with_its_progress_and_what_waits(
        self, signed_in: Client, job: ExportJob, time: Time
    ) -> None:
        job_queue.sweep_exports()
        time.pass_(seconds=3)
        job_queue.sweep_exports()
        page = signed_in.get(to("list")).content.decode()
        job.refresh_from_db()
        assert f'value="{job.progress}"' in page
        assert "1 of 10 places taken" in page

    def test_asks_again_while_something_is_under_way_and_stops_when_nothing_is(
        self, signed_in: Client, job: ExportJob, exporter: Actor
    ) -> None:
        assert 'hx-trigger="every 2s"' in signed_in.get(to("under-way")).content.decode()
        job_queue.cancel_job(exporter, job)
        assert "every 2s" not in signed_in.get(to("under-way")).content.decode()

    def test_says_what_to_do_when_there_is_no_export_yet(self, signed_in: Client) -> None:
        assert "No export yet." in signed_in.get(to("list")).content.decode()

    def test_makes_no_more_queries_for_more_exports(
        self,
        signed_in: Client,
        destination: Destination,
        exporter: Actor,
        ada: Entity,
        bo: Entity,
        django_assert_max_num_queries: Any,
    ) -> None:
        job_queue.request_exports(exporter, destination, [ada, bo], reason="both")
        with django_assert_max_num_queries(11):
            signed_in.get(to("list"))

    def test_does_not_show_exports_of_mailboxes_out_of_scope(
        self, client: Client, ned: Operator, job: ExportJob
    ) -> None:
        client.force_login(ned)
        for name in ("list", "under-way", "csv"):
            answer: Any = client.get(to(name))
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert b"ada" not in content
            assert b"1 waiting" not in content
        assert client.get(to("detail", job.pk)).status_code == 404

    def test_is_a_csv_file_too(self, signed_in: Client, job: ExportJob) -> None:
        answer: Any = signed_in.get(to("csv"))
        assert b"ada@example.com" in b"".join(answer.streaming_content)


class TestRequest:
    @pytest.mark.parametrize("written", ["ada@example.com", "countess@example.com", "ada", fixtures.ADA])
    def test_takes_an_address_an_alias_a_username_or_an_id(
        self,
        signed_in: Client,
        destination: Destination,
        organization: Organization,
        written: str,
        time: Time,
    ) -> None:
        gateway.call(Actor.system("mirror"), "ListAliases", organization, EntityId=fixtures.ADA)
        answer = signed_in.post(
            to("create"), {"mailboxes": written, "destination": destination.pk, "reason": "leaves"}
        )
        assert answer.status_code == 303
        job = ExportJob.objects.get()
        assert (job.entity_id, job.reason, job.requested_by) == (
            fixtures.ADA,
            "leaves",
            "erin@helpdesk.example",
        )

    def test_a_link_by_id_is_shown_as_the_address(
        self, signed_in: Client, destination: Destination, organization: Organization
    ) -> None:
        Entity.objects.filter(organization=organization, entity_id=fixtures.BO).update(email="")
        answer = signed_in.get(to("create"), {"entity": [fixtures.ADA, fixtures.BO, "nobody"]})
        assert answer.context["form"]["mailboxes"].value() == "ada@example.com\nbo\nnobody"

    def test_takes_many_at_once(self, signed_in: Client, destination: Destination) -> None:
        asked = {"mailboxes": "ada@example.com, bo@example.com\nADA@example.com", "reason": "all"}
        signed_in.post(to("create"), {**asked, "destination": destination.pk})
        assert ExportJob.objects.count() == 2

    def test_keeps_what_was_typed_and_names_whom_nobody_knows(
        self, signed_in: Client, destination: Destination
    ) -> None:
        asked = {"mailboxes": "ada@example.com nobody@example.com", "reason": "kept", "ticket": "T-1"}
        answer = signed_in.post(to("create"), {**asked, "destination": destination.pk})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "No mailbox has the address or username nobody@example.com" in page
        assert "ada@example.com nobody@example.com" in page
        assert 'value="kept"' in page
        assert not ExportJob.objects.exists()

    def test_refuses_a_person_without_a_mailbox(self, signed_in: Client, destination: Destination) -> None:
        answer = signed_in.post(
            to("create"), {"mailboxes": "cy", "destination": destination.pk, "reason": "x"}
        )
        assert "Never enabled, so there is no mailbox: cy" in answer.content.decode()

    def test_asks_for_a_reason(self, signed_in: Client, destination: Destination) -> None:
        answer = signed_in.post(to("create"), {"mailboxes": "ada", "destination": destination.pk})
        assert answer.status_code == 422

    def test_says_that_a_destination_is_missing(self, signed_in: Client) -> None:
        assert "There is no destination yet" in signed_in.get(to("create")).content.decode()

    def test_does_not_know_mailboxes_out_of_scope(
        self, client: Client, ned: Operator, destination: Destination
    ) -> None:
        client.force_login(ned)
        answer = client.post(to("create"), {"mailboxes": "ada", "destination": destination.pk, "reason": "x"})
        assert "No mailbox has the address or username ada" in answer.content.decode()
        suggested = client.get(to("mailboxes") + "?name=ada", headers={"HX-Request": "true"})
        assert b"ada" not in suggested.content

    def test_suggests_mailboxes_while_a_name_is_typed(self, signed_in: Client) -> None:
        answer = signed_in.get(to("mailboxes") + "?find=celik", headers={"HX-Request": "true"})
        assert 'data-append="ada@example.com"' in answer.content.decode()

    def test_is_not_for_an_auditor(
        self, client: Client, audrey: Operator, destination: Destination, ada: Entity
    ) -> None:
        client.force_login(audrey)
        asked = {"mailboxes": "ada", "destination": destination.pk, "reason": "x"}
        assert client.post(to("create"), asked).status_code == 403
        assert not ExportJob.objects.exists()
        assert Entry.objects.filter(kind="denied", operation="StartMailboxExportJob").exists()


class TestDetail:
    def test_shows_state_reason_and_what_the_zip_will_not_contain(
        self, signed_in: Client, job: ExportJob
    ) -> None:
        page = signed_in.get(to("detail", job.pk)).content.decode()
        for text in ("Queued", "leaves", "T-9", "Contacts, tasks and notes are not exported"):
            assert text in page

    def test_offers_only_what_the_operator_may(
        self, client: Client, audrey: Operator, done: ExportJob
    ) -> None:
        client.force_login(audrey)
        page = client.get(to("detail", done.pk)).content.decode()
        assert "Download the zip" not in page
        assert "Export again" not in page


class TestCancelAndRetry:
    def test_cancels_after_asking(self, signed_in: Client, job: ExportJob) -> None:
        assert "Cancel the export of ada@example.com?" in signed_in.get(to("cancel", job.pk)).content.decode()
        answer = signed_in.post(to("cancel", job.pk), {"reason": "a mistake"})
        assert answer.status_code == 303
        job.refresh_from_db()
        assert job.state == State.CANCELLED

    def test_tells_what_has_not_begun_from_what_has(self, signed_in: Client, job: ExportJob) -> None:
        assert "It has not begun" in signed_in.get(to("cancel", job.pk)).content.decode()
        ExportJob.objects.filter(pk=job.pk).update(state=State.RUNNING)
        assert "not a usable zip" in signed_in.get(to("cancel", job.pk)).content.decode()

    def test_exports_again_under_a_new_row(self, signed_in: Client, done: ExportJob) -> None:
        signed_in.post(to("retry", done.pk))
        assert ExportJob.objects.count() == 2

    def test_does_not_start_a_second_one_while_the_first_runs(
        self, signed_in: Client, job: ExportJob
    ) -> None:
        signed_in.post(to("retry", job.pk))
        assert ExportJob.objects.count() == 1

    @pytest.mark.parametrize("name", ["retry", "download"])
    def test_does_nothing_on_get(self, signed_in: Client, done: ExportJob, name: str) -> None:
        assert signed_in.get(to(name, done.pk)).status_code == 405


class TestDownload:
    def test_gives_a_link_to_real_mail_and_enters_who_asked(
        self, signed_in: Client, done: ExportJob, sandbox: TestSandbox
    ) -> None:
        answer = signed_in.post(to("download", done.pk))
        link = answer.context["link"]
        with zipfile.ZipFile(io.BytesIO(fetched(sandbox, link))) as archive:
            mails = [name for name in archive.namelist() if name.endswith(".eml")]
            assert message_from_bytes(archive.read(mails[0])).keys()
        entry = Entry.objects.get(kind="downloaded")
        assert (entry.operator, entry.target) == ("erin@helpdesk.example", fixtures.ADA)
        assert link not in entry.text

    def test_is_not_for_somebody_without_the_right(
        self, client: Client, audrey: Operator, done: ExportJob
    ) -> None:
        client.force_login(audrey)
        assert client.post(to("download", done.pk)).status_code == 403

    def test_says_that_the_zip_is_gone(
        self, signed_in: Client, done: ExportJob, sandbox: TestSandbox
    ) -> None:
        sandbox.s3.delete_object(Bucket=done.bucket, Key=done.path)
        answer = signed_in.post(to("download", done.pk))
        assert answer.status_code >= 400
        assert not Entry.objects.filter(kind="downloaded").exists()


class TestDestinations:
    def valid(self) -> dict[str, str]:
        return {
            "name": "Legal hold",
            "role_arn": fixtures.ROLE,
            "kms_key_arn": fixtures.KEY,
            "bucket": "legal-hold",
            "prefix": "2027",
        }

    def test_are_added_by_an_exporter_and_entered_in_the_ledger(self, signed_in: Client) -> None:
        assert signed_in.post(to("destination-create"), self.valid()).status_code == 303
        entry = Entry.objects.get(kind="changed")
        assert entry.body["after"]["bucket"] == "legal-hold"

    def test_are_checked_as_aws_checks_them(self, signed_in: Client) -> None:
        answer = signed_in.post(to("destination-create"), {**self.valid(), "role_arn": "not an ARN"})
        assert answer.status_code == 422
        assert "Legal hold" in answer.content.decode()

    def test_need_a_name_of_their_own(self, signed_in: Client, destination: Destination) -> None:
        answer = signed_in.post(to("destination-create"), {**self.valid(), "name": destination.name})
        assert "This name is in use." in answer.content.decode()

    def test_are_removed_after_asking(self, signed_in: Client, destination: Destination) -> None:
        signed_in.post(to("destination-delete", destination.pk), {})
        assert not Destination.objects.exists()

    def test_are_not_an_auditors_to_change(
        self, client: Client, audrey: Operator, destination: Destination
    ) -> None:
        client.force_login(audrey)
        assert client.get(to("destinations")).status_code == 200
        assert client.get(to("destination-edit", destination.pk)).status_code == 403


class TestAnotherOrganization:
    @pytest.fixture
    def foreign(self, db: None) -> Organization:
        return Organization.objects.create(
            organization_id="m-" + "f" * 32, slug="foreign", region="us-east-1"
        )

    @pytest.mark.parametrize("name", ["list", "create", "csv", "under-way", "destinations"])
    def test_does_not_exist_and_aws_is_not_asked(
        self, signed_in: Client, foreign: Organization, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls: list[object] = []
        monkeypatch.setattr("console.aws.transport.send_call", lambda *given: calls.append(given))
        assert signed_in.get(reverse(f"exports:{name}", args=["foreign"])).status_code == 404
        assert calls == []


def fetched(sandbox: TestSandbox, link: str) -> bytes:
    """What a browser gets for a signed link."""
    prepared = AWSRequest(method="GET", url=link).prepare()
    answer = botocore_hook.send_request(sandbox.sandbox, prepared)
    assert answer.status_code == 200
    return bytes(answer.content)
