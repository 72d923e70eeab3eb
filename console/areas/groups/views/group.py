"""One group's page, everybody whom it reaches, and whether the address book shows it."""

from django.http import HttpResponse

from console.areas.directory.kinds import place
from console.areas.directory.views import page
from console.areas.directory.views.asking import about, ask
from console.areas.groups import group as groups
from console.areas.groups import nesting, scope
from console.areas.groups.forms.group import HiddenForm
from console.aws import errors
from console.gateway import gateway
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.pages import post_data
from console.web import aws_errors

NAMELESS = "WorkMail cannot rename a group: this is all that can be changed about its record."


@performs("DescribeGroup")
def detail(request: ConsoleRequest, organization: Organization, group_id: str) -> HttpResponse:
    group = scope.find(request.actor, "DescribeGroup", organization, group_id)
    return page.show(request, group, groups.context)


@performs("DescribeGroup")
def refresh(request: ConsoleRequest, organization: Organization, group_id: str) -> HttpResponse:
    group = scope.find(request.actor, "DescribeGroup", organization, group_id)
    return page.refresh(request, group, groups.context)


@performs("ListGroupMembers")
def everybody(request: ConsoleRequest, organization: Organization, group_id: str) -> HttpResponse:
    """Everybody whom mail to the group reaches, and by which groups within it."""
    group = scope.find(request.actor, "ListGroupMembers", organization, group_id)
    reach = nesting.everybody(request.actor, group)
    context = {"title": f"Everybody whom {group} reaches", "reach": reach, "most": nesting.MOST}
    return pages.render_page(request, "groups/everybody.html", {**context, **about(group)})


@performs("UpdateGroup")
def edit(request: ConsoleRequest, organization: Organization, group_id: str) -> HttpResponse:
    group = scope.find(request.actor, "UpdateGroup", organization, group_id)
    try:
        described = gateway.call(request.actor, "DescribeGroup", organization, GroupId=group.entity_id)
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure, back=place(group))
    form = HiddenForm(post_data(request), current=described, subject=group.entity_id)
    return ask(
        request,
        group,
        form,
        "UpdateGroup",
        title=f"{group} in the address book",
        verb="Save",
        note=NAMELESS,
        message=lambda: f"{group} is {'hidden from' if form.hides else 'shown in'} the address book.",
        params=lambda: {"GroupId": group.entity_id, "HiddenFromGlobalAddressList": form.hides},
        expecting=form.current,
    )
