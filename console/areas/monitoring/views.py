"""The log of e-mail events: where it goes, switching it on with the policies to paste, switching it off."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from console.areas.monitoring import showing
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

READ = "DescribeEmailMonitoringConfiguration"
PUT, DELETE = "PutEmailMonitoringConfiguration", "DeleteEmailMonitoringConfiguration"


@performs("DescribeEmailMonitoringConfiguration")
def detail(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    look = settings_reads.read_setting(request.actor, READ, organization)
    context = {
        "title": "Log of e-mail events",
        "organization": organization,
        "look": look,
        "items": [("Log group", look.shown.get("LogGroupArn")), ("Role", look.shown.get("RoleArn"))],
        "meaning": showing.MEANING,
        "may": {name: policy.allows(request.actor, name, organization) for name in (PUT, DELETE)},
        "policies": _policies(organization, _place(organization), look.shown),
    }
    return pages.show(request, "monitoring/detail.html", context)


@performs("PutEmailMonitoringConfiguration")
def edit(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    place = _place(organization)
    try:
        current = settings_reads.get_setting(request.actor, READ, organization)
        suggested = {} if current is not None else {"LogGroupArn": place.log_group_arn}
        form = MonitoringForm(
            pages.posted(request),
            place=place,
            current=current or {},
            initial=suggested,
            subject=organization.organization_id,
        )
        if form.is_valid() and (answer := _save(request, organization, form)):
            return answer
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure, back=_back(organization))
    context = {
        "title": "Log of e-mail events",
        "organization": organization,
        "back": _back(organization),
        "policies": _policies(organization, place, current or suggested),
    }
    return pages.form_page(request, "monitoring/edit.html", form, context)


@performs("DeleteEmailMonitoringConfiguration")
def delete(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    form = ConfirmForm(pages.posted(request))
    if form.is_valid():
        try:
            why: dict[str, Any] = form.why()
            engine.perform_write(request.actor, DELETE, organization, **why)
        except errors.CallFailed as failure:
            return aws_errors.error_page(request, failure, back=_back(organization))
        return pages.done(request, "E-mail events are not logged any more.", _back(organization))
    return pages.confirm_page(
        request,
        form,
        title="Stop logging e-mail events?",
        verb="Stop logging",
        back=_back(organization),
        consequences=(
            "From then on nobody can look up who sent what to whom, and why a message was refused.",
            "What is in the log group stays there, and so do the log group and the role.",
        ),
        context={"organization": organization},
    )


def _save(request: ConsoleRequest, organization: Organization, form: MonitoringForm) -> HttpResponse | None:
    """The answer, or `None` if the form says why WorkMail does not take it."""
    why: dict[str, Any] = {**form.why(), "expecting": form.current}
    try:
        engine.perform_write(request.actor, PUT, organization, **why, **form.asked())
    except errors.Refused as refusal:
        if refusal.code == "ResourceNotFoundException":
            form.add_error(None, f"{showing.NOT_FOUND} WorkMail says: {refusal}")
            return None
        if aws_errors.add_to_form(form, refusal):
            return None
        raise
    return pages.done(request, "E-mail events are logged from now on.", _back(organization))


def _policies(organization: Organization, place: OrganizationArn, shown: Any) -> list[tuple[str, str, str]]:
    """Title, what it is for, and the policy itself."""
    group = str(shown.get("LogGroupArn") or place.log_group_arn)
    arn = organization.arn or "ARN_OF_THE_ORGANIZATION"
    return showing.policies(place, group, arn, str(shown.get("RoleArn") or ""))


def _place(organization: Organization) -> OrganizationArn:
    return arn.parse_organization_arn(organization.arn, organization.slug)


def _back(organization: Organization) -> str:
    return reverse("monitoring:detail", args=[organization.slug])
