"""Views of aliases, memberships, mailbox permissions and transfers of an entity."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from console.areas.entities import expiry, impact, kinds, relations, scope, transfer
from console.areas.entities.form_views import (
    entity_context,
    entity_operation_button,
    entity_operation_page,
    get_requested_entity,
)
from console.areas.entities.forms import (
    AddGrantedMailboxForm,
    AddGranteeForm,
    AliasForm,
    JoinGroupForm,
    LeaveGroupForm,
    MailboxPermissionForm,
    PrimaryAddressForm,
    RemoveAliasForm,
    RemoveGrantedMailboxForm,
    RemoveGranteeForm,
    TransferForm,
)
from console.areas.entities.kinds import Kind
from console.areas.entities.relations import MailboxAccess
from console.areas.entities.suggestion_views import suggestions_url
from console.aws import changed_fields
from console.mirror.models import Entity
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.pages import post_data
from console.web.draft_views import create_draft_from_form


@performs("CreateAlias")
def add_alias(request: ConsoleRequest, entity_id: str, kind: Kind) -> HttpResponse:
    entity = get_requested_entity(request, entity_id, kind)
    domains = scope.usable_domains(request.actor, request.operation, request.organization)
    local = entity.email.partition("@")[0]
    return entity_operation_page(
        request, AliasForm(post_data(request), entity=entity, domains=domains, local=local)
    )


@require_POST
@performs("DeleteAlias")
def remove_alias(request: ConsoleRequest, entity_id: str, kind: Kind) -> HttpResponse:
    entity = get_requested_entity(request, entity_id, kind)
    return entity_operation_button(request, RemoveAliasForm(request.POST, entity=entity))


@require_POST
@performs("UpdatePrimaryEmailAddress")
def set_primary_address(request: ConsoleRequest, entity_id: str, kind: Kind) -> HttpResponse:
    entity = get_requested_entity(request, entity_id, kind)
    return entity_operation_button(request, PrimaryAddressForm(request.POST, entity=entity))


@performs("AssociateMemberToGroup")
def join_group(request: ConsoleRequest, entity_id: str, kind: Kind) -> HttpResponse:
    entity = get_requested_entity(request, entity_id, kind)
    visible = scope.visible_entities(request.actor, request.operation, request.organization)
    groups = visible.filter(kind=Kind.GROUP).exclude(state=Entity.State.DELETED).exclude(pk=entity.pk)
    suggest = suggestions_url(request.organization, "groups")
    return entity_operation_page(
        request, JoinGroupForm(post_data(request), entity=entity, groups=groups, suggest=suggest)
    )


@require_POST
@performs("DisassociateMemberFromGroup")
def leave_group(request: ConsoleRequest, entity_id: str, kind: Kind) -> HttpResponse:
    entity = get_requested_entity(request, entity_id, kind)
    return entity_operation_button(request, LeaveGroupForm(request.POST, entity=entity))


@performs("PutMailboxPermissions")
def add_grantee(request: ConsoleRequest, entity_id: str, kind: Kind) -> HttpResponse:
    """Grant another entity permissions on this mailbox."""
    entity = get_requested_entity(request, entity_id, kind)
    held = relations.list_grantees(request.actor, entity)
    return entity_operation_page(request, _permission_form(request, AddGranteeForm, entity, held))


@performs("PutMailboxPermissions")
def add_granted_mailbox(request: ConsoleRequest, entity_id: str, kind: Kind) -> HttpResponse:
    """Grant this entity permissions on another mailbox."""
    entity = get_requested_entity(request, entity_id, kind)
    held = relations.list_granted_mailboxes(request.actor, entity)
    return entity_operation_page(request, _permission_form(request, AddGrantedMailboxForm, entity, held))


@require_POST
@performs("DeleteMailboxPermissions")
def remove_grantee(request: ConsoleRequest, entity_id: str, kind: Kind) -> HttpResponse:
    """Revoke another entity's permissions on this mailbox."""
    entity = get_requested_entity(request, entity_id, kind)
    return entity_operation_button(request, RemoveGranteeForm(request.POST, entity=entity))


@require_POST
@performs("DeleteMailboxPermissions")
def remove_granted_mailbox(request: ConsoleRequest, entity_id: str, kind: Kind) -> HttpResponse:
    """Revoke this entity's permissions on another mailbox."""
    entity = get_requested_entity(request, entity_id, kind)
    return entity_operation_button(request, RemoveGrantedMailboxForm(request.POST, entity=entity))


def _permission_form(
    request: ConsoleRequest,
    form_class: type[MailboxPermissionForm],
    entity: Entity,
    held: list[MailboxAccess],
) -> MailboxPermissionForm:
    """Return the form; `?other=` selects a permission to edit, with its current values and end."""
    chosen = next((each for each in held if each.other_id == request.GET.get("other")), None)
    is_owner = form_class is AddGranteeForm
    ends = expiry.find_end_times(entity)["readers" if is_owner else "opens"]
    others = scope.visible_entities(request.actor, request.operation, entity.organization)
    form = form_class(
        post_data(request),
        entity=entity,
        others=others.exclude(state=Entity.State.DELETED).exclude(pk=entity.pk),
        suggest=suggestions_url(entity.organization, "all"),
        initial=_initial_permission(chosen, ends) if chosen else {},
    )
    if chosen and not form.is_bound:
        owner_id, grantee_id = (entity.entity_id, chosen.other_id)[:: 1 if is_owner else -1]
        held_values = {"GranteeId": grantee_id, "PermissionValues": chosen.values}
        form.show(owner_id, changed_fields.expected_values(request.operation, {}, held_values))
    return form


def _initial_permission(access: MailboxAccess, ends: expiry.EndTimes) -> dict[str, Any]:
    until = ends.get(access.other_id)
    return {"other": access.written, "values": access.values, **({"until": until} if until else {})}


TRANSFER_NOTE = "You see every step before anything happens."


@performs("DeregisterFromWorkMail")
def transfer_to_successor(request: ConsoleRequest, entity_id: str, kind: Kind) -> HttpResponse:
    """Draft a transfer; each of its steps requires a permission of its own."""
    entity = get_requested_entity(request, entity_id, kind)
    form = _transfer_form(request, entity)
    if request.method == "POST" and form.is_valid() and (answer := _draft_transfer(request, entity, form)):
        return answer
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
