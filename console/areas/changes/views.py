"""List, show, run, approve, undo and download changes; edit the change policies."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from console.actor import Actor
from console.areas.changes import display
from console.areas.changes.forms import (
    CancelForm,
    ChangePoliciesForm,
    ScheduleForm,
    SecretsForm,
    step_target_name,
)
from console.areas.changes.tables import CHANGES, FILTERS, filter_changes
from console.areas.messages import parser_process
from console.aws.catalogue.inverses import CannotUndo
from console.changes import authority, control, policies, undo
from console.changes.attended_changes import is_attended
from console.changes.models import END_KINDS, Change, Step
from console.changes.policies import compute_digest
from console.ledger import journal
from console.ledger.models import Entry
from console.operators import policy, refusals
from console.operators.access import ConsoleRequest, DeclaredView, performs
from console.plurals import number_of
from console.ui import csv_text, filters, pages, tables
from console.web import downloads

STEPS_PER_PAGE = 100  # on one page
State = Change.State


@performs("ReadChanges")
def list_changes(request: ConsoleRequest) -> HttpResponse:
    visible = Change.objects.visible_to(request.actor, request.organization)
    context = {
        "title": "Changes",
        "page": tables.paginate(filter_changes(visible, request.GET), CHANGES, request.GET),
        "bar": filters.filter_bar(FILTERS, request.GET, placeholder="Title, ticket or operator"),
        "may_set": policy.allows(request.actor, "SetConditions", request.organization),
    }
    return pages.render_page(request, "changes/list.html", context, fragment="changes")


@performs("ReadChanges")
def list_scheduled_changes(request: ConsoleRequest) -> HttpResponse:
    """List the scheduled changes, earliest first."""
    visible = Change.objects.visible_to(request.actor, request.organization)
    scheduled = visible.filter(state=State.SCHEDULED).order_by("not_before", "pk")[:500]
    context = {"title": "Calendar", "changes": scheduled}
    return pages.render_page(request, "changes/calendar.html", context)


@performs("ReadChanges")
def show_change(request: ConsoleRequest, pk: int) -> HttpResponse:
    change = get_change(request, pk)
    return pages.render_page(
        request, "changes/detail.html", change_context(request, change), fragment="change"
    )


def change_context(request: ConsoleRequest, change: Change) -> dict[str, Any]:
    """Return the template context of a change, with the requested page of its steps."""
    counts, after = change.counts(), _requested_position(request)
    steps = list(change.steps.filter(position__gte=after).order_by("position")[: STEPS_PER_PAGE + 1])
    is_reading = _is_preview_running(change)
    read_count = change.steps.filter(before__isnull=False).count() if is_reading else change.total
    return {
        "change": change,
        "title": change.title,
        "state": display.state_badge(change),
        "rows": display.step_rows(request.actor, change, steps[:STEPS_PER_PAGE]),
        "next": after + STEPS_PER_PAGE if len(steps) > STEPS_PER_PAGE else None,
        "previous": max(after - STEPS_PER_PAGE, 0) if after else None,
        "tally": display.format_counts(counts),
        "progress": display.progress_bar(change, counts),
        "reading": is_reading,
        "looked": {
            "value": read_count,
            "max": change.total,
            "done": not is_reading,
            "text": f"{read_count:,} of {number_of(change.total, 'step')} read",
        },
        "impossible": counts.get(Step.State.REFUSED, 0) if change.state == State.DRAFT else 0,
        "labels": display.undo_labels(change),
        "may": _allowed_actions(request, change),
        "digest": compute_digest(change) if change.state == State.AWAITING else "",
        "is_attended": change.state == State.AWAITING and is_attended(change),
        "leaves_access": change.kind in END_KINDS and change.state == State.SCHEDULED,
        "later": ScheduleForm(),
        "undone_by": change.undone_by.exclude(state=State.CANCELLED).first(),
        "followed_by": list(change.followed_by.order_by("not_before")),
    }


def get_change(request: ConsoleRequest, pk: int) -> Change:
    visible = Change.objects.visible_to(request.actor, request.organization).select_related("organization")
    return policy.get_in_scope(visible, organization=request.organization, pk=pk)


def change_url(change: Change) -> str:
    return reverse("changes:detail", args=[change.organization.slug, change.pk])


def _is_preview_running(change: Change) -> bool:
    """Return whether the preview of a draft is still being prepared."""
    return change.state in (State.DRAFT, State.AWAITING) and change.prepared_at is None


def _requested_position(request: ConsoleRequest) -> int:
    text = request.GET.get("from", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _allowed_actions(request: ConsoleRequest, change: Change) -> dict[str, bool]:
    """Return which buttons the page has, by the operator's rights and the state of the change."""
    actor, state = request.actor, change.state
    acts = policy.allows(actor, "RunChanges", change.organization) and authority.may_act(actor, change)
    runs = acts and change.approved_by_id != actor.operator_id
    failed = state in (State.PARTLY, State.FAILED)
    is_paused = state == State.RUNNING and change.paused
    took_part = actor.operator_id in (change.requested_by_id, change.confirmed_by_id)
    return {
        "run": runs and state == State.DRAFT and not _is_preview_running(change),
        "discard": acts and state == State.DRAFT,
        "run_attended": state == State.APPROVED and authority.is_requester(actor, change),
        "cancel": acts and state in (State.AWAITING, State.APPROVED, State.SCHEDULED, State.RUNNING),
        "pause": acts and state == State.RUNNING and not change.paused,
        "resume": runs and is_paused,
        "retry": runs and (failed or is_paused),
        "approve": state == State.AWAITING
        and not took_part
        and not _is_preview_running(change)
        and policy.allows(actor, "ApproveChanges", change.organization)
        and authority.may_act(actor, change),
        "undo": acts
        and change.is_finished
        and any(label.possible for _, label in display.undo_labels(change)),
    }


