"""Views for offboarding, restoring, presets and onboarding templates."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from console.areas.entities import impact, kinds, scope
from console.areas.entities.form_views import entity_context, get_requested_entity
from console.areas.entities.kinds import Kind
from console.areas.entities.suggestion_views import suggestions_url
from console.areas.exports.models import Destination
from console.areas.lifecycle import offboard_plan, restore_plan, snapshots
from console.areas.lifecycle.access_block import block_rules
from console.areas.lifecycle.forms import OffboardForm, OnboardingTemplateForm, PresetForm
from console.areas.lifecycle.models import Capsule, OnboardingTemplate, Preset
from console.areas.lifecycle.offboard_plan import (
    BLOCK,
    DEFAULT_PARTS,
    DELETE,
    OFFBOARD_PARTS,
    OffboardingRequest,
)
from console.areas.lifecycle.restore_plan import RESTORE_KIND, RestorePlan
from console.aws import errors
from console.changes import drafts
from console.gateway import gateway
from console.mirror.models import Entity, Organization
from console.operators import policy, refusals
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.forms import ConfirmForm, ReasonForm
from console.ui.pages import SeeOther, post_data
from console.web import aws_errors
from console.web.record_forms import delete_record


@performs("DeregisterFromWorkMail")
def offboard_user(request: ConsoleRequest, entity_id: str) -> HttpResponse:
    person = get_requested_entity(request, entity_id, Kind.USER)
    if person.state != Entity.State.ENABLED:
        return _not_enabled_page(request, person)
    form = _offboard_form(request, person)
    if request.method == "POST" and form.is_valid():
        answer = _draft_offboarding(request, person, form)
        if answer is not None:
            return answer
    return _offboard_page(request, person, form)


def _offboard_form(request: ConsoleRequest, person: Entity) -> OffboardForm:
    organization, chosen = person.organization, _get_preset(request)
    others = scope.visible_entities(request.actor, "CreateAlias", organization)
    return OffboardForm(
        post_data(request),
        offered=offboard_plan.list_permitted_parts(request.actor, person),
        successors=others.filter(state=Entity.State.ENABLED).exclude(pk=person.pk),
        suggest=suggestions_url(organization, "all"),
        destinations=Destination.objects.filter(organization=organization),
        initial={
            "what": chosen.parts if chosen else list(DEFAULT_PARTS),
            "days": chosen.delete_after if chosen else 30,
        },
    )


def _get_preset(request: ConsoleRequest) -> Preset | None:
    wanted = request.GET.get("preset", "")
    presets = Preset.objects.filter(organization=request.organization)
    return presets.filter(pk=wanted).first() if wanted.isascii() and wanted.isdigit() else presets.first()


def _draft_offboarding(request: ConsoleRequest, person: Entity, form: OffboardForm) -> HttpResponse | None:
    asked = form.cleaned_data
    try:
        wish = OffboardingRequest(
            person,
            asked["what"],
            asked["other"],
            asked.get("destination"),
            _read_rules(request, person, asked["what"]),
        )
        change = offboard_plan.draft_offboarding(request.actor, wish, asked.get("days") or 0, form.why())
    except policy.Refusal as denied:
        refusals.record_request_refusal(request, request.actor, denied)
        form.add_error(None, f"{denied}. Nothing was planned.")
    except errors.CallFailed as failure:
        if not aws_errors.add_to_form(form, failure):
            return aws_errors.error_page(request, failure, back=kinds.entity_url(person))
    else:
        return SeeOther(reverse("changes:detail", args=[person.organization.slug, change.pk]))
    return None


def _read_rules(request: ConsoleRequest, person: Entity, parts: list[str]) -> list[Any]:
    """Return the current access rules if a part changes them and the operator may do so."""
    organization = person.organization
    if not {BLOCK, DELETE}.intersection(parts):
        return []
    allowed = policy.allows(request.actor, block_rules.PUT_OPERATION, organization, person)
    return block_rules.read_rules(request.actor, organization) if allowed else []


def _offboard_page(request: ConsoleRequest, person: Entity, form: OffboardForm) -> HttpResponse:
    losses = [
        *impact.find_mirror_impact(request.actor, person),
        *impact.find_aws_impact(request.actor, person),
    ]
    offered = offboard_plan.list_permitted_parts(request.actor, person)
    context = {
        **entity_context(person),
        "title": f"Offboard {person}",
        "verb": "Show the steps",
        "back": kinds.entity_url(person),
        "losses": losses,
        "presets": Preset.objects.filter(organization=person.organization),
        "no_freeze": BLOCK not in offered,
        "may_keep": policy.allows(request.actor, "ManageTemplates", person.organization),
    }
    return pages.form_page(request, "lifecycle/offboard.html", form, context)


def _not_enabled_page(request: ConsoleRequest, person: Entity) -> HttpResponse:
    return pages.problem_page(
        request,
        title="Not enabled",
        happened=f"{person} is not enabled, so there is nothing to offboard.",
        not_happened="Nothing was planned.",
        now="Open the user's page to enable or delete this user.",
        status=409,
        back=kinds.entity_url(person),
    )


@performs("RegisterToWorkMail")
def restore_user(request: ConsoleRequest, entity_id: str) -> HttpResponse:
    person = get_requested_entity(request, entity_id, Kind.USER)
    capsule = snapshots.get_latest_snapshot(person)
    if person.state != Entity.State.DISABLED or capsule is None:
        return _not_restorable_page(request, person)
    form = ReasonForm(post_data(request))
    try:
        way = _plan_user_restore(request, person, capsule)
        if request.method == "POST" and form.is_valid() and way.steps:
            return _draft_restore(request, way, form)
    except policy.Refusal as denied:
        refusals.record_request_refusal(request, request.actor, denied)
        form.add_error(None, f"{denied}. Nothing was planned.")
    except errors.CallFailed as failure:
        if not aws_errors.add_to_form(form, failure):
            return aws_errors.error_page(request, failure, back=kinds.entity_url(person))
    context = {
        **entity_context(person),
        "title": f"Bring {person} back",
        "verb": "Show the steps" if way.steps else "",
        "back": kinds.entity_url(person),
        "capsule": capsule,
        "way": way,
        "deletions": restore_plan.list_scheduled_deletions(person),
        "undo": "The password stays unknown: reset it once the person is back.",
    }
    return pages.form_page(request, "lifecycle/rehire.html", form, context)


def _plan_user_restore(request: ConsoleRequest, person: Entity, capsule: Capsule) -> RestorePlan:
    actor, organization = request.actor, person.organization
    described = gateway.call(actor, "DescribeUser", organization, UserId=person.entity_id)
    may_thaw = policy.allows(actor, block_rules.PUT_OPERATION, organization, person)
    rules = block_rules.read_rules(actor, organization) if may_thaw else []
    return restore_plan.plan_restore(person, capsule, described, rules)


def _draft_restore(request: ConsoleRequest, way: RestorePlan, form: ReasonForm) -> HttpResponse:
    """Create the draft and cancel the scheduled deletion at once."""
    change = drafts.create_draft(
        request.actor,
        way.organization,
        f"Bring {way.person} back",
        way.steps,
        kind=RESTORE_KIND,
        data={"entity_id": way.person.entity_id, "capsule": way.capsule.pk},
        reason=form.cleaned_data["reason"],
        ticket=form.cleaned_data["ticket"],
    )
    restore_plan.cancel_deletions(request.actor, way.person)
    return SeeOther(reverse("changes:detail", args=[way.organization.slug, change.pk]))


def _not_restorable_page(request: ConsoleRequest, person: Entity) -> HttpResponse:
    return pages.problem_page(
        request,
        title="Nothing to bring back",
        happened=f"{person} is not disabled, or was not offboarded through the console within 30 days.",
        not_happened="Nothing was planned.",
        now="Whoever is disabled can be enabled from the person's page; the mailbox is kept for 30 days.",
        status=409,
        back=kinds.entity_url(person),
    )


TemplateOrPreset = OnboardingTemplate | Preset


@performs("ManageTemplates")
def list_templates(request: ConsoleRequest) -> HttpResponse:
    presets = Preset.objects.filter(organization=request.organization)
    context = {
        "title": "Templates and presets",
        "organization": request.organization,
        "templates": OnboardingTemplate.objects.filter(organization=request.organization),
        "presets": [
            (each, [OFFBOARD_PARTS[part] for part in each.parts if part in OFFBOARD_PARTS])
            for each in presets
        ],
    }
    return pages.render_page(request, "lifecycle/keeping.html", context)


@performs("ManageTemplates")
def create_preset(request: ConsoleRequest) -> HttpResponse:
    return _edit_page(request, Preset(organization=request.organization))


@performs("ManageTemplates")
def edit_preset(request: ConsoleRequest, pk: int) -> HttpResponse:
    return _edit_page(request, get_object_or_404(Preset, organization=request.organization, pk=pk))


@performs("ManageTemplates")
def delete_preset(request: ConsoleRequest, pk: int) -> HttpResponse:
    return _delete_page(request, get_object_or_404(Preset, organization=request.organization, pk=pk))


@performs("ManageTemplates")
def create_template(request: ConsoleRequest) -> HttpResponse:
    return _edit_page(request, OnboardingTemplate(organization=request.organization))


@performs("ManageTemplates")
def edit_template(request: ConsoleRequest, pk: int) -> HttpResponse:
    return _edit_page(
        request, get_object_or_404(OnboardingTemplate, organization=request.organization, pk=pk)
    )


@performs("ManageTemplates")
def delete_template(request: ConsoleRequest, pk: int) -> HttpResponse:
    return _delete_page(
        request, get_object_or_404(OnboardingTemplate, organization=request.organization, pk=pk)
    )


def _template_form(request: ConsoleRequest, kept: TemplateOrPreset) -> PresetForm | OnboardingTemplateForm:
    if isinstance(kept, Preset):
        return PresetForm(post_data(request), instance=kept)
    groups = scope.visible_groups(request.actor, kept.organization).filter(state=Entity.State.ENABLED)
    domains = scope.usable_domains(request.actor, "RegisterToWorkMail", kept.organization)
    return OnboardingTemplateForm(post_data(request), instance=kept, domains=domains, groups=groups)


def _edit_page(request: ConsoleRequest, kept: TemplateOrPreset) -> HttpResponse:
    form = _template_form(request, kept)
    if form.is_valid() and form.save_recorded(request.actor):
        return pages.redirect_with_message(
            request, f"{kept.name} is saved.", _templates_url(kept.organization)
        )
    kind = "preset for leavers" if isinstance(kept, Preset) else "template for new people"
    context = {
        "title": f"Edit {form.current['name']}" if form.current else f"New {kind}",
        "verb": "Save",
        "organization": kept.organization,
        "back": _templates_url(kept.organization),
    }
    return pages.form_page(request, "partials/form_page.html", form, context)


def _delete_page(request: ConsoleRequest, kept: TemplateOrPreset) -> HttpResponse:
    form, organization, name = ConfirmForm(post_data(request)), kept.organization, kept.name
    if request.method == "POST" and form.is_valid():
        delete_record(request.actor, "ManageTemplates", kept)
        return pages.redirect_with_message(request, f"{name} is forgotten.", _templates_url(organization))
    said = ("Nobody who was created or let go with it changes.",)
    title = f"Forget {name}?"
    return pages.confirm_page(
        request, form, title=title, verb="Forget", back=_templates_url(organization), consequences=said
    )


def _templates_url(organization: Organization) -> str:
    return reverse("lifecycle:keeping", args=[organization.slug])
