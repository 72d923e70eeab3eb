"""Views of bulk actions: edit, add to a group, disable and export."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from console.areas.entities import scope
from console.areas.entities.forms import GroupChoiceForm
from console.areas.exports import job_queue
from console.areas.exports import selection as exports_selection
from console.areas.exports.models import Destination, ExportJob
from console.areas.users.bulk import plans, selection_forms
from console.areas.users.bulk.forms import BulkEditForm, BulkExportForm, UserListForm
from console.areas.users.bulk.selection_forms import SelectedUsers, SelectionTooLarge, UserSelection
from console.areas.users.user_fields import FIELD_LABELS
from console.celery import hint
from console.changes.steps import PlannedStep
from console.mirror.models import Entity
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.plurals import number_of
from console.ui import pages
from console.ui.forms import ReasonForm
from console.web.draft_views import create_draft_from_form

MAX_USERS_SHOWN = 12
EXPORT_SWEEP_TASK = "console.areas.exports.tasks.sweep"
DISABLE_CONSEQUENCES = (
    "Nobody can sign in to these mailboxes from then on, and mail to them is returned to its sender.",
    "WorkMail removes the mailboxes after 30 days. Enabling the same people before then brings them back.",
    "Who is disabled already is left out.",
)
BULK_ACTIONS = (
    ("users:bulk-edit", "UpdateUser", "pencil", "Edit …"),
    ("users:bulk-group", "AssociateMemberToGroup", "users-group", "Add to a group …"),
    ("users:bulk-export", "StartMailboxExportJob", "package-export", "Export mailboxes …"),
    ("users:bulk-disable", "DeregisterFromWorkMail", "user-off", "Disable …"),
    ("users:file-export", "UpdateUser", "file-download", "Export CSV for editing"),
)
StepPlanner = Callable[[list[Entity]], Sequence[PlannedStep]]


def list_bulk_actions(request: ConsoleRequest) -> list[dict[str, str]]:
    return [
        {"href": reverse(name, args=[request.organization.slug]), "icon": icon, "label": label}
        for name, operation, icon, label in BULK_ACTIONS
        if policy.allows(request.actor, operation, request.organization)
    ]


@performs("RunChanges")
def add_from_list(request: ConsoleRequest) -> HttpResponse:
    """Find the users of a pasted list; offer ambiguous entries and name unknown ones."""
    form = UserListForm(pages.post_data(request))
    context: dict[str, Any] = {"title": "Add from list"}
    if form.is_valid():
        try:
            pasted = selection_forms.resolve_pasted_list(
                request.actor,
                request.organization,
                form.cleaned_data["people"],
                request.POST.getlist("meant"),
            )
        except SelectionTooLarge as reason:
            form.add_error("people", str(reason))
        else:
            context |= {
                "offered": pasted.offered,
                "lost": pasted.unknown,
                "ids": " ".join(each.entity_id for each in pasted.people),
                "count": len(pasted.people),
                "shown": pasted.people[:MAX_USERS_SHOWN],
                "actions": list_bulk_actions(request),
            }
    return pages.form_page(request, "users/pick.html", form, context)


@require_POST
@performs("UpdateUser")
def bulk_edit(request: ConsoleRequest) -> HttpResponse:
    sizes = policy.allows(request.actor, "UpdateMailboxQuota", request.organization)
    form = BulkEditForm(_form_data(request), sizes=sizes)
    return _bulk_action_page(
        request,
        "UpdateUser",
        form,
        plan=lambda users: plans.plan_edits(request.actor, request.organization, users, form.changes()),
        title=lambda: "Bulk edit: " + ", ".join(FIELD_LABELS[name] for name in form.changes()),
        heading="Edit {}",
        template="users/bulk_edit.html",
    )


@require_POST
@performs("AssociateMemberToGroup")
def bulk_add_to_group(request: ConsoleRequest) -> HttpResponse:
    groups = scope.visible_entities(request.actor, "AssociateMemberToGroup", request.organization)
    suggest = reverse("users:suggestions", args=[request.organization.slug, "groups"])
    groups = groups.filter(kind=Entity.Kind.GROUP).exclude(state=Entity.State.DELETED)
    form = GroupChoiceForm(_form_data(request), groups=groups, suggest=suggest)
    return _bulk_action_page(
        request,
        "AssociateMemberToGroup",
        form,
        plan=lambda users: plans.plan_group_joins(users, form.cleaned_data["group"]),
        title=lambda: f"Add to {form.cleaned_data['group']}",
        heading="Add {} to a group",
        consequences=("Who is not enabled, or in the group already, is left out.",),
    )


@require_POST
@performs("DeregisterFromWorkMail")
def bulk_disable(request: ConsoleRequest) -> HttpResponse:
    return _bulk_action_page(
        request,
        "DeregisterFromWorkMail",
        ReasonForm(_form_data(request)),
        plan=plans.plan_disabling,
        title=lambda: "Disable",
        heading="Disable {}",
        consequences=DISABLE_CONSEQUENCES,
    )


@require_POST
@performs("StartMailboxExportJob")
def bulk_export(request: ConsoleRequest) -> HttpResponse:
    selected_users = _resolve_posted(request, "StartMailboxExportJob")
    if isinstance(selected_users, HttpResponse):
        return selected_users
    destinations = Destination.objects.filter(organization=request.organization)
    if not destinations.exists():
        return pages.render_page(request, "exports/no_destination.html")
    form = BulkExportForm(_form_data(request), destinations=destinations)
    if form.is_valid() and (answer := _queue_exports(request, form, selected_users.people)):
        return answer
    selectable = exports_selection.select_mailboxes(request.organization, selected_users.people)
    context = {
        "left_out": exports_selection.group_by_reason(selectable.left_out),
        "excluded": len(selectable.left_out),
        "total": len(selected_users.people),
        "exported": selectable.exported,
    }
    heading, verb = "Export the mailboxes of {}", "Queue the exports"
    template = "users/bulk_export.html"
    return _bulk_form_page(request, form, selected_users, heading, verb, (), template, context)


def _queue_exports(
    request: ConsoleRequest, form: BulkExportForm, people: list[Entity]
) -> HttpResponse | None:
    """Return the response, or `None` if no mailbox can be exported."""
    selection, jobs = form.select(request.organization, people), list[ExportJob]()
    destination, left_out = form.cleaned_data["destination"], selection.left_out
    if selection.included:
        jobs = job_queue.request_exports(
            request.actor, destination, selection.included, left_out=left_out, **form.why()
        )
        hint(EXPORT_SWEEP_TASK)
    if not jobs:
        form.add_error(None, exports_selection.explain_nothing_queued(left_out))
        return None
    return pages.redirect_with_message(
        request, *exports_selection.summarize_request(request.actor, request.organization, jobs)
    )


def _bulk_action_page(
    request: ConsoleRequest,
    operation: str,
    form: ReasonForm,
    *,
    plan: StepPlanner,
    title: Callable[[], str],
    heading: str,
    consequences: tuple[str, ...] = (),
    template: str = "users/bulk.html",
) -> HttpResponse:
    """Show the form; when it is valid, create a draft and redirect to its preview."""
    selected_users = _resolve_posted(request, operation)
    if isinstance(selected_users, HttpResponse):
        return selected_users
    if form.is_valid() and (
        answer := _draft_bulk_change(request, form, plan(selected_users.people), title())
    ):
        return answer
    return _bulk_form_page(request, form, selected_users, heading, "Preview", consequences, template)


def _draft_bulk_change(
    request: ConsoleRequest,
    form: ReasonForm,
    steps: Sequence[PlannedStep],
    title: str,
) -> HttpResponse | None:
    if not steps:
        form.add_error(None, "It is so already for everybody chosen: there would be nothing to do.")
        return None
    counted_title = f"{title} ({number_of(len(steps), 'step')})"
    return create_draft_from_form(request, form, counted_title, steps, "bulk")


def _resolve_posted(request: ConsoleRequest, operation: str) -> SelectedUsers | HttpResponse:
    """Return the selected users that the operator may change, or a page with the problem."""
    try:
        selected_users = selection_forms.resolve_selection(
            request.actor, operation, request.organization, UserSelection.read(request.POST)
        )
    except SelectionTooLarge as reason:
        return selection_problem_page(request, "Too many", str(reason))
    if not selected_users.people:
        return selection_problem_page(
            request, "Nobody is chosen", "No row was ticked that you may do this with."
        )
    return selected_users


def selection_problem_page(request: ConsoleRequest, title: str, happened: str) -> HttpResponse:
    return pages.problem_page(
        request,
        title=title,
        happened=happened,
        not_happened="Nothing was changed.",
        now="Go back to the list and tick those whom you mean, or all who match.",
        status=pages.INVALID,
        back=reverse("users:list", args=[request.organization.slug]),
    )


def _bulk_form_page(
    request: ConsoleRequest,
    form: ReasonForm,
    selected_users: SelectedUsers,
    heading: str,
    verb: str,
    consequences: tuple[str, ...],
    template: str = "users/bulk.html",
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    count = len(selected_users.people)
    context = {
        "title": heading.format("one person" if count == 1 else f"{count:,} people"),
        "shown": selected_users.people[:MAX_USERS_SHOWN],
        "more": max(count - MAX_USERS_SHOWN, 0),
        "lost": selected_users.lost,
        "hidden": UserSelection.read(request.POST).fields,
        "verb": verb,
        "consequences": consequences,
        "back": reverse("users:list", args=[request.organization.slug]),
        **(more or {}),
    }
    return pages.form_page(request, template, form, context)


def _form_data(request: ConsoleRequest) -> Any:
    """Return the form's data, or `None` if the request comes from the list."""
    return request.POST if "asked" in request.POST else None
