"""The page between asking and saving: which answers flip, who would be locked out, and why it is done."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from console.areas import failures
from console.areas.access_rules import showing
from console.areas.access_rules.forms.rule import RuleForm
from console.areas.access_rules.planning import KIND, Plan
from console.aws import errors
from console.changes import drafting, engine
from console.changes.models import Change
from console.operators.access import ConsoleRequest
from console.ui import markup, pages
from console.ui.forms import ConfirmForm

State = Change.State
SAVE = "save"


def review(
    request: ConsoleRequest, plan: Plan, *, verb: str, heading: str, form: RuleForm | None = None
) -> HttpResponse:
    """Shown first, saved when it is sent again; what was shown has to be what happens."""
    asked = request.POST if request.POST.get("step") == SAVE else None
    confirm = ConfirmForm(asked, expected=plan.phrase)
    moved = asked is not None and request.POST.get("seal") != plan.seal
    if asked is not None and not moved and confirm.is_valid():
        answer = save(request, plan, confirm)
        if answer is not None:
            return answer
    context = {
        "title": heading,
        "organization": plan.organization,
        "plan": plan,
        "rule_form": form,
        "matrix": showing.matrix(plan.draft.flips, plan.wording),
        "warnings": showing.warnings(plan),
        "advice": showing.advice(plan),
        "proofs": len(plan.proofs()),
        "moved": moved,
        "verb": verb,
        "danger": bool(plan.phrase),
        "back": home(plan),
    }
    return pages.form_page(request, "access_rules/review.html", confirm, context)


def save(request: ConsoleRequest, plan: Plan, confirm: ConfirmForm) -> HttpResponse | None:
    """A change that takes itself back if a proof fails; `None` if the form has to say why there is none."""
    why: dict[str, Any] = confirm.why()
    options: dict[str, Any] = {"kind": KIND, "reverts": True, **why}
    try:
        change = drafting.draft(request.actor, plan.organization, plan.title, plan.steps(), **options)
    except errors.CallFailed as failure:
        return None if failures.into(confirm, failure) else failures.page(request, failure, back=home(plan))
    engine.start(change, request.actor)
    return told(request, plan, change)


def told(request: ConsoleRequest, plan: Plan, change: Change) -> HttpResponse:
    change.refresh_from_db()
    page = reverse("changes:detail", args=[plan.organization.slug, change.pk])
    if change.state == State.DONE:
        by = markup.stamp(timezone.now() + showing.FOLLOWS)
        said = f"Saved, and WorkMail answers as shown. In effect everywhere by {by}."
        return pages.done(request, said, home(plan))
    if change.state in (State.RUNNING, State.AWAITING, State.SCHEDULED):
        return pages.done(request, "Under way: this page shows how far it is.", page, level=messages.INFO)
    said = f"WorkMail does not answer as the console expected. {change.note or 'Look at the steps below.'}"
    return pages.done(request, said, page, level=messages.ERROR)


def home(plan: Plan) -> str:
    return reverse("access_rules:list", args=[plan.organization.slug])
