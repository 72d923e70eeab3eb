"""People as files that go round: taken along, edited, brought back; and new ones from a template."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from console.areas.users.bulk import cells, creating, importing, reporting, versions
from console.areas.users.bulk.importing import Plan
from console.areas.users.forms import selection
from console.areas.users.forms.files import EditedFileForm, FileForm, NewUsersForm
from console.areas.users.forms.selection import Selection, TooMany
from console.areas.users.views.bulk import nobody
from console.aws import errors
from console.changes import drafts
from console.changes.models import Change
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.plurals import number_of
from console.ui import csv_text, pages
from console.ui.pages import SeeOther, post_data
from console.web import aws_errors, downloads

EDITED, CREATED = "csv", "csv-new"


@require_POST
@performs("UpdateUser")
def export(request: ConsoleRequest, organization: Organization) -> HttpResponseBase:
    """The people chosen as a file to edit and bring back."""
    try:
        chosen = Selection.read(request.POST)
        people = selection.resolve(request.actor, "UpdateUser", organization, chosen).people
    except TooMany as reason:
        return nobody(request, organization, "Too many", str(reason))
    if not people:
        return nobody(request, organization, "Nobody is chosen", "No row was ticked that you may change.")
    name = f"people-to-edit-{organization.slug}-{timezone.now():%Y-%m-%d}.csv"
    lines = csv_text.write_rows(importing.HEADER, _rows(people))
    return downloads.stream_csv(request, organization, name, lines, filter=chosen.text)


@performs("UpdateUser")
def edit(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    form = EditedFileForm(post_data(request), request.FILES or None)
    if form.is_valid():
        plan = importing.Import(request.actor, organization, form.sheet).plan()
        if answer := _taken(request, organization, form, plan, "UpdateUser", EDITED, "Users edited in {}"):
            return answer
    context = {"title": "Import edited CSV", "organization": organization, "columns": cells.COLUMNS}
    return pages.form_page(request, "users/file_edit.html", form, context)


@performs("CreateUser")
def create(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    form = NewUsersForm(post_data(request), request.FILES or None)
    if form.is_valid():
        plan = creating.Creation(request.actor, organization, form.sheet).plan()
        if answer := _taken(request, organization, form, plan, "CreateUser", CREATED, "New users from {}"):
            return answer
    context = {"title": "Import new users", "organization": organization, "columns": creating.COLUMNS}
    return pages.form_page(request, "users/file_create.html", form, context)


@performs("CreateUser")
def template(request: ConsoleRequest, organization: Organization) -> HttpResponseBase:
    """Nothing but the header: an example would be created."""
    lines = csv_text.write_rows(creating.COLUMNS, [])
    return downloads.stream_csv(request, organization, "new-people.csv", lines)


@performs("ReadChanges")
def checked(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    """What came of a file: the cells that differ, and every row that cannot be done, with the reason."""
    seen = Change.objects.visible_to(request.actor, organization).select_related("organization")
    change = policy.get_in_scope(seen, organization=organization, pk=pk, kind__in=[EDITED, CREATED])
    return pages.render_page(
        request, "users/file_checked.html", reporting.context(request.actor, change, request.GET)
    )


def _taken(
    request: ConsoleRequest,
    organization: Organization,
    form: FileForm,
    plan: Plan,
    operation: str,
    kind: str,
    title: str,
) -> HttpResponse | None:
    """On to what the file would change, or `None` if the form says why there is nothing."""
    if not plan.steps:
        return _nothing(request, organization, form, plan)
    try:
        change = drafts.create_draft(
            request.actor,
            organization,
            title.format(form.filename),
            plan.steps,
            kind=kind,
            data=reporting.data(form.filename, plan),
            **form.why(),
        )
    except errors.CallFailed as failure:
        return None if aws_errors.add_to_form(form, failure) else aws_errors.error_page(request, failure)
    what = f"{form.filename} with {number_of(plan.rows, 'row')} was brought in"
    _enter(
        request, organization, operation, what, plan.rows, f"change-{change.pk}", change.reason, change.ticket
    )
    return SeeOther(reverse("users:file-checked", args=[organization.slug, change.pk]))


def _nothing(
    request: ConsoleRequest, organization: Organization, form: FileForm, plan: Plan
) -> HttpResponse | None:
    if not plan.faults:
        told = f"No changes to save: {number_of(plan.rows, 'row')} compared with WorkMail."
        return pages.redirect_with_message(request, told, reverse("users:list", args=[organization.slug]))
    form.add_error(None, f"Of {number_of(plan.rows, 'row')} none can be imported. Nothing was changed.")
    for fault in plan.faults[: reporting.SHOWN]:
        form.add_error(None, f"Row {fault.row} ({fault.who or 'nobody'}): {fault.said}")
    return None


def _rows(people: Iterable[Entity]) -> Iterator[list[str]]:
    for person in people:
        now = cells.current(person)
        shown = [cells.written(now[column]) for column in cells.COLUMNS]
        yield [person.entity_id, person.name, *shown, versions.version(shown)]


def _enter(
    request: ConsoleRequest,
    organization: Organization,
    operation: str,
    what: str,
    rows: int,
    target: str = "",
    reason: str = "",
    ticket: str = "",
) -> None:
    """Who brought a file of people in."""
    said: dict[str, Any] = {"target": target, "reason": reason, "ticket": ticket, "what": what, "rows": rows}
    journal.record_entry(
        request.actor,
        Entry.Kind.REQUESTED,
        organization=organization.organization_id,
        operation=operation,
        **said,
    )
