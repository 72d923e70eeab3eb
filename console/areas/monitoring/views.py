"""Views of email event logging."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from console.areas.monitoring import display
from console.areas.monitoring.forms import MonitoringForm, StopLoggingForm
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.web import arn, operation_views, settings_reads
from console.web.arn import OrganizationArn

READ_OPERATION = "DescribeEmailMonitoringConfiguration"
PUT_OPERATION, DELETE_OPERATION = "PutEmailMonitoringConfiguration", "DeleteEmailMonitoringConfiguration"


@performs("DescribeEmailMonitoringConfiguration")
def show_logging(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    setting = settings_reads.read_setting(request.actor, READ_OPERATION, organization)
    context = {
        "title": "Log of e-mail events",
        "look": setting,
        "items": [("Log group", setting.shown.get("LogGroupArn")), ("Role", setting.shown.get("RoleArn"))],
        "meaning": display.MEANING,
        "may": {
            name: policy.allows(request.actor, name, organization)
            for name in (PUT_OPERATION, DELETE_OPERATION)
        },
        "policies": _list_policies(organization, _organization_arn_parts(organization), setting.shown),
    }
    return pages.render_page(request, "monitoring/detail.html", context)


@performs("PutEmailMonitoringConfiguration")
def edit_logging(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    request.back = _logging_url(organization)
    arn_parts = _organization_arn_parts(organization)
    current = settings_reads.get_setting(request.actor, READ_OPERATION, organization)
    suggested = {} if current is not None else {"LogGroupArn": arn_parts.log_group_arn}
    form = MonitoringForm(
        pages.post_data(request),
        place=arn_parts,
        current=current or {},
        initial=suggested,
        subject=organization.organization_id,
    )
    context = {
        "title": "Log of e-mail events",
        "policies": _list_policies(organization, arn_parts, current or suggested),
    }
    return operation_views.operation_page(request, form, template="monitoring/edit.html", context=context)


@performs("DeleteEmailMonitoringConfiguration")
def stop_logging(request: ConsoleRequest) -> HttpResponse:
    request.back = _logging_url(request.organization)
    return operation_views.confirmation_page(request, StopLoggingForm(pages.post_data(request)))


def _list_policies(
    organization: Organization, arn_parts: OrganizationArn, configuration: Any
) -> list[tuple[str, str, str]]:
    group = str(configuration.get("LogGroupArn") or arn_parts.log_group_arn)
    own_arn = organization.arn or "ARN_OF_THE_ORGANIZATION"
    return display.list_policies(arn_parts, group, own_arn, str(configuration.get("RoleArn") or ""))


def _organization_arn_parts(organization: Organization) -> OrganizationArn:
    return arn.parse_organization_arn(organization.arn, organization.slug)


def _logging_url(organization: Organization) -> str:
    return reverse("monitoring:detail", args=[organization.slug])
