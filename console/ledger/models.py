"""Audit log entries, which are never changed, and the head of their chain.

Written by `journal` alone. Operators and organizations are kept by value: the ledger outlives both.
"""

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, NoReturn, Self

from django.db import models
from django.db.models import Case, Exists, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce

from console.aws.catalogue import label_from_name
from console.ledger.differences import Difference, find_differences
from console.ledger.fields import Seq
from console.plurals import number_of


class AppendOnly(TypeError):
    """An attempt to change or remove an entry."""


def _refuse_change(*_: Any, **__: Any) -> NoReturn:
    raise AppendOnly("the ledger is append-only, and console.ledger.journal appends")


class EntryQuerySet(models.QuerySet["Entry"]):
    update = delete = create = get_or_create = update_or_create = _refuse_change
    bulk_create = bulk_update = _refuse_change
    aupdate = adelete = acreate = aget_or_create = aupdate_or_create = abulk_create = abulk_update = (
        _refuse_change
    )
    # `Collector` deletes through this one.
    _raw_delete = _refuse_change

    def of_call(self, call: Any) -> Self:
        """Return the intent and outcomes of one call, in order."""
        return self.filter(call=call).order_by("seq")

    def with_result(self) -> Self:
        """Add `result`, the outcome of the call, or "" if open; a finding beats `unknown`."""
        unknown_last = Case(When(outcome=Entry.Outcome.UNKNOWN, then=1), default=0)
        outcomes = Entry.objects.filter(call=OuterRef("call")).exclude(outcome="")
        latest = outcomes.order_by(unknown_last, "-seq").values("outcome")[:1]
        return self.annotate(result=Coalesce(Subquery(latest), Value("")))

    def open(self) -> Self:
        """Return intents with an unknown outcome."""
        settled = Entry.objects.filter(call=OuterRef("call")).exclude(outcome__in=UNSETTLED_OUTCOMES)
        return self.filter(~Exists(settled), kind=Entry.Kind.INTENT).order_by("seq")


