"""Views of CSV export for editing and of CSV import."""

from collections.abc import Iterable, Iterator

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from console.areas.users import user_fields
from console.areas.users.bulk import selection_forms
from console.areas.users.bulk.selection_forms import SelectionTooLarge, UserSelection
from console.areas.users.bulk.views import selection_problem_page
from console.areas.users.csv_import import edited_users, new_users, report, row_versions
from console.areas.users.csv_import.edited_users import ImportPlan
from console.areas.users.csv_import.forms import EditedFileForm, NewUsersForm, UserFileForm
from console.changes.models import Change
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Entity
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.plurals import number_of
from console.ui import csv_text, pages
from console.ui.pages import SeeOther, post_data
from console.web import downloads
from console.web.draft_views import draft_change

EDIT_KIND, CREATE_KIND = "csv", "csv-new"


@require_POST
@performs("UpdateUser")
def export_for_editing(request: ConsoleRequest) -> HttpResponseBase:
    """Download the selected users as a CSV file for editing."""
    try:
        selection = UserSelection.read(request.POST)
        users = selection_forms.resolve_selection(
            request.actor, request.operation, request.organization, selection
        ).people
    except SelectionTooLarge as reason:
        return selection_problem_page(request, "Too many", str(reason))
    if not users:
        return selection_problem_page(request, "Nobody is chosen", "No row was ticked that you may change.")
    name = f"people-to-edit-{request.organization.slug}-{timezone.now():%Y-%m-%d}.csv"
    lines = csv_text.write_rows(edited_users.CSV_HEADER, _csv_rows(users))
    return downloads.stream_csv(request, name, lines, filter=selection.text)


@performs("UpdateUser")
def import_edited_users(request: ConsoleRequest) -> HttpResponse:
    form = EditedFileForm(post_data(request), request.FILES or None)
    if form.is_valid():
        plan = edited_users.EditedUsersImport(request.actor, request.organization, form.sheet).plan()
        if answer := _draft_import(request, form, plan, EDIT_KIND, f"Users edited in {form.filename}"):
            return answer
    context = {"title": "Import edited CSV", "columns": user_fields.EDITABLE_COLUMNS}
    return pages.form_page(request, "users/file_edit.html", form, context)


@performs("CreateUser")
def import_new_users(request: ConsoleRequest) -> HttpResponse:
    form = NewUsersForm(post_data(request), request.FILES or None)
    if form.is_valid():
        plan = new_users.NewUsersImport(request.actor, request.organization, form.sheet).plan()
        if answer := _draft_import(request, form, plan, CREATE_KIND, f"New users from {form.filename}"):
            return answer
    context = {"title": "Import new users", "columns": new_users.NEW_USER_COLUMNS}
    return pages.form_page(request, "users/file_create.html", form, context)


@performs("CreateUser")
def download_template(request: ConsoleRequest) -> HttpResponseBase:
    """Download the header row only, because an example row would be created."""
    lines = csv_text.write_rows(new_users.NEW_USER_COLUMNS, [])
    return downloads.stream_csv(request, "new-people.csv", lines)


@performs("ReadChanges")
def import_report(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Show the differing cells of an import, and the rows with problems."""
    visible = Change.objects.visible_to(request.actor, request.organization).select_related("organization")
    change = policy.get_in_scope(
        visible, organization=request.organization, pk=pk, kind__in=[EDIT_KIND, CREATE_KIND]
    )
    return pages.render_page(
        request, "users/file_checked.html", report.get_report_context(request.actor, change, request.GET)
    )


def _draft_import(
    request: ConsoleRequest, form: UserFileForm, plan: ImportPlan, kind: str, title: str
) -> HttpResponse | None:
    """Create the draft and redirect to its report, or return `None` if the form has errors."""
    if not plan.steps:
        return _no_steps_response(request, form, plan)
    data = report.get_report_data(form.filename, plan)
    change = draft_change(request, form, title, plan.steps, kind=kind, data=data)
    if change is None:
        return None
    _record_import(request, form.filename, plan.rows, change)
    return SeeOther(reverse("users:file-checked", args=[request.organization.slug, change.pk]))


def _no_steps_response(request: ConsoleRequest, form: UserFileForm, plan: ImportPlan) -> HttpResponse | None:
    if not plan.faults:
        return pages.redirect_with_message(
            request,
            f"No changes to save: {number_of(plan.rows, 'row')} compared with WorkMail.",
            reverse("users:list", args=[request.organization.slug]),
        )
    form.add_error(None, f"Of {number_of(plan.rows, 'row')} none can be imported. Nothing was changed.")
    for fault in plan.faults[: report.MAX_PROBLEMS_SHOWN]:
        form.add_error(None, f"Row {fault.row} ({fault.who or 'nobody'}): {fault.said}")
    return None


def _csv_rows(users: Iterable[Entity]) -> Iterator[list[str]]:
    for user in users:
        values = user_fields.get_current_values(user)
        cells = [user_fields.format_cell(values[column]) for column in user_fields.EDITABLE_COLUMNS]
        yield [user.entity_id, user.name, *cells, row_versions.make_row_version(cells)]


def _record_import(request: ConsoleRequest, filename: str, row_count: int, change: Change) -> None:
    journal.record_entry(
        request.actor,
        Entry.Kind.REQUESTED,
        organization=request.organization.organization_id,
        operation=request.operation,
        target=f"change-{change.pk}",
        reason=change.reason,
        ticket=change.ticket,
        what=f"{filename} with {number_of(row_count, 'row')} was brought in",
        rows=row_count,
    )
