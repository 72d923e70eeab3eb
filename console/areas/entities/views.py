"""Views of aliases, memberships, mailbox permissions and transfers of an entity."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from console.areas.entities import expiry, impact, kinds, relations, scope, transfer
from console.areas.entities.form_views import (
    create_draft_from_form,
    entity_context,
    entity_operation_button,
    entity_operation_page,
)
from console.areas.entities.forms import (
    AliasForm,
    JoinGroupForm,
    LeaveGroupForm,
    MailboxPermissionForm,
    PrimaryAddressForm,
    RemoveAliasForm,
    RevokePermissionForm,
    TransferForm,
)
from console.areas.entities.kinds import Kind, mailbox_label
from console.areas.entities.relations import MailboxAccess
from console.areas.entities.suggestion_views import entity_name, suggestions_url
from console.aws import changed_fields, errors
from console.changes.steps import PlannedStep
from console.mirror.models import Entity
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.pages import post_data
from console.web import aws_errors


@performs("CreateAlias")
def add_alias(request: ConsoleRequest, entity_id: str, kind: Kind) -> HttpResponse:
    entity = scope.get_entity(request.actor, "CreateAlias", request.organization, entity_id, kind)
    domains = scope.usable_domains(request.actor, "CreateAlias", request.organization)
    form = AliasForm(post_data(request), domains=domains, local=entity.email.partition("@")[0])
    return entity_operation_page(
        request,
        entity,
        form,
        "CreateAlias",
        title=f"Another address for {entity}",
        verb="Add the address",
        message=lambda: f"{form.address} now reaches {entity}, too.",
        params=lambda: {"EntityId": entity.entity_id, "Alias": form.address},
    )


@require_POST
@performs("DeleteAlias")
def remove_alias(request: ConsoleRequest, entity_id: str, kind: Kind) -> HttpResponse:
    entity = scope.get_entity(request.actor, "DeleteAlias", request.organization, entity_id, kind)
    form = RemoveAliasForm(request.POST)
    return entity_operation_button(
        request,
        entity,
        form,
        "DeleteAlias",
        message=lambda: f"{form.cleaned_data['Alias']} does not reach {entity} any more.",
        params=lambda: {"EntityId": entity.entity_id, "Alias": form.cleaned_data["Alias"]},
    )


@require_POST
@performs("UpdatePrimaryEmailAddress")
def set_primary_address(request: ConsoleRequest, entity_id: str, kind: Kind) -> HttpResponse:
    entity = scope.get_entity(
        request.actor, "UpdatePrimaryEmailAddress", request.organization, entity_id, kind
    )
    form = PrimaryAddressForm(request.POST)
    return entity_operation_button(
        request,
        entity,
        form,
        "UpdatePrimaryEmailAddress",
        message=lambda: (
            f"{entity} now writes as {form.cleaned_data['Email']}; the old address stays an alias."
        ),
        params=lambda: {"EntityId": entity.entity_id, "Email": form.cleaned_data["Email"]},
    )


@performs("AssociateMemberToGroup")
def join_group(request: ConsoleRequest, entity_id: str, kind: Kind) -> HttpResponse:
    entity = scope.get_entity(request.actor, "AssociateMemberToGroup", request.organization, entity_id, kind)
    joinable = scope.visible_entities(request.actor, "AssociateMemberToGroup", request.organization).filter(
        kind=Kind.GROUP
    )
    groups = joinable.exclude(state=Entity.State.DELETED).exclude(pk=entity.pk)
    form = JoinGroupForm(
        post_data(request), groups=groups, suggest=suggestions_url(request.organization, "groups")
    )
    return entity_operation_page(
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
        ends=lambda: expiry.plan_membership_end(form.cleaned_data["group"], entity),
    )


@require_POST
@performs("DisassociateMemberFromGroup")
def leave_group(request: ConsoleRequest, entity_id: str, kind: Kind) -> HttpResponse:
    entity = scope.get_entity(
        request.actor, "DisassociateMemberFromGroup", request.organization, entity_id, kind
    )
    form = LeaveGroupForm(request.POST)
    return entity_operation_button(
        request,
        entity,
        form,
        "DisassociateMemberFromGroup",
        message=lambda: (
            f"{entity} is not in {entity_name(form.cleaned_data['group'], request.organization)} any more."
        ),
        params=lambda: {"GroupId": form.cleaned_data["group"], "MemberId": entity.entity_id},
        ends=lambda: PlannedStep(
            "DisassociateMemberFromGroup",
            {"GroupId": form.cleaned_data["group"], "MemberId": entity.entity_id},
        ),
    )


PERMISSION_DELAY = "It can take WorkMail up to five minutes, and Outlook up to an hour, to follow. "
PERMISSION_REPLACES = "What is chosen replaces all that was allowed before."


@performs("PutMailboxPermissions")
def add_grantee(request: ConsoleRequest, entity_id: str, kind: Kind) -> HttpResponse:
    """Grant another entity permissions on this mailbox."""
    entity = scope.get_entity(request.actor, "PutMailboxPermissions", request.organization, entity_id, kind)
    held = relations.list_grantees(request.actor, entity)
    form = _permission_form(request, entity, "Who", held, owner=entity)
    return entity_operation_page(
        request,
        entity,
        form,
        "PutMailboxPermissions",
        title=f"Give access to {mailbox_label(entity)}",
        verb="Give access",
        note=PERMISSION_DELAY + PERMISSION_REPLACES,
        message=lambda: (
            f"{form.cleaned_data['other']} now has access to {mailbox_label(entity)}{form.until_text}."
        ),
        params=lambda: _permission_params(entity, form.cleaned_data["other"], form),
        ends=lambda: expiry.plan_access_end(entity, form.cleaned_data["other"]),
    )


@performs("PutMailboxPermissions")
def add_granted_mailbox(request: ConsoleRequest, entity_id: str, kind: Kind) -> HttpResponse:
    """Grant this entity permissions on another mailbox."""
    entity = scope.get_entity(request.actor, "PutMailboxPermissions", request.organization, entity_id, kind)
    form = _permission_form(
        request, entity, "Whose mailbox", relations.list_granted_mailboxes(request.actor, entity)
    )
    return entity_operation_page(
        request,
        entity,
        form,
        "PutMailboxPermissions",
        title=f"Let {entity} open another mailbox",
        verb="Give access",
        note=PERMISSION_DELAY + PERMISSION_REPLACES,
        message=lambda: (
            f"{entity} now has access to {mailbox_label(form.cleaned_data['other'])}{form.until_text}."
        ),
        params=lambda: _permission_params(form.cleaned_data["other"], entity, form),
        ends=lambda: expiry.plan_access_end(form.cleaned_data["other"], entity),
    )


@require_POST
@performs("DeleteMailboxPermissions")
def remove_grantee(request: ConsoleRequest, entity_id: str, kind: Kind) -> HttpResponse:
    """Revoke another entity's permissions on this mailbox."""
    entity = scope.get_entity(
        request.actor, "DeleteMailboxPermissions", request.organization, entity_id, kind
    )
    form = RevokePermissionForm(request.POST)
    return entity_operation_button(
        request,
        entity,
        form,
        "DeleteMailboxPermissions",
        message=lambda: (
            f"{entity_name(form.cleaned_data['other'], request.organization)}"
            f" lost access to {mailbox_label(entity)}."
        ),
        params=lambda: {"EntityId": entity.entity_id, "GranteeId": form.cleaned_data["other"]},
        ends=lambda: _permission_end(entity.entity_id, form.cleaned_data["other"]),
    )


