"""The checks over all of an organization: what was found last, checking now, and a plan that mends one."""

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from console.areas.posture import running, showing
from console.areas.posture.results import MOST, Check, Mend
from console.areas.posture.table import OF
from console.aws import errors
from console.changes import drafts
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.plurals import number_of
from console.ui import pages
from console.ui.forms import WhyForm
from console.web import aws_errors

KIND = "posture"


@performs("ReadPosture")
def overview(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    kept = showing.reviews(organization)
    rows = showing.rows(request.actor, organization, kept)
    context = {
        "title": "Posture",
        "organization": organization,
        "review": kept[0] if kept else None,
        "rows": rows,
        "tally": showing.tally(rows),
        "may_check": policy.allows(request.actor, "CheckPosture", organization),
    }
    return pages.show(request, "posture/overview.html", context)


@require_POST
@performs("CheckPosture")
def check_now(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    review = running.run(organization, request.actor.name)
    wrong = sum(each.tone in showing.WRONG for each in review.findings.all())
    told = number_of(wrong, "check wants", "checks want")
    said = f"Checked: {told} somebody." if wrong else "Checked: nothing wants mending."
    return pages.done(request, said, _back(organization))


@performs("CheckPosture")
def mend(request: ConsoleRequest, organization: Organization, check: str) -> HttpResponseBase:
    """The plan is made of what is there now, not of what was found last."""
    found = OF.get(check)
    if found is None or found.mend is None:
        raise Http404(check)
    if not showing.may_mend(request.actor, organization, found):
        raise policy.Denied(f"{', '.join(found.mend.operations)}: not among your rights")
    form = WhyForm(pages.posted(request))
    if form.is_valid():
        answer = _draft(request, organization, found, found.mend, form)
        if answer is not None:
            return answer
    context = {
        "title": found.title,
        "organization": organization,
        "verb": "Show what will happen",
        "note": " ".join(filter(None, (found.mend.note, _NOTE))),
        "trail": [("Posture", _back(organization))],
        "back": _back(organization),
    }
    return pages.form_page(request, "partials/form_page.html", form, context)


_NOTE = f"The next page lists each step, {MOST} at the most; nothing happens before you say so there."


def _draft(
    request: ConsoleRequest, organization: Organization, check: Check, plan: Mend, form: WhyForm
) -> HttpResponseBase | None:
    """On to the preview of a draft; `None` if the form has to say why there is none."""
    back = _back(organization)
    try:
        steps = list(plan.steps(running.gather(organization, [check])))[:MOST]
        if not steps:
            return pages.done(request, "Nothing is left to be mended. Check again to see it here.", back)
        change = drafts.create_draft(
            request.actor, organization, f"{check.title}: {plan.verb.lower()}", steps, kind=KIND, **form.why()
        )
    except errors.CallFailed as failure:
        return (
            None
            if aws_errors.add_to_form(form, failure)
            else aws_errors.error_page(request, failure, back=back)
        )
    return redirect("changes:detail", organization.slug, change.pk)


def _back(organization: Organization) -> str:
    return reverse("posture:overview", args=[organization.slug])
