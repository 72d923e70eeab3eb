"""Views of access rules, named networks and protected users."""

from typing import Any

from django.contrib.messages import ERROR
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from console.areas.access_rules import display, live_rules, models, plans, rule_groups, tester
from console.areas.access_rules.forms import AccessRuleForm, AccessTestForm, NetworkForm, ProtectedUserForm
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
from console.ui.forms import ConfirmForm, ReasonForm
from console.web import aws_errors, rule_review
from console.web.record_forms import delete_record

PAGE_OPERATIONS = ("PutAccessControlRule", "DeleteAccessControlRule", "GetAccessControlEffect")


@performs("ListAccessControlRules")
def list_rules(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    actor = request.actor
    rules = live_rules.list_rules(actor, organization)
    wording = live_rules.build_wording(actor, organization, rules)
    context = {
        "title": "Access rules",
        "organization": organization,
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
    people = policy.visible_entities(request.actor, "GetAccessControlEffect", organization)
    form = AccessTestForm(
        request.GET if "IpAddress" in request.GET else None,
        people=people,
        suggest=suggestions_url(organization, "all"),
    )
    context: dict[str, Any] = {"title": "Test access", "organization": organization}
    if form.is_bound and form.is_valid():
        try:
            context["answer"] = tester.run_test(request.actor, organization, **form.question())
        except errors.CallFailed as failure:
            if not aws_errors.add_to_form(form, failure):
                return aws_errors.error_page(request, failure)
    return pages.form_page(request, "access_rules/test.html", form, context)


MAX_SUGGESTIONS = 8
SUGGESTION_TARGETS = ("id_UserIds", "id_NotUserIds")  # where a person who was found may be added


@performs("PutAccessControlRule")
def create_rule(request: ConsoleRequest) -> HttpResponse:
    request.back = rules_url(request.organization)
    rules = live_rules.list_rules(request.actor, request.organization)
    return _rule_form_page(request, rules, None)


@performs("PutAccessControlRule")
def edit_rule(request: ConsoleRequest, rule: str) -> HttpResponse:
    request.back = rules_url(request.organization)
    rules = live_rules.list_rules(request.actor, request.organization)
    return _rule_form_page(request, rules, _get_group_or_404(rules, rule))


@performs("DeleteAccessControlRule")
def delete_rule(request: ConsoleRequest, rule: str) -> HttpResponse:
    request.back = rules_url(request.organization)
    rules = live_rules.list_rules(request.actor, request.organization)
    group = _get_group_or_404(rules, rule)
    wording = live_rules.build_wording(request.actor, request.organization, rules)
    plan = plans.plan_deletion(request.organization, rules, group, wording)
    return _review_page(request, plan, verb="Delete the rule", heading=f"Delete {group.name}?")


@performs("PutAccessControlRule")
def suggest_users(request: ConsoleRequest) -> HttpResponse:
    """Suggest users while a name is typed; without JavaScript, redirect to the form."""
    to = request.GET.get("to", "")
    if not pages.wants_fragment(request) or to not in SUGGESTION_TARGETS:
        return redirect("access_rules:create", request.organization.slug)
    seen = policy.visible_entities(request.actor, "PutAccessControlRule", request.organization)
    living = seen.filter(kind=Entity.Kind.USER).exclude(state=Entity.State.DELETED)
    text = request.GET.get("find", "").strip()
    found = living.matching(text).order_by("sort_name")[:MAX_SUGGESTIONS] if text else []
    return render(request, "partials/picker_results.html", {"found": found, "to": to})


def _rule_form_page(
    request: ConsoleRequest, rules: list[dict[str, Any]], group: RuleGroup | None
) -> HttpResponse:
    form = _build_rule_form(request, rules, group)
    stays = request.POST.get("step") == "edit"
    if form.is_bound and form.is_valid() and not stays:
        plan = _plan_rule_change(request, rules, form, group)
        return _review_page(request, plan, verb="Save the rule", heading=plan.title, form=form)
    context = {
        "title": f"Change {group.name}" if group else "New access rule",
        "organization": request.organization,
        "networks": form.wording.networks,
        "back": rules_url(request.organization),
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


def rules_url(organization: Organization) -> str:
    return reverse("access_rules:list", args=[organization.slug])


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
    back = reverse("access_rules:list", args=[plan.organization.slug])
    asked: dict[str, Any] = {
        "kind": CHANGE_KIND,
        "verb": verb,
        "heading": heading,
        "back": back,
        "form": form,
    }
    return rule_review.review_page(request, plan, "access_rules/review.html", context, **asked)


@performs("ListAccessControlRules")
def list_networks(request: ConsoleRequest) -> HttpResponse:
    context = {
        "title": "Networks",
        "organization": request.organization,
        "networks": request.organization.networks.all(),
        "may": policy.allows(request.actor, "ManageNetworks", request.organization),
    }
    return pages.render_page(request, "access_rules/networks.html", context)


@performs("ManageNetworks")
def create_network(request: ConsoleRequest) -> HttpResponse:
    return _network_form_page(request, NamedNetwork(organization=request.organization))


@performs("ManageNetworks")
def edit_network(request: ConsoleRequest, pk: int) -> HttpResponse:
    return _network_form_page(
        request, get_object_or_404(NamedNetwork, organization=request.organization, pk=pk)
    )


@performs("ManageNetworks")
def delete_network(request: ConsoleRequest, pk: int) -> HttpResponse:
    network = get_object_or_404(NamedNetwork, organization=request.organization, pk=pk)
    form = ConfirmForm(pages.post_data(request))
    if form.is_valid():
        why: dict[str, Any] = form.why()
        delete_record(request.actor, "ManageNetworks", network, **why)
        return pages.redirect_with_message(
            request, f"{network.name} is forgotten.", _networks_url(request.organization)
        )
    return pages.confirm_page(
        request,
        form,
        title=f"Forget the network {network.name}?",
        verb="Forget",
        back=_networks_url(request.organization),
        consequences=("Rules keep its ranges; they are shown as numbers from then on.",),
    )


@performs("ListAccessControlRules")
def list_protected_users(request: ConsoleRequest) -> HttpResponse:
    """List the protected users that the operator can see, and count the others."""
    organization = request.organization
    kept = list(ProtectedPerson.objects.filter(organization=organization))
    names = live_rules.get_user_names(request.actor, organization, [each.entity_id for each in kept])
    whole = policy.covers_organization(request.actor, "ListAccessControlRules", organization)
    context = {
        "title": "Protected people",
        "organization": organization,
        "people": [
            (each, names.get(each.entity_id, each.entity_id))
            for each in kept
            if whole or each.entity_id in names
        ],
        "unseen": 0 if whole else sum(each.entity_id not in names for each in kept),
        "may": policy.allows(request.actor, "ManageProtectedPeople", organization),
    }
    return pages.render_page(request, "access_rules/protected.html", context)


@performs("ManageProtectedPeople")
def protect_user(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    people = policy.visible_entities(request.actor, "ManageProtectedPeople", organization)
    living = people.filter(kind=Entity.Kind.USER).exclude(state=Entity.State.DELETED)
    form = ProtectedUserForm(
        pages.post_data(request),
        instance=ProtectedPerson(organization=organization),
        people=living,
        suggest=suggestions_url(organization, "all"),
    )
    if form.is_valid() and form.save_recorded(request.actor):
        return pages.redirect_with_message(
            request, f"{form.cleaned_data['other']} is protected.", _protected_users_url(organization)
        )
    context = {
        "title": "Protect somebody",
        "organization": organization,
        "back": _protected_users_url(organization),
        "verb": "Protect",
        "note": "No change of access rules may leave her without her mail unless that is typed out.",
    }
    return pages.form_page(request, "access_rules/protect.html", form, context)


@require_POST
@performs("ManageProtectedPeople")
def unprotect_user(request: ConsoleRequest, pk: int) -> HttpResponse:
    organization = request.organization
    kept = get_object_or_404(ProtectedPerson, organization=organization, pk=pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return pages.redirect_with_message(
            request, "That button is out of date.", _protected_users_url(organization), level=ERROR
        )
    person = Entity.objects.filter(organization=organization, entity_id=kept.entity_id).first()
    name, before = str(person or kept), {"protected": True, "note": kept.note}
    delete_record(
        request.actor, "ManageProtectedPeople", kept, before, target=kept.entity_id, target_name=name
    )
    return pages.redirect_with_message(
        request, f"{name} is not protected any more.", _protected_users_url(organization)
    )


def _network_form_page(request: ConsoleRequest, network: NamedNetwork) -> HttpResponse:
    organization, title = network.organization, network.name or "New network"
    form = NetworkForm(pages.post_data(request), instance=network)
    if form.is_valid() and form.save_recorded(request.actor):
        return pages.redirect_with_message(request, f"{network.name} is saved.", _networks_url(organization))
    context = {
        "title": title,
        "organization": organization,
        "back": _networks_url(organization),
    }
    return pages.form_page(request, "access_rules/network.html", form, context)


def _networks_url(organization: Organization) -> str:
    return reverse("access_rules:networks", args=[organization.slug])


def _protected_users_url(organization: Organization) -> str:
    return reverse("access_rules:protected", args=[organization.slug])