@require_POST
@performs("DeleteMailboxPermissions")
def remove_granted_mailbox(request: ConsoleRequest, entity_id: str, kind: Kind) -> HttpResponse:
    """Revoke this entity's permissions on another mailbox."""
    entity = scope.get_entity(
        request.actor, "DeleteMailboxPermissions", request.organization, entity_id, kind
    )
    form = RevokePermissionForm(request.POST)
    return entity_operation_button(
        request,
        entity,
        form,
        "DeleteMailboxPermissions",
        message=lambda: (
            f"{entity} lost access to {entity_name(form.cleaned_data['other'], request.organization)}."
        ),
        params=lambda: {"EntityId": form.cleaned_data["other"], "GranteeId": entity.entity_id},
        ends=lambda: _permission_end(form.cleaned_data["other"], entity.entity_id),
    )


def _permission_form(
    request: ConsoleRequest,
    entity: Entity,
    label: str,
    held: list[MailboxAccess],
    owner: Entity | None = None,
) -> MailboxPermissionForm:
    """Return the form; `?other=` selects a permission to edit, with its current values and end."""
    chosen = next((each for each in held if each.other_id == request.GET.get("other")), None)
    others = scope.visible_entities(request.actor, "PutMailboxPermissions", entity.organization)
    form = MailboxPermissionForm(
        post_data(request),
        others=others.exclude(state=Entity.State.DELETED).exclude(pk=entity.pk),
        suggest=suggestions_url(entity.organization, "all"),
        label=label,
        owner=owner,
        initial=_initial_permission(chosen, expiry.find_end_times(entity)["readers" if owner else "opens"])
        if chosen
        else {},
    )
    if chosen and not form.is_bound:
        owner_id, grantee_id = (entity.entity_id, chosen.other_id)[:: 1 if owner else -1]
        held_values = {"GranteeId": grantee_id, "PermissionValues": chosen.values}
        form.show(owner_id, changed_fields.expected_values("PutMailboxPermissions", {}, held_values))
    return form


