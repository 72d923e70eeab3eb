"""Approved changes that their requester runs: a secret is entered then, an answer is shown then, once."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from console.areas.changes.forms import list_approvable_operations
from console.aws.catalogue import CATALOGUE
from console.changes import engine
from console.changes.models import Change, Conditions
from console.changes.steps import PlannedStep
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.sandbox import transit_messages
from console.sandbox.fixtures import ADA, TestSandbox
from tests.areas import world
from tests.areas.changes.conftest import Seat, seat
from tests.traces import Traces

State = Change.State
REVEALS = ("AssumeImpersonationRole", "GetRawMessageContent")
SECRET = "Kanarienvogel-77-fliegt"
MAIL = b"From: ada@example.com\r\nTo: bo@example.com\r\nSubject: Kanarienvogel\r\n\r\nHello, Bo.\r\n"
ROLE = {"Name": "auditor", "Type": "READ_ONLY", "Rules": [{"ImpersonationRuleId": "r1", "Effect": "ALLOW"}]}


@pytest.fixture(autouse=True)
def policies(organization: Organization) -> None:
    writes = [name for name, _ in list_approvable_operations()]
    Conditions.objects.create(organization=organization, approve_operations=writes)


@pytest.fixture
def paula(organization: Organization) -> Seat:
    return seat(organization, "Owner", "paula")


def request(seat: Seat, path: str, **data: Any) -> Change:
    page = seat.client.post(f"/o/{seat.organization.slug}/{path}", data, follow=True)
    assert "Another operator has to approve this" in world.body(page)
    change = Change.objects.latest("pk")
    assert change.state == State.AWAITING
    return change


def approve(seat: Seat, change: Change) -> Change:
    seat.approve(change)
    change.refresh_from_db()
    assert change.state == State.APPROVED
    return change


def test_every_write_and_reveal_can_be_put_under_approval() -> None:
    writes = {name for name, rule in CATALOGUE.items() if not rule.is_read}
    assert {name for name, _ in list_approvable_operations()} == writes
    assert writes >= {"ResetPassword", "CreateUser", *REVEALS}


class TestAToken:
    @pytest.fixture
    def change(self, olga: Seat, town: TestSandbox) -> Change:
        role = town.call("CreateImpersonationRole", **ROLE)["ImpersonationRoleId"]
        return request(olga, f"impersonation/{role}/assume/", reason="audit")

    def test_is_shown_once_to_who_requested_it(
        self, change: Change, olga: Seat, paula: Seat, town: TestSandbox, traces: Traces
    ) -> None:
        assert not town.calls("AssumeImpersonationRole")
        approve(paula, change)
        assert "run-and-show" in olga.text("detail", change.pk)
        assert "run-and-show" not in paula.text("detail", change.pk)
        paula.post("run-attended", change.pk)
        assert not town.calls("AssumeImpersonationRole")
        assert olga.get("run-attended", change.pk).status_code == 200
        assert not town.calls("AssumeImpersonationRole")
        page = olga.post("run-attended", change.pk)
        (_, token), *_ = page.context["values"]
        assert token in world.body(page)
        assert "no-store" in page.headers["Cache-Control"]
        assert token not in traces.text()
        assert token not in world.body(olga.client.post(olga.url("run-attended", change.pk), follow=True))
        assert len(town.calls("AssumeImpersonationRole")) == 1
        intent = Entry.objects.get(kind=Entry.Kind.INTENT, operation="AssumeImpersonationRole")
        assert intent.operator == "olga@desk.example"
        assert intent.body["requested_by"] == "olga@desk.example"
        assert intent.body["approved_by"] == "paula@desk.example"

    def test_expires_after_a_day(
        self,
        change: Change,
        olga: Seat,
        paula: Seat,
        town: TestSandbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        approve(paula, change)
        later = timezone.now() + timedelta(hours=25)
        monkeypatch.setattr("console.clock.now", lambda: later)
        olga.client.force_login(olga.operator)  # the session has ended by then
        assert olga.post("run-attended", change.pk).status_code == 409
        engine.sweep()
        change.refresh_from_db()
        assert change.state == State.CANCELLED
        assert not town.calls("AssumeImpersonationRole")

    def test_is_not_shown_if_the_approver_has_lost_the_right(
        self, change: Change, olga: Seat, paula: Seat, town: TestSandbox
    ) -> None:
        approve(paula, change)
        paula.operator.grants.all().delete()
        olga.post("run-attended", change.pk)
        change.refresh_from_db()
        assert change.state == State.AWAITING
        assert not town.calls("AssumeImpersonationRole")

    def test_is_not_made_by_a_worker(
        self, change: Change, olga: Seat, paula: Seat, town: TestSandbox
    ) -> None:
        approve(paula, change)
        Change.objects.filter(pk=change.pk).update(state=State.RUNNING)
        engine.sweep()
        assert not town.calls("AssumeImpersonationRole")


def test_a_message_is_shown_once(olga: Seat, paula: Seat, town: TestSandbox, traces: Traces) -> None:
    message = transit_messages.put_in_transit(town.store, town.organization, MAIL).message_id
    change = request(olga, "messages/", messageId=message, reason="legal")
    approve(paula, change)
    assert "Hello, Bo." in world.body(olga.post("run-attended", change.pk))
    assert "Hello, Bo." not in traces.text()
    assert len(town.calls("GetRawMessageContent")) == 1


def test_a_message_is_downloaded_once(olga: Seat, paula: Seat, town: TestSandbox, traces: Traces) -> None:
    message = transit_messages.put_in_transit(town.store, town.organization, MAIL).message_id
    change = request(olga, "messages/download/", messageId=message, reason="legal")
    approve(paula, change)
    assert "Run and download message" in olga.text("run-attended", change.pk)
    answer = olga.post("run-attended", change.pk, download="yes")
    assert answer.content == MAIL
    assert f"{message}.eml" in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Hello, Bo." not in traces.text()
    assert Entry.objects.filter(kind=Entry.Kind.DOWNLOADED, target=message).count() == 1
    again = olga.client.post(olga.url("run-attended", change.pk), {"download": "yes"})
    assert again.status_code == 409
    assert len(town.calls("GetRawMessageContent")) == 1


class TestAPassword:
    @pytest.mark.parametrize("typed", ["", SECRET])
    def test_is_entered_or_generated_when_it_runs(
        self, typed: str, adam: Seat, olga: Seat, town: TestSandbox, traces: Traces
    ) -> None:
        change = request(adam, f"users/{ADA}/password/", how="typed", Password=f"First-{SECRET}")
        assert SECRET not in traces.text()
        approve(olga, change)
        assert not town.calls("ResetPassword")
        form = adam.get("run-attended", change.pk).context["form"]
        (name,) = form.fields
        short = adam.post("run-attended", change.pk, **{name: "short"})
        assert short.status_code == 422
        page = adam.post("run-attended", change.pk, **{name: typed})
        if not typed:
            (_, typed), *_ = page.context["values"]
        change.refresh_from_db()
        assert change.state == State.DONE
        assert len(town.calls("ResetPassword")) == 1
        assert typed not in traces.text()

    def test_of_a_new_user_is_shown_after_approval(
        self, adam: Seat, olga: Seat, town: TestSandbox, traces: Traces
    ) -> None:
        change = request(adam, "users/new/", Name="dora", DisplayName="Dora", Role="USER", how="generated")
        approve(olga, change)
        page = adam.post("run-attended", change.pk)
        (_, password), *_ = page.context["values"]
        assert password in world.body(page)
        assert password not in traces.text()
        assert len(town.calls("CreateUser")) == 1


def test_a_nested_secret_is_entered_again(
    adam: Seat, olga: Seat, monkeypatch: pytest.MonkeyPatch, traces: Traces
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(
        "console.sandbox.handlers.availability.is_accepted_password", lambda given: sent.append(given)
    )
    provider = {"EwsEndpoint": "https://ews.example.org/EWS", "EwsUsername": "reader", "EwsPassword": SECRET}
    step = PlannedStep(
        "CreateAvailabilityConfiguration",
        {"DomainName": "partner.example.org", "EwsProvider": provider},
    )
    change = adam.draft(step)
    adam.post("run", change.pk)
    change.refresh_from_db()
    assert SECRET not in traces.text()
    approve(olga, change)
    (name,) = adam.get("run-attended", change.pk).context["form"].fields
    assert adam.post("run-attended", change.pk).status_code == 422
    adam.post("run-attended", change.pk, **{name: "Another-secret-1"})
    assert sent == ["Another-secret-1"]
    assert "Another-secret-1" not in traces.text()
