"""One export: how it goes, stopping it, and its zip."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from console.areas.directory import kinds
from console.areas.exports import engine, scope, showing
from console.areas.exports.models import ExportJob
from console.aws import errors, storage
from console.ledger.models import Entry
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.forms import ConfirmForm
from console.web import aws_errors, downloads

State = ExportJob.State
QUEUED = ("It has not begun: nothing was written, and the mailbox can be exported at any time.",)
BEGUN = (
    "What was written so far is not a usable zip.",
    "WorkMail may still complete an export that is nearly done.",
    "A new export of the same mailbox may have to wait until 24 hours after this one began.",
)


@performs("DescribeMailboxExportJob")
def detail(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    job = find(request, organization, "DescribeMailboxExportJob", pk)
    history = Entry.objects.filter(
        organization=organization.organization_id, target__in=filter(None, [job.entity_id, job.job_id])
    ).filter(operation__in=scope.OPERATIONS)
    entity = engine.find_entity(job)
    context = {
        "title": f"Export of {job.entity_name}",
        "organization": organization,
        "job": job,
        "page_of_entity": kinds.place(entity) if entity else "",
        "why_not": get_mailbox(entity).why_not if entity else "",
        "state": showing.state_badge(job.state),
        "check": showing.check_badge(job.check_result),
        "not_contained": showing.NOT_CONTAINED,
        "history": history.order_by("-seq")[:20],
        "may": scope.rights(request.actor, organization),
    }
    return pages.show(request, "exports/detail.html", context, fragment="job")


@performs("CancelMailboxExportJob")
def cancel(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    job = find(request, organization, "CancelMailboxExportJob", pk)
    back = reverse("exports:detail", args=[organization.slug, pk])
    form = ConfirmForm(pages.posted(request))
    if form.is_valid():
        try:
            engine.cancel(request.actor, job, reason=form.cleaned_data["reason"])
        except errors.CallFailed as failure:
            return aws_errors.error_page(request, failure, back=back)
        return pages.done(request, _cancelled(job), back)
    return pages.confirm_page(
        request,
        form,
        title=f"Cancel the export of {job.entity_name}?",
        verb="Cancel the export",
        back=back,
        consequences=QUEUED if job.state == State.QUEUED else BEGUN,
    )


@require_POST
@performs("DownloadMailboxExport")
def download(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    """A link for five minutes, after the ledger knows who asked for it; the link itself is a secret."""
    job = find(request, organization, "DownloadMailboxExport", pk)
    back = address(organization, job)
    if job.state != State.COMPLETED:
        return pages.done(request, "There is nothing to download yet.", back)
    try:
        size = storage.get_object_size(organization, job.bucket, job.path)
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure, back=back)
    _enter(request, organization, job, size)
    link = storage.create_download_url(organization, job.bucket, job.path, f"{job.entity_name}.zip")
    minutes = storage.LINK_SECONDS // 60
    context = {
        "title": f"The zip of {job.entity_name}",
        "organization": organization,
        "job": job,
        "link": link,
        "size": size,
        "minutes": minutes,
    }
    return pages.show(request, "exports/download.html", context)


def find(request: ConsoleRequest, organization: Organization, operation: str, pk: int) -> ExportJob:
    seen = scope.visible(request.actor, operation, organization)
    return policy.get_in_scope(seen, organization=organization, pk=pk)


def address(organization: Organization, job: ExportJob) -> str:
    return reverse("exports:detail", args=[organization.slug, job.pk])


def _cancelled(job: ExportJob) -> str:
    job.refresh_from_db()
    if job.state == State.CANCELLED:
        return f"The export of {job.entity_name} is cancelled."
    return (
        f"WorkMail was asked to cancel the export of {job.entity_name}. It is now {job.get_state_display()}."
    )


def _enter(request: ConsoleRequest, organization: Organization, job: ExportJob, size: int) -> None:
    downloads.record_download(
        request,
        organization,
        f"{job.entity_name}.zip",
        target=job.entity_id,
        target_name=job.entity_name,
        job_id=job.job_id,
        size=size,
    )
