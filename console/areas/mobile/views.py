"""Views of mobile device rules and overrides."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse

from console.areas.access_rules import display, live_rules
from console.areas.access_rules.rule_groups import group_rules
from console.areas.entities import kinds, scope
from console.areas.entities.form_views import get_requested_entity
from console.areas.entities.kinds import Kind
from console.areas.entities.suggestion_views import suggestions_url
from console.areas.mobile import live_rules as mobile_live_rules
from console.areas.mobile import override_expiry, plans, tester, wording
from console.areas.mobile.forms import DeviceTestForm, MobileRuleForm, OverrideForm, OverrideRemovalForm
from console.areas.mobile.plans import CHANGE_KIND, RULE_ID, MobileRulePlan
from console.gateway import gateway
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.rules.evaluation import ALLOW
from console.ui import pages
from console.web import operation_views, rule_review

PAGE_OPERATIONS = (
    "CreateMobileDeviceAccessRule",
    "UpdateMobileDeviceAccessRule",
    "DeleteMobileDeviceAccessRule",
    "GetMobileDeviceAccessEffect",
    "ListMobileDeviceAccessOverrides",
)
EFFECT_LABELS = {"ALLOW": ("allowed", "success"), "DENY": ("denied", "danger")}
DeviceRules = Sequence[dict[str, Any]]


@performs("ListMobileDeviceAccessRules")
def list_rules(request: ConsoleRequest) -> HttpResponse:
    rules = mobile_live_rules.list_rules(request.actor, request.organization)
    context = {
        "title": "Mobile devices",
        "rules": [(rule, wording.describe_rule(rule), rule["Effect"] == ALLOW) for rule in rules],
        "may": {name: policy.allows(request.actor, name, request.organization) for name in PAGE_OPERATIONS},
    }
    return pages.render_page(request, "mobile/list.html", context)


@performs("CreateMobileDeviceAccessRule")
def create_rule(request: ConsoleRequest) -> HttpResponse:
    request.back = rules_url(request.organization)
    return _rule_form_page(request, mobile_live_rules.list_rules(request.actor, request.organization), None)


@performs("UpdateMobileDeviceAccessRule")
def edit_rule(request: ConsoleRequest, device_rule: str) -> HttpResponse:
    request.back = rules_url(request.organization)
    rules = mobile_live_rules.list_rules(request.actor, request.organization)
    return _rule_form_page(request, rules, _get_rule_or_404(rules, device_rule))


@performs("DeleteMobileDeviceAccessRule")
def delete_rule(request: ConsoleRequest, device_rule: str) -> HttpResponse:
    request.back = rules_url(request.organization)
    rules = mobile_live_rules.list_rules(request.actor, request.organization)
    rule = _get_rule_or_404(rules, device_rule)
    plan = plans.plan_deletion(request.organization, rules, rule)
    return _review_page(request, plan, "Delete the rule", f"Delete {rule['Name']}?", None)


@performs("GetMobileDeviceAccessEffect")
def run_device_test(request: ConsoleRequest) -> HttpResponse:
    request.back = rules_url(request.organization)
    organization = request.organization
    actor = request.actor
    users = policy.visible_entities(actor, "GetMobileDeviceAccessOverride", organization)
    bound = request.GET if "DeviceType" in request.GET else None
    form = DeviceTestForm(bound, people=users, suggest=suggestions_url(organization, "all"))
    context: dict[str, Any] = {"title": "Test a device"}
    if form.is_valid():
        user, device_id = form.cleaned_data["other"], form.cleaned_data["DeviceId"]
        context["answer"] = tester.run_test(actor, organization, form.device(), user, device_id)
    return pages.form_page(request, "mobile/test.html", form, context)


def _rule_form_page(request: ConsoleRequest, rules: DeviceRules, rule: dict[str, Any] | None) -> HttpResponse:
    form = MobileRuleForm(pages.post_data(request), rule=rule)
    if form.is_valid() and request.POST.get("step") != rule_review.EDIT:
        plan = plans.plan_saving(
            request.organization, rules, form.asked(), rule[RULE_ID] if rule else plans.NEW_RULE_ID
        )
        return _review_page(request, plan, "Save the rule", plan.title, form)
    context = {
        "title": f"Change {rule['Name']}" if rule else "New mobile device rule",
        "back": request.back,
    }
    return pages.form_page(request, "mobile/edit.html", form, context)


def _review_page(
    request: ConsoleRequest, plan: MobileRulePlan, verb: str, heading: str, form: MobileRuleForm | None
) -> HttpResponse:
    prefixes = plan.draft.prefixes
    flips = [
        (
            wording.describe_device_kind(flip.reports, prefixes),
            EFFECT_LABELS[flip.before][0],
            *EFFECT_LABELS[flip.after],
        )
        for flip in plan.draft.flips
    ]
    warnings = ["No device whatever could synchronize any more."] if plan.phrase else []
    context = {"flips": flips, "warnings": warnings, "followers": "Devices"}
    return rule_review.review_page(
        request,
        plan,
        "mobile/review.html",
        context,
        kind=CHANGE_KIND,
        verb=verb,
        heading=heading,
        form=form,
    )


def _get_rule_or_404(rules: DeviceRules, rule_id: str) -> dict[str, Any]:
    rule = next((rule for rule in rules if rule[RULE_ID] == rule_id), None)
    if rule is None:
        raise Http404("no rule of this id")
    return rule


def rules_url(organization: Organization) -> str:
    return reverse("mobile:list", args=[organization.slug])


PUT_OVERRIDE, DELETE_OVERRIDE = "PutMobileDeviceAccessOverride", "DeleteMobileDeviceAccessOverride"


@performs("ListMobileDeviceAccessOverrides")
def list_overrides(request: ConsoleRequest) -> HttpResponse:
    request.back = rules_url(request.organization)
    organization = request.organization
    overrides = mobile_live_rules.list_overrides(request.actor, organization)
    ends = override_expiry.get_expiry_times(organization)
    context = {
        "title": "Overrides for devices",
        "overrides": [_override_context(each, user, ends) for each, user in overrides],
        "whole": policy.covers_organization(request.actor, "ListMobileDeviceAccessOverrides", organization),
        "may": _override_rights(request),
    }
    return pages.render_page(request, "mobile/overrides.html", context)


@performs("ListMobileDeviceAccessOverrides")
def show_user(request: ConsoleRequest, user_id: str) -> HttpResponse:
    """Show the rules and overrides of one user, for the user's page."""
    request.back = rules_url(request.organization)
    actor = request.actor
    user = scope.get_entity(actor, request.operation, request.organization, user_id, Kind.USER)
    ends = override_expiry.get_expiry_times(request.organization)
    context = {
        "title": f"Rules and devices of {user}",
        "person": user,
        "overrides": [
            _override_context(each, user, ends) for each in mobile_live_rules.list_user_overrides(actor, user)
        ],
        "mobile_rules": _list_mobile_rules(request),
        "access_rules": _list_access_rules(request, user),
        "may": _override_rights(request, user),
    }
    return pages.render_page(request, "mobile/person.html", context, fragment="rules")


