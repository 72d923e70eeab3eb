"""Views of mailbox exports and of export destinations."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from console.areas.entities import kinds
from console.areas.exports import display, job_queue, scope, selection
from console.areas.exports.forms import DestinationDeletionForm, DestinationForm, ExportForm
from console.areas.exports.models import MAX_RUNNING, Destination, ExportJob
from console.areas.exports.selection import explain_nothing_queued, summarize_request
from console.areas.exports.tables import EXPORT_TABLE, STAGE_FILTER
from console.aws import storage
from console.celery import hint
from console.ledger.models import Entry
from console.mirror.mailboxes import exportable_mailboxes, get_mailbox
from console.mirror.models import EntityQuerySet, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import filters, pages, tables
from console.ui.forms import ConfirmForm
from console.web import downloads, row_views

State = ExportJob.State


@performs("ListMailboxExportJobs")
def list_exports(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    context = {
        "title": "Exports",
        "page": tables.paginate(
            _filter_exports(request), EXPORT_TABLE, request.GET, extra={"slug": organization.slug}
        ),
        "bar": filters.filter_bar([STAGE_FILTER], request.GET, placeholder="Mailbox, operator or ticket"),
        "not_contained": display.NOT_EXPORTED_NOTE,
        "may_start": policy.allows(request.actor, "StartMailboxExportJob", organization),
        "result": selection.read_request_result(request.actor, organization, request.GET.get("request", "")),
        **_open_exports_context(request),
    }
    return pages.render_page(request, "exports/list.html", context, fragment="rows")


@performs("ListMailboxExportJobs")
def list_open_exports(request: ConsoleRequest) -> HttpResponse:
    """Show the running and queued exports; the page polls this every two seconds while there are any."""
    context = _open_exports_context(request)
    return pages.render_page(request, "exports/list.html", context, fragment="under_way")


@performs("ListMailboxExportJobs")
def download_exports_csv(request: ConsoleRequest) -> HttpResponseBase:
    rows = tables.sort_rows(_filter_exports(request), EXPORT_TABLE, request.GET)
    name = f"exports-{request.organization.slug}-{timezone.now():%Y-%m-%d}.csv"
    return downloads.stream_table(request, name, rows, EXPORT_TABLE)


def _open_exports_context(request: ConsoleRequest) -> dict[str, object]:
    visible = scope.visible_exports(request.actor, "ListMailboxExportJobs", request.organization)
    running = visible.filter(state__in=[State.STARTING, State.RUNNING]).order_by("started_at", "pk")
    return {
        "running": running[:MAX_RUNNING],
        "places": MAX_RUNNING,
        "counts": scope.count_by_stage(visible),
    }


def _filter_exports(request: ConsoleRequest) -> "scope.Exports":
    visible = scope.visible_exports(request.actor, "ListMailboxExportJobs", request.organization)
    return filters.filter_rows(
        scope.search_exports(visible, request.GET.get("q", "")), [STAGE_FILTER], request.GET
    )


QUEUED_CONSEQUENCES = ("It has not begun: nothing was written, and the mailbox can be exported at any time.",)
STARTED_CONSEQUENCES = (
    "What was written so far is not a usable zip.",
    "WorkMail may still complete an export that is nearly done.",
    "A new export of the same mailbox may have to wait until 24 hours after this one began.",
)


@performs("DescribeMailboxExportJob")
def show_export(request: ConsoleRequest, pk: int) -> HttpResponse:
    job = _get_requested_export(request, pk)
    history = Entry.objects.filter(
        organization=request.organization.organization_id,
        target__in=filter(None, [job.entity_id, job.job_id]),
    ).filter(operation__in=scope.EXPORT_OPERATIONS)
    entity = job_queue.find_entity(job)
    context = {
        "title": f"Export of {job.entity_name}",
        "job": job,
        "page_of_entity": kinds.entity_url(entity) if entity else "",
        "why_not": get_mailbox(entity).why_not if entity else "",
        "state": display.state_badge(job.state),
        "check": display.check_badge(job.check_result),
        "not_contained": display.NOT_EXPORTED_NOTE,
        "history": history.order_by("-seq")[:20],
        "may": scope.get_rights(request.actor, request.organization),
    }
    return pages.render_page(request, "exports/detail.html", context, fragment="job")


@performs("CancelMailboxExportJob")
def cancel_export(request: ConsoleRequest, pk: int) -> HttpResponse:
    job = _get_requested_export(request, pk)
    form = ConfirmForm(pages.post_data(request))
    if form.is_valid():
        job_queue.cancel_job(request.actor, job, reason=form.cleaned_data["reason"])
        return pages.redirect_with_message(request, _cancel_message(job), request.back)
    return pages.confirm_page(
        request,
        form,
        title=f"Cancel the export of {job.entity_name}?",
        verb="Cancel the export",
        back=request.back,
        consequences=QUEUED_CONSEQUENCES if job.state == State.QUEUED else STARTED_CONSEQUENCES,
    )


@require_POST
@performs("DownloadMailboxExport")
def download_export(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Show a download link for five minutes, after the request is in the audit log; the link is a secret."""
    organization = request.organization
    job = _get_requested_export(request, pk)
    if job.state != State.COMPLETED:
        return pages.redirect_with_message(request, "There is nothing to download yet.", request.back)
    size = storage.get_object_size(organization, job.bucket, job.path)
    file_name = f"{job.entity_name}.zip"
    downloads.record_download(
        request,
        file_name,
        target=job.entity_id,
        target_name=job.entity_name,
        job_id=job.job_id,
        size=size,
    )
    context = {
        "title": f"The zip of {job.entity_name}",
        "job": job,
        "link": storage.create_download_url(organization, job.bucket, job.path, file_name),
        "size": size,
        "minutes": storage.LINK_SECONDS // 60,
    }
    return pages.render_page(request, "exports/download.html", context)


