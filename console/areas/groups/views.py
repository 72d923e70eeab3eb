"""Views of groups: list, details, creation, members and deletion."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from console.areas.entities import generic_views, scope
from console.areas.entities.form_views import (
    entity_context,
    entity_operation_page,
    get_requested_entity,
)
from console.areas.entities.generic_views import EntityList
from console.areas.entities.kinds import KIND_INFO, Kind, entity_url
from console.areas.groups import display, membership, nested_groups
from console.areas.groups import scope as groups_scope
from console.areas.groups.forms import AddMembersForm, CreateGroupForm, GroupVisibilityForm, RemoveMembersForm
from console.areas.groups.tables import (
    GROUP_FILTERS,
    GROUPS_CSV,
    GROUPS_TABLE,
    MEMBER_FILTERS,
    MEMBERS_CSV,
    MEMBERS_TABLE,
    filter_groups,
    filter_members,
)
from console.changes.steps import FromStep, PlannedStep
from console.gateway import gateway
from console.mirror.models import Entity
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import filters, pages, tables
from console.ui.pages import post_data
from console.web import downloads
from console.web.draft_views import create_draft_from_form

GROUP_LIST = EntityList(
    Kind.GROUP,
    GROUPS_TABLE,
    GROUPS_CSV,
    GROUP_FILTERS,
    filter_groups,
    "Name, address or alias",
    "CreateGroup",
)


@performs("ListGroups")
def list_groups(request: ConsoleRequest) -> HttpResponse:
    return GROUP_LIST.page(request)


@performs("ListGroups")
def count_groups(request: ConsoleRequest) -> HttpResponse:
    return GROUP_LIST.count(request)


@performs("ListGroups")
def download_groups(request: ConsoleRequest) -> HttpResponseBase:
    return GROUP_LIST.as_csv(request)


@performs("DescribeGroup")
def group_detail(request: ConsoleRequest, group_id: str) -> HttpResponse:
    group = get_requested_entity(request, group_id, Kind.GROUP)
    return generic_views.detail_page(request, group, display.group_detail_context)


@performs("DescribeGroup")
def refresh_group(request: ConsoleRequest, group_id: str) -> HttpResponse:
    group = get_requested_entity(request, group_id, Kind.GROUP)
    return generic_views.refresh_detail(request, group, display.group_detail_context)


@performs("ListGroupMembers")
def list_reached_users(request: ConsoleRequest, group_id: str) -> HttpResponse:
    """List the users that mail to the group reaches, and the nested groups between."""
    group = get_requested_entity(request, group_id, Kind.GROUP)
    reach = nested_groups.find_reached_users(request.actor, group)
    context = {"title": f"Everybody whom {group} reaches", "reach": reach, "most": nested_groups.MAX_REACHED}
    return pages.render_page(request, "groups/everybody.html", {**context, **entity_context(group)})


@performs("UpdateGroup")
def edit_group(request: ConsoleRequest, group_id: str) -> HttpResponse:
    group = get_requested_entity(request, group_id, Kind.GROUP)
    described = gateway.call(request.actor, "DescribeGroup", request.organization, GroupId=group.entity_id)
    form = GroupVisibilityForm(post_data(request), entity=group, current=described, subject=group.entity_id)
    return entity_operation_page(request, form)


@performs("CreateGroup")
def create_group(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    candidates = groups_scope.addable_entities(request.actor, None, organization)
    form = CreateGroupForm(
        post_data(request),
        organization=organization,
        domains=_creation_domains(request),
        entities=candidates,
    )
    if form.is_valid():
        title = f"Create the group {form.cleaned_data['Name']}"
        if answer := create_draft_from_form(request, form, title, _plan_group_creation(form), "group"):
            return answer
    context = {
        "words": KIND_INFO[Kind.GROUP],
        "back": reverse("groups:list", args=[organization.slug]),
        "title": "New group",
    }
    return pages.form_page(request, "groups/create.html", form, context)


def _plan_group_creation(form: CreateGroupForm) -> list[PlannedStep]:
    name, group_id = str(form.cleaned_data["Name"]), FromStep(0, "GroupId")
    steps = [PlannedStep("CreateGroup", form.params(), f"Create {name}")]
    if form.address:
        steps.append(
            PlannedStep(
                "RegisterToWorkMail", {"EntityId": group_id, "Email": form.address}, f"Enable {name}", needs=0
            )
        )
        resolved = form.cleaned_data.get("people")
        steps += membership.plan_additions(group_id, name, resolved.entities if resolved else (), needs=1)
    return steps


def _creation_domains(request: ConsoleRequest) -> list[str]:
    """Return the domains for a new group, which has none yet; permissions limited to domains do not apply."""
    if not policy.covers_organization(request.actor, "RegisterToWorkMail", request.organization):
        return []
    return scope.usable_domains(request.actor, "RegisterToWorkMail", request.organization)


@performs("ListGroupMembers")
def list_members(request: ConsoleRequest, group_id: str) -> HttpResponse:
    group = get_requested_entity(request, group_id, Kind.GROUP)
    rows = tables.annotate_count(filter_members(request.actor, group, request.GET))
    bases = {
        each.value: reverse(f"{KIND_INFO[each].space}:list", args=[request.organization.slug])
        for each in (Kind.USER, Kind.GROUP)
    }
    page = tables.paginate(rows, MEMBERS_TABLE, request.GET, extra={"bases": bases})
    context = {
        **entity_context(group),
        "title": f"Members of {group}",
        "group": group,
        "page": page,
        "count": tables.page_count(page),
        "outside": groups_scope.count_hidden_members(request.actor, group),
        "csv_href": f"{entity_url(group, 'members-csv')}?{request.GET.urlencode()}",
        "bar": filters.filter_bar(MEMBER_FILTERS, request.GET, placeholder="Name, address or alias"),
        "may_add": _can_change_members(request, "AssociateMemberToGroup", group),
        "may_remove": _can_change_members(request, "DisassociateMemberFromGroup", group),
    }
    return pages.render_page(request, "groups/members.html", context, fragment="members")


@performs("ListGroupMembers")
def download_members(request: ConsoleRequest, group_id: str) -> HttpResponseBase:
    group = get_requested_entity(request, group_id, Kind.GROUP)
    rows = tables.sort_rows(filter_members(request.actor, group, request.GET), MEMBERS_CSV, request.GET)
    name = f"members-{group.name}-{timezone.now():%Y-%m-%d}.csv"
    return downloads.stream_table(request, name, rows, MEMBERS_CSV)


@performs("AssociateMemberToGroup")
def add_members(request: ConsoleRequest, group_id: str) -> HttpResponse:
    """Show the resolved list, then create a draft with one step per member."""
    group = get_requested_entity(request, group_id, Kind.GROUP)
    candidates = groups_scope.addable_entities(request.actor, group, request.organization)
    form = AddMembersForm(post_data(request), organization=request.organization, entities=candidates)
    joining = None
    if form.is_valid():
        joining = membership.find_members_to_add(group, form.cleaned_data["members"])
        if form.cleaned_data["sure"] and joining.added:
            steps = membership.plan_additions(group.entity_id, str(group), joining.added)
            title = f"Add {len(steps):,} member{'s' * (len(steps) > 1)} to {group}"
            if answer := create_draft_from_form(request, form, title, steps, "members"):
                return answer
    context = {
        **entity_context(group),
        "title": f"Add members to {group}",
        "back": entity_url(group),
        "joining": joining,
    }
    return pages.form_page(request, "groups/add.html", form, context)


@require_POST
@performs("DisassociateMemberFromGroup")
def remove_members(request: ConsoleRequest, group_id: str) -> HttpResponse:
    """Create a draft with one step per selected row."""
    group = get_requested_entity(request, group_id, Kind.GROUP)
    form = RemoveMembersForm(request.POST)
    if form.is_valid():
        leaving = list(
            groups_scope.visible_members(request.actor, group)
            .filter(entity_id__in=form.ids)
            .order_by("sort_name")
        )
        steps = membership.plan_removals(group, leaving)
        title = f"Remove {len(steps):,} member{'s' * (len(steps) > 1)} from {group}"
        if answer := create_draft_from_form(request, form, title, steps, "members"):
            return answer
    error_text = " ".join(str(error) for field_errors in form.errors.values() for error in field_errors)
    return pages.redirect_with_message(
        request, error_text, entity_url(group, "members"), level=messages.ERROR
    )


def _can_change_members(request: ConsoleRequest, operation: str, group: Entity) -> bool:
    enabled = group.state == Entity.State.ENABLED
    return enabled and policy.allows(request.actor, operation, group.organization, group)


@performs("DeleteGroup")
def delete_group(request: ConsoleRequest, group_id: str) -> HttpResponse:
    group = get_requested_entity(request, group_id, Kind.GROUP)
    return generic_views.delete_entity(request, group)
