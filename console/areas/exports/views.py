"""Pages of mailbox exports: the dashboard, a request, one export and its zip."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from console.areas import failures
from console.areas.exports import engine, scope, showing
from console.areas.exports.forms import ExportForm
from console.areas.exports.models import RUNNING_AT_ONCE, Destination, ExportJob
from console.areas.exports.tables import EXPORTS, STAGES
from console.aws import errors, storage
from console.celery import hint
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import csv, filters, pages, tables
from console.ui.forms import ConfirmForm

State = ExportJob.State


@performs("ListMailboxExportJobs")
def listing(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    found = _found(request, organization)
    context = {
        "title": "Exports",
        "organization": organization,
        "page": tables.paginate(found, EXPORTS, request.GET, extra={"slug": organization.slug}),
        "bar": filters.bar([STAGES], request.GET, placeholder="Mailbox, operator or ticket"),
        "not_contained": showing.NOT_CONTAINED,
        "may_start": policy.allows(request.actor, "StartMailboxExportJob", organization),
        **_under_way(request, organization),
    }
    return pages.show(request, "exports/list.html", context, fragment="rows")


@performs("ListMailboxExportJobs")
def under_way(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    """What runs and what waits, asked for every two seconds until there is nothing of it."""
    context = {"organization": organization, **_under_way(request, organization)}
    return pages.show(request, "exports/list.html", context, fragment="under_way")


@performs("ListMailboxExportJobs")
def as_csv(request: ConsoleRequest, organization: Organization) -> HttpResponseBase:
    found = tables.ordered(_found(request, organization), EXPORTS, request.GET)
    return csv.stream(found, EXPORTS, f"exports-{organization.slug}-{timezone.now():%Y-%m-%d}.csv")


@performs("StartMailboxExportJob")
def create(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    destinations = Destination.objects.filter(organization=organization)
    if not destinations.exists():
        context = {"title": "Export mailboxes", "organization": organization}
        return pages.show(request, "exports/no_destination.html", context)
    form = ExportForm(
        pages.posted(request),
        entities=policy.visible(request.actor, "StartMailboxExportJob", organization),
        destinations=destinations,
        initial={"mailboxes": "\n".join(request.GET.getlist("entity"))},
    )
    if form.is_valid():
        return _queue(request, organization, form)
    context = {
        "title": "Export mailboxes",
        "organization": organization,
        "not_contained": showing.NOT_CONTAINED,
    }
    return pages.form_page(request, "exports/create.html", form, context)


@performs("StartMailboxExportJob")
def mailboxes(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    """Suggestions while somebody types a name; without script the name is typed into the list itself."""
    if not pages.wants_fragment(request):
        return redirect("exports:create", organization.slug)
    visible = policy.visible(request.actor, "StartMailboxExportJob", organization)
    text = request.GET.get("name", "").strip()
    exportable = visible.filter(kind__in=["user", "resource"], state="ENABLED")
    found = exportable.matching(text).order_by("sort_name")[:8] if text else []
    return pages.show(request, "exports/create.html", {"found": found}, fragment="suggestions")


@performs("DescribeMailboxExportJob")
def detail(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    job = _job(request, organization, "DescribeMailboxExportJob", pk)
    history = Entry.objects.filter(
        organization=organization.organization_id, target__in=filter(None, [job.entity_id, job.job_id])
    ).filter(operation__in=scope.OPERATIONS)
    context = {
        "title": f"Export of {job.entity_name}",
        "organization": organization,
        "job": job,
        "state": showing.state_badge(job.state),
        "check": showing.check_badge(job.check_result),
        "not_contained": showing.NOT_CONTAINED,
        "history": history.order_by("-seq")[:20],
        "may": scope.rights(request.actor, organization),
    }
    return pages.show(request, "exports/detail.html", context, fragment="job")


@performs("CancelMailboxExportJob")
def cancel(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    job = _job(request, organization, "CancelMailboxExportJob", pk)
    back = reverse("exports:detail", args=[organization.slug, pk])
    form = ConfirmForm(pages.posted(request))
    if form.is_valid():
        try:
            engine.cancel(request.actor, job, reason=form.cleaned_data["reason"])
        except errors.CallFailed as failure:
            return failures.page(request, failure, back=back)
        return pages.done(request, _cancelled(job), back)
    return pages.confirm_page(
        request,
        form,
        title=f"Cancel the export of {job.entity_name}?",
        verb="Cancel the export",
        back=back,
        consequences=(
            "What was written so far is not a usable zip.",
            "WorkMail may still complete an export that is nearly done.",
            "A new export of the same mailbox may have to wait until 24 hours after this one began.",
        ),
    )


@require_POST
@performs("StartMailboxExportJob")
def retry(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    job = _job(request, organization, "StartMailboxExportJob", pk)
    if job.is_open:
        return pages.done(request, "This export is still under way.", _address(organization, job))
    again = engine.retry(request.actor, job)
    hint("console.areas.exports.tasks.sweep")
    return pages.done(
        request, f"The export of {job.entity_name} is queued again.", _address(organization, again)
    )


@require_POST
@performs("DownloadMailboxExport")
def download(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    """A link for five minutes, after the ledger knows who asked for it; the link itself is a secret."""
    job = _job(request, organization, "DownloadMailboxExport", pk)
    back = _address(organization, job)
    if job.state != State.COMPLETED:
        return pages.done(request, "There is nothing to download yet.", back)
    try:
        size = storage.size(organization, job.bucket, job.path)
    except errors.CallFailed as failure:
        return failures.page(request, failure, back=back)
    journal.record(
        request.actor,
        Entry.Kind.REVEALED,
        organization=organization.organization_id,
        operation="DownloadMailboxExport",
        target=job.entity_id,
        target_name=job.entity_name,
        job_id=job.job_id,
        size=size,
    )
    link = storage.link(organization, job.bucket, job.path, f"{job.entity_name}.zip")
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


def _under_way(request: ConsoleRequest, organization: Organization) -> dict[str, object]:
    visible = scope.visible(request.actor, "ListMailboxExportJobs", organization)
    running = visible.filter(state__in=[State.STARTING, State.RUNNING]).order_by("started_at", "pk")
    return {
        "running": running[:RUNNING_AT_ONCE],
        "places": RUNNING_AT_ONCE,
        "counts": scope.summary(visible),
    }


def _found(request: ConsoleRequest, organization: Organization) -> "scope.Exports":
    visible = scope.visible(request.actor, "ListMailboxExportJobs", organization)
    return filters.narrowed(scope.matching(visible, request.GET.get("q", "")), [STAGES], request.GET)


def _job(request: ConsoleRequest, organization: Organization, operation: str, pk: int) -> ExportJob:
    return get_object_or_404(scope.visible(request.actor, operation, organization), pk=pk)


def _address(organization: Organization, job: ExportJob) -> str:
    return reverse("exports:detail", args=[organization.slug, job.pk])


def _queue(request: ConsoleRequest, organization: Organization, form: ExportForm) -> HttpResponse:
    asked = form.cleaned_data["mailboxes"]
    jobs = engine.request(request.actor, form.cleaned_data["destination"], asked, **form.why())
    hint("console.areas.exports.tasks.sweep")
    if not jobs:
        return pages.done(request, "Every one of these is being exported already.", _list(organization))
    if len(jobs) == 1:
        return pages.done(
            request, f"The export of {jobs[0].entity_name} is queued.", _address(organization, jobs[0])
        )
    skipped = len(asked) - len(jobs)
    already = f" {skipped} were under way already." if skipped else ""
    return pages.done(request, f"{len(jobs)} exports are queued.{already}", _list(organization))


def _list(organization: Organization) -> str:
    return reverse("exports:list", args=[organization.slug])


def _cancelled(job: ExportJob) -> str:
    job.refresh_from_db()
    if job.state == State.CANCELLED:
        return f"The export of {job.entity_name} is cancelled."
    return (
        f"WorkMail was asked to cancel the export of {job.entity_name}. It is now {job.get_state_display()}."
    )