@performs("PutMobileDeviceAccessOverride")
def put_override(request: ConsoleRequest) -> HttpResponse:
    """Create or replace an override; `?other=` and `DeviceId=` load the current values."""
    organization = request.organization
    request.back = overrides_url(organization)
    users = policy.visible_entities(request.actor, PUT_OVERRIDE, organization)
    device = {name: request.GET.get(name, "") for name in ("other", "DeviceId")}
    values = {} if request.method == "POST" else _read_current_override(request, users, device)
    override: dict[str, Any] = next(filter(None, values.values()), {})
    form = OverrideForm(
        pages.post_data(request),
        people=users,
        suggest=suggestions_url(organization, "all"),
        may_end=policy.allows(request.actor, DELETE_OVERRIDE, organization),
        initial={"Effect": "ALLOW", **device, **override},
    )
    if values:
        form.show(device["other"], values)
    if form.is_valid():
        answer = operation_views.perform_form(
            request, form, landing=lambda: kinds.entity_url(form.cleaned_data["other"])
        )
        if answer is not None:
            return answer
    context = {"title": "Override for a device", "back": request.back}
    return pages.form_page(request, "mobile/override.html", form, context)


@performs("DeleteMobileDeviceAccessOverride")
def delete_override(request: ConsoleRequest, user_id: str) -> HttpResponse:
    """Delete an override, and its scheduled end."""
    user = get_requested_entity(request, user_id, Kind.USER)
    request.back = overrides_url(request.organization)
    form = OverrideRemovalForm(
        pages.post_data(request), entity=user, initial={"DeviceId": request.GET.get("DeviceId", "")}
    )
    return operation_views.operation_page(
        request,
        form,
        landing=lambda: kinds.entity_url(user),
        context={"trail": [("Mobile devices", rules_url(request.organization)), ("Overrides", request.back)]},
    )


def _read_current_override(
    request: ConsoleRequest, users: EntityQuerySet, device: Mapping[str, str]
) -> dict[str, Any]:
    user = users.filter(entity_id=device["other"]).first() if device["DeviceId"] else None
    if user is None:
        return {}
    named = {"UserId": user.entity_id, "DeviceId": device["DeviceId"]}
    return gateway.read_current_values(request.actor, PUT_OVERRIDE, user.organization, **named)


def _override_context(
    override: dict[str, Any],
    user: Entity | None,
    ends: dict[override_expiry.OverrideKey, datetime | None],
) -> dict[str, Any]:
    return {
        **override,
        "person": user,
        "allows": override["Effect"] == ALLOW,
        "until": ends.get(override_expiry.override_key(override)),
    }


def _list_mobile_rules(request: ConsoleRequest) -> list[tuple[str, bool]] | None:
    if not policy.allows(request.actor, "ListMobileDeviceAccessRules", request.organization):
        return None
    rules = mobile_live_rules.list_rules(request.actor, request.organization)
    return [(wording.describe_rule(rule), rule["Effect"] == ALLOW) for rule in rules]


def _list_access_rules(request: ConsoleRequest, user: Entity) -> list[display.RuleDisplay] | None:
    """Return the access rules that can apply to the user, `None` if the operator cannot list rules."""
    actor, organization = request.actor, user.organization
    if not policy.allows(actor, "ListAccessControlRules", organization):
        return None
    rules = live_rules.list_rules(actor, organization)
    words = live_rules.build_wording(actor, organization, rules)
    concern = [rule for rule in rules if live_rules.concerns_user(rule, user.entity_id)]
    return [display.display_rule(group, words) for group in group_rules(concern)]


def _override_rights(request: ConsoleRequest, user: Entity | None = None) -> dict[str, bool]:
    return {
        name: policy.allows(request.actor, name, request.organization, user)
        for name in (PUT_OVERRIDE, DELETE_OVERRIDE)
    }


def overrides_url(organization: Organization) -> str:
    return reverse("mobile:overrides", args=[organization.slug])
