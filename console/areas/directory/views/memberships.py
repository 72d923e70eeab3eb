"""The groups that an entity is in, as its own page has them."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from console.areas.directory import scope, terms
from console.areas.directory.forms.relations import GroupForm, MembershipForm
from console.areas.directory.kinds import Kind
from console.areas.directory.views.asking import ask, press
from console.areas.directory.views.suggestions import name_of, suggest
from console.changes.steps import PlannedStep
from console.mirror.models import Entity, Organization
from console.operators.access import ConsoleRequest, performs
from console.ui.pages import post_data


@performs("AssociateMemberToGroup")
def join(request: ConsoleRequest, organization: Organization, entity_id: str, kind: Kind) -> HttpResponse:
    entity = scope.find(request.actor, "AssociateMemberToGroup", organization, entity_id, kind)
    joinable = scope.entities(request.actor, "AssociateMemberToGroup", organization).filter(kind=Kind.GROUP)
    groups = joinable.exclude(state=Entity.State.DELETED).exclude(pk=entity.pk)
    form = GroupForm(post_data(request), groups=groups, suggest=suggest(organization, "groups"))
    return ask(
        request,
        entity,
        form,
        "AssociateMemberToGroup",
        title=f"Put {entity} into a group",
        verb="Add to the group",
        message=lambda: (
            f"{entity} is now in {form.cleaned_data['group']}{form.until_text}. Mail follows within minutes."
        ),
        params=lambda: {"GroupId": form.cleaned_data["group"].entity_id, "MemberId": entity.entity_id},
        ends=lambda: terms.of_membership(form.cleaned_data["group"], entity),
    )


@require_POST
@performs("DisassociateMemberFromGroup")
def leave(request: ConsoleRequest, organization: Organization, entity_id: str, kind: Kind) -> HttpResponse:
    entity = scope.find(request.actor, "DisassociateMemberFromGroup", organization, entity_id, kind)
    form = MembershipForm(request.POST)
    return press(
        request,
        entity,
        form,
        "DisassociateMemberFromGroup",
        message=lambda: f"{entity} is not in {name_of(form.cleaned_data['group'], organization)} any more.",
        params=lambda: {"GroupId": form.cleaned_data["group"], "MemberId": entity.entity_id},
        ends=lambda: PlannedStep(
            "DisassociateMemberFromGroup",
            {"GroupId": form.cleaned_data["group"], "MemberId": entity.entity_id},
        ),
    )
