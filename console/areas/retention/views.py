"""Views of the retention policy."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from console.areas.retention import display
from console.areas.retention.forms import DeletePolicyForm, RetentionPolicyForm
from console.areas.retention.impact import describe_losses
from console.changes.steps import PlannedStep
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.web import operation_views, settings_reads
from console.web.draft_views import create_draft_from_form

READ_OPERATION = "GetDefaultRetentionPolicy"
NOTES = (display.DELAY_NOTE, display.AGE_NOTE)


@performs("GetDefaultRetentionPolicy")
def show_policy(request: ConsoleRequest) -> HttpResponse:
    setting = settings_reads.read_setting(request.actor, READ_OPERATION, request.organization)
    writes = ("PutRetentionPolicy", "DeleteRetentionPolicy")
    context = {
        "title": "Retention",
        "look": setting,
        "rows": display.build_rows(setting.shown.get("FolderConfigurations", []), timezone.now().date()),
        "notes": NOTES,
        "may": {name: policy.allows(request.actor, name, request.organization) for name in writes},
    }
    return pages.render_page(request, "retention/detail.html", context)


@performs("PutRetentionPolicy")
def edit_policy(request: ConsoleRequest) -> HttpResponse:
    request.back = _policy_url(request.organization)
    current = settings_reads.get_setting(request.actor, READ_OPERATION, request.organization) or {}
    form = RetentionPolicyForm(
        pages.post_data(request), current=current, subject=request.organization.organization_id
    )
    if form.is_valid() and "look" not in request.POST and (answer := _draft_policy(request, form)):
        return answer
    return _policy_form_page(request, form)


def _draft_policy(request: ConsoleRequest, form: RetentionPolicyForm) -> HttpResponse | None:
    step = PlannedStep(
        form.operation,
        form.params(),
        label=f"Set the policy. {display.DELAY_NOTE}",
        expects={"FolderConfigurations": form.folders},  # none: no policy was set meanwhile
    )
    title = f"Retention: {display.abbreviate_policy(form.configurations)}"
    return create_draft_from_form(request, form, title, [step], "retention")


def _policy_form_page(request: ConsoleRequest, form: RetentionPolicyForm) -> HttpResponse:
    configurations = form.configurations if form.is_valid() else None
    context: dict[str, Any] = {"title": "Retention policy", "back": request.back, "notes": NOTES}
    if configurations is not None:
        context["rows"] = display.build_rows(configurations, timezone.now().date())
        context["losses"] = describe_losses(request.organization, configurations)
    return pages.form_page(request, "retention/edit.html", form, context)


@performs("DeleteRetentionPolicy")
def delete_policy(request: ConsoleRequest) -> HttpResponse:
    """Delete the policy, by the id that AWS returns now."""
    request.back = _policy_url(request.organization)
    current = settings_reads.get_setting(request.actor, READ_OPERATION, request.organization)
    if current is None:
        return pages.redirect_with_message(request, "There is no policy any more.", request.back)
    form = DeletePolicyForm(pages.post_data(request), policy_id=str(current.get("Id", "")))
    return operation_views.confirmation_page(request, form)


def _policy_url(organization: Organization) -> str:
    return reverse("retention:detail", args=[organization.slug])
