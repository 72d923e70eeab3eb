"""Views of access rules, named networks and protected users."""

from typing import Any

from django.contrib.messages import ERROR
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from console.areas.access_rules import display, live_rules, models, plans, rule_groups, tester
from console.areas.access_rules.forms import (
    AccessRuleForm,
    AccessTestForm,
    NetworkDeletionForm,
    NetworkForm,
    ProtectedUserForm,
    UnprotectForm,
)
from console.areas.access_rules.models import NamedNetwork, ProtectedPerson
from console.areas.access_rules.plans import CHANGE_KIND, AccessRulePlan
from console.areas.access_rules.rule_groups import RuleGroup, group_rules
from console.areas.entities.suggestion_views import suggestions_url
from console.aws import errors
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.rules.evaluation import Rule
from console.ui import pages
from console.web import aws_errors, row_views, rule_review

PAGE_OPERATIONS = ("PutAccessControlRule", "DeleteAccessControlRule", "GetAccessControlEffect")


@performs("ListAccessControlRules")
def list_rules(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    actor = request.actor
    rules = live_rules.list_rules(actor, organization)
    wording = live_rules.build_wording(actor, organization, rules)
    context = {
        "title": "Access rules",
        "rules": [display.display_rule(group, wording) for group in group_rules(rules)],
        "may": {name: policy.allows(actor, name, organization) for name in PAGE_OPERATIONS},
        "whole": not wording.hidden,
        "protected": models.ProtectedPerson.objects.filter(organization=organization).count(),
        "networks": len(wording.networks),
    }
    return pages.render_page(request, "access_rules/list.html", context)


@performs("GetAccessControlEffect")
def run_access_test(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    users = policy.visible_entities(request.actor, "GetAccessControlEffect", organization)
    form = AccessTestForm(
        request.GET if "IpAddress" in request.GET else None,
        people=users,
        suggest=suggestions_url(organization, "all"),
    )
    context: dict[str, Any] = {"title": "Test access"}
    if form.is_bound and form.is_valid():
        try:
            context["answer"] = tester.run_test(request.actor, organization, **form.question())
        except errors.CallFailed as failure:
            if not aws_errors.add_to_form(form, failure):
                raise
    return pages.form_page(request, "access_rules/test.html", form, context)


MAX_SUGGESTIONS = 8
SUGGESTION_TARGETS = ("id_UserIds", "id_NotUserIds")  # where a suggested user may be added


@performs("PutAccessControlRule")
def create_rule(request: ConsoleRequest) -> HttpResponse:
    return _rule_form_page(request, _read_rules(request), None)


@performs("PutAccessControlRule")
def edit_rule(request: ConsoleRequest, rule: str) -> HttpResponse:
    rules = _read_rules(request)
    return _rule_form_page(request, rules, _get_group_or_404(rules, rule))


@performs("DeleteAccessControlRule")
def delete_rule(request: ConsoleRequest, rule: str) -> HttpResponse:
    rules = _read_rules(request)
    group = _get_group_or_404(rules, rule)
    wording = live_rules.build_wording(request.actor, request.organization, rules)
    plan = plans.plan_deletion(request.organization, rules, group, wording)
    return _review_page(request, plan, verb="Delete the rule", heading=f"Delete {group.name}?")


def _read_rules(request: ConsoleRequest) -> list[dict[str, Any]]:
    """Return the rules that WorkMail has; failures lead back to their list."""
    request.back = reverse("access_rules:list", args=[request.organization.slug])
    return live_rules.list_rules(request.actor, request.organization)


@performs("PutAccessControlRule")
def suggest_users(request: ConsoleRequest) -> HttpResponse:
    """Suggest users while a name is typed; without JavaScript, redirect to the form."""
    to = request.GET.get("to", "")
    if not pages.wants_fragment(request) or to not in SUGGESTION_TARGETS:
        return redirect("access_rules:create", request.organization.slug)
    visible = policy.visible_entities(request.actor, "PutAccessControlRule", request.organization)
    users = visible.filter(kind=Entity.Kind.USER).exclude(state=Entity.State.DELETED)
    text = request.GET.get("find", "").strip()
    matching_users = users.matching(text).order_by("sort_name")[:MAX_SUGGESTIONS] if text else []
    return render(request, "partials/picker_results.html", {"found": matching_users, "to": to})


def _rule_form_page(
    request: ConsoleRequest, rules: list[dict[str, Any]], group: RuleGroup | None
) -> HttpResponse:
    form = _build_rule_form(request, rules, group)
    if form.is_valid() and request.POST.get("step") != rule_review.EDIT:
        plan = _plan_rule_change(request, rules, form, group)
        return _review_page(request, plan, verb="Save the rule", heading=plan.title, form=form)
    context = {
        "title": f"Change {group.name}" if group else "New access rule",
        "networks": form.wording.networks,
        "back": request.back,
    }
    return pages.form_page(request, "access_rules/edit.html", form, context)


def _build_rule_form(
    request: ConsoleRequest, rules: list[dict[str, Any]], group: RuleGroup | None
) -> AccessRuleForm:
    actor, rule = request.actor, group.whole if group else None
    wording = live_rules.build_wording(actor, request.organization, rules, roles=True)
    ids = [*(rule.get("UserIds") or ()), *(rule.get("NotUserIds") or ())] if rule else []
    named = Entity.objects.filter(organization=request.organization, entity_id__in=ids)
    return AccessRuleForm(
        pages.post_data(request),
        rule=rule,
        people=policy.visible_entities(actor, "PutAccessControlRule", request.organization),
        wording=wording,
        addresses={each.entity_id: each.email or each.name for each in named},
        taken=frozenset(name for each in rule_groups.group_rules(rules) for name in (each.name, *each.names)),
    )


def _plan_rule_change(
    request: ConsoleRequest,
    rules: list[dict[str, Any]],
    form: AccessRuleForm,
    group: RuleGroup | None,
) -> AccessRulePlan:
    """Return the plan, with names read again: the form may name users that no rule named before."""
    wanted = form.asked()
    wording = live_rules.build_wording(request.actor, request.organization, [*rules, wanted], roles=True)
    return plans.plan_saving(request.organization, rules, form.described(wanted, wording), group, wording)


def _get_group_or_404(rules: list[Rule] | list[dict[str, Any]], name: str) -> RuleGroup:
    group = rule_groups.find_group(rules, name)
    if group is None:
        raise Http404("no rule of this name")
    return group


def _review_page(
    request: ConsoleRequest,
    plan: AccessRulePlan,
    *,
    verb: str,
    heading: str,
    form: AccessRuleForm | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "matrix": display.build_matrix(plan.draft.flips, plan.wording, alone=not plan.draft.named),
        "warnings": display.list_warnings(plan),
        "advice": display.list_advice(plan),
    }
    return rule_review.review_page(
        request,
        plan,
        "access_rules/review.html",
        context,
        kind=CHANGE_KIND,
        verb=verb,
        heading=heading,
        form=form,
    )


@performs("ListAccessControlRules")
def list_networks(request: ConsoleRequest) -> HttpResponse:
    context = {
        "title": "Networks",
        "networks": request.organization.networks.all(),
        "may": policy.allows(request.actor, "ManageNetworks", request.organization),
    }
    return pages.render_page(request, "access_rules/networks.html", context)


@performs("ManageNetworks")
def create_network(request: ConsoleRequest) -> HttpResponse:
    return _network_form_page(request, NamedNetwork(organization=request.organization))


@performs("ManageNetworks")
def edit_network(request: ConsoleRequest, pk: int) -> HttpResponse:
    return _network_form_page(request, row_views.get_row(request, NamedNetwork, pk))


@performs("ManageNetworks")
def delete_network(request: ConsoleRequest, pk: int) -> HttpResponse:
    request.back = _networks_url(request.organization)
    network = row_views.get_row(request, NamedNetwork, pk)
    return row_views.row_deletion_page(request, NetworkDeletionForm(pages.post_data(request), row=network))


def _network_form_page(request: ConsoleRequest, network: NamedNetwork) -> HttpResponse:
    request.back = _networks_url(request.organization)
    form = NetworkForm(pages.post_data(request), instance=network)
    return row_views.row_form_page(request, form, template="access_rules/network.html")


def _networks_url(organization: Organization) -> str:
    return reverse("access_rules:networks", args=[organization.slug])


@performs("ListAccessControlRules")
def list_protected_users(request: ConsoleRequest) -> HttpResponse:
    """List the protected users that the operator can see, and count the others."""
    organization = request.organization
    protected = list(ProtectedPerson.objects.filter(organization=organization))
    names = live_rules.get_user_names(request.actor, organization, [each.entity_id for each in protected])
    whole = policy.covers_organization(request.actor, "ListAccessControlRules", organization)
    context = {
        "title": "Protected people",
        "people": [
            (each, names.get(each.entity_id, each.entity_id))
            for each in protected
            if whole or each.entity_id in names
        ],
        "unseen": 0 if whole else sum(each.entity_id not in names for each in protected),
        "may": policy.allows(request.actor, "ManageProtectedPeople", organization),
    }
    return pages.render_page(request, "access_rules/protected.html", context)


@performs("ManageProtectedPeople")
def protect_user(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    request.back = _protected_users_url(organization)
    users = policy.visible_entities(request.actor, "ManageProtectedPeople", organization)
    form = ProtectedUserForm(
        pages.post_data(request),
        instance=ProtectedPerson(organization=organization),
        people=users.filter(kind=Entity.Kind.USER).exclude(state=Entity.State.DELETED),
        suggest=suggestions_url(organization, "all"),
    )
    return row_views.row_form_page(request, form, template="access_rules/protect.html")


@require_POST
@performs("ManageProtectedPeople")
def unprotect_user(request: ConsoleRequest, pk: int) -> HttpResponse:
    request.back = _protected_users_url(request.organization)
    form = UnprotectForm(request.POST, row=row_views.get_row(request, ProtectedPerson, pk))
    if not form.is_valid():
        return pages.redirect_with_message(request, "That button is out of date.", request.back, level=ERROR)
    form.delete_recorded(request.actor)
    return pages.redirect_with_message(request, form.success(), request.back)


def _protected_users_url(organization: Organization) -> str:
    return reverse("access_rules:protected", args=[organization.slug])