def _get_requested_export(request: ConsoleRequest, pk: int) -> ExportJob:
    """Return the export for which the operator may perform the view's operation; failures lead back to it."""
    visible = scope.visible_exports(request.actor, request.operation, request.organization)
    job = policy.get_in_scope(visible, organization=request.organization, pk=pk)
    request.back = export_url(request.organization, job)
    return job


def export_url(organization: Organization, job: ExportJob) -> str:
    return reverse("exports:detail", args=[organization.slug, job.pk])


def _cancel_message(job: ExportJob) -> str:
    job.refresh_from_db()
    if job.state == State.CANCELLED:
        return f"The export of {job.entity_name} is cancelled."
    return (
        f"WorkMail was asked to cancel the export of {job.entity_name}. It is now {job.get_state_display()}."
    )


SWEEP_TASK = "console.areas.exports.tasks.sweep"


@performs("StartMailboxExportJob")
def create_exports(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    destinations = Destination.objects.filter(organization=organization)
    if not destinations.exists():
        return pages.render_page(request, "exports/no_destination.html", {"title": "Export mailboxes"})
    entities = policy.visible_entities(request.actor, "StartMailboxExportJob", organization)
    form = ExportForm(
        pages.post_data(request),
        organization=organization,
        entities=entities,
        destinations=destinations,
        initial={"mailboxes": "\n".join(_mailbox_labels(entities, request.GET.getlist("entity")))},
    )
    if form.is_valid() and (answer := _queue_exports(request, form)):
        return answer
    context = {
        "title": "Export mailboxes",
        "not_contained": display.NOT_EXPORTED_NOTE,
    }
    return pages.form_page(request, "exports/create.html", form, context)


def _mailbox_labels(entities: EntityQuerySet, values: list[str]) -> list[str]:
    names = {each.entity_id: each.email or each.name for each in entities.filter(entity_id__in=values)}
    return [names.get(value, value) for value in values]


@performs("StartMailboxExportJob")
def suggest_mailboxes(request: ConsoleRequest) -> HttpResponse:
    """Suggest mailboxes while a name is typed; without JavaScript, redirect to the form."""
    if not pages.wants_fragment(request):
        return redirect("exports:create", request.organization.slug)
    visible = policy.visible_entities(request.actor, "StartMailboxExportJob", request.organization)
    text = request.GET.get("find", "").strip()
    matching = visible.filter(exportable_mailboxes()).matching(text).order_by("sort_name")[:8] if text else []
    context = {"found": matching, "to": "id_mailboxes"}
    return pages.render_page(request, "partials/picker_results.html", context)


@require_POST
@performs("StartMailboxExportJob")
def retry_export(request: ConsoleRequest, pk: int) -> HttpResponse:
    job = _get_requested_export(request, pk)
    if job.is_open:
        return pages.redirect_with_message(request, "This export is still under way.", request.back)
    try:
        new_job = job_queue.retry_job(request.actor, job)
    except job_queue.NotExportable as failure:
        return pages.redirect_with_message(request, str(failure), request.back, level=messages.ERROR)
    hint(SWEEP_TASK)
    return pages.redirect_with_message(
        request,
        f"The export of {job.entity_name} is queued again.",
        export_url(request.organization, new_job),
    )


def _queue_exports(request: ConsoleRequest, form: ExportForm) -> HttpResponse | None:
    """Queue the exports and return the response, or `None` if the form has the error."""
    selection = form.select(request.organization, form.cleaned_data["mailboxes"])
    destination, left_out = form.cleaned_data["destination"], selection.left_out
    jobs: list[ExportJob] = []
    if selection.included:
        jobs = job_queue.request_exports(
            request.actor, destination, selection.included, left_out=left_out, **form.why()
        )
        hint(SWEEP_TASK)
    if not jobs:
        form.add_error(None, explain_nothing_queued(left_out))
        return None
    if len(jobs) == 1 and not left_out:
        return pages.redirect_with_message(
            request,
            f"The export of {jobs[0].entity_name} is queued.",
            export_url(request.organization, jobs[0]),
        )
    return pages.redirect_with_message(request, *summarize_request(request.actor, request.organization, jobs))


@performs("ListMailboxExportJobs")
def list_destinations(request: ConsoleRequest) -> HttpResponse:
    context = {
        "title": "Destinations of exports",
        "destinations": request.organization.destinations.all(),
        "may_manage": policy.allows(request.actor, DestinationForm.action, request.organization),
    }
    return pages.render_page(request, "exports/destinations.html", context)


@performs("ManageExportDestinations")
def create_destination(request: ConsoleRequest) -> HttpResponse:
    return _destination_form_page(request, Destination(organization=request.organization, prefix="exports"))


@performs("ManageExportDestinations")
def edit_destination(request: ConsoleRequest, pk: int) -> HttpResponse:
    return _destination_form_page(request, row_views.get_row(request, Destination, pk))


@performs("ManageExportDestinations")
def delete_destination(request: ConsoleRequest, pk: int) -> HttpResponse:
    request.back = _destinations_url(request.organization)
    destination = row_views.get_row(request, Destination, pk)
    form = DestinationDeletionForm(pages.post_data(request), row=destination)
    return row_views.row_deletion_page(request, form)


def _destination_form_page(request: ConsoleRequest, destination: Destination) -> HttpResponse:
    request.back = _destinations_url(request.organization)
    form = DestinationForm(pages.post_data(request), instance=destination)
    return row_views.row_form_page(request, form, template="exports/destination.html")


def _destinations_url(organization: Organization) -> str:
    return reverse("exports:destinations", args=[organization.slug])
