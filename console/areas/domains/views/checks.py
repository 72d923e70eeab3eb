"""Looking a domain's records up in DNS, and what earlier looks found."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from console.areas.domains import checking, scope
from console.areas.domains.models import KEPT, Check
from console.areas.domains.views import detail
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages

TONES = {
    Check.State.OK: "success",
    Check.State.PROBLEMS: "warning",
    Check.State.INCOMPLETE: "warning",
    Check.State.NO_DNS: "danger",
}


@require_POST
@performs("CheckMailDomain")
def check(request: ConsoleRequest, organization: Organization, domain: str) -> HttpResponse:
    """Takes a few seconds at the most; AWS is asked again, too, how far the verification is."""
    found = scope.find(request.actor, "CheckMailDomain", organization, domain)
    shown, failure = detail.read(request, found)
    if failure:
        return failure
    made = checking.run(organization, found.name, shown, by=request.actor.name)
    answer = detail.page(request, found, shown, fragment="checked")
    return pages.toast(
        answer, f"{found.name}: {made.get_state_display().lower()}.", tone=TONES[Check.State(made.state)]
    )


@performs("GetMailDomain")
def history(request: ConsoleRequest, organization: Organization, domain: str) -> HttpResponse:
    found = scope.find(request.actor, "GetMailDomain", organization, domain)
    context = {
        "title": f"Checks of {found.name}",
        "organization": organization,
        "domain": found,
        "told": checking.told(checking.history(organization, found.name)),
        "kept": KEPT,
    }
    return pages.show(request, "domains/checks.html", context)


@performs("GetMailDomain")
def past(request: ConsoleRequest, organization: Organization, domain: str, number: int) -> HttpResponse:
    """One check with all that it found."""
    found = scope.find(request.actor, "GetMailDomain", organization, domain)
    check = get_object_or_404(checking.history(organization, found.name), pk=number)
    context = {
        "title": "A check of the past",
        "organization": organization,
        "domain": found,
        "check": check,
        "verdicts": checking.verdicts(check),
    }
    return pages.show(request, "domains/past.html", context)
