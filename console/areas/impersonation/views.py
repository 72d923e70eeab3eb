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
from console.areas.impersonation.forms import ImpersonationRoleForm, IssueTokenForm, UserForm
from console.areas.impersonation.roles import ImpersonationRole
from console.aws import errors
from console.changes import engine
from console.gateway import gateway
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.forms import ConfirmForm
from console.web import aws_errors

PAGE_OPERATIONS = (
    "UpdateImpersonationRole",
    "DeleteImpersonationRole",
    "AssumeImpersonationRole",
    "GetImpersonationRoleEffect",
)
MAX_NAMES = 20


@performs("ListImpersonationRoles")
def list_roles(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    context = {
        "organization": organization,
        "roles": sorted(roles.list_roles(request.actor, organization), key=lambda each: each.name.casefold()),
        "may_create": policy.allows(request.actor, "CreateImpersonationRole", organization),
        "may_ask": policy.allows(request.actor, "GetImpersonationRoleEffect", organization),
    }
    return pages.render_page(request, "impersonation/list.html", context)


@performs("GetImpersonationRole")
def show_role(request: ConsoleRequest, role_id: str) -> HttpResponse:
    organization = request.organization
    role = roles.read_role(request.actor, organization, role_id)
    names = roles.get_user_names(organization, role.rules)
    everybody, others = roles.split_reach(role.rules)
    context = {
        "organization": organization,
        "role": role,
        "rules": [display.display_rule(each, names) for each in role.rules],
        "everybody": everybody,
        "others": [names[each] for each in others],
        "may": {each: policy.allows(request.actor, each, organization) for each in PAGE_OPERATIONS},
    }
    return pages.render_page(request, "impersonation/detail.html", context)


@performs("CreateImpersonationRole")
def create_role(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    form = ImpersonationRoleForm(pages.post_data(request), people=active_users(organization))
    back = reverse("impersonation:list", args=[organization.slug])
    if form.is_valid():
        answer = _perform_write(request, form, "CreateImpersonationRole", back)
        if isinstance(answer, HttpResponse):
            return answer
        if answer is not None:
            made = reverse("impersonation:detail", args=[organization.slug, answer["ImpersonationRoleId"]])
            return pages.redirect_with_message(
                request, f"The role {form.cleaned_data['Name']} is there.", made
            )
    context = {"organization": organization, "back": back}
    return pages.form_page(request, "impersonation/edit.html", form, context)


@performs("UpdateImpersonationRole")
def edit_role(request: ConsoleRequest, role_id: str) -> HttpResponse:
    organization = request.organization
    role = roles.read_role(request.actor, organization, role_id)
    written = roles.get_user_addresses(organization, role.rules)
    form = ImpersonationRoleForm(
        pages.post_data(request), people=active_users(organization), role=role, written=written
    )
    back = role_url(organization, role)
    if form.is_valid():
        expecting = {name: value for name, value in role.values.items() if name != "Description"}
        given = {"ImpersonationRoleId": role.id, "expecting": expecting}
        answer = _perform_write(request, form, "UpdateImpersonationRole", back, **given)
        if isinstance(answer, HttpResponse):
            return answer
        if answer is not None:
            return pages.redirect_with_message(
                request, f"The role {form.cleaned_data['Name']} is saved.", back
            )
    names = roles.get_user_names(organization, role.rules)
    now = [display.display_rule(each, names) for each in role.rules]
    context = {"organization": organization, "role": role, "back": back, "now": now}
    return pages.form_page(request, "impersonation/edit.html", form, context)


@performs("DeleteImpersonationRole")
def delete_role(request: ConsoleRequest, role_id: str) -> HttpResponse:
    organization = request.organization
    role = roles.read_role(request.actor, organization, role_id)
    form = ConfirmForm(pages.post_data(request), expected=role.name)
    back = role_url(organization, role)
    if form.is_valid():
        why: dict[str, Any] = form.why()
        try:
            engine.perform_write(
                request.actor, "DeleteImpersonationRole", organization, ImpersonationRoleId=role.id, **why
            )
        except errors.CallFailed as failure:
            if not aws_errors.add_to_form(form, failure):
                return aws_errors.error_page(request, failure, back=back)
        else:
            home = reverse("impersonation:list", args=[organization.slug])
            return pages.redirect_with_message(request, f"The role {role.name} is deleted.", home)
    return pages.confirm_page(
        request,
        form,
        title=f"Delete the role {role.name}?",
        verb="Delete the role",
        back=back,
        consequences=(
            "Programs that use it cannot get a token any more. Whether tokens that were given before go on"
            " working until they expire is not known.",
            "Access control rules that name it go on naming it; look at them, too.",
        ),
        context={"organization": organization},
    )


def role_url(organization: Organization, role: ImpersonationRole) -> str:
    return reverse("impersonation:detail", args=[organization.slug, role.id])


def active_users(organization: Organization) -> EntityQuerySet:
    """Return the users that a rule can name: all of the organization."""
    found = Entity.objects.filter(organization=organization, kind=Entity.Kind.USER)
    return found.exclude(state=Entity.State.DELETED)


def _perform_write(
    request: ConsoleRequest,
    form: ImpersonationRoleForm,
    operation: str,
    back: str,
    **more: Any,
) -> dict[str, Any] | HttpResponse | None:
    """Return AWS's answer, an error page, or `None` if the form has the error."""
    params: dict[str, Any] = {**form.why(), **form.values(), **more}
    try:
        return engine.perform_write(request.actor, operation, request.organization, **params)
    except errors.CallFailed as failure:
        return (
            None
            if aws_errors.add_to_form(form, failure)
            else aws_errors.error_page(request, failure, back=back)
        )


EFFECT_OPERATION = "GetImpersonationRoleEffect"


@performs("GetImpersonationRoleEffect")
def run_role_test(request: ConsoleRequest, role_id: str) -> HttpResponse:
    role = roles.read_role(request.actor, request.organization, role_id)
    form = _build_user_form(request)
    context: dict[str, Any] = {"organization": request.organization, "role": role}
    if form.is_valid():
        context |= _test_context(request, role, form.cleaned_data["other"])
    return pages.form_page(request, "impersonation/test.html", form, context)


@performs("GetImpersonationRoleEffect")
def select_user(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    form = _build_user_form(request)
    if form.is_valid():
        person = form.cleaned_data["other"]
        return redirect("impersonation:by-person", organization.slug, person.entity_id)
    home = reverse("impersonation:list", args=[organization.slug])
    may_list = policy.allows(request.actor, "ListImpersonationRoles", organization)
    context = {"organization": organization, "trail": [("Impersonation", home)] if may_list else []}
    return pages.form_page(request, "impersonation/find.html", form, context)


@performs("GetImpersonationRoleEffect")
def show_user(request: ConsoleRequest, user_id: str) -> HttpResponse:
    """Show the roles that can impersonate the user, directly or through delegates of the mailbox."""
    organization = request.organization
    person = scope.get_entity(request.actor, EFFECT_OPERATION, organization, user_id, Kind.USER)
    known = roles.list_complete_roles(organization)
    through = reach.find_indirect_reach(known, person)
    seen = _visible_delegates(request, through)
    direct = reach.find_direct_reach(known, person)
    context = {
        "organization": organization,
        "entity": person,
        "words": kinds.get_kind_info(person),
        "direct": [each for each in direct if each.allowed],
        "kept_out": [each for each in direct if not each.allowed],
        "through": [each for each in through if each.holder.person.pk in seen],
        "hidden": sum(each.holder.person.pk not in seen for each in through),
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


def _test_context(request: ConsoleRequest, role: ImpersonationRole, person: Entity) -> dict[str, Any]:
    answer = gateway.call(
        request.actor,
        EFFECT_OPERATION,
        person.organization,
        ImpersonationRoleId=role.id,
        TargetUser=person.entity_id,
    )
    names = roles.get_user_names(person.organization, role.rules)
    explained = display.explain_rules(role.rules, names, person.entity_id)
    (ours,) = reach.find_direct_reach([role], person)
    allowed = answer.get("Effect") == "ALLOW"
    return {
        "person": person,
        "verdict": display.verdict_badge(allowed),
        "allowed": allowed,
        "matched": [
            each.get("Name") or each["ImpersonationRuleId"] for each in answer.get("MatchedRules", [])
        ],
        "rules": explained,
        "differs": ours.allowed != allowed,
    }


def _visible_delegates(request: ConsoleRequest, through: list[reach.IndirectReach]) -> set[int]:
    """Return the keys of the delegates that the operator can see; for members of a group, with the group."""
    visible = scope.visible_entities(request.actor, "ListUsers", request.organization)
    ids = {each.holder.person.pk for each in through}
    groups = {each.holder.group.pk for each in through if each.holder.group}
    known = set(visible.filter(pk__in=ids | groups).values_list("pk", flat=True))
    return {
        each.holder.person.pk
        for each in through
        if each.holder.person.pk in known and (each.holder.group is None or each.holder.group.pk in known)
    }


@never_cache
@performs("AssumeImpersonationRole")
def issue_token(request: ConsoleRequest, role_id: str) -> HttpResponse:
    role = roles.read_role(request.actor, request.organization, role_id)
    form = IssueTokenForm(pages.post_data(request))
    back = reverse("impersonation:detail", args=[request.organization.slug, role.id])
    if form.is_valid():
        answer = _token_page(request, role, form, back)
        if answer is not None:
            return answer
    everybody, others = roles.split_reach(role.rules)
    context = {
        "organization": request.organization,
        "role": role,
        "back": back,
        "everybody": everybody,
        "others": len(others),
    }
    return pages.form_page(request, "impersonation/assume.html", form, context)


@sensitive_variables("answer", "context")
def _token_page(
    request: ConsoleRequest,
    role: ImpersonationRole,
    form: IssueTokenForm,
    back: str,
) -> HttpResponse | None:
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
        return (
            None
            if aws_errors.add_to_form(form, failure)
            else aws_errors.error_page(request, failure, back=back)
        )
    context = {
        "organization": request.organization,
        "role": role,
        "back": back,
        "token": answer["Token"],
        "minutes": int(answer.get("ExpiresIn") or 0) // 60,
    }
    return render(request, "impersonation/assumed.html", context)
