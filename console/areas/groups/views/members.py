"""The members of a group: the list, adding many by pasting, removing the ticked ones."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from console.areas.directory.kinds import OF, Kind, place
from console.areas.directory.views.asking import about
from console.areas.directory.views.drafts import draft
from console.areas.groups import membership, scope
from console.areas.groups.forms.members import AddForm, RemoveForm
from console.areas.groups.tables import MEMBER_FILTERS, MEMBERS, MEMBERS_FILE, found_members
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import filters, pages, tables
from console.ui.pages import post_data
from console.web import downloads


@performs("ListGroupMembers")
def members(request: ConsoleRequest, organization: Organization, group_id: str) -> HttpResponse:
    """Those who are directly in it."""
    group = scope.find(request.actor, "ListGroupMembers", organization, group_id)
    rows = tables.annotate_count(found_members(request.actor, group, request.GET))
    bases = {each.value: _base(organization, each) for each in (Kind.USER, Kind.GROUP)}
    page = tables.paginate(rows, MEMBERS, request.GET, extra={"bases": bases})
    context = {
        **about(group),
        "title": f"Members of {group}",
        "group": group,
        "page": page,
        "count": tables.page_count(page),
        "outside": scope.outside(request.actor, group),
        "csv_href": f"{place(group, 'members-csv')}?{request.GET.urlencode()}",
        "bar": filters.filter_bar(MEMBER_FILTERS, request.GET, placeholder="Name, address or alias"),
        "may_add": _may(request, "AssociateMemberToGroup", group),
        "may_remove": _may(request, "DisassociateMemberFromGroup", group),
    }
    return pages.render_page(request, "groups/members.html", context, fragment="members")


@performs("ListGroupMembers")
def as_csv(request: ConsoleRequest, organization: Organization, group_id: str) -> HttpResponseBase:
    group = scope.find(request.actor, "ListGroupMembers", organization, group_id)
    rows = tables.sort_rows(found_members(request.actor, group, request.GET), MEMBERS_FILE, request.GET)
    name = f"members-{group.name}-{timezone.now():%Y-%m-%d}.csv"
    return downloads.stream_table(request, organization, name, rows, MEMBERS_FILE)


@performs("AssociateMemberToGroup")
def add(request: ConsoleRequest, organization: Organization, group_id: str) -> HttpResponse:
    """First what the pasted lines come to, then a draft with one step for each."""
    group = scope.find(request.actor, "AssociateMemberToGroup", organization, group_id)
    candidates = scope.candidates(request.actor, group, organization)
    form = AddForm(post_data(request), organization=organization, entities=candidates)
    joining = None
    if request.method == "POST" and form.is_valid():
        joining = membership.joining(group, form.cleaned_data["members"])
        if form.cleaned_data["sure"] and joining.added:
            steps = membership.joined(group.entity_id, str(group), joining.added)
            title = f"Add {len(steps):,} member{'s' * (len(steps) > 1)} to {group}"
            if answer := draft(request, organization, form, title, steps, "members"):
                return answer
    context = {**about(group), "title": f"Add members to {group}", "back": place(group), "joining": joining}
    return pages.form_page(request, "groups/add.html", form, context)


@require_POST
@performs("DisassociateMemberFromGroup")
def remove(request: ConsoleRequest, organization: Organization, group_id: str) -> HttpResponse:
    """A draft with one step for each ticked row."""
    group = scope.find(request.actor, "DisassociateMemberFromGroup", organization, group_id)
    form, back = RemoveForm(request.POST), place(group, "members")
    if form.is_valid():
        leaving = list(
            scope.members(request.actor, group).filter(entity_id__in=form.ids).order_by("sort_name")
        )
        steps = membership.left(group, leaving)
        title = f"Remove {len(steps):,} member{'s' * (len(steps) > 1)} from {group}"
        if answer := draft(request, organization, form, title, steps, "members"):
            return answer
    said = " ".join(str(error) for errors_of in form.errors.values() for error in errors_of)
    return pages.redirect_with_message(request, said, back, level=messages.ERROR)


def _base(organization: Organization, kind: Kind) -> str:
    return reverse(f"{OF[kind].space}:list", args=[organization.slug])


def _may(request: ConsoleRequest, operation: str, group: Entity) -> bool:
    enabled = group.state == Entity.State.ENABLED
    return enabled and policy.allows(request.actor, operation, group.organization, group)
