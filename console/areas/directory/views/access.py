"""Access to mailboxes and names, as the page of either end has it."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from console.areas.directory import relations, scope, terms
from console.areas.directory.forms.relations import PermissionForm, RevokedForm
from console.areas.directory.kinds import Kind, mailbox
from console.areas.directory.relations import Access
from console.areas.directory.views.asking import ask, press
from console.areas.directory.views.suggestions import name_of, suggest
from console.aws import changed_fields
from console.changes.steps import PlannedStep
from console.mirror.models import Entity, Organization
from console.operators.access import ConsoleRequest, performs
from console.ui.pages import post_data

SLOW = "It can take WorkMail up to five minutes, and Outlook up to an hour, to follow. "
REPLACES = "What is chosen replaces all that was allowed before."


@performs("PutMailboxPermissions")
def let_in(request: ConsoleRequest, organization: Organization, entity_id: str, kind: Kind) -> HttpResponse:
    """Who may open this mailbox, or send in this name."""
    entity = scope.find(request.actor, "PutMailboxPermissions", organization, entity_id, kind)
    held = relations.readers(request.actor, entity)
    form = _permission_form(request, entity, "Who", held, owner=entity)
    return ask(
        request,
        entity,
        form,
        "PutMailboxPermissions",
        title=f"Give access to {mailbox(entity)}",
        verb="Give access",
        note=SLOW + REPLACES,
        message=lambda: f"{form.cleaned_data['other']} now has access to {mailbox(entity)}{form.until_text}.",
        params=lambda: _granted(entity, form.cleaned_data["other"], form),
        ends=lambda: terms.of_access(entity, form.cleaned_data["other"]),
    )


@performs("PutMailboxPermissions")
def let_open(request: ConsoleRequest, organization: Organization, entity_id: str, kind: Kind) -> HttpResponse:
    """What this entity may open, or in whose name it may send."""
    entity = scope.find(request.actor, "PutMailboxPermissions", organization, entity_id, kind)
    form = _permission_form(request, entity, "Whose mailbox", relations.opens(request.actor, entity))
    return ask(
        request,
        entity,
        form,
        "PutMailboxPermissions",
        title=f"Let {entity} open another mailbox",
        verb="Give access",
        note=SLOW + REPLACES,
        message=lambda: f"{entity} now has access to {mailbox(form.cleaned_data['other'])}{form.until_text}.",
        params=lambda: _granted(form.cleaned_data["other"], entity, form),
        ends=lambda: terms.of_access(form.cleaned_data["other"], entity),
    )


@require_POST
@performs("DeleteMailboxPermissions")
def shut_out(request: ConsoleRequest, organization: Organization, entity_id: str, kind: Kind) -> HttpResponse:
    """Somebody may no longer open this mailbox."""
    entity = scope.find(request.actor, "DeleteMailboxPermissions", organization, entity_id, kind)
    form = RevokedForm(request.POST)
    return press(
        request,
        entity,
        form,
        "DeleteMailboxPermissions",
        message=lambda: (
            f"{name_of(form.cleaned_data['other'], organization)} lost access to {mailbox(entity)}."
        ),
        params=lambda: {"EntityId": entity.entity_id, "GranteeId": form.cleaned_data["other"]},
        ends=lambda: _ended(entity.entity_id, form.cleaned_data["other"]),
    )


@require_POST
@performs("DeleteMailboxPermissions")
def shut(request: ConsoleRequest, organization: Organization, entity_id: str, kind: Kind) -> HttpResponse:
    """This entity may no longer open somebody's mailbox."""
    entity = scope.find(request.actor, "DeleteMailboxPermissions", organization, entity_id, kind)
    form = RevokedForm(request.POST)
    return press(
        request,
        entity,
        form,
        "DeleteMailboxPermissions",
        message=lambda: f"{entity} lost access to {name_of(form.cleaned_data['other'], organization)}.",
        params=lambda: {"EntityId": form.cleaned_data["other"], "GranteeId": entity.entity_id},
        ends=lambda: _ended(form.cleaned_data["other"], entity.entity_id),
    )


def _permission_form(
    request: ConsoleRequest, entity: Entity, label: str, held: list[Access], owner: Entity | None = None
) -> PermissionForm:
    """With `?other=` for access that exists, the form shows what is allowed now, and until when."""
    chosen = next((each for each in held if each.other_id == request.GET.get("other")), None)
    others = scope.entities(request.actor, "PutMailboxPermissions", entity.organization)
    form = PermissionForm(
        post_data(request),
        others=others.exclude(state=Entity.State.DELETED).exclude(pk=entity.pk),
        suggest=suggest(entity.organization, "all"),
        label=label,
        owner=owner,
        initial=_shown(chosen, terms.of(entity)["readers" if owner else "opens"]) if chosen else {},
    )
    if chosen and not form.is_bound:
        owner_id, grantee_id = (entity.entity_id, chosen.other_id)[:: 1 if owner else -1]
        held_values = {"GranteeId": grantee_id, "PermissionValues": chosen.values}
        form.show(owner_id, changed_fields.expected_values("PutMailboxPermissions", {}, held_values))
    return form


def _shown(access: Access, ends: terms.Ends) -> dict[str, Any]:
    until = ends.get(access.other_id)
    return {"other": access.written, "values": access.values, **({"until": until} if until else {})}


def _granted(owner: Entity, grantee: Entity, form: PermissionForm) -> dict[str, Any]:
    return {
        "EntityId": owner.entity_id,
        "GranteeId": grantee.entity_id,
        "PermissionValues": form.cleaned_data["values"],
    }


def _ended(owner_id: str, grantee_id: str) -> PlannedStep:
    return PlannedStep("DeleteMailboxPermissions", {"EntityId": owner_id, "GranteeId": grantee_id})
