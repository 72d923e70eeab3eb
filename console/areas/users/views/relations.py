"""Groups of a person, access to mailboxes both ways, and her mailbox's quota."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from console.areas.users import person as persons
from console.areas.users import scope
from console.areas.users.forms.relations import (
    GroupForm,
    MembershipForm,
    PermissionForm,
    QuotaForm,
    RevokedForm,
)
from console.areas.users.views.asking import ask, posted, press
from console.mirror.models import Entity, Organization
from console.operators.access import ConsoleRequest, performs

SLOW = "It can take WorkMail up to five minutes, and Outlook up to an hour, to follow. "
REPLACES = "What is chosen replaces all that was allowed before."


@performs("AssociateMemberToGroup")
def join_group(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    person = scope.find(request.actor, "AssociateMemberToGroup", organization, user_id)
    joinable = scope.entities(request.actor, "AssociateMemberToGroup", organization).filter(kind="group")
    groups = joinable.exclude(state=Entity.State.DELETED)
    form = GroupForm(posted(request), groups=groups, suggest=_suggest(organization, "groups"))
    return ask(
        request,
        person,
        form,
        "AssociateMemberToGroup",
        title=f"Put {person} into a group",
        verb="Add to the group",
        message=lambda: f"{person} is now in {form.cleaned_data['group']}. Mail follows within minutes.",
        params=lambda: {"GroupId": form.cleaned_data["group"].entity_id, "MemberId": person.entity_id},
    )


@require_POST
@performs("DisassociateMemberFromGroup")
def leave_group(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    person = scope.find(request.actor, "DisassociateMemberFromGroup", organization, user_id)
    form = MembershipForm(request.POST)
    return press(
        request,
        person,
        form,
        "DisassociateMemberFromGroup",
        message=lambda: f"{person} is not in {_name(form.cleaned_data['group'], organization)} any more.",
        params=lambda: {"GroupId": form.cleaned_data["group"], "MemberId": person.entity_id},
    )


@performs("UpdateMailboxQuota")
def quota(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    person = scope.find(request.actor, "UpdateMailboxQuota", organization, user_id)
    form = QuotaForm(posted(request), current={"MailboxQuota": person.mailbox_quota})
    return ask(
        request,
        person,
        form,
        "UpdateMailboxQuota",
        title=f"How large the mailbox of {person} may become",
        verb="Set the quota",
        message=lambda: f"The mailbox of {person} may now hold {form.cleaned_data['MailboxQuota']:,} MB.",
        params=lambda: {"UserId": person.entity_id, "MailboxQuota": form.cleaned_data["MailboxQuota"]},
    )


@performs("PutMailboxPermissions")
def let_in(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    """Who may open this mailbox."""
    person = scope.find(request.actor, "PutMailboxPermissions", organization, user_id)
    form = _permission_form(request, person, "Who", persons.readers(request.actor, person))
    return ask(
        request,
        person,
        form,
        "PutMailboxPermissions",
        title=f"Give access to the mailbox of {person}",
        verb="Give access",
        note=SLOW + REPLACES,
        message=lambda: f"{form.cleaned_data['other']} now has access to the mailbox of {person}.",
        params=lambda: _granted(person.entity_id, form.cleaned_data["other"].entity_id, form),
    )


@performs("PutMailboxPermissions")
def let_open(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    """Whose mailbox this person may open."""
    person = scope.find(request.actor, "PutMailboxPermissions", organization, user_id)
    form = _permission_form(request, person, "Whose mailbox", persons.opens(request.actor, person))
    return ask(
        request,
        person,
        form,
        "PutMailboxPermissions",
        title=f"Let {person} open another mailbox",
        verb="Give access",
        note=SLOW + REPLACES,
        message=lambda: f"{person} now has access to the mailbox of {form.cleaned_data['other']}.",
        params=lambda: _granted(form.cleaned_data["other"].entity_id, person.entity_id, form),
    )


@require_POST
@performs("DeleteMailboxPermissions")
def shut_out(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    """Somebody may no longer open this mailbox."""
    person = scope.find(request.actor, "DeleteMailboxPermissions", organization, user_id)
    form = RevokedForm(request.POST)
    return press(
        request,
        person,
        form,
        "DeleteMailboxPermissions",
        message=lambda: f"{_name(form.cleaned_data['other'], organization)} lost access to this mailbox.",
        params=lambda: {"EntityId": person.entity_id, "GranteeId": form.cleaned_data["other"]},
    )


@require_POST
@performs("DeleteMailboxPermissions")
def shut(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    """This person may no longer open somebody's mailbox."""
    person = scope.find(request.actor, "DeleteMailboxPermissions", organization, user_id)
    form = RevokedForm(request.POST)
    return press(
        request,
        person,
        form,
        "DeleteMailboxPermissions",
        message=lambda: f"{person} lost access to {_name(form.cleaned_data['other'], organization)}.",
        params=lambda: {"EntityId": form.cleaned_data["other"], "GranteeId": person.entity_id},
    )


def _permission_form(
    request: ConsoleRequest, person: Entity, label: str, held: list[persons.Access]
) -> PermissionForm:
    """With `?other=` for access that exists, the form shows what is allowed now."""
    chosen = next((each for each in held if each.other_id == request.GET.get("other")), None)
    others = scope.entities(request.actor, "PutMailboxPermissions", person.organization)
    return PermissionForm(
        posted(request),
        others=others.exclude(state=Entity.State.DELETED).exclude(pk=person.pk),
        suggest=_suggest(person.organization, "all"),
        label=label,
        initial={"other": _written(chosen), "values": chosen.values} if chosen else {},
    )


def _written(access: persons.Access) -> str:
    return (access.other.email or access.other.name) if access.other else access.other_id


def _granted(owner: str, grantee: str, form: PermissionForm) -> dict[str, Any]:
    return {"EntityId": owner, "GranteeId": grantee, "PermissionValues": form.cleaned_data["values"]}


def _suggest(organization: Organization, kind: str) -> str:
    return reverse("users:suggestions", args=[organization.slug, kind])


def _name(entity_id: str, organization: Organization) -> str:
    entity = Entity.objects.filter(organization=organization, entity_id=entity_id).first()
    return str(entity or entity_id)
