"""Handing over what an entity has, before it is disabled or deleted."""

from django.http import HttpResponse

from console.areas.directory import blast, handover, kinds, naming, scope
from console.areas.directory.forms.handover import HandoverForm
from console.areas.directory.kinds import Kind
from console.areas.directory.views.asking import about
from console.areas.directory.views.drafts import draft
from console.areas.directory.views.suggestions import suggest
from console.aws import errors
from console.mirror.models import Entity, Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.pages import post_data
from console.web import aws_errors

NOTE = "You see every step before anything happens."


@performs("DeregisterFromWorkMail")
def hand_over(
    request: ConsoleRequest, organization: Organization, entity_id: str, kind: Kind
) -> HttpResponse:
    """Whoever may disable it may draft this; each step asks for a right of its own."""
    entity = scope.find(request.actor, "DeregisterFromWorkMail", organization, entity_id, kind)
    try:
        form = _form(request, entity)
        if request.method == "POST" and form.is_valid() and (answer := _draft(request, entity, form)):
            return answer
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure, back=kinds.place(entity))
    context = {
        **about(entity),
        "title": f"Hand over what {entity} has",
        "verb": "Show the steps",
        "note": NOTE,
        "back": kinds.place(entity),
    }
    return pages.form_page(request, "directory/form.html", form, context)


def _form(request: ConsoleRequest, entity: Entity) -> HandoverForm:
    losses = [*blast.of(request.actor, entity), *naming.of(request.actor, entity)]
    others = scope.entities(request.actor, "RegisterToWorkMail", entity.organization)
    form = HandoverForm(
        post_data(request),
        successors=others.filter(state=Entity.State.ENABLED).exclude(pk=entity.pk),
        suggest=suggest(entity.organization, "all"),
        parts=[each.part for each in losses if each.part and each.names],
        initial={"what": request.GET.getlist("what")},
    )
    if entity.state != Entity.State.ENABLED:
        del form.fields["disable"]
    return form


def _draft(request: ConsoleRequest, entity: Entity, form: HandoverForm) -> HttpResponse | None:
    chosen, successor = form.cleaned_data["what"], form.cleaned_data["other"]
    disable = bool(form.cleaned_data.get("disable"))
    steps = handover.plan(request.actor, entity, successor, chosen, disable=disable)
    title = f"Hand over what {entity} has to {successor}"
    return draft(request, entity.organization, form, title, steps, "handover")
