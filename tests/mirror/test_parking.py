"""A stage of the sync that ends every worker which takes it is parked and shown; others go on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from console.mirror.models import Organization, Sync
from console.sync import leases, mirror_refresh

pytestmark = pytest.mark.django_db


def kill(organization: Organization, monkeypatch: pytest.MonkeyPatch) -> str:
    """Claim the next stage for a worker that is then killed, and wait until its lease is over."""
    lease = next(leases.claim_stages(organization), None)
    later = timezone.now() + leases.LEASE_DURATION * 2
    monkeypatch.setattr(timezone, "now", lambda: later)
    return lease.sync.stage if lease else ""


def test_a_stage_that_ends_five_workers_is_parked_until_an_operator_syncs(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror_refresh.schedule_sync(organization)
    tomorrow = timezone.now() + timedelta(days=1)
    Sync.objects.exclude(stage="users").update(due_at=tomorrow)
    killed = [kill(organization, monkeypatch) for _ in range(7)]
    assert killed == ["users"] * leases.MAX_EXPIRED_LEASES + ["", ""]
    assert [stage.stage for stage in mirror_refresh.get_freshness(organization).parked] == ["users"]
    assert "5 workers in a row ended" in mirror_refresh.get_freshness(organization).errors[0]
    Sync.objects.filter(stage="groups").update(due_at=timezone.now())
    assert kill(organization, monkeypatch) == "groups"
    mirror_refresh.schedule_sync(organization)
    assert mirror_refresh.get_freshness(organization).parked == []
    assert next(leases.claim_stages(organization), None)


def test_a_lease_that_is_returned_counts_anew(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror_refresh.schedule_sync(organization)
    Sync.objects.exclude(stage="users").update(due_at=timezone.now() + timedelta(days=1))
    for _ in range(leases.MAX_EXPIRED_LEASES - 1):
        assert kill(organization, monkeypatch) == "users"
    next(leases.claim_stages(organization)).release()
    assert kill(organization, monkeypatch) == "users"
    assert mirror_refresh.get_freshness(organization).parked == []
