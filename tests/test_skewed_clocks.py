"""A process whose own clock is wrong neither gives nor withholds rights, and parks no work."""

from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from console import clock
from console.areas.domains.models import Check
from console.areas.health_checks.models import Review
from console.areas.lifecycle.models import Capsule, Frozen
from console.changes.models import Budget, Change
from console.mirror.models import Organization
from console.operators.models import Grant, Session
from tests.areas import world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("server_clock")]
REAL_NOW = timezone.now
SKEW = timedelta(hours=13)  # longer than a session lasts
HOUR = timedelta(hours=1)


@pytest.fixture
def organization() -> Organization:
    return Organization.objects.create(organization_id="m-" + "0" * 32, slug="example", region="us-east-1")


def skew(patch: pytest.MonkeyPatch, by: timedelta) -> None:
    patch.setattr(timezone, "now", lambda: REAL_NOW() + by)


def test_the_time_is_read_once_and_counted_on(monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[int] = []
    steady = [1000.0]

    def read() -> datetime:
        reads.append(1)
        return REAL_NOW()

    monkeypatch.setattr(clock, "read_server_time", read)
    monkeypatch.setattr(clock, "_last_read", None)
    monkeypatch.setattr("console.clock.time.monotonic", lambda: steady[0])
    first = clock.recent()
    steady[0] += clock.REFRESH_SECONDS
    assert clock.recent() - first == timedelta(seconds=clock.REFRESH_SECONDS)
    assert len(reads) == 1
    steady[0] += 1
    clock.recent()
    assert len(reads) == 2


@pytest.mark.parametrize("by", [SKEW, -SKEW], ids=["ahead", "behind"])
class TestAProcessThatIs:
    def test_counts_grants_until_they_really_end(
        self, by: timedelta, organization: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        operator = world.operator("Owner", organization)
        skew(monkeypatch, by)
        Grant.objects.update(until=REAL_NOW() + HOUR)
        assert Grant.objects.live().filter(operator=operator).exists()
        Grant.objects.update(until=REAL_NOW() - HOUR)
        assert not Grant.objects.live().filter(operator=operator).exists()

    def test_keeps_sessions_as_long_as_they_last(
        self, by: timedelta, organization: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        browser = world.browser(world.operator("Owner", organization))
        page = reverse("account:preferences")
        assert browser.get(page).status_code == 200
        skew(monkeypatch, by)
        assert browser.get(page).status_code == 200
        session = browser.session
        session["console.seen"] = (REAL_NOW() - HOUR).timestamp()
        session.save()
        assert Session.objects.get().expire_date < REAL_NOW() + 2 * SKEW
        assert browser.get(page).status_code == 302

    def test_remembers_what_was_cached_until_it_expires(
        self, by: timedelta, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cache.add("before", 1, 60)
        skew(monkeypatch, by)
        cache.add("skewed", 1, 60)
        monkeypatch.setattr(timezone, "now", REAL_NOW)
        assert not cache.add("skewed", 2, 60)
        skew(monkeypatch, by)
        assert cache.get_many(["before", "skewed"]) == {"before": 1, "skewed": 1}
        assert "before" in cache
        assert cache.get_many([]) == {}
        assert not cache.add("before", 2, 60)
        cache.set("past", 1, -60)
        assert cache.get("past") is None
        assert cache.add("past", 2, 60)

    def test_makes_changes_that_are_due_at_once(
        self, by: timedelta, organization: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        skew(monkeypatch, by)
        change = Change.objects.create(organization=organization, title="Test")
        budget = Budget.objects.create(organization=organization, rate=1)
        for moment in (change.turn_at, change.requested_at, budget.next_at):
            assert abs(moment - REAL_NOW()) < HOUR

    def test_dates_checks_and_snapshots_rightly(
        self, by: timedelta, organization: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        skew(monkeypatch, by)
        review = Review.objects.create(organization=organization)
        check = Check.objects.create(organization=organization)
        frozen = Frozen.objects.create(organization=organization, entity_id="e")
        snapshot = Capsule.objects.create(organization=organization, entity_id="e")
        for moment in (review.at, check.at, frozen.since, snapshot.taken_at):
            assert abs(moment - REAL_NOW()) < HOUR
