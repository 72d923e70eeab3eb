"""A rule is asked for, what it flips is shown, and only then is it saved and proven; so is its end."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from console.areas.access_rules import grouping, planning, reading
from console.areas.access_rules.forms.rule import RuleForm
from console.areas.access_rules.grouping import Group
from console.areas.access_rules.planning import Plan
from console.areas.access_rules.views.review import review
from console.aws import errors
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.rules.deciding import Rule
from console.ui import pages
from console.web import aws_errors

SUGGESTED = 8
LISTS = ("id_UserIds", "id_NotUserIds")  # where a person who was found may be added


def reads(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What AWS refuses to show is said on a page."""

    def guarded(request: ConsoleRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except errors.CallFailed as failure:
            return aws_errors.error_page(request, failure, back=home(kwargs["organization"]))

    return guarded


@performs("PutAccessControlRule")
@reads
def create(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    rules = reading.rules(request.actor, organization)
    return _edit(request, organization, rules, None)


@performs("PutAccessControlRule")
@reads
def edit(request: ConsoleRequest, organization: Organization, rule: str) -> HttpResponse:
    rules = reading.rules(request.actor, organization)
    return _edit(request, organization, rules, _find(rules, rule))


@performs("DeleteAccessControlRule")
@reads
def delete(request: ConsoleRequest, organization: Organization, rule: str) -> HttpResponse:
    rules = reading.rules(request.actor, organization)
    group = _find(rules, rule)
    wording = reading.wording(request.actor, organization, rules)
    plan = planning.deleting(organization, rules, group, wording)
    return review(request, plan, verb="Delete the rule", heading=f"Delete {group.name}?")


@performs("PutAccessControlRule")
def people(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    """Suggestions while somebody types a name; without script it is typed into the list itself."""
    to = request.GET.get("to", "")
    if not pages.wants_fragment(request) or to not in LISTS:
        return redirect("access_rules:create", organization.slug)
    seen = policy.visible_entities(request.actor, "PutAccessControlRule", organization)
    living = seen.filter(kind=Entity.Kind.USER).exclude(state=Entity.State.DELETED)
    text = request.GET.get("find", "").strip()
    found = living.matching(text).order_by("sort_name")[:SUGGESTED] if text else []
    return render(request, "partials/picker_results.html", {"found": found, "to": to})


def _edit(
    request: ConsoleRequest, organization: Organization, rules: list[dict[str, Any]], group: Group | None
) -> HttpResponse:
    form = _form(request, organization, rules, group)
    stays = request.POST.get("step") == "edit"
    if form.is_bound and form.is_valid() and not stays:
        plan = _plan(request, organization, rules, form, group)
        return review(request, plan, verb="Save the rule", heading=plan.title, form=form)
    context = {
        "title": f"Change {group.name}" if group else "New access rule",
        "organization": organization,
        "networks": form.wording.networks,
        "back": home(organization),
    }
    return pages.form_page(request, "access_rules/edit.html", form, context)


def _form(
    request: ConsoleRequest, organization: Organization, rules: list[dict[str, Any]], group: Group | None
) -> RuleForm:
    actor, rule = request.actor, group.whole if group else None
    wording = reading.wording(actor, organization, rules, roles=True)
    ids = [*(rule.get("UserIds") or ()), *(rule.get("NotUserIds") or ())] if rule else []
    named = Entity.objects.filter(organization=organization, entity_id__in=ids)
    return RuleForm(
        pages.posted(request),
        rule=rule,
        people=policy.visible_entities(actor, "PutAccessControlRule", organization),
        wording=wording,
        addresses={each.entity_id: each.email or each.name for each in named},
        taken=frozenset(name for each in grouping.groups(rules) for name in (each.name, *each.names)),
    )


def _plan(
    request: ConsoleRequest,
    organization: Organization,
    rules: list[dict[str, Any]],
    form: RuleForm,
    group: Group | None,
) -> Plan:
    """The words are asked for again: the form may name people whom no rule named before."""
    wanted = form.asked()
    wording = reading.wording(request.actor, organization, [*rules, wanted], roles=True)
    return planning.saving(organization, rules, form.described(wanted, wording), group, wording)


def _find(rules: list[Rule] | list[dict[str, Any]], name: str) -> Group:
    group = grouping.find(rules, name)
    if group is None:
        raise Http404("no rule of this name")
    return group


def home(organization: Organization) -> str:
    return reverse("access_rules:list", args=[organization.slug])