STATE_MESSAGES = {
    State.DONE: "Done.",
    State.AWAITING: "Another operator has to approve this change before it runs.",
    State.APPROVED: "The requester can run it within 24 hours.",
    State.SCHEDULED: "Scheduled.",
    State.RUNNING: "Running.",
    State.CANCELLING: "Cancelling.",
    State.CANCELLED: "Cancelled before any step was done.",
    State.PARTLY: "Some steps were not done. Each step shows the reason.",
    State.FAILED: "No step was done. Each step shows the reason.",
}


@require_POST
@performs("RunChanges")
def run_change(request: ConsoleRequest, pk: int) -> HttpResponse:
    change = get_change(request, pk)
    form = ScheduleForm(request.POST)
    if not form.is_valid():
        return _redirect_to_change(
            request, change, " ".join(str(each) for each in form.errors["when"]), messages.ERROR
        )
    if change.prepared_at is None:
        return _redirect_to_change(request, change, "The preview is still being read.", messages.ERROR)
    try:
        control.run_draft(request.actor, change, form.cleaned_data["when"] or change.not_before)
    except control.InvalidState as reason:
        return _redirect_to_change(request, change, str(reason), messages.ERROR)
    change.refresh_from_db()
    return _redirect_to_change(request, change, STATE_MESSAGES[State(change.state)], messages.SUCCESS)


def _action_view(right: str, act: Callable[[ConsoleRequest, Change], str]) -> DeclaredView:
    """Return a POST view that performs `act` and shows its message or why it is not possible now."""

    @require_POST
    @performs(right)
    def view(request: ConsoleRequest, pk: int) -> HttpResponse:
        change = get_change(request, pk)
        try:
            return _redirect_to_change(request, change, act(request, change), messages.SUCCESS)
        except control.InvalidState as reason:
            return _redirect_to_change(request, change, str(reason), messages.ERROR)

    return view


def _approve(request: ConsoleRequest, change: Change) -> str:
    control.approve_change(request.actor, change, request.POST.get("digest", ""))
    change.refresh_from_db()
    return f"Approved. {STATE_MESSAGES[State(change.state)]}"


def _cancel(request: ConsoleRequest, change: Change) -> str:
    form = CancelForm(request.POST)
    control.cancel_change(request.actor, change, form.cleaned_data["why"] if form.is_valid() else "")
    if change.state == State.CANCELLING:
        return "No further step begins. A step that is running now is shown here when it has ended."
    return "No further step begins. Steps that are done stay done."


def _pause(request: ConsoleRequest, change: Change) -> str:
    control.pause_change(request.actor, change)
    return "Paused."


def _resume(request: ConsoleRequest, change: Change) -> str:
    control.resume_change(request.actor, change)
    return "It goes on."


