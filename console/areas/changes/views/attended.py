"""Run an approved change whose secrets are entered, and whose answers are shown, only on this page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from console.areas.changes.attending import AttendedForm, named
from console.areas.changes.views import address, find
from console.areas.changes.views.acting import SAID
from console.areas.messages import isolation
from console.changes import control
from console.changes.models import Change, Step
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.web import downloads

State = Change.State


@sensitive_post_parameters()
@sensitive_variables("form", "secrets")
@never_cache
@performs("RunChanges")
def run(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    change = find(request, organization, pk)
    if problem := control.find_attended_problem(request.actor, change):
        return pages.problem(
            request,
            title="Not possible",
            happened=problem,
            not_happened="Nothing was sent.",
            status=409,
            back=address(change),
        )
    form = AttendedForm(pages.posted(request), change=change)
    if form.is_valid():
        secrets = form.secrets()
        try:
            control.run_attended(request.actor, change, secrets)
        except control.InvalidState as reason:
            return pages.done(request, str(reason), address(change), level=messages.ERROR)
        return _answer(request, change, form)
    context = {
        "organization": organization,
        "change": change,
        "back": address(change),
        "title": change.title,
        "has_message": change.steps.filter(operation="GetRawMessageContent").exists(),
    }
    return pages.form_page(request, "changes/attended.html", form, context)


@sensitive_variables("values", "context")
def _answer(request: ConsoleRequest, change: Change, form: AttendedForm) -> HttpResponse:
    """Show what the operator alone may see; without any such value, go on to the change."""
    steps = {step.position: step for step in change.steps.all()}
    if content := _message(change):
        if "download" in request.POST:
            return _download(request, change, *content)
        asked = {"messageId": content[0].target, "reason": change.reason, "ticket": change.ticket}
        context = {
            "organization": change.organization,
            "message": isolation.read(content[1]),
            "asked": asked,
            "approved": True,
        }
        return render(request, "messages/shown.html", context)
    may_be_set = (Step.State.DONE, Step.State.RUNNING)
    values = [
        (f"New password for {named(steps[position])}", password)
        for position, password in form.generated.items()
        if steps[position].state in may_be_set
    ]
    values += [
        (f"Token for {named(steps[position])}", str(answer["Token"]))
        for position, answer in change.answers.items()
        if "Token" in answer
    ]
    if not values:
        level = messages.SUCCESS if change.state == State.DONE else messages.ERROR
        return pages.done(request, SAID[State(change.state)], address(change), level=level)
    context = {
        "organization": change.organization,
        "title": change.title,
        "change": change,
        "values": values,
        "said": SAID[State(change.state)],
        "back": address(change),
    }
    return render(request, "changes/attended_answer.html", context)


def _download(request: ConsoleRequest, change: Change, step: Step, content: bytes) -> HttpResponse:
    said = {"target": step.target, "size": len(content), "change": change.pk}
    said |= {"reason": change.reason, "ticket": change.ticket}
    return downloads.send_file(
        request, change.organization, f"{step.target}.eml", content, "message/rfc822", **said
    )


def _message(change: Change) -> tuple[Step, bytes] | None:
    for position, answer in change.answers.items():
        if "messageContent" in answer:
            return change.steps.get(position=position), bytes(answer["messageContent"])
    return None
