"""Every periodic task goes on with the others when one organization fails."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from console.actor import Actor
from console.areas.exports.models import ExportJob
from console.celery import app
from console.changes.models import Change
from console.ledger import journal
from console.mirror.models import Organization, Sync
from console.operators.models import Operator

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Case:
    """What a task does for one organization, which work makes it do so, and of whom an argument is."""

    does: str
    prepare: Callable[[Organization], Any]
    owner: Callable[[Any], Any] = lambda argument: argument.organization


def export(organization: Organization, **fields: Any) -> None:
    given = {"entity_id": "ada", "entity_name": "Ada", "path": "a.zip", **fields}
    ExportJob.objects.create(organization=organization, **given)


def change(organization: Organization, state: str) -> None:
    Change.objects.create(organization=organization, title="x", state=state, requested_at=timezone.now())


def stage(organization: Organization) -> None:
    ago = timezone.now() - timedelta(hours=1)
    Sync.objects.create(organization=organization, stage="users", due_at=ago)
    Sync.objects.create(organization=organization, stage="details", due_at=ago + timedelta(days=1))


def intent(organization: Organization) -> None:
    journal.record_intent(Actor(1, "x"), "UpdateUser", organization.organization_id, params={})


def reader(organization: Organization) -> None:
    Operator.objects.create_user(f"{organization.slug}@x.example", name=organization.slug, digest=True)


def nothing(_: Organization) -> None:
    pass


def itself(organization: Organization) -> Organization:
    return organization


CASES = {
    "exports": Case("console.areas.exports.aws_jobs.refresh_running", export, itself),
    "adopting": Case("console.areas.exports.aws_jobs.adopt_jobs", nothing, itself),
    "mirror": Case("console.sync.worker._run_stage", stage, lambda lease: lease.sync.organization),
    "changes": Case("console.changes.engine._run_steps", lambda each: change(each, "running")),
    "previews": Case("console.changes.preview.prepare_preview", lambda each: change(each, "draft")),
    "posture": Case("console.areas.health_checks.runner.run_review", nothing, itself),
    "digests": Case("console.areas.lifecycle.digests.build_digest", reader, lambda each: each.name),
    "settling": Case("console.gateway.unknown_outcomes.settle_intent", intent),
}
# These ask nothing of AWS and do the same for all organizations together: rows of one kind are removed
# (`tests/data_retention` has a kind that fails), counts are entered in the audit log, which is verified and
# anchored as a whole (`tests/ledger/test_proofs.py`).
ALL_TOGETHER = {"retention", "refusals", "anchor", "verify"}


def test_every_periodic_task_is_tested() -> None:
    assert CASES.keys() | ALL_TOGETHER == settings.CELERY_BEAT_SCHEDULE.keys()


@pytest.mark.parametrize("name", CASES)
def test_one_organization_that_fails_stops_no_other(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case, reached = CASES[name], []
    for slug in ("bad", "good"):
        made = Organization.objects.create(
            organization_id=f"m-{slug:0>32}", slug=slug, region="us-east-1", listed_at=timezone.now()
        )
        case.prepare(made)

    def fail_for_the_first(argument: Any, *_: Any, **__: Any) -> Any:
        owner = case.owner(argument)
        slug = getattr(owner, "slug", owner)
        if slug.startswith("m-"):
            slug = slug.lstrip("m-0")
        reached.append(slug)
        if slug == "bad":
            raise RuntimeError("planted")
        return 0

    monkeypatch.setattr(case.does, fail_for_the_first)
    noon = timezone.now().replace(hour=12) + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: noon)
    app.loader.import_default_modules()
    app.tasks[settings.CELERY_BEAT_SCHEDULE[name]["task"]]()
    assert set(reached) == {"bad", "good"}
