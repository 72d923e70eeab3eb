"""The review page shown before rule changes are saved."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from console.aws import errors
from console.changes import drafts, engine
from console.changes.models import Change
from console.changes.steps import PlannedStep
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest
from console.ui import markup, pages
from console.ui.forms import ConfirmForm
from console.web import aws_errors

State = Change.State
SAVE, EDIT = "save", "edit"  # the steps beyond the first look
EFFECT_DELAY = timedelta(minutes=5)  # until mailboxes and devices follow a change, at the most [documented]


class RulePlan(Protocol):
    """A planned change of rules; `phrase` must be typed to confirm, `seal` identifies the current rules."""

    @property
    def organization(self) -> Organization: ...
    @property
    def title(self) -> str: ...
    @property
    def writes(self) -> Sequence[PlannedStep]: ...
    @property
    def phrase(self) -> str: ...
    @property
    def seal(self) -> str: ...
    def proofs(self) -> list[PlannedStep]: ...


def review_page(
    request: ConsoleRequest,
    plan: RulePlan,
    template: str,
    context: Mapping[str, Any],
    *,
    kind: str,
    verb: str,
    heading: str,
    form: forms.Form | None = None,
) -> HttpResponse:
    """Show the planned rules, and save them on the second POST if nothing has changed since.

    `request.back` is the list of the rules: *Cancel*, success and failures lead there.
    """
    is_saving = request.POST.get("step") == SAVE
    confirm = ConfirmForm(request.POST if is_saving else None, expected=plan.phrase)
    moved = is_saving and request.POST.get("seal") != plan.seal
    if not moved and confirm.is_valid() and (answer := _start_change(request, plan, confirm, kind)):
        return answer
    review_context = {
        "title": heading,
        "plan": plan,
        "rule_form": form,
        "proofs": len(plan.proofs()),
        "moved": moved,
        "verb": verb,
        "danger": bool(plan.phrase),
        "back": request.back,
    }
    return pages.form_page(request, template, confirm, {**review_context, **context})


def _start_change(
    request: ConsoleRequest, plan: RulePlan, confirm: ConfirmForm, kind: str
) -> HttpResponse | None:
    """Start a change that rolls back if a proof fails; return `None` if the form has errors."""
    why: dict[str, Any] = confirm.why()
    steps = [*plan.writes, *plan.proofs()]
    try:
        change = drafts.create_draft(
            request.actor, plan.organization, plan.title, steps, kind=kind, reverts=True, **why
        )
    except errors.CallFailed as failure:
        if not aws_errors.add_to_form(confirm, failure):
            raise
        return None
    engine.start_change(change, request.actor)
    change.refresh_from_db()
    return _result_response(request, change)


def _result_response(request: ConsoleRequest, change: Change) -> HttpResponse:
    page = reverse("changes:detail", args=[change.organization.slug, change.pk])
    if change.state == State.DONE:
        by = markup.format_utc(timezone.now() + EFFECT_DELAY)
        return pages.redirect_with_message(
            request, f"Saved, and WorkMail answers as shown. In effect everywhere by {by}.", request.back
        )
    if change.state in (State.RUNNING, State.CANCELLING, State.AWAITING, State.SCHEDULED):
        return pages.redirect_with_message(
            request, "Under way: this page shows how far it is.", page, level=messages.INFO
        )
    problem = f"WorkMail does not answer as the console expected. {change.note or 'Look at the steps below.'}"
    return pages.redirect_with_message(request, problem, page, level=messages.ERROR)
