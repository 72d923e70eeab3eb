"""What roles mean for one person: asked of WorkMail for one role, worked out for all of them."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from console.areas.directory import kinds, scope
from console.areas.directory.kinds import Kind
from console.areas.directory.views.suggestions import suggest
from console.areas.impersonation import reach, roles, showing
from console.areas.impersonation.forms import PersonForm
from console.areas.impersonation.roles import Role
from console.gateway import gateway
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages

EFFECT = "GetImpersonationRoleEffect"


@performs("GetImpersonationRoleEffect")
def test(request: ConsoleRequest, organization: Organization, role_id: str) -> HttpResponse:
    """May the role act as this person? WorkMail answers, and the console says why."""
    role = roles.described(request.actor, organization, role_id)
    form = _form(request, organization)
    context: dict[str, Any] = {"organization": organization, "role": role}
    if form.is_valid():
        context |= _answer(request, role, form.cleaned_data["other"])
    return pages.form_page(request, "impersonation/test.html", form, context)


@performs("GetImpersonationRoleEffect")
def find(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    form = _form(request, organization)
    if form.is_valid():
        person = form.cleaned_data["other"]
        return redirect("impersonation:by-person", organization.slug, person.entity_id)
    home = reverse("impersonation:list", args=[organization.slug])
    may_list = policy.allows(request.actor, "ListImpersonationRoles", organization)
    context = {"organization": organization, "trail": [("Impersonation", home)] if may_list else []}
    return pages.form_page(request, "impersonation/find.html", form, context)


@performs("GetImpersonationRoleEffect")
def by_person(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    """By which roles she can be impersonated, herself or by way of those who may open her mailbox."""
    person = scope.find(request.actor, EFFECT, organization, user_id, Kind.USER)
    known = roles.complete(organization)
    through = reach.through(known, person)
    seen = _seen(request, organization, through)
    direct = reach.direct(known, person)
    context = {
        "organization": organization,
        "entity": person,
        "words": kinds.of(person),
        "direct": [each for each in direct if each.allowed],
        "kept_out": [each for each in direct if not each.allowed],
        "through": [each for each in through if each.holder.person.pk in seen],
        "hidden": sum(each.holder.person.pk not in seen for each in through),
        "may_open": policy.allows(request.actor, "GetImpersonationRole", organization),
        "may_test": policy.covers_organization(request.actor, EFFECT, organization),
    }
    return pages.show(request, "impersonation/by_person.html", context)


def _form(request: ConsoleRequest, organization: Organization) -> PersonForm:
    visible = scope.entities(request.actor, EFFECT, organization).filter(kind=Kind.USER)
    return PersonForm(
        request.GET if "other" in request.GET else None,
        people=visible.exclude(state=Entity.State.DELETED),
        suggest=suggest(organization, "all"),
    )


def _answer(request: ConsoleRequest, role: Role, person: Entity) -> dict[str, Any]:
    answer = gateway.call(
        request.actor,
        EFFECT,
        person.organization,
        ImpersonationRoleId=role.id,
        TargetUser=person.entity_id,
    )
    names = roles.names(person.organization, role.rules)
    explained = showing.explained(role.rules, names, person.entity_id)
    (ours,) = reach.direct([role], person)
    allowed = answer.get("Effect") == "ALLOW"
    return {
        "person": person,
        "verdict": showing.verdict(allowed),
        "allowed": allowed,
        "matched": [
            each.get("Name") or each["ImpersonationRuleId"] for each in answer.get("MatchedRules", [])
        ],
        "rules": explained,
        "differs": ours.allowed != allowed,
    }


def _seen(request: ConsoleRequest, organization: Organization, through: list[reach.Through]) -> set[int]:
    """The keys of those whom the operator may see; a group is told with the person who is in it."""
    visible = scope.entities(request.actor, "ListUsers", organization)
    ids = {each.holder.person.pk for each in through}
    groups = {each.holder.group.pk for each in through if each.holder.group}
    known = set(visible.filter(pk__in=ids | groups).values_list("pk", flat=True))
    return {
        each.holder.person.pk
        for each in through
        if each.holder.person.pk in known and (each.holder.group is None or each.holder.group.pk in known)
    }
