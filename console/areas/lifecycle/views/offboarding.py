"""The page from which somebody is let go: what she has, what is done, and a draft that shows every step."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from console.areas.directory import blast, kinds, naming, scope
from console.areas.directory.kinds import Kind
from console.areas.directory.views.asking import about
from console.areas.directory.views.suggestions import suggest
from console.areas.exports.models import Destination
from console.areas.lifecycle import freezing, leaving, offboarding
from console.areas.lifecycle.forms.offboarding import OffboardForm
from console.areas.lifecycle.models import Preset
from console.areas.lifecycle.offboarding import DELETE, FREEZE, USUAL, Wish
from console.aws import errors
from console.mirror.models import Entity, Organization
from console.operators import policy, refusals
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.pages import SeeOther, post_data
from console.web import aws_errors


@performs("DeregisterFromWorkMail")
def offboard(request: ConsoleRequest, organization: Organization, entity_id: str) -> HttpResponse:
    person = scope.find(request.actor, "DeregisterFromWorkMail", organization, entity_id, Kind.USER)
    if person.state != Entity.State.ENABLED:
        return _not_enabled(request, person)
    form = _form(request, person)
    if request.method == "POST" and form.is_valid():
        answer = _draft(request, person, form)
        if answer is not None:
            return answer
    return _page(request, person, form)


def _form(request: ConsoleRequest, person: Entity) -> OffboardForm:
    organization, chosen = person.organization, _preset(request, person.organization)
    others = scope.entities(request.actor, "CreateAlias", organization)
    return OffboardForm(
        post_data(request),
        offered=offboarding.offered(request.actor, person),
        successors=others.filter(state=Entity.State.ENABLED).exclude(pk=person.pk),
        suggest=suggest(organization, "all"),
        destinations=Destination.objects.filter(organization=organization),
        initial={
            "what": chosen.parts if chosen else list(USUAL),
            "days": chosen.delete_after if chosen else 30,
        },
    )


def _preset(request: ConsoleRequest, organization: Organization) -> Preset | None:
    wanted = request.GET.get("preset", "")
    presets = Preset.objects.filter(organization=organization)
    return presets.filter(pk=wanted).first() if wanted.isascii() and wanted.isdigit() else presets.first()


def _draft(request: ConsoleRequest, person: Entity, form: OffboardForm) -> HttpResponse | None:
    asked = form.cleaned_data
    try:
        wish = Wish(
            person,
            asked["what"],
            asked["other"],
            asked.get("destination"),
            _rules(request, person, asked["what"]),
        )
        change = leaving.draft(request.actor, wish, asked.get("days") or 0, form.why())
    except policy.Refusal as denied:
        refusals.record_request_refusal(request, request.actor, denied)
        form.add_error(None, f"{denied}. Nothing was planned.")
    except errors.CallFailed as failure:
        if not aws_errors.add_to_form(form, failure):
            return aws_errors.error_page(request, failure, back=kinds.place(person))
    else:
        return SeeOther(reverse("changes:detail", args=[person.organization.slug, change.pk]))
    return None


def _rules(request: ConsoleRequest, person: Entity, parts: list[str]) -> list[Any]:
    """As they are now, for whoever may change them: a leaver joins one, and leaves it when deleted."""
    organization = person.organization
    if not {FREEZE, DELETE}.intersection(parts):
        return []
    allowed = policy.allows(request.actor, freezing.PUT, organization, person)
    return freezing.rules_of(request.actor, organization) if allowed else []


def _page(request: ConsoleRequest, person: Entity, form: OffboardForm) -> HttpResponse:
    losses = [*blast.of(request.actor, person), *naming.of(request.actor, person)]
    offered = offboarding.offered(request.actor, person)
    context = {
        **about(person),
        "title": f"Offboard {person}",
        "verb": "Show the steps",
        "back": kinds.place(person),
        "losses": losses,
        "presets": Preset.objects.filter(organization=person.organization),
        "no_freeze": FREEZE not in offered,
        "may_keep": policy.allows(request.actor, "ManageTemplates", person.organization),
    }
    return pages.form_page(request, "lifecycle/offboard.html", form, context)


def _not_enabled(request: ConsoleRequest, person: Entity) -> HttpResponse:
    return pages.problem_page(
        request,
        title="Not enabled",
        happened=f"{person} is not enabled, so there is nothing to offboard.",
        not_happened="Nothing was planned.",
        now="Open the user's page to enable or delete this user.",
        status=409,
        back=kinds.place(person),
    )
