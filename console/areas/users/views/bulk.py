"""The same thing for many people: whoever is ticked, filtered or listed, as one change with a preview."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from console.areas.directory import scope
from console.areas.directory.forms.relations import GroupForm
from console.areas.exports import job_queue as exports
from console.areas.exports import selection as exporting
from console.areas.exports.models import Destination, ExportJob
from console.areas.users.bulk import editing
from console.areas.users.bulk.cells import LABELS
from console.areas.users.forms import selection
from console.areas.users.forms.bulk import BulkEditForm, BulkExportForm, PasteForm
from console.areas.users.forms.selection import Chosen, Selection, TooMany
from console.aws import errors
from console.celery import hint
from console.changes import drafts
from console.changes.steps import PlannedStep
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.plurals import number_of
from console.ui import pages
from console.ui.forms import ReasonForm
from console.ui.pages import SeeOther
from console.web import aws_errors

SHOWN = 12
SWEEP = "console.areas.exports.tasks.sweep"
DISABLING = (
    "Nobody can sign in to these mailboxes from then on, and mail to them is returned to its sender.",
    "WorkMail removes the mailboxes after 30 days. Enabling the same people before then brings them back.",
    "Who is disabled already is left out.",
)
ACTIONS = (
    ("users:bulk-edit", "UpdateUser", "pencil", "Edit …"),
    ("users:bulk-group", "AssociateMemberToGroup", "users-group", "Add to a group …"),
    ("users:bulk-export", "StartMailboxExportJob", "package-export", "Export mailboxes …"),
    ("users:bulk-disable", "DeregisterFromWorkMail", "user-off", "Disable …"),
    ("users:file-export", "UpdateUser", "file-download", "Export CSV for editing"),
)
Plan = Callable[[list[Entity]], Sequence[PlannedStep]]


def actions(request: ConsoleRequest, organization: Organization) -> list[dict[str, str]]:
    """The buttons for a selection, as far as the operator may use them."""
    return [
        {"href": reverse(name, args=[organization.slug]), "icon": icon, "label": label}
        for name, operation, icon, label in ACTIONS
        if policy.allows(request.actor, operation, organization)
    ]


@performs("RunChanges")
def pick(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    """Find the users of a pasted list; entries with several meanings are offered, unknown ones named."""
    form = PasteForm(pages.post_data(request))
    context: dict[str, Any] = {"title": "Add from list", "organization": organization}
    if form.is_valid():
        try:
            pasted = selection.pasted(
                request.actor, organization, form.cleaned_data["people"], request.POST.getlist("meant")
            )
        except TooMany as reason:
            form.add_error("people", str(reason))
        else:
            people = pasted.people
            picked = {"ids": " ".join(each.entity_id for each in people), "count": len(people)}
            context |= {"offered": pasted.offered, "lost": pasted.unknown, **picked}
            context |= {"shown": people[:SHOWN], "actions": actions(request, organization)}
    return pages.form_page(request, "users/pick.html", form, context)


@require_POST
@performs("UpdateUser")
def edit(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    sizes = policy.allows(request.actor, "UpdateMailboxQuota", organization)
    form = BulkEditForm(_sent(request), sizes=sizes)
    return _ask(
        request,
        organization,
        "UpdateUser",
        form,
        plan=lambda people: editing.edits(request.actor, organization, people, form.changes()),
        title=lambda: "Bulk edit: " + ", ".join(LABELS[name] for name in form.changes()),
        heading="Edit {}",
        template="users/bulk_edit.html",
    )


@require_POST
@performs("AssociateMemberToGroup")
def group(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    groups = scope.entities(request.actor, "AssociateMemberToGroup", organization)
    suggest = reverse("users:suggestions", args=[organization.slug, "groups"])
    living = groups.filter(kind=Entity.Kind.GROUP).exclude(state=Entity.State.DELETED)
    form = GroupForm(_sent(request), groups=living, suggest=suggest)
    return _ask(
        request,
        organization,
        "AssociateMemberToGroup",
        form,
        plan=lambda people: editing.joins(people, form.cleaned_data["group"]),
        title=lambda: f"Add to {form.cleaned_data['group']}",
        heading="Add {} to a group",
        consequences=("Who is not enabled, or in the group already, is left out.",),
    )


@require_POST
@performs("DeregisterFromWorkMail")
def disable(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    return _ask(
        request,
        organization,
        "DeregisterFromWorkMail",
        ReasonForm(_sent(request)),
        plan=editing.disables,
        title=lambda: "Disable",
        heading="Disable {}",
        consequences=DISABLING,
    )


@require_POST
@performs("StartMailboxExportJob")
def export(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    chosen = _chosen(request, organization, "StartMailboxExportJob")
    if isinstance(chosen, HttpResponse):
        return chosen
    destinations = Destination.objects.filter(organization=organization)
    if not destinations.exists():
        return pages.render_page(request, "exports/no_destination.html", {"organization": organization})
    form = BulkExportForm(_sent(request), destinations=destinations)
    if form.is_valid() and (answer := _queue(request, organization, form, chosen.people)):
        return answer
    selectable = exporting.select_mailboxes(organization, chosen.people)
    context = {
        "left_out": exporting.group_by_reason(selectable.left_out),
        "excluded": len(selectable.left_out),
        "total": len(chosen.people),
        "exported": selectable.exported,
    }
    heading, verb = "Export the mailboxes of {}", "Queue the exports"
    template = "users/bulk_export.html"
    return _page(request, organization, form, chosen, heading, verb, (), template, context)


def _queue(
    request: ConsoleRequest, organization: Organization, form: BulkExportForm, people: list[Entity]
) -> HttpResponse | None:
    """The answer, or `None` if the form says why nothing would be exported."""
    selection, jobs = form.select(organization, people), list[ExportJob]()
    destination, left_out = form.cleaned_data["destination"], selection.left_out
    if selection.included:
        jobs = exports.request_exports(
            request.actor, destination, selection.included, left_out=left_out, **form.why()
        )
        hint(SWEEP)
    if not jobs:
        form.add_error(None, exporting.explain_nothing_queued(left_out))
        return None
    return pages.redirect_with_message(
        request, *exporting.summarize_request(request.actor, organization, jobs)
    )


def _ask(
    request: ConsoleRequest,
    organization: Organization,
    operation: str,
    form: ReasonForm,
    *,
    plan: Plan,
    title: Callable[[], str],
    heading: str,
    consequences: tuple[str, ...] = (),
    template: str = "users/bulk.html",
) -> HttpResponse:
    """Ask for what is missing; then the draft, whose page shows what would be different."""
    chosen = _chosen(request, organization, operation)
    if isinstance(chosen, HttpResponse):
        return chosen
    if form.is_valid():
        answer = _draft(request, organization, form, plan(chosen.people), title())
        if answer is not None:
            return answer
    return _page(request, organization, form, chosen, heading, "Preview", consequences, template)


def _draft(
    request: ConsoleRequest,
    organization: Organization,
    form: ReasonForm,
    steps: Sequence[PlannedStep],
    title: str,
) -> HttpResponse | None:
    if not steps:
        form.add_error(None, "It is so already for everybody chosen: there would be nothing to do.")
        return None
    named = f"{title} ({number_of(len(steps), 'step')})"
    try:
        change = drafts.create_draft(request.actor, organization, named, steps, kind="bulk", **form.why())
    except errors.CallFailed as failure:
        if not aws_errors.add_to_form(form, failure):
            return aws_errors.error_page(request, failure)
        return None
    return SeeOther(reverse("changes:detail", args=[organization.slug, change.pk]))


def _chosen(request: ConsoleRequest, organization: Organization, operation: str) -> Chosen | HttpResponse:
    """Those who are meant and within reach, or a page that says why there is nobody."""
    try:
        chosen = selection.resolve(request.actor, operation, organization, Selection.read(request.POST))
    except TooMany as reason:
        return nobody(request, organization, "Too many", str(reason))
    if not chosen.people:
        return nobody(
            request, organization, "Nobody is chosen", "No row was ticked that you may do this with."
        )
    return chosen


def nobody(request: ConsoleRequest, organization: Organization, title: str, happened: str) -> HttpResponse:
    return pages.problem_page(
        request,
        title=title,
        happened=happened,
        not_happened="Nothing was changed.",
        now="Go back to the list and tick those whom you mean, or all who match.",
        status=pages.INVALID,
        back=reverse("users:list", args=[organization.slug]),
    )


def _page(
    request: ConsoleRequest,
    organization: Organization,
    form: ReasonForm,
    chosen: Chosen,
    heading: str,
    verb: str,
    consequences: tuple[str, ...],
    template: str = "users/bulk.html",
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    count = len(chosen.people)
    context = {
        "title": heading.format("one person" if count == 1 else f"{count:,} people"),
        "organization": organization,
        "shown": chosen.people[:SHOWN],
        "more": max(count - SHOWN, 0),
        "lost": chosen.lost,
        "hidden": Selection.read(request.POST).fields,
        "verb": verb,
        "consequences": consequences,
        "back": reverse("users:list", args=[organization.slug]),
        **(more or {}),
    }
    return pages.form_page(request, template, form, context)


def _sent(request: ConsoleRequest) -> Any:
    """The form's own data; the list that leads here sends none of it."""
    return request.POST if "asked" in request.POST else None
