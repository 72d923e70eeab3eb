"""Views of the retention policy."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from console.areas.retention import display
from console.areas.retention.forms import RetentionPolicyForm
from console.areas.retention.impact import describe_losses
from console.aws import errors
from console.changes import drafts, engine
from console.changes.steps import PlannedStep
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.forms import ConfirmForm
from console.web import aws_errors, settings_reads

READ_OPERATION = "GetDefaultRetentionPolicy"
NOTES = (display.DELAY_NOTE, display.AGE_NOTE)


@performs("GetDefaultRetentionPolicy")
def show_policy(request: ConsoleRequest) -> HttpResponse:
    look = settings_reads.read_setting(request.actor, READ_OPERATION, request.organization)
    writes = ("PutRetentionPolicy", "DeleteRetentionPolicy")
    context = {
        "title": "Retention",
        "organization": request.organization,
        "look": look,
        "rows": display.build_rows(look.shown.get("FolderConfigurations", []), timezone.now().date()),
        "notes": NOTES,
        "may": {name: policy.allows(request.actor, name, request.organization) for name in writes},
    }
    return pages.render_page(request, "retention/detail.html", context)


@performs("PutRetentionPolicy")
def edit_policy(request: ConsoleRequest) -> HttpResponseBase:
    request.back = _policy_url(request.organization)
    current = settings_reads.get_setting(request.actor, READ_OPERATION, request.organization) or {}
    form = RetentionPolicyForm(
        pages.post_data(request), current=current, subject=request.organization.organization_id
    )
    if form.is_valid() and "look" not in request.POST:
        answer = _draft_policy(request, form)
        if answer is not None:
            return answer
    return _policy_form_page(request, form)


@performs("DeleteRetentionPolicy")
def delete_policy(request: ConsoleRequest) -> HttpResponse:
    """Delete the policy, by the id that AWS returns now."""
    request.back = _policy_url(request.organization)
    current = settings_reads.get_setting(request.actor, READ_OPERATION, request.organization)
    if current is None:
        return pages.redirect_with_message(
            request, "There is no policy any more.", _policy_url(request.organization)
        )
    return _deletion_page(request, str(current.get("Id", "")))


def _draft_policy(request: ConsoleRequest, form: RetentionPolicyForm) -> HttpResponseBase | None:
    """Draft the change and redirect to it; return `None` if the form has the error."""
    step = PlannedStep(
        "PutRetentionPolicy",
        form.asked(),
        label=f"Set the policy. {display.DELAY_NOTE}",
        expects={"FolderConfigurations": form.folders},  # none: no policy was set meanwhile
    )
    try:
        title = f"Retention: {display.abbreviate_policy(form.configurations)}"
        change = drafts.create_draft(
            request.actor, request.organization, title, [step], kind="retention", **form.why()
        )
    except errors.CallFailed as failure:
        if aws_errors.add_to_form(form, failure):
            return None
        return aws_errors.error_page(request, failure, back=_policy_url(request.organization))
    return redirect("changes:detail", request.organization.slug, change.pk)


def _policy_form_page(request: ConsoleRequest, form: RetentionPolicyForm) -> HttpResponse:
    told = form.configurations if form.is_bound and form.is_valid() else None
    context = {
        "title": "Retention policy",
        "organization": request.organization,
        "back": _policy_url(request.organization),
        "notes": NOTES,
        "rows": display.build_rows(told, timezone.now().date()) if told is not None else None,
        "losses": describe_losses(request.organization, told) if told is not None else [],
    }
    return pages.form_page(request, "retention/edit.html", form, context)


def _deletion_page(request: ConsoleRequest, policy_id: str) -> HttpResponse:
    organization = request.organization
    form = ConfirmForm(pages.post_data(request))
    if form.is_valid():
        why: dict[str, Any] = form.why()
        engine.perform_write(request.actor, "DeleteRetentionPolicy", organization, **why, Id=policy_id)
        return pages.redirect_with_message(
            request, "The policy is deleted. Allow 48 hours for it.", _policy_url(organization)
        )
    return pages.confirm_page(
        request,
        form,
        title="Delete the retention policy?",
        verb="Delete the policy",
        back=_policy_url(organization),
        consequences=(
            "Nothing is deleted by itself any more; mailboxes grow until their quota is reached.",
            "What the policy has deleted already does not come back.",
            display.DELAY_NOTE,
        ),
        danger=False,
        context={"organization": organization},
    )


def _policy_url(organization: Organization) -> str:
    return reverse("retention:detail", args=[organization.slug])