def _initial_permission(access: MailboxAccess, ends: expiry.EndTimes) -> dict[str, Any]:
    until = ends.get(access.other_id)
    return {"other": access.written, "values": access.values, **({"until": until} if until else {})}


def _permission_params(owner: Entity, grantee: Entity, form: MailboxPermissionForm) -> dict[str, Any]:
    return {
        "EntityId": owner.entity_id,
        "GranteeId": grantee.entity_id,
        "PermissionValues": form.cleaned_data["values"],
    }


def _permission_end(owner_id: str, grantee_id: str) -> PlannedStep:
    return PlannedStep("DeleteMailboxPermissions", {"EntityId": owner_id, "GranteeId": grantee_id})


TRANSFER_NOTE = "You see every step before anything happens."


@performs("DeregisterFromWorkMail")
def transfer_to_successor(request: ConsoleRequest, entity_id: str, kind: Kind) -> HttpResponse:
    """Draft a transfer; each of its steps requires a permission of its own."""
    entity = scope.get_entity(request.actor, "DeregisterFromWorkMail", request.organization, entity_id, kind)
    try:
        form = _transfer_form(request, entity)
        if (
            request.method == "POST"
            and form.is_valid()
            and (answer := _draft_transfer(request, entity, form))
        ):
            return answer
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure, back=kinds.entity_url(entity))
    context = {
        **entity_context(entity),
        "title": f"Hand over what {entity} has",
        "verb": "Show the steps",
        "note": TRANSFER_NOTE,
        "back": kinds.entity_url(entity),
    }
    return pages.form_page(request, "directory/form.html", form, context)


def _transfer_form(request: ConsoleRequest, entity: Entity) -> TransferForm:
    losses = [
        *impact.find_mirror_impact(request.actor, entity),
        *impact.find_aws_impact(request.actor, entity),
    ]
    others = scope.visible_entities(request.actor, "RegisterToWorkMail", entity.organization)
    form = TransferForm(
        post_data(request),
        successors=others.filter(state=Entity.State.ENABLED).exclude(pk=entity.pk),
        suggest=suggestions_url(entity.organization, "all"),
        parts=[each.part for each in losses if each.part and each.names],
        initial={"what": request.GET.getlist("what")},
    )
    if entity.state != Entity.State.ENABLED:
        del form.fields["disable"]
    return form


def _draft_transfer(request: ConsoleRequest, entity: Entity, form: TransferForm) -> HttpResponse | None:
    chosen, successor = form.cleaned_data["what"], form.cleaned_data["other"]
    disable = bool(form.cleaned_data.get("disable"))
    steps = transfer.plan_transfer(request.actor, entity, successor, chosen, disable=disable)
    title = f"Hand over what {entity} has to {successor}"
    return create_draft_from_form(request, form, title, steps, "handover")
