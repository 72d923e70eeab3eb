"""Giving somebody's addresses to a successor, as a change that is looked at before it happens."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404

from console.areas.directory import kinds
from console.areas.directory import scope as directory
from console.areas.directory.kinds import Kind, place
from console.areas.directory.views.asking import about
from console.areas.directory.views.drafts import draft
from console.areas.directory.views.suggestions import suggest
from console.areas.mailboxes import addresses
from console.areas.mailboxes.forms.handover import DISABLE, RENAME, HandOverForm
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages

PRIMARY = "UpdatePrimaryEmailAddress"
WAYS = {RENAME: PRIMARY, DISABLE: "DeregisterFromWorkMail"}


@performs("CreateAlias")
def hand_over(request: ConsoleRequest, organization: Organization, entity_id: str) -> HttpResponse:
    giver = _find(request, organization, entity_id)
    form = _form(request, giver)
    if request.method == "POST" and form.is_valid() and (answer := _draft(request, giver, form)):
        return answer
    whole = policy.allows(request.actor, WAYS[DISABLE], organization, giver)
    context = {**about(giver), "back": place(giver), "whole": whole}
    return pages.form_page(request, "mailboxes/handover.html", form, context)


def _find(request: ConsoleRequest, organization: Organization, entity_id: str) -> Entity:
    """Whoever gives an address up has to be within reach, whatever she is."""
    met = get_object_or_404(Entity, organization=organization, entity_id=entity_id)
    if met.is_deleted:
        raise Http404("the address was given up when it was deleted")
    operation = "DeleteAlias" if met.state == Entity.State.ENABLED else kinds.of(met).describe
    return directory.find(request.actor, operation, organization, entity_id, Kind(met.kind))


def _form(request: ConsoleRequest, giver: Entity) -> HandOverForm:
    actor, organization = request.actor, giver.organization
    takers = directory.entities(actor, "CreateAlias", organization).filter(state=Entity.State.ENABLED)
    asked = request.GET.get("address")
    return HandOverForm(
        pages.posted(request),
        giver=giver,
        held=addresses.of(giver),
        takers=takers.exclude(pk=giver.pk),
        suggest=suggest(organization, "all"),
        ways=[way for way, needed in WAYS.items() if policy.allows(actor, needed, organization, giver)],
        domains=directory.usable_domains(actor, PRIMARY, organization),
        renames=policy.allows(actor, PRIMARY, organization),
        initial={"addresses": [asked]} if asked else {},
    )


def _draft(request: ConsoleRequest, giver: Entity, form: HandOverForm) -> HttpResponse | None:
    plan = form.plan()
    steps, organization = plan.steps(), giver.organization
    return draft(request, organization, form, plan.title, steps, "hand-over", reverts=plan.reverts)
