"""The nightly run: in batches, once however many workers there are, and entered in the audit log."""

from dataclasses import replace
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from console.changes.models import Change
from console.data_retention import removal
from console.data_retention.kinds import KINDS
from console.data_retention.models import RetentionRun
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators.models import Session
from tests.areas import world
from tests.areas.desk import Desk
from tests.data_retention.test_kinds import change, days_ago, organization

__all__ = ["organization"]
pytestmark = pytest.mark.django_db


def sessions(count: int) -> None:
    Session.objects.bulk_create(
        Session(session_key=f"s{number}", session_data="", expire_date=days_ago(9)) for number in range(count)
    )


def entries() -> list[tuple[str, str, dict[str, int]]]:
    found = Entry.objects.filter(operation=removal.OPERATION).order_by("seq")
    return [(each.organization, each.body["what"], each.body["counts"]) for each in found]


class TestRun:
    def test_it_removes_what_is_due_and_says_how_much(self, organization: Organization) -> None:
        sessions(3)
        change(organization)
        young = change(organization, 10)
        removal.continue_run()
        assert list(Change.objects.all()) == [young]
        assert not Session.objects.exists()
        run = RetentionRun.objects.get()
        assert run.finished_at
        assert run.lease_until is None
        assert run.removed == {"": {"sessions": 3}, organization.organization_id: {"changes": 1}}
        assert sorted(entries()) == sorted(
            (organization_id, what, counts)
            for organization_id, counts in run.removed.items()
            for what in ("Removal of old data started", "Old data removed")
        )

    def test_it_runs_once_a_night(self, monkeypatch: pytest.MonkeyPatch) -> None:
        removal.continue_run()
        sessions(1)
        removal.continue_run()
        assert Session.objects.count() == 1
        tomorrow = timezone.now() + timedelta(days=1)
        monkeypatch.setattr(timezone, "now", lambda: tomorrow)
        removal.continue_run()
        assert Session.objects.count() == 0
        assert RetentionRun.objects.count() == 2

    def test_a_run_that_another_worker_has_is_left_to_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert removal._claim()
        sessions(1)
        removal.continue_run()
        assert Session.objects.count() == 1

    def test_a_run_whose_worker_was_killed_is_continued(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert removal._claim()
        sessions(1)
        later = timezone.now() + removal.LEASE * 2
        monkeypatch.setattr(timezone, "now", lambda: later)
        removal.continue_run()
        assert Session.objects.count() == 0

    def test_it_is_continued_where_the_time_was_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(removal, "SLICE_SECONDS", -1.0)
        monkeypatch.setattr(removal, "KINDS", [replace(kind, batch=2) for kind in KINDS])
        sessions(5)
        left = []
        for _ in range(4):
            removal.continue_run()
            left.append((Session.objects.count(), RetentionRun.objects.get().finished_at is not None))
        assert left == [(3, False), (1, False), (0, False), (0, True)]
        assert RetentionRun.objects.get().removed == {"": {"sessions": 5}}

    def test_a_kind_that_fails_stops_no_other(
        self, organization: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(_: Any) -> Any:
            raise RuntimeError("planted")

        change(organization)
        monkeypatch.setattr(removal, "_tally_due", lambda _: {})
        monkeypatch.setattr(removal, "KINDS", [replace(KINDS[0], find=fail), *KINDS[1:]])
        removal.continue_run()
        assert not Change.objects.exists()
        assert RetentionRun.objects.get().finished_at is None


class TestCommand:
    def test_a_dry_run_counts_and_removes_nothing(self) -> None:
        sessions(3)
        out = StringIO()
        call_command("retention", "--dry-run", stdout=out)
        lines = out.getvalue().splitlines()
        assert len(lines) == len(KINDS)
        assert lines[0].split()[:2] == ["3", "Sessions:"]
        assert Session.objects.count() == 3
        assert not RetentionRun.objects.exists()
        call_command("retention", stdout=out)
        assert Session.objects.count() == 0


class TestPage:
    def test_it_shows_ages_counts_and_runs_but_not_of_other_organizations(
        self, organization: Organization
    ) -> None:
        other = Organization.objects.create(organization_id="m-" + "b" * 32, slug="other", region="us-east-1")
        olga = Desk(world.operator("Owner", organization, name="olga"), organization, "data_retention")
        change(organization)
        for _ in range(7):
            change(other)
        page = olga.get("overview").content.decode()
        assert "365 days after the end of the change" in page
        assert "No run yet" in page
        assert "it begins or goes on within 10 minutes" in page
        context = olga.get("overview").context
        assert {kind.name: count for kind, count in context["rows"] if count} == {"changes": 1}
        removal.continue_run()
        context = olga.get("overview").context
        assert [count for _, count in context["runs"][0].removed] == [1]
        assert context["next_run"] > timezone.now()
