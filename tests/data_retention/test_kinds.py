"""What is removed, what stays, and that every model says which."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import models
from django.test import override_settings
from django.utils import timezone

from console.areas.domains.models import Check
from console.areas.exports.models import ExportJob
from console.areas.health_checks.models import Finding, Review
from console.areas.lifecycle.models import Digest
from console.changes.models import Change, Step
from console.data_retention.kinds import KINDS, STORED_MODELS, RetentionKind, find_undeclared
from console.data_retention.models import CacheEntry, RetentionRun
from console.mirror.models import Organization, TargetLease
from console.operators.models import Session
from tests.areas import world

pytestmark = pytest.mark.django_db
KIND = {kind.name: kind for kind in KINDS}
State = Change.State


@pytest.fixture
def organization() -> Organization:
    return Organization.objects.create(organization_id="m-" + "a" * 32, slug="example", region="us-east-1")


def days_ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def change(organization: Organization, days: float = 400, **fields: Any) -> Change:
    """A change that was done so long ago, with one step."""
    given: dict[str, Any] = {"state": State.DONE, "finished_at": days_ago(days), **fields}
    made = Change.objects.create(
        organization=organization, title="Alias", requested_at=days_ago(days), **given
    )
    Step.objects.create(change=made, position=0, operation="CreateAlias", target="ada", state="done")
    return made


def due(kind: RetentionKind) -> list[Any]:
    return list(kind.due(timezone.now()))


class TestEveryModel:
    def test_is_removed_or_kept_for_a_reason(self) -> None:
        installed = apps.get_models(include_auto_created=True)
        ours = [model for model in installed if not model.__module__.startswith("tests.")]
        assert find_undeclared(ours) == []

    def test_a_new_model_is_found(self) -> None:
        planted = type(
            "Planted",
            (models.Model,),
            {
                "__module__": __name__,
                "Meta": type("Meta", (), {"app_label": "planted", "apps": apps.__class__()}),
            },
        )
        assert find_undeclared([Session, planted]) == ["planted.Planted"]

    def test_the_audit_log_and_the_exports_are_among_the_kept(self) -> None:
        assert {"ledger.Entry", "ledger.Head", "exports.ExportJob"} <= STORED_MODELS.keys()
        assert not {kind.model._meta.label for kind in KINDS} & STORED_MODELS.keys()

    def test_nothing_is_declared_that_does_not_exist(self) -> None:
        labels = {model._meta.label for model in apps.get_models(include_auto_created=True)}
        parts = {part for kind in KINDS for part in kind.parts}
        assert (STORED_MODELS.keys() | parts) - labels == set()

    def test_every_kind_has_its_setting(self) -> None:
        declared = {name for name in dir(settings) if name.startswith("RETENTION_")}
        assert declared == {kind.setting for kind in KINDS}


class TestAge:
    def test_old_rows_are_due_and_young_ones_are_not(self, organization: Organization) -> None:
        operator = world.operator("Owner", organization, name="olga")
        for days in (0.5, 1000):
            at = days_ago(days)
            Session.objects.create(session_key=f"s{days}", session_data="", expire_date=at)
            cache.set(f"c{days}", 1, timeout=1)
            CacheEntry.objects.filter(cache_key__endswith=f"c{days}").update(expires=at)
            TargetLease.objects.create(organization=organization, target=f"t{days}", token="a" * 32, until=at)
            change(organization, days, state=State.DRAFT, finished_at=None)
            change(organization, days)
            review = Review.objects.create(organization=organization, at=at, by="olga")
            Finding.objects.create(review=review, check_id="x", tone="good", said="")
            Check.objects.create(organization=organization, domain="example.com", at=at, state="ok")
            Digest.objects.create(operator=operator, day=at.date())
            RetentionRun.objects.create(day=at.date(), started_at=at, finished_at=at)
        assert {kind.name: len(due(kind)) for kind in KINDS} == dict.fromkeys(KIND, 1)
        with override_settings(**{kind.setting: 0 for kind in KINDS}):
            assert [due(kind) for kind in KINDS] == [[] for _ in KINDS]

    def test_the_latest_check_stays_however_old(self, organization: Organization) -> None:
        Review.objects.create(organization=organization, at=days_ago(5000), by="olga")
        Check.objects.create(organization=organization, domain="a.example", at=days_ago(5000), state="ok")
        Check.objects.create(organization=organization, domain="b.example", at=days_ago(4000), state="ok")
        assert due(KIND["health_checks"]) == due(KIND["dns_checks"]) == []

    def test_what_can_be_undone_for_a_month_stays_for_a_month(self, organization: Organization) -> None:
        young, old = change(organization, 29), change(organization, 31)
        with override_settings(RETENTION_CHANGES_DAYS=1):
            assert due(KIND["changes"]) == [old]
        assert due(KIND["changes"]) == []
        assert young.steps.count() == 1


class TestChangesThatStay:
    """Each is old enough, and something else needs it."""

    def test_open_ones(self, organization: Organization) -> None:
        for state in (State.AWAITING, State.SCHEDULED, State.RUNNING, State.CANCELLING):
            change(organization, state=state, finished_at=None)
        assert due(KIND["changes"]) == due(KIND["drafts"]) == []

    def test_one_whose_end_is_scheduled(self, organization: Organization) -> None:
        begun = change(organization)
        end = change(organization, state=State.SCHEDULED, finished_at=None, kind="end", follows=begun)
        assert due(KIND["changes"]) == []
        Change.objects.filter(pk=end.pk).update(state=State.DONE, finished_at=days_ago(1))
        assert due(KIND["changes"]) == []
        Change.objects.filter(pk=end.pk).update(finished_at=days_ago(400))
        assert due(KIND["changes"]) == [begun, end]

    def test_one_whose_undo_is_pending(self, organization: Organization) -> None:
        done = change(organization)
        undo = change(organization, state=State.DRAFT, finished_at=None, undoes=done)
        assert due(KIND["changes"]) == []
        assert due(KIND["drafts"]) == [undo]

    def test_the_end_of_what_could_be_retried(self, organization: Organization) -> None:
        begun = change(organization, 300, state=State.FAILED)
        change(organization, 400, state=State.CANCELLED, kind="end", follows=begun)
        assert due(KIND["changes"]) == []

    def test_a_draft_with_a_scheduled_end(self, organization: Organization) -> None:
        draft = change(organization, state=State.DRAFT, finished_at=None)
        change(organization, state=State.SCHEDULED, finished_at=None, kind="end", follows=draft)
        assert due(KIND["drafts"]) == []

    def test_an_offboarding_which_a_restore_reads(self, organization: Organization) -> None:
        change(organization, kind="offboard")
        assert due(KIND["changes"]) == []

    def test_the_approval_of_an_export_that_is_not_done(self, organization: Organization) -> None:
        asked = change(organization)
        asked.steps.update(operation="StartMailboxExportJob")
        job = ExportJob.objects.create(organization=organization, entity_id="ada", entity_name="Ada")
        assert due(KIND["changes"]) == []
        ExportJob.objects.filter(pk=job.pk).update(state=ExportJob.State.COMPLETED)
        assert due(KIND["changes"]) == [asked]
