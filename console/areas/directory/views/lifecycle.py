"""Enable, disable, and what every kind's deleting has in common; each shows first what ends with it."""

from django.http import HttpResponse

from console.areas.directory import blast, ending, kinds, naming, scope
from console.areas.directory.forms.addresses import RegisterForm
from console.areas.directory.kinds import Kind
from console.areas.directory.views.asking import about, ask, perform
from console.changes import undo
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.forms import ConfirmForm
from console.ui.pages import post_data


@performs("RegisterToWorkMail")
def enable(request: ConsoleRequest, organization: Organization, entity_id: str, kind: Kind) -> HttpResponse:
    entity = scope.find(request.actor, "RegisterToWorkMail", organization, entity_id, kind)
    form = RegisterForm(
        post_data(request),
        domains=scope.usable_domains(request.actor, "RegisterToWorkMail", organization),
        local=entity.name.partition("@")[0],
        initial={"Email": request.GET["address"]} if request.GET.get("address") else {},
    )
    return ask(
        request,
        entity,
        form,
        "RegisterToWorkMail",
        title=f"Enable {entity}",
        verb="Enable",
        note=ending.enabling(entity),
        message=lambda: f"{entity} is enabled as {form.address}.",
        params=lambda: {"EntityId": entity.entity_id, "Email": form.address},
    )


@performs("DeregisterFromWorkMail")
def disable(request: ConsoleRequest, organization: Organization, entity_id: str, kind: Kind) -> HttpResponse:
    entity = scope.find(request.actor, "DeregisterFromWorkMail", organization, entity_id, kind)
    form = ConfirmForm(post_data(request))
    if request.method == "POST" and form.is_valid():
        done = f"{entity} is disabled."
        answer = perform(request, entity, form, "DeregisterFromWorkMail", done, EntityId=entity.entity_id)
        if answer is not None:
            return answer
    return question(request, entity, form, "DeregisterFromWorkMail", f"Disable {entity}?", "Disable")


def delete(request: ConsoleRequest, entity: Entity, operation: str) -> HttpResponse:
    """For whoever may perform `operation`, the kind's own Delete…: after disabling, with the name typed."""
    if entity.state == Entity.State.ENABLED:
        return _disable_first(request, entity)
    form = ConfirmForm(post_data(request), expected=entity.name)
    if request.method == "POST" and form.is_valid():
        member = {kinds.of(entity).member: entity.entity_id}
        answer = perform(request, entity, form, operation, f"{entity} is deleted.", **member)
        if answer is not None:
            return answer
    return question(request, entity, form, operation, f"Delete {entity}?", "Delete for good")


def question(
    request: ConsoleRequest, entity: Entity, form: ConfirmForm, operation: str, title: str, verb: str
) -> HttpResponse:
    """What it means and what ends with it, each with a way to hand it over first."""
    disabling = operation == "DeregisterFromWorkMail"
    context = {
        **about(entity),
        "title": title,
        "verb": verb,
        "back": kinds.place(entity),
        "danger": True,
        "consequences": ending.disabling(entity) if disabling else ending.deleting(entity),
        "losses": [*blast.of(request.actor, entity), *naming.of(request.actor, entity)],
        "may_hand_over": policy.allows(request.actor, "DeregisterFromWorkMail", entity.organization, entity),
        # A group has no mailbox that WorkMail removes in the end.
        "undo": "" if disabling and entity.kind == Kind.GROUP else undo.get_label(operation).text,
    }
    return pages.form_page(request, "directory/question.html", form, context)


def _disable_first(request: ConsoleRequest, entity: Entity) -> HttpResponse:
    again = "" if entity.kind == Kind.GROUP else " for 30 days"
    return pages.problem_page(
        request,
        title="Disable first",
        happened=f"{entity} is enabled, and WorkMail deletes only what is disabled.",
        not_happened="Nothing was changed.",
        now=f"Disable first; that can still be undone{again}.",
        status=409,
        back=kinds.place(entity, "disable"),
    )
