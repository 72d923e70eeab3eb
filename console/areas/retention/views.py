"""The retention policy: what it deletes, changing it with a look at what that means, ending it."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from console.areas.retention import showing
from console.areas.retention.forms import PolicyForm
from console.areas.retention.losses import losses
from console.aws import errors
from console.changes import drafts, engine
from console.changes.steps import PlannedStep
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.forms import ConfirmForm
from console.web import aws_errors, settings_reads

READ = "GetDefaultRetentionPolicy"
NOTES = (showing.DELAY, showing.AGE)


@performs("GetDefaultRetentionPolicy")
def detail(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    look = settings_reads.read_setting(request.actor, READ, organization)
    writes = ("PutRetentionPolicy", "DeleteRetentionPolicy")
    context = {
        "title": "Retention",
        "organization": organization,
        "look": look,
        "rows": showing.rows(look.shown.get("FolderConfigurations", []), timezone.now().date()),
        "notes": NOTES,
        "may": {name: policy.allows(request.actor, name, organization) for name in writes},
    }
    return pages.show(request, "retention/detail.html", context)


@performs("PutRetentionPolicy")
def edit(request: ConsoleRequest, organization: Organization) -> HttpResponseBase:
    try:
        current = settings_reads.get_setting(request.actor, READ, organization) or {}
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure, back=_back(organization))
    form = PolicyForm(pages.posted(request), current=current, subject=organization.organization_id)
    if form.is_valid() and "look" not in request.POST:
        answer = _save(request, organization, form)
        if answer is not None:
            return answer
    return _page(request, organization, form)


@performs("DeleteRetentionPolicy")
def delete(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    """WorkMail asks for the policy's id, which the page takes from what AWS shows now."""
    try:
        current = settings_reads.get_setting(request.actor, READ, organization)
        if current is None:
            return pages.done(request, "There is no policy any more.", _back(organization))
        return _end(request, organization, str(current.get("Id", "")))
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure, back=_back(organization))


def _save(request: ConsoleRequest, organization: Organization, form: PolicyForm) -> HttpResponseBase | None:
    """On to the preview of a draft, or `None` if the form says what is wrong with it."""
    step = PlannedStep(
        "PutRetentionPolicy",
        form.asked(),
        label=f"Set the policy. {showing.DELAY}",
        expects={"FolderConfigurations": form.folders},  # none: no policy was set meanwhile
    )
    try:
        title = f"Retention: {showing.brief(form.configurations)}"
        change = drafts.create_draft(
            request.actor, organization, title, [step], kind="retention", **form.why()
        )
    except errors.CallFailed as failure:
        if aws_errors.add_to_form(form, failure):
            return None
        return aws_errors.error_page(request, failure, back=_back(organization))
    return redirect("changes:detail", organization.slug, change.pk)


def _page(request: ConsoleRequest, organization: Organization, form: PolicyForm) -> HttpResponse:
    told = form.configurations if form.is_bound and form.is_valid() else None
    context = {
        "title": "Retention policy",
        "organization": organization,
        "back": _back(organization),
        "notes": NOTES,
        "rows": showing.rows(told, timezone.now().date()) if told is not None else None,
        "losses": losses(organization, told) if told is not None else [],
    }
    return pages.form_page(request, "retention/edit.html", form, context)


def _end(request: ConsoleRequest, organization: Organization, policy_id: str) -> HttpResponse:
    form = ConfirmForm(pages.posted(request))
    if form.is_valid():
        why: dict[str, Any] = form.why()
        engine.perform_write(request.actor, "DeleteRetentionPolicy", organization, **why, Id=policy_id)
        return pages.done(request, "The policy is deleted. Allow 48 hours for it.", _back(organization))
    return pages.confirm_page(
        request,
        form,
        title="Delete the retention policy?",
        verb="Delete the policy",
        back=_back(organization),
        consequences=(
            "Nothing is deleted by itself any more; mailboxes grow until their quota is reached.",
            "What the policy has deleted already does not come back.",
            showing.DELAY,
        ),
        danger=False,
        context={"organization": organization},
    )


def _back(organization: Organization) -> str:
    return reverse("retention:detail", args=[organization.slug])