class Entry(models.Model):
    """An event, signed together with the entry before it."""

    class Kind(models.TextChoices):
        INTENT = "intent", "Intent"
        OUTCOME = "outcome", "Outcome"
        DENIED = "denied", "Denied"
        SIGNED_IN = "signed_in", "Signed in"
        SIGN_IN_FAILED = "sign_in_failed", "Sign-in failed"
        SIGNED_OUT = "signed_out", "Signed out"
        REVEALED = "revealed", "Revealed"
        OBSERVED = "observed", "Changed outside"
        CHANGED = "changed", "Changed"
        REQUESTED = "requested", "Requested"
        DOWNLOADED = "downloaded", "Downloaded"

    class Outcome(models.TextChoices):
        """The outcome of a call or download.

        A download that was streamed ends as `SENT` or `BROKEN_OFF`.
        """

        DONE = "done", "Done"
        REFUSED = "refused", "Refused"
        UNKNOWN = "unknown", "Unknown"
        APPLIED = "applied", "Applied"
        NOT_APPLIED = "not_applied", "Not applied"
        UNDETERMINED = "undetermined", "Undetermined"
        SENT = "sent", "Sent"
        BROKEN_OFF = "broken_off", "Broken off"

    seq = Seq("number", primary_key=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=Kind)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    call = models.UUIDField(help_text="Joins an intent and its outcomes.")
    operator_id = models.BigIntegerField(null=True, blank=True)
    operator = models.CharField(max_length=254, blank=True)
    organization = models.CharField(max_length=64, blank=True)
    operation = models.CharField(max_length=64, blank=True)
    target = models.CharField(max_length=256, blank=True)
    target_name = models.CharField(max_length=320, blank=True)
    reason = models.TextField(blank=True)
    ticket = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=64, blank=True)
    session = models.CharField(max_length=64, blank=True)
    method = models.CharField(max_length=100, blank=True)
    request_id = models.CharField(max_length=128, blank=True)
    aws_request_id = models.CharField(max_length=128, blank=True)
    text = models.TextField(db_column="body")
    key_id = models.CharField(max_length=64)
    prev = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects: ClassVar[models.Manager[Self]] = models.Manager.from_queryset(EntryQuerySet)()

    class Meta:
        ordering = ["-seq"]
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["organization", "seq"], name="ledger_organization"),
            models.Index(fields=["organization", "operator_id", "seq"], name="ledger_operator"),
            models.Index(fields=["organization", "operation", "seq"], name="ledger_operation"),
            models.Index(fields=["organization", "target", "seq"], name="ledger_target"),
            models.Index(fields=["organization", "outcome", "seq"], name="ledger_outcome"),
            models.Index(fields=["organization", "at"], name="ledger_at"),
            models.Index(fields=["organization", "ticket"], name="ledger_ticket"),
            models.Index(fields=["organization", "request_id"], name="ledger_request"),
            models.Index(fields=["organization", "aws_request_id"], name="ledger_aws_request"),
            models.Index(fields=["call"], name="ledger_call"),
            models.Index(fields=["kind", "at"], name="ledger_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.seq}: {self.sentence}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert once, through the journal only."""
        if not kwargs.get("force_insert"):
            _refuse_change()
        super().save(*args, **kwargs)

    delete = adelete = _refuse_change

    @cached_property
    def body(self) -> dict[str, Any]:
        """Return `params`, `before`, `after`, `result`, `error`, `attempts` or other recorded values."""
        found: dict[str, Any] = json.loads(self.text)
        return found

    @cached_property
    def changes(self) -> list[Difference]:
        """Return what the call changed, joined from intent and outcome."""
        before, after = self._part("before"), self._part("after")
        return find_differences(before, after) if before and after else []

    def _part(self, name: str) -> dict[str, Any]:
        own = self.body.get(name)
        if own or self.kind not in (self.Kind.INTENT, self.Kind.OUTCOME):
            return own or {}
        others = Entry.objects.of_call(self.call).exclude(seq=self.seq).reverse()
        return next((part for other in others if (part := other.body.get(name))), {})

    @property
    def what(self) -> str:
        """Return the operation, or the fields changed outside the console."""
        is_observed = self.kind == self.Kind.OBSERVED
        return (is_observed and describe_outside_change(self.body)) or self.operation

    @property
    def sentence(self) -> str:
        """Return the entry in one sentence."""
        name = self.target_name or self.target
        joint = " of " if self.kind == self.Kind.OBSERVED else " on "
        what = joint.join(filter(None, (self.what, name)))
        if self.kind == self.Kind.DOWNLOADED:
            what = describe_download(self.body)
        return SENTENCES.get(self.kind, "{operator}: {what}").format(
            operator=self.operator or "Somebody",
            what=what or str(self.body.get("what", "something")),
            name=self.target_name or self.operator,
            outcome=self.get_outcome_display().lower(),
        )


# Only an outcome's entry has an outcome. Asked for by its kind, SQLite would go through all of that kind.
UNSETTLED_OUTCOMES = ("", Entry.Outcome.UNKNOWN)
SENTENCES: dict[str, str] = {
    Entry.Kind.INTENT: "{operator} asked for {what}",
    Entry.Kind.OUTCOME: "{what}, asked for by {operator}: {outcome}",
    Entry.Kind.DENIED: "{operator} was denied {what}",
    Entry.Kind.SIGNED_IN: "{name} signed in",
    Entry.Kind.SIGN_IN_FAILED: "A sign-in as {name} failed",
    Entry.Kind.SIGNED_OUT: "{name} signed out",
    Entry.Kind.REVEALED: "{operator} was shown what {what} gives",
    Entry.Kind.OBSERVED: "Changed outside the console: {what}",
    Entry.Kind.CHANGED: "{operator} changed {what}",
    Entry.Kind.REQUESTED: "{operator} requested {what}, to be done later",
    Entry.Kind.DOWNLOADED: "{operator} downloaded {what}",
}


def describe_download(body: Mapping[str, Any], end: Mapping[str, Any] | None = None) -> str:
    """Return a download in words: "users.csv, 444 rows, filter: state is enabled"."""
    rows = (end or body).get("rows")
    parts = [str(body.get("file", ""))]
    if rows is not None:
        parts.append(number_of(rows, "row"))
    if body.get("filter"):
        parts.append(f"filter: {body['filter']}")
    return ", ".join(parts)


def describe_outside_change(body: Mapping[str, Any]) -> str:
    """Return the fields that were changed outside in words: "Job title, Office"."""
    fields = dict.fromkeys([*(body.get("before") or {}), *(body.get("after") or {})])
    return ", ".join(map(label_from_name, fields)) or str(body.get("what", ""))


class Head(models.Model):
    """The single row with the chain's length and last hash, locked while appending."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    key_id = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)

    def __str__(self) -> str:
        return number_of(self.seq, "entry", "entries")


class Proof(models.Model):
    """The last scheduled verification or anchoring, and its problem."""

    class Kind(models.TextChoices):
        ANCHOR = "anchor", "Anchoring"
        VERIFICATION = "verification", "Verification"

    kind = models.CharField(max_length=20, choices=Kind, primary_key=True)
    at = models.DateTimeField()
    problem = models.CharField(max_length=1000, blank=True)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.problem or 'in order'}"
