"""Changes and their steps, change policies and the call budget."""

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Count, Exists, OuterRef

from console import clock
from console.actor import Actor
from console.gateway.requirements import Approval
from console.jobs import Job, LeaseLost
from console.mirror.models import Organization
from console.operators import policy


class ChangeQuerySet(models.QuerySet["Change"]):
    def visible_to(self, actor: Actor, organization: Organization) -> Self:
        """Return all changes of the organization, or only the actor's own if their scope is limited."""
        found = self.filter(organization=organization)
        if policy.covers_organization(actor, "ReadChanges", organization):
            return found
        return found.filter(requested_by_id=actor.operator_id)

    def due(self, now: datetime) -> Self:
        """Return changes that a worker may claim, longest waiting first."""
        free = Job.is_free(now)
        found = self.filter(free, state__in=UNDER_WAY, paused=False, turn_at__lte=now)
        return found.order_by("turn_at", "pk")

    def open(self) -> Self:
        return self.filter(state__in=OPEN)


class Change(Job):
    """A requested change and its progress. The row is the job that workers claim.

    The row is the job: a worker holds it by `lease_until`, and `attempt` fences those that come late.
    `turn_at` is whose turn it is: whoever has worked goes to the end of the queue.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        AWAITING = "awaiting", "Awaiting approval"
        APPROVED = "approved", "Approved"
        SCHEDULED = "scheduled", "Scheduled"
        RUNNING = "running", "Running"
        CANCELLING = "cancelling", "Cancelling"
        DONE = "done", "Done"
        PARTLY = "partly", "Partly done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="changes", db_index=False)
    title = models.CharField(max_length=300)
    kind = models.CharField(max_length=40, blank=True, help_text="what made it: offboard, freeze, csv …")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    reason = models.CharField(max_length=500, blank=True)
    ticket = models.CharField(max_length=100, blank=True)
    requested_by_id = models.BigIntegerField(null=True)
    requested_by = models.CharField(max_length=254, blank=True)
    requested_at = models.DateTimeField(default=clock.now)
    total = models.PositiveIntegerField(default=0)
    data = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)

    not_before = models.DateTimeField(null=True, blank=True)
    follows = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="followed_by")
    undoes = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="undone_by")
    reverts = models.BooleanField(default=False, help_text="what is done is undone when a step fails")

    confirmed_by_id = models.BigIntegerField(null=True, help_text="who let it run, if not the requester")
    confirmed_by = models.CharField(max_length=254, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    prepared_at = models.DateTimeField(null=True, blank=True, help_text="since when the preview is complete")
    digest = models.CharField(max_length=64, blank=True, help_text="of what was approved")
    approved_by_id = models.BigIntegerField(null=True)
    approved_by = models.CharField(max_length=254, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)

    paused = models.BooleanField(default=False)
    note = models.CharField(max_length=1100, blank=True, help_text="why it waits, or why it ended")
    brake = models.PositiveSmallIntegerField(default=20, help_text="percent of failures that pause it")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    turn_at = models.DateTimeField(default=clock.now)

    # What was typed and must not be stored, by the position of its step: of this object, not of the row.
    secrets: dict[int, dict[str, Any]]
    # What was revealed to the requester who is present, by the position of its step.
    answers: dict[int, dict[str, Any]]
    is_attended: bool  # whether the requester is present and gets the answers
    # The approval that holds for its steps, as the engine found it when it took the change up.
    approval: Approval | None
    objects: ClassVar[ChangeQuerySet] = ChangeQuerySet.as_manager()  # type: ignore[assignment]  # the manager has the queryset's methods

    class Meta:
        indexes = [
            models.Index(fields=["organization", "requested_at"], name="change_latest"),
            models.Index(fields=["organization", "state", "requested_at"], name="change_state"),
            models.Index(fields=["organization", "requested_by_id", "requested_at"], name="change_own"),
            models.Index(fields=["organization", "ticket"], name="change_ticket"),
            models.Index(fields=["state", "turn_at"], name="change_turn"),
            models.Index(fields=["state", "not_before"], name="change_due"),
        ]

    def __str__(self) -> str:
        return self.title

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.secrets = {}
        self.answers = {}
        self.is_attended = False
        self.approval = None

    @property
    def requester(self) -> Actor:
        """Return the requesting operator, acting through a worker."""
        return Actor(self.requested_by_id, self.requested_by, method="worker")

    @property
    def runner(self) -> Actor:
        """Return the operator with whose rights the change runs."""
        if self.confirmed_by_id is None:
            return self.requester
        return Actor(self.confirmed_by_id, self.confirmed_by, method="worker")

    @property
    def parties(self) -> dict[str, str]:
        """Return the requester and the approver, whom each audit entry names beside the runner."""
        named = {"requested_by": self.requested_by, "approved_by": self.approved_by}
        return {name: operator for name, operator in named.items() if operator}

    @property
    def why(self) -> dict[str, str]:
        """Return reason and ticket, by default a reference to the change that it follows or undoes."""
        origin = self.undoes_id or self.follows_id
        said = {"reason": self.reason, "ticket": self.ticket}
        if origin is None:
            return said
        return {
            "reason": said["reason"] or f"Follows on change {origin}",
            "ticket": said["ticket"] or f"change-{origin}",
        }

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def is_finished(self) -> bool:
        return self.state in FINISHED

    def counts(self) -> dict[str, int]:
        """Return the number of steps by state."""
        return dict(self.steps.order_by().values_list("state").annotate(Count("pk")))


class Step(models.Model):
    """One operation of a change, stored without secrets; `before` and `after` are its changed fields."""

    class State(models.TextChoices):
        PENDING = "pending", "Pending"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"
        UNKNOWN = "unknown", "Unknown"
        SKIPPED = "skipped", "Skipped"

    change = models.ForeignKey(Change, models.CASCADE, related_name="steps", db_index=False)
    position = models.PositiveIntegerField()
    operation = models.CharField(max_length=64)
    params = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    label = models.CharField(max_length=300, blank=True)
    target = models.CharField(max_length=256, blank=True)
    target_name = models.CharField(max_length=320, blank=True)
    needs = models.PositiveIntegerField(null=True, help_text="position of a step that has to be done first")
    expects = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    row = models.PositiveIntegerField(null=True)
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    call = models.UUIDField(null=True, help_text="of its intent in the ledger")
    look_at = models.DateTimeField(null=True, help_text="when an unknown outcome is looked at next")
    result = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    code = models.CharField(max_length=100, blank=True)
    note = models.CharField(max_length=1100, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["change", "position"], name="step_once")]
        indexes = [
            models.Index(fields=["change", "state", "position"], name="step_state"),
            models.Index(fields=["target"], name="step_target"),
        ]

    def __str__(self) -> str:
        return self.label or f"{self.operation} {self.target_name or self.target}".strip()

    def begin(self) -> bool:
        """Mark the step as running before its call; return false if it may not begin.

        A step begins once, for the worker that holds the change, and not of a change that is cancelled.
        """
        call = uuid.uuid4()
        begun = self._held(Change.State.RUNNING).filter(state=self.State.PENDING)
        if not begun.update(state=self.State.RUNNING, call=call, look_at=None):
            return False
        self.state, self.call = self.State.RUNNING, call
        return True

    def end(self, state: str, *, code: str = "", note: str = "", result: Any = None) -> None:
        """Store the outcome; raise `LeaseLost` if another worker holds the change."""
        ended = {
            "state": state,
            "code": code[:100],
            "note": note[:1100],
            "result": self.result if result is None else result,
            "finished_at": clock.now() if state != self.State.PENDING else None,
        }
        if not self._held().filter(state=self.state, call=self.call).update(**ended):
            raise LeaseLost
        for name, value in ended.items():
            setattr(self, name, value)

    def mark_unknown(self, note: str, look_after: timedelta) -> None:
        """Leave the step running with an unknown outcome, and set when to look."""
        self.note, self.look_at = note[:1100], clock.now() + look_after
        mine = self._held().filter(state=self.State.RUNNING, call=self.call)
        mine.update(note=self.note, look_at=self.look_at)

    def store_result(self, result: dict[str, Any]) -> None:
        """Store a partial result; raise `LeaseLost` if another worker holds the change."""
        if not self._held().filter(state=self.state, call=self.call).update(result=result):
            raise LeaseLost
        self.result = result

    def require_held(self) -> None:
        """Raise `LeaseLost` if another worker holds the change."""
        if not self._held().filter(state=self.State.RUNNING, call=self.call).exists():
            raise LeaseLost

    def _held(self, *states: str) -> models.QuerySet["Step"]:
        """Return this step if the change is still held by this attempt."""
        change = Change.objects.filter(pk=OuterRef("change_id"), attempt=self.change.attempt)
        return Step.objects.filter(Exists(change.filter(state__in=states) if states else change), pk=self.pk)


class Conditions(models.Model):
    """The change policies of an organization."""

    organization = models.OneToOneField(Organization, models.CASCADE, related_name="conditions")
    ask_reason = models.BooleanField("Ask for a reason", default=False)
    ask_ticket = models.BooleanField("Ask for a ticket", default=False)
    approve_over = models.PositiveIntegerField(
        "Approval for more than this many steps", null=True, blank=True
    )
    approve_operations = models.JSONField("Approval for these operations", default=list, blank=True)

    def __str__(self) -> str:
        return f"conditions of {self.organization}"


class Budget(models.Model):
    """The call rate of all changes of an organization."""

    organization = models.OneToOneField(Organization, models.CASCADE, related_name="budget")
    rate = models.FloatField(help_text="calls a second")
    next_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.rate:g} a second for {self.organization}"


UNDER_WAY = (Change.State.RUNNING, Change.State.CANCELLING)
OPEN = (
    Change.State.DRAFT,
    Change.State.AWAITING,
    Change.State.APPROVED,
    Change.State.SCHEDULED,
    *UNDER_WAY,
)
FINISHED = (Change.State.DONE, Change.State.PARTLY, Change.State.FAILED, Change.State.CANCELLED)

# `END_KINDS` take away, at a moment, what another change gave or did for a while.
END_KIND, RESTORE_ACCESS_KIND, DELETION_KIND = "end", "thaw", "offboard-delete"
END_KINDS = (END_KIND, RESTORE_ACCESS_KIND)
FOLLOWING_KINDS = (*END_KINDS, DELETION_KIND)