def _retry(request: ConsoleRequest, change: Change) -> str:
    count = control.retry_change(request.actor, change)
    return (
        f"{number_of(count, 'step is', 'steps are')} tried again."
        if count
        else "There is nothing to try again."
    )


approve_change = _action_view("ApproveChanges", _approve)
cancel_change = _action_view("RunChanges", _cancel)
pause_change = _action_view("RunChanges", _pause)
resume_change = _action_view("RunChanges", _resume)
retry_change = _action_view("RunChanges", _retry)


@require_POST
@performs("RunChanges")
def undo_change(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Draft the undo of a change and go to its preview."""
    change = get_change(request, pk)
    try:
        draft = undo.draft_undo(request.actor, change)
    except CannotUndo as reason:
        return _redirect_to_change(request, change, str(reason), messages.ERROR)
    not_undone = undo.plan_undo(change).left
    note = f" {number_of(len(not_undone), 'step')} cannot be undone." if not_undone else ""
    return pages.redirect_with_message(
        request, f"This is what would be taken back.{note}", change_url(draft), level=messages.INFO
    )


def _redirect_to_change(request: ConsoleRequest, change: Change, message: str, level: int) -> HttpResponse:
    return pages.redirect_with_message(request, message, change_url(change), level=level)


@sensitive_post_parameters()
@sensitive_variables("form")
@never_cache
@performs("RunChanges")
def run_attended_change(request: ConsoleRequest, pk: int) -> HttpResponse:
    change = get_change(request, pk)
    if problem := control.find_attended_problem(request.actor, change):
        return pages.problem_page(
            request,
            title="Not possible",
            happened=problem,
            not_happened="Nothing was sent.",
            status=409,
            back=change_url(change),
        )
    form = SecretsForm(pages.post_data(request), change=change)
    if form.is_valid():
        try:
            control.run_attended(request.actor, change, form.secrets())
        except control.InvalidState as reason:
            return pages.redirect_with_message(request, str(reason), change_url(change), level=messages.ERROR)
        return _show_answer(request, change, form)
    context = {
        "change": change,
        "back": change_url(change),
        "title": change.title,
        "has_message": change.steps.filter(operation="GetRawMessageContent").exists(),
    }
    return pages.form_page(request, "changes/attended.html", form, context)


@sensitive_variables("values", "context")
def _show_answer(request: ConsoleRequest, change: Change, form: SecretsForm) -> HttpResponse:
    """Show the values that are shown once, or redirect to the change if there are none."""
    steps = {step.position: step for step in change.steps.all()}
    if content := _read_message(change):
        if "download" in request.POST:
            return _download_message(request, change, *content)
        request_fields = {"messageId": content[0].target, "reason": change.reason, "ticket": change.ticket}
        context = {
            "message": parser_process.run_parser(content[1]),
            "asked": request_fields,
            "approved": True,
        }
        return render(request, "messages/shown.html", context)
    may_be_set = (Step.State.DONE, Step.State.RUNNING)
    values = [
        (f"New password for {step_target_name(steps[position])}", password)
        for position, password in form.generated.items()
        if steps[position].state in may_be_set
    ]
    values += [
        (f"Token for {step_target_name(steps[position])}", str(answer["Token"]))
        for position, answer in change.answers.items()
        if "Token" in answer
    ]
    if not values:
        level = messages.SUCCESS if change.state == State.DONE else messages.ERROR
        return pages.redirect_with_message(
            request, STATE_MESSAGES[State(change.state)], change_url(change), level=level
        )
    context = {
        "title": change.title,
        "change": change,
        "values": values,
        "said": STATE_MESSAGES[State(change.state)],
        "back": change_url(change),
    }
    return render(request, "changes/attended_answer.html", context)


def _download_message(request: ConsoleRequest, change: Change, step: Step, content: bytes) -> HttpResponse:
    return downloads.send_file(
        request,
        f"{step.target}.eml",
        content,
        "message/rfc822",
        target=step.target,
        size=len(content),
        change=change.pk,
        reason=change.reason,
        ticket=change.ticket,
    )


def _read_message(change: Change) -> tuple[Step, bytes] | None:
    for position, answer in change.answers.items():
        if "messageContent" in answer:
            return change.steps.get(position=position), bytes(answer["messageContent"])
    return None


RECEIPT_STEPS = 200  # steps; a longer change has its file
STEPS_PER_QUERY = 500
CSV_HEADER = ("Row", "Step", "Operation", "Target", "Id", "State", "Code", "Note")


@performs("ReadChanges")
def download_receipt(request: ConsoleRequest, pk: int) -> HttpResponse:
    change = get_change(request, pk)
    steps = list(change.steps.order_by("position")[:RECEIPT_STEPS])
    text = display.receipt_text(request.actor, change, steps, request.build_absolute_uri(change_url(change)))
    filename = f"change-{change.pk}-receipt.txt"
    if request.method != "HEAD":
        downloads.record_download(request, filename, rows=len(steps), **_download_fields(change))
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@performs("ReadChanges")
def download_steps(request: ConsoleRequest, pk: int) -> HttpResponseBase:
    change = get_change(request, pk)
    lines = csv_text.write_rows(CSV_HEADER, _csv_rows(request.actor, change))
    return downloads.stream_csv(request, f"change-{change.pk}-result.csv", lines, **_download_fields(change))


def _download_fields(change: Change) -> dict[str, str]:
    return {"target": f"change-{change.pk}", "target_name": change.title[:300], "ticket": change.ticket}


def _csv_rows(actor: Actor, change: Change) -> Iterator[tuple[Any, ...]]:
    """Yield the steps in order, with the rows of the imported file that have no step between them."""
    file_rows = deque(_rows_without_steps(change))
    for start in range(0, change.total, STEPS_PER_QUERY):
        batch = change.steps.filter(position__gte=start, position__lt=start + STEPS_PER_QUERY)
        steps = list(batch.order_by("position"))
        names = display.EntityNames(actor, change.organization, steps)
        for step in steps:
            while file_rows and step.row is not None and file_rows[0][0] < step.row:
                yield file_rows.popleft()
            target, _ = names.target(step)
            note = display.step_note(step, names)
            state = step.get_state_display()
            yield step.row, step.position + 1, step.operation, target, step.target, state, step.code, note
    yield from file_rows


def _rows_without_steps(change: Change) -> list[tuple[Any, ...]]:
    """Return the rows of the imported file that were rejected or needed no change."""
    rejected = [
        (row, None, "", target, "", "Not done", column, problem)
        for row, target, column, problem in change.data.get("left", [])
    ]
    unchanged = [(row, None, "", "", "", "Nothing to do", "", "") for row in change.data.get("same", [])]
    return sorted([*rejected, *unchanged], key=lambda line: line[0])


@performs("SetConditions")
def edit_policies(request: ConsoleRequest) -> HttpResponse:
    back = reverse("changes:list", args=[request.organization.slug])
    form = ChangePoliciesForm(pages.post_data(request), instance=policies.get_policies(request.organization))
    if form.is_valid() and _save_policies(request, form):
        return pages.redirect_with_message(request, "Change policies saved.", back)
    context = {"title": "Change policies", "back": back}
    return pages.form_page(request, "changes/conditions.html", form, context)


@transaction.atomic
def _save_policies(request: ConsoleRequest, form: ChangePoliciesForm) -> bool:
    """Save the policies; return false, with an error in the form, if another operator changed them."""
    organization = request.organization
    current = policies.lock_policies(organization)
    if not form.require_unchanged(current):
        return False
    loosened = policies.describe_loosening(current, form.instance)
    if loosened and not policy.allows(request.actor, "LoosenConditions", organization):
        _refuse_loosening(request, form, loosened)
        return False
    form.instance.pk, form.instance.organization = current.pk, organization
    form.instance.save(force_update=True)
    journal.record_entry(
        request.actor,
        Entry.Kind.CHANGED,
        organization=organization.organization_id,
        operation="SetConditions",
        what="the change policies",
        loosened=loosened,
        **form.values(form.instance),
    )
    return True


def _refuse_loosening(request: ConsoleRequest, form: ChangePoliciesForm, loosened: list[str]) -> None:
    """Add the error that only an owner may loosen the policies, and record the attempt."""
    refusals.record_refusal(
        request.actor, policy.Denied("; ".join(loosened)), request.organization, "LoosenConditions"
    )
    form.add_error(
        None,
        ValidationError(
            f"Only an owner can loosen change policies ({'; '.join(loosened)}). Nothing was saved."
            " Ask an owner of the organization to do it."
        ),
    )
