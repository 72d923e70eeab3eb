"""Show the latest results, run the checks now, and draft the fix of a failed check."""

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from console.areas.health_checks import display, runner
from console.areas.health_checks.definitions import MAX_STEPS, Fix, HealthCheck
from console.areas.health_checks.registry import CHECKS_BY_ID
from console.aws import errors
from console.changes import drafts
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.plurals import number_of
from console.ui import pages
from console.ui.forms import ReasonForm
from console.web import aws_errors

CHANGE_KIND = "posture"


@performs("ReadPosture")
def show_overview(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    kept = display.latest_reviews(organization)
    rows = display.check_rows(request.actor, organization, kept)
    context = {
        "title": "Posture",
        "organization": organization,
        "review": kept[0] if kept else None,
        "rows": rows,
        "tally": display.count_tones(rows),
        "may_check": policy.allows(request.actor, "CheckPosture", organization),
    }
    return pages.render_page(request, "posture/overview.html", context)


@require_POST
@performs("CheckPosture")
def run_checks_now(request: ConsoleRequest) -> HttpResponse:
    review = runner.run_review(request.organization, request.actor.name)
    wrong = sum(each.tone in display.FAILED_TONES for each in review.findings.all())
    told = number_of(wrong, "check wants", "checks want")
    said = f"Checked: {told} somebody." if wrong else "Checked: nothing wants mending."
    return pages.redirect_with_message(request, said, _overview_url(request.organization))


@performs("CheckPosture")
def fix_check(request: ConsoleRequest, check: str) -> HttpResponseBase:
    """Draft the fix of a check from the current state, not from the stored result."""
    organization = request.organization
    found = CHECKS_BY_ID.get(check)
    if found is None or found.mend is None:
        raise Http404(check)
    if not display.may_fix(request.actor, organization, found):
        raise policy.Denied(f"{', '.join(found.mend.operations)}: not among your rights")
    form = ReasonForm(pages.post_data(request))
    if form.is_valid():
        answer = _draft_fix(request, found, found.mend, form)
        if answer is not None:
            return answer
    context = {
        "title": found.title,
        "organization": organization,
        "verb": "Show what will happen",
        "note": " ".join(filter(None, (found.mend.note, _PREVIEW_NOTE))),
        "trail": [("Posture", _overview_url(organization))],
        "back": _overview_url(organization),
    }
    return pages.form_page(request, "partials/form_page.html", form, context)


_PREVIEW_NOTE = (
    f"The next page lists each step, {MAX_STEPS} at the most; nothing happens before you say so there."
)


def _draft_fix(
    request: ConsoleRequest, check: HealthCheck, plan: Fix, form: ReasonForm
) -> HttpResponseBase | None:
    """Draft the fix and go to its preview; return `None` with an error in the form if AWS refused a read."""
    organization = request.organization
    back = _overview_url(organization)
    try:
        steps = list(plan.steps(runner.read_check_data(organization, [check])))[:MAX_STEPS]
        if not steps:
            return pages.redirect_with_message(
                request, "Nothing is left to be mended. Check again to see it here.", back
            )
        change = drafts.create_draft(
            request.actor,
            organization,
            f"{check.title}: {plan.verb.lower()}",
            steps,
            kind=CHANGE_KIND,
            **form.why(),
        )
    except errors.CallFailed as failure:
        return (
            None
            if aws_errors.add_to_form(form, failure)
            else aws_errors.error_page(request, failure, back=back)
        )
    return redirect("changes:detail", organization.slug, change.pk)


def _overview_url(organization: Organization) -> str:
    return reverse("posture:overview", args=[organization.slug])
