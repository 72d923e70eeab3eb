"""Views of impersonation roles, of a user's exposure to them, and of tokens."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables

from console.areas.entities import kinds, scope
from console.areas.entities.kinds import Kind
from console.areas.entities.suggestion_views import suggestions_url
from console.areas.impersonation import display, reach, roles
from console.areas.impersonation.forms import (
    ImpersonationRoleForm,
    IssueTokenForm,
    NewRoleForm,
    RoleDeletionForm,
    UserForm,
)
from console.areas.impersonation.roles import ImpersonationRole
from console.aws import errors
from console.changes import engine
from console.gateway import gateway
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.web import aws_errors, operation_views

PAGE_OPERATIONS = (
    "UpdateImpersonationRole",
    "DeleteImpersonationRole",
    "AssumeImpersonationRole",
    "GetImpersonationRoleEffect",
)


@performs("ListImpersonationRoles")
def list_roles(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    context = {
        "roles": sorted(roles.list_roles(request.actor, organization), key=lambda each: each.name.casefold()),
        "may_create": policy.allows(request.actor, "CreateImpersonationRole", organization),
        "may_ask": policy.allows(request.actor, "GetImpersonationRoleEffect", organization),
    }
    return pages.render_page(request, "impersonation/list.html", context)


@performs("GetImpersonationRole")
def show_role(request: ConsoleRequest, role_id: str) -> HttpResponse:
    organization = request.organization
    role = _get_requested_role(request, role_id)
    names = roles.get_user_names(organization, role.rules)
    everybody, others = roles.split_reach(role.rules)
    context = {
        "role": role,
        "rules": [display.display_rule(each, names) for each in role.rules],
        "everybody": everybody,
        "others": [names[each] for each in others],
        "may": {each: policy.allows(request.actor, each, organization) for each in PAGE_OPERATIONS},
    }
    return pages.render_page(request, "impersonation/detail.html", context)


@performs("CreateImpersonationRole")
def create_role(request: ConsoleRequest) -> HttpResponse:
    request.back = reverse("impersonation:list", args=[request.organization.slug])
    form = NewRoleForm(pages.post_data(request), people=active_users(request.organization))
    return operation_views.operation_page(
        request,
        form,
        landing=lambda: role_url(request.organization, form.answer["ImpersonationRoleId"]),
        template="impersonation/edit.html",
    )


@performs("UpdateImpersonationRole")
def edit_role(request: ConsoleRequest, role_id: str) -> HttpResponse:
    organization = request.organization
    role = _get_requested_role(request, role_id)
    form = ImpersonationRoleForm(
        pages.post_data(request),
        people=active_users(organization),
        role=role,
        written=roles.get_user_addresses(organization, role.rules),
    )
    names = roles.get_user_names(organization, role.rules)
    context = {"role": role, "now": [display.display_rule(each, names) for each in role.rules]}
    return operation_views.operation_page(request, form, template="impersonation/edit.html", context=context)


@performs("DeleteImpersonationRole")
def delete_role(request: ConsoleRequest, role_id: str) -> HttpResponse:
    role = _get_requested_role(request, role_id)
    return operation_views.confirmation_page(
        request,
        RoleDeletionForm(pages.post_data(request), role=role),
        landing=lambda: reverse("impersonation:list", args=[request.organization.slug]),
    )


def role_url(organization: Organization, role_id: str) -> str:
    return reverse("impersonation:detail", args=[organization.slug, role_id])


def _get_requested_role(request: ConsoleRequest, role_id: str) -> ImpersonationRole:
    """Return the role as WorkMail has it; later failures lead back to its page."""
    request.back = reverse("impersonation:list", args=[request.organization.slug])
    role = roles.read_role(request.actor, request.organization, role_id)
    request.back = role_url(request.organization, role.id)
    return role


def active_users(organization: Organization) -> EntityQuerySet:
    """Return the users that a rule can name: all of the organization."""
    users = Entity.objects.filter(organization=organization, kind=Entity.Kind.USER)
    return users.exclude(state=Entity.State.DELETED)


EFFECT_OPERATION = "GetImpersonationRoleEffect"


@performs("GetImpersonationRoleEffect")
def run_role_test(request: ConsoleRequest, role_id: str) -> HttpResponse:
    role = _get_requested_role(request, role_id)
    form = _build_user_form(request)
    context: dict[str, Any] = {"role": role}
    if form.is_valid():
        context |= _test_context(request, role, form.cleaned_data["other"])
    return pages.form_page(request, "impersonation/test.html", form, context)


@performs("GetImpersonationRoleEffect")
def select_user(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    form = _build_user_form(request)
    if form.is_valid():
        return redirect("impersonation:by-person", organization.slug, form.cleaned_data["other"].entity_id)
    home = reverse("impersonation:list", args=[organization.slug])
    may_list = policy.allows(request.actor, "ListImpersonationRoles", organization)
    context = {"trail": [("Impersonation", home)] if may_list else []}
    return pages.form_page(request, "impersonation/find.html", form, context)


@performs("GetImpersonationRoleEffect")
def show_user(request: ConsoleRequest, user_id: str) -> HttpResponse:
    """Show the roles that can impersonate the user, directly or through delegates of the mailbox."""
    organization = request.organization
    user = scope.get_entity(request.actor, EFFECT_OPERATION, organization, user_id, Kind.USER)
    complete_roles = roles.list_complete_roles(organization)
    indirect = reach.find_indirect_reach(complete_roles, user)
    visible_keys = _visible_delegates(request, indirect)
    direct = reach.find_direct_reach(complete_roles, user)
    context = {
        "entity": user,
        "words": kinds.get_kind_info(user),
        "direct": [each for each in direct if each.allowed],
        "kept_out": [each for each in direct if not each.allowed],
        "through": [each for each in indirect if each.holder.person.pk in visible_keys],
        "hidden": sum(each.holder.person.pk not in visible_keys for each in indirect),
        "may_open": policy.allows(request.actor, "GetImpersonationRole", organization),
        "may_test": policy.covers_organization(request.actor, EFFECT_OPERATION, organization),
    }
    return pages.render_page(request, "impersonation/by_person.html", context)


def _build_user_form(request: ConsoleRequest) -> UserForm:
    visible = scope.visible_entities(request.actor, EFFECT_OPERATION, request.organization).filter(
        kind=Kind.USER
    )
    return UserForm(
        request.GET if "other" in request.GET else None,
        people=visible.exclude(state=Entity.State.DELETED),
        suggest=suggestions_url(request.organization, "all"),
    )


def _test_context(request: ConsoleRequest, role: ImpersonationRole, user: Entity) -> dict[str, Any]:
    answer = gateway.call(
        request.actor,
        EFFECT_OPERATION,
        user.organization,
        ImpersonationRoleId=role.id,
        TargetUser=user.entity_id,
    )
    names = roles.get_user_names(user.organization, role.rules)
    explained_rules = display.explain_rules(role.rules, names, user.entity_id)
    (expected,) = reach.find_direct_reach([role], user)
    allowed = answer.get("Effect") == "ALLOW"
    return {
        "person": user,
        "verdict": display.verdict_badge(allowed),
        "allowed": allowed,
        "matched": [
            each.get("Name") or each["ImpersonationRuleId"] for each in answer.get("MatchedRules", [])
        ],
        "rules": explained_rules,
        "differs": expected.allowed != allowed,
    }


def _visible_delegates(request: ConsoleRequest, indirect: list[reach.IndirectReach]) -> set[int]:
    """Return the keys of the delegates that the operator can see; for members of a group, with the group."""
    visible = scope.visible_entities(request.actor, "ListUsers", request.organization)
    ids = {each.holder.person.pk for each in indirect}
    groups = {each.holder.group.pk for each in indirect if each.holder.group}
    visible_keys = set(visible.filter(pk__in=ids | groups).values_list("pk", flat=True))
    return {
        each.holder.person.pk
        for each in indirect
        if each.holder.person.pk in visible_keys
        and (each.holder.group is None or each.holder.group.pk in visible_keys)
    }


@never_cache
@performs("AssumeImpersonationRole")
def issue_token(request: ConsoleRequest, role_id: str) -> HttpResponse:
    role = _get_requested_role(request, role_id)
    form = IssueTokenForm(pages.post_data(request))
    if form.is_valid() and (answer := _token_page(request, role, form)):
        return answer
    everybody, others = roles.split_reach(role.rules)
    context = {"role": role, "back": request.back, "everybody": everybody, "others": len(others)}
    return pages.form_page(request, "impersonation/assume.html", form, context)


@sensitive_variables("answer", "context")
def _token_page(
    request: ConsoleRequest, role: ImpersonationRole, form: IssueTokenForm
) -> HttpResponse | None:
    """Issue a token and show it once, or return `None` if the form has errors."""
    why: dict[str, Any] = form.why()
    try:
        answer = engine.read_secret(
            request.actor,
            "AssumeImpersonationRole",
            request.organization,
            title=f"Issue an impersonation token for {role.name}",
            ImpersonationRoleId=role.id,
            **why,
        )
    except errors.CallFailed as failure:
        if not aws_errors.add_to_form(form, failure):
            raise
        return None
    context = {
        "role": role,
        "back": request.back,
        "token": answer["Token"],
        "minutes": int(answer.get("ExpiresIn") or 0) // 60,
    }
    return render(request, "impersonation/assumed.html", context)
