"""Views of email event logging."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from console.areas.monitoring import display
from console.areas.monitoring.forms import MonitoringForm
from console.aws import errors
from console.changes import engine
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.forms import ConfirmForm
from console.web import arn, aws_errors, settings_reads
from console.web.arn import OrganizationArn

READ_OPERATION = "DescribeEmailMonitoringConfiguration"
PUT_OPERATION, DELETE_OPERATION = "PutEmailMonitoringConfiguration", "DeleteEmailMonitoringConfiguration"


@performs("DescribeEmailMonitoringConfiguration")
def show_logging(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    look = settings_reads.read_setting(request.actor, READ_OPERATION, organization)
    context = {
        "title": "Log of e-mail events",
        "organization": organization,
        "look": look,
        "items": [("Log group", look.shown.get("LogGroupArn")), ("Role", look.shown.get("RoleArn"))],
        "meaning": display.MEANING,
        "may": {
            name: policy.allows(request.actor, name, organization)
            for name in (PUT_OPERATION, DELETE_OPERATION)
        },
        "policies": _list_policies(organization, _organization_arn_parts(organization), look.shown),
    }
    return pages.render_page(request, "monitoring/detail.html", context)


@performs("PutEmailMonitoringConfiguration")
def edit_logging(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    place = _organization_arn_parts(organization)
    request.back = _logging_url(organization)
    current = settings_reads.get_setting(request.actor, READ_OPERATION, organization)
    suggested = {} if current is not None else {"LogGroupArn": place.log_group_arn}
    form = MonitoringForm(
        pages.post_data(request),
        place=place,
        current=current or {},
        initial=suggested,
        subject=organization.organization_id,
    )
    if form.is_valid() and (answer := _save_logging(request, form)):
        return answer
    context = {
        "title": "Log of e-mail events",
        "organization": organization,
        "back": _logging_url(organization),
        "policies": _list_policies(organization, place, current or suggested),
    }
    return pages.form_page(request, "monitoring/edit.html", form, context)


@performs("DeleteEmailMonitoringConfiguration")
def stop_logging(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    form = ConfirmForm(pages.post_data(request))
    if form.is_valid():
        request.back = _logging_url(organization)
        why: dict[str, Any] = form.why()
        engine.perform_write(request.actor, DELETE_OPERATION, organization, **why)
        return pages.redirect_with_message(
            request, "E-mail events are not logged any more.", _logging_url(organization)
        )
    return pages.confirm_page(
        request,
        form,
        title="Stop logging e-mail events?",
        verb="Stop logging",
        back=_logging_url(organization),
        consequences=(
            "From then on nobody can look up who sent what to whom, and why a message was refused.",
            "What is in the log group stays there, and so do the log group and the role.",
        ),
        context={"organization": organization},
    )


def _save_logging(request: ConsoleRequest, form: MonitoringForm) -> HttpResponse | None:
    """Save the configuration and return the response, or `None` if the form has the error."""
    why: dict[str, Any] = {**form.why(), "expecting": form.current}
    try:
        engine.perform_write(request.actor, PUT_OPERATION, request.organization, **why, **form.asked())
    except errors.Refused as refusal:
        if refusal.code == "ResourceNotFoundException":
            form.add_error(None, f"{display.NOT_FOUND} WorkMail says: {refusal}")
            return None
        if aws_errors.add_to_form(form, refusal):
            return None
        raise
    return pages.redirect_with_message(
        request, "E-mail events are logged from now on.", _logging_url(request.organization)
    )


def _list_policies(
    organization: Organization, place: OrganizationArn, shown: Any
) -> list[tuple[str, str, str]]:
    group = str(shown.get("LogGroupArn") or place.log_group_arn)
    arn = organization.arn or "ARN_OF_THE_ORGANIZATION"
    return display.list_policies(place, group, arn, str(shown.get("RoleArn") or ""))


def _organization_arn_parts(organization: Organization) -> OrganizationArn:
    return arn.parse_organization_arn(organization.arn, organization.slug)


def _logging_url(organization: Organization) -> str:
    return reverse("monitoring:detail", args=[organization.slug])
