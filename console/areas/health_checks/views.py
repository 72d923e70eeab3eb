"""Show the latest results, run the checks now, and draft the fix of a failed check."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from console.areas.health_checks import display, runner
from console.areas.health_checks.definitions import MAX_STEPS, Fix, HealthCheck
from console.areas.health_checks.registry import CHECKS_BY_ID
from console.aws import errors
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.plurals import number_of
from console.ui import pages
from console.ui.forms import ReasonForm
from console.web import aws_errors
from console.web.draft_views import create_draft_from_form

CHANGE_KIND = "posture"
PREVIEW_NOTE = (
    f"The next page lists each step, {MAX_STEPS} at the most; nothing happens before you say so there."
)


@performs("ReadPosture")
def show_overview(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    reviews = display.latest_reviews(organization)
    rows = display.check_rows(request.actor, organization, reviews)
    context = {
        "title": "Posture",
        "review": reviews[0] if reviews else None,
        "rows": rows,
        "tally": display.count_tones(rows),
        "may_check": policy.allows(request.actor, "CheckPosture", organization),
    }
    return pages.render_page(request, "posture/overview.html", context)


@require_POST
@performs("CheckPosture")
def run_checks_now(request: ConsoleRequest) -> HttpResponse:
    review = runner.run_review(request.organization, request.actor.name)
    failed_count = sum(each.tone in display.FAILED_TONES for each in review.findings.all())
    message = "Checked: nothing wants mending."
    if failed_count:
        message = f"Checked: {number_of(failed_count, 'check wants', 'checks want')} somebody."
    return pages.redirect_with_message(request, message, _overview_url(request.organization))


@performs("CheckPosture")
def fix_check(request: ConsoleRequest, check: str) -> HttpResponse:
    """Draft the fix of a check from the current state, not from the stored result."""
    request.back = _overview_url(request.organization)
    health_check = CHECKS_BY_ID.get(check)
    if health_check is None or health_check.mend is None:
        raise Http404(check)
    fix = health_check.mend
    if not display.may_fix(request.actor, request.organization, health_check):
        raise policy.Denied(f"{', '.join(fix.operations)}: not among your rights")
    form = ReasonForm(pages.post_data(request))
    if form.is_valid() and (answer := _draft_fix(request, health_check, fix, form)):
        return answer
    context = {
        "title": health_check.title,
        "verb": "Show what will happen",
        "note": " ".join(filter(None, (fix.note, PREVIEW_NOTE))),
        "trail": [("Posture", request.back)],
        "back": request.back,
    }
    return pages.form_page(request, "partials/form_page.html", form, context)


def _draft_fix(
    request: ConsoleRequest, health_check: HealthCheck, fix: Fix, form: ReasonForm
) -> HttpResponse | None:
    """Draft the fix and redirect to it; return `None` if the form has errors."""
    try:
        check_data = runner.read_check_data(request.organization, [health_check])
        steps = list(fix.steps(check_data))[:MAX_STEPS]
    except errors.CallFailed as failure:
        if not aws_errors.add_to_form(form, failure):
            raise
        return None
    if not steps:
        return pages.redirect_with_message(
            request, "Nothing is left to be mended. Check again to see it here.", request.back
        )
    title = f"{health_check.title}: {fix.verb.lower()}"
    return create_draft_from_form(request, form, title, steps, CHANGE_KIND)


def _overview_url(organization: Organization) -> str:
    return reverse("posture:overview", args=[organization.slug])
