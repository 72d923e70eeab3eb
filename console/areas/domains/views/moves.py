"""Moving everybody off a mail domain: a change of many steps, which is seen before anything happens."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse

from console.areas.directory import scope as directory
from console.areas.domains import moving, scope
from console.areas.domains.forms import MoveForm
from console.areas.domains.moving import Plan
from console.aws import errors
from console.changes import drafts
from console.mirror.models import Domain, Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.web import aws_errors

NAMED = 5


@performs("UpdatePrimaryEmailAddress")
def move(request: ConsoleRequest, organization: Organization, domain: str) -> HttpResponse:
    found = scope.find(request.actor, "GetMailDomain", organization, domain)
    usable = directory.usable_domains(request.actor, "UpdatePrimaryEmailAddress", organization)
    targets = [name for name in usable if name != found.name]
    form = MoveForm(pages.posted(request), targets=targets)
    if form.is_valid() and (answer := _draft(request, found, form)):
        return answer
    context = {
        "title": f"Move everybody off {found.name}",
        "organization": organization,
        "domain": found,
        "targets": targets,
        "count": moving.leaving(request.actor, organization, found.name).count(),
        "back": reverse("domains:addresses", args=[organization.slug, found.name]),
    }
    return pages.form_page(request, "domains/move.html", form, context)


def _draft(request: ConsoleRequest, domain: Domain, form: MoveForm) -> HttpResponse | None:
    """The change's own page, where it is looked at and run; `None` if there is nothing to do."""
    organization, chosen = domain.organization, form.cleaned_data
    plan = moving.plan(
        request.actor, organization, domain.name, chosen["target"], keep_aliases=chosen["keep_aliases"]
    )
    if not plan.steps:
        form.add_error(None, _staying(plan) or "Nobody whom you may move has an address on this domain.")
        return None
    title = f"Move everybody from {domain.name} to {plan.target}"
    why: dict[str, Any] = form.why()
    try:
        change = drafts.create_draft(request.actor, organization, title, plan.steps, kind="move", **why)
    except errors.CallFailed as failure:
        if aws_errors.add_to_form(form, failure):
            return None
        return aws_errors.error_page(request, failure)
    told = f"Nothing has happened yet. Look through the steps, then run them. {_staying(plan)}"
    to = reverse("changes:detail", args=[organization.slug, change.pk])
    return pages.done(request, told.strip(), to, level=messages.WARNING if plan.staying else messages.INFO)


def _staying(plan: Plan) -> str:
    if not plan.staying:
        return ""
    more = len(plan.staying) - NAMED
    named = ", ".join(plan.staying[:NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"Left out, because somebody else has the same name on {plan.target}: {named}."
