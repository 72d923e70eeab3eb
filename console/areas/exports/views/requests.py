"""Asking for an export: of which mailboxes, where to, and why."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from console.areas.exports import engine, showing
from console.areas.exports.forms import ExportForm
from console.areas.exports.models import Destination, ExportJob
from console.areas.exports.selection import nothing_left, queued
from console.areas.exports.views.job import address, find
from console.celery import hint
from console.mirror.mailboxes import exportable_mailboxes
from console.mirror.models import EntityQuerySet, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages

SWEEP = "console.areas.exports.tasks.sweep"


@performs("StartMailboxExportJob")
def create(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    destinations = Destination.objects.filter(organization=organization)
    if not destinations.exists():
        context = {"title": "Export mailboxes", "organization": organization}
        return pages.show(request, "exports/no_destination.html", context)
    entities = policy.visible_entities(request.actor, "StartMailboxExportJob", organization)
    form = ExportForm(
        pages.posted(request),
        organization=organization,
        entities=entities,
        destinations=destinations,
        initial={"mailboxes": "\n".join(_named(entities, request.GET.getlist("entity")))},
    )
    if form.is_valid() and (answer := _queue(request, organization, form)):
        return answer
    context = {
        "title": "Export mailboxes",
        "organization": organization,
        "not_contained": showing.NOT_CONTAINED,
    }
    return pages.form_page(request, "exports/create.html", form, context)


def _named(entities: EntityQuerySet, values: list[str]) -> list[str]:
    """Return what a link names, with the address, or else the username, in place of an id."""
    names = {each.entity_id: each.email or each.name for each in entities.filter(entity_id__in=values)}
    return [names.get(value, value) for value in values]


@performs("StartMailboxExportJob")
def mailboxes(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    """Suggestions while somebody types a name; without script the name is typed into the list itself."""
    if not pages.wants_fragment(request):
        return redirect("exports:create", organization.slug)
    visible = policy.visible_entities(request.actor, "StartMailboxExportJob", organization)
    text = request.GET.get("find", "").strip()
    found = visible.filter(exportable_mailboxes()).matching(text).order_by("sort_name")[:8] if text else []
    return pages.show(request, "partials/picker_results.html", {"found": found, "to": "id_mailboxes"})


@require_POST
@performs("StartMailboxExportJob")
def retry(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    job = find(request, organization, "StartMailboxExportJob", pk)
    if job.is_open:
        return pages.done(request, "This export is still under way.", address(organization, job))
    try:
        again = engine.retry(request.actor, job)
    except engine.NotExportable as failure:
        return pages.done(request, str(failure), address(organization, job), level=messages.ERROR)
    hint(SWEEP)
    return pages.done(
        request, f"The export of {job.entity_name} is queued again.", address(organization, again)
    )


def _queue(request: ConsoleRequest, organization: Organization, form: ExportForm) -> HttpResponse | None:
    """The answer, or `None` if the form says why nothing would be exported."""
    selection = form.select(organization, form.cleaned_data["mailboxes"])
    destination, left_out = form.cleaned_data["destination"], selection.left_out
    jobs: list[ExportJob] = []
    if selection.included:
        jobs = engine.request(request.actor, destination, selection.included, left_out=left_out, **form.why())
        hint(SWEEP)
    if not jobs:
        form.add_error(None, nothing_left(left_out))
        return None
    if len(jobs) == 1 and not left_out:
        return pages.done(
            request, f"The export of {jobs[0].entity_name} is queued.", address(organization, jobs[0])
        )
    return pages.done(request, *queued(request.actor, organization, jobs))
