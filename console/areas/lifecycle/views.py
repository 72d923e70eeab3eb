"""Views for offboarding, restoring, presets and onboarding templates."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from console.areas.entities import impact, scope
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
from console.gateway import gateway
from console.mirror.models import Entity, Organization
from console.operators import policy, refusals
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.forms import ConfirmForm, ReasonForm
from console.ui.pages import post_data
from console.web import aws_errors
from console.web.draft_views import draft_change, redirect_to_change
from console.web.record_forms import delete_record


@performs("DeregisterFromWorkMail")
def offboard_user(request: ConsoleRequest, entity_id: str) -> HttpResponse:
    user = get_requested_entity(request, entity_id, Kind.USER)
    if user.state != Entity.State.ENABLED:
        return _not_enabled_page(request, user)
    form = _offboard_form(request, user)
    if form.is_valid() and (answer := _draft_offboarding(request, user, form)):
        return answer
    return _offboard_page(request, user, form)


def _offboard_form(request: ConsoleRequest, user: Entity) -> OffboardForm:
    organization, preset = user.organization, _get_preset(request)
    others = scope.visible_entities(request.actor, "CreateAlias", organization)
    return OffboardForm(
        post_data(request),
        offered=offboard_plan.list_permitted_parts(request.actor, user),
        successors=others.filter(state=Entity.State.ENABLED).exclude(pk=user.pk),
        suggest=suggestions_url(organization, "all"),
        destinations=Destination.objects.filter(organization=organization),
        initial={
            "what": preset.parts if preset else list(DEFAULT_PARTS),
            "days": preset.delete_after if preset else 30,
        },
    )


def _get_preset(request: ConsoleRequest) -> Preset | None:
    preset_id = request.GET.get("preset", "")
    presets = Preset.objects.filter(organization=request.organization)
    return (
        presets.filter(pk=preset_id).first()
        if preset_id.isascii() and preset_id.isdigit()
        else presets.first()
    )


def _draft_offboarding(request: ConsoleRequest, user: Entity, form: OffboardForm) -> HttpResponse | None:
    values = form.cleaned_data
    try:
        wish = OffboardingRequest(
            user,
            values["what"],
            values["other"],
            values.get("destination"),
            _read_rules(request, user, values["what"]),
        )
        change = offboard_plan.draft_offboarding(request.actor, wish, values.get("days") or 0, form.why())
    except policy.Refusal as refusal:
        refusals.record_request_refusal(request, request.actor, refusal)
        form.add_error(None, f"{refusal}. Nothing was planned.")
    except errors.CallFailed as failure:
        if not aws_errors.add_to_form(form, failure):
            raise
    else:
        return redirect_to_change(change)
    return None


def _read_rules(request: ConsoleRequest, user: Entity, parts: list[str]) -> list[Any]:
    """Return the current access rules if a part changes them and the operator may do so."""
    organization = user.organization
    if not {BLOCK, DELETE}.intersection(parts):
        return []
    allowed = policy.allows(request.actor, block_rules.PUT_OPERATION, organization, user)
    return block_rules.read_rules(request.actor, organization) if allowed else []


def _offboard_page(request: ConsoleRequest, user: Entity, form: OffboardForm) -> HttpResponse:
    losses = [
        *impact.find_mirror_impact(request.actor, user),
        *impact.find_aws_impact(request.actor, user),
    ]
    offered = offboard_plan.list_permitted_parts(request.actor, user)
    context = {
        **entity_context(user),
        "title": f"Offboard {user}",
        "verb": "Show the steps",
        "back": request.back,
        "losses": losses,
        "presets": Preset.objects.filter(organization=user.organization),
        "no_freeze": BLOCK not in offered,
        "may_keep": policy.allows(request.actor, "ManageTemplates", user.organization),
    }
    return pages.form_page(request, "lifecycle/offboard.html", form, context)


def _not_enabled_page(request: ConsoleRequest, user: Entity) -> HttpResponse:
    return pages.problem_page(
        request,
        title="Not enabled",
        happened=f"{user} is not enabled, so there is nothing to offboard.",
        not_happened="Nothing was planned.",
        now="Open the user's page to enable or delete this user.",
        status=409,
        back=request.back,
    )


@performs("RegisterToWorkMail")
def restore_user(request: ConsoleRequest, entity_id: str) -> HttpResponse:
    user = get_requested_entity(request, entity_id, Kind.USER)
    snapshot = snapshots.get_latest_snapshot(user)
    if user.state != Entity.State.DISABLED or snapshot is None:
        return _not_restorable_page(request, user)
    form = ReasonForm(post_data(request))
    plan = _plan_user_restore(request, user, snapshot)
    if form.is_valid() and plan.steps and (answer := _draft_restore(request, plan, form)):
        return answer
    context = {
        **entity_context(user),
        "title": f"Bring {user} back",
        "verb": "Show the steps" if plan.steps else "",
        "back": request.back,
        "capsule": snapshot,
        "way": plan,
        "deletions": restore_plan.list_scheduled_deletions(user),
        "undo": "The password stays unknown: reset it once the person is back.",
    }
    return pages.form_page(request, "lifecycle/rehire.html", form, context)


def _plan_user_restore(request: ConsoleRequest, user: Entity, snapshot: Capsule) -> RestorePlan:
    actor, organization = request.actor, user.organization
    described = gateway.call(actor, "DescribeUser", organization, UserId=user.entity_id)
    may_restore = policy.allows(actor, block_rules.PUT_OPERATION, organization, user)
    rules = block_rules.read_rules(actor, organization) if may_restore else []
    return restore_plan.plan_restore(user, snapshot, described, rules)


def _draft_restore(request: ConsoleRequest, plan: RestorePlan, form: ReasonForm) -> HttpResponse | None:
    """Create the draft and cancel the scheduled deletion at once."""
    user, data = plan.user, {"entity_id": plan.user.entity_id, "capsule": plan.capsule.pk}
    change = draft_change(request, form, f"Bring {user} back", plan.steps, kind=RESTORE_KIND, data=data)
    if change is None:
        return None
    restore_plan.cancel_deletions(request.actor, user)
    return redirect_to_change(change)


def _not_restorable_page(request: ConsoleRequest, user: Entity) -> HttpResponse:
    return pages.problem_page(
        request,
        title="Nothing to bring back",
        happened=f"{user} is not disabled, or was not offboarded through the console within 30 days.",
        not_happened="Nothing was planned.",
        now="A disabled user can be enabled from the user's page; the mailbox is kept for 30 days.",
        status=409,
        back=request.back,
    )


TemplateOrPreset = OnboardingTemplate | Preset


@performs("ManageTemplates")
def list_templates(request: ConsoleRequest) -> HttpResponse:
    presets = Preset.objects.filter(organization=request.organization)
    context = {
        "title": "Templates and presets",
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


def _template_form(request: ConsoleRequest, record: TemplateOrPreset) -> PresetForm | OnboardingTemplateForm:
    if isinstance(record, Preset):
        return PresetForm(post_data(request), instance=record)
    groups = scope.visible_groups(request.actor, record.organization).filter(state=Entity.State.ENABLED)
    domains = scope.usable_domains(request.actor, "RegisterToWorkMail", record.organization)
    return OnboardingTemplateForm(post_data(request), instance=record, domains=domains, groups=groups)


def _edit_page(request: ConsoleRequest, record: TemplateOrPreset) -> HttpResponse:
    form = _template_form(request, record)
    if form.is_valid() and form.save_recorded(request.actor):
        return pages.redirect_with_message(
            request, f"{record.name} is saved.", _templates_url(record.organization)
        )
    kind = "preset for leavers" if isinstance(record, Preset) else "template for new people"
    context = {
        "title": f"Edit {form.current['name']}" if form.current else f"New {kind}",
        "verb": "Save",
        "back": _templates_url(record.organization),
    }
    return pages.form_page(request, "partials/form_page.html", form, context)


def _delete_page(request: ConsoleRequest, record: TemplateOrPreset) -> HttpResponse:
    form, organization, name = ConfirmForm(post_data(request)), record.organization, record.name
    if form.is_valid():
        delete_record(request.actor, "ManageTemplates", record)
        return pages.redirect_with_message(request, f"{name} is forgotten.", _templates_url(organization))
    return pages.confirm_page(
        request,
        form,
        title=f"Forget {name}?",
        verb="Forget",
        back=_templates_url(organization),
        consequences=("Nobody who was created or let go with it changes.",),
    )


def _templates_url(organization: Organization) -> str:
    return reverse("lifecycle:keeping", args=[organization.slug])
