"""Impersonation roles: listed, described, made, changed and deleted."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from console.areas.impersonation import roles, showing
from console.areas.impersonation.forms import RoleForm
from console.areas.impersonation.roles import Role
from console.aws import errors
from console.changes import engine
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.forms import ConfirmForm
from console.web import aws_errors

OFFERED = (
    "UpdateImpersonationRole",
    "DeleteImpersonationRole",
    "AssumeImpersonationRole",
    "GetImpersonationRoleEffect",
)
NAMED = 20


@performs("ListImpersonationRoles")
def listing(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    context = {
        "organization": organization,
        "roles": sorted(roles.listed(request.actor, organization), key=lambda each: each.name.casefold()),
        "may_create": policy.allows(request.actor, "CreateImpersonationRole", organization),
        "may_ask": policy.allows(request.actor, "GetImpersonationRoleEffect", organization),
    }
    return pages.show(request, "impersonation/list.html", context)


@performs("GetImpersonationRole")
def detail(request: ConsoleRequest, organization: Organization, role_id: str) -> HttpResponse:
    role = roles.described(request.actor, organization, role_id)
    names = roles.names(organization, role.rules)
    everybody, others = roles.reached(role.rules)
    context = {
        "organization": organization,
        "role": role,
        "rules": [showing.told(each, names) for each in role.rules],
        "everybody": everybody,
        "others": [names[each] for each in others],
        "may": {each: policy.allows(request.actor, each, organization) for each in OFFERED},
    }
    return pages.show(request, "impersonation/detail.html", context)


@performs("CreateImpersonationRole")
def create(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    form = RoleForm(pages.posted(request), people=people(organization))
    back = reverse("impersonation:list", args=[organization.slug])
    if form.is_valid():
        answer = _write(request, organization, form, "CreateImpersonationRole", back)
        if isinstance(answer, HttpResponse):
            return answer
        if answer is not None:
            made = reverse("impersonation:detail", args=[organization.slug, answer["ImpersonationRoleId"]])
            return pages.done(request, f"The role {form.cleaned_data['Name']} is there.", made)
    context = {"organization": organization, "back": back}
    return pages.form_page(request, "impersonation/edit.html", form, context)


@performs("UpdateImpersonationRole")
def edit(request: ConsoleRequest, organization: Organization, role_id: str) -> HttpResponse:
    role = roles.described(request.actor, organization, role_id)
    written = roles.written(organization, role.rules)
    form = RoleForm(pages.posted(request), people=people(organization), role=role, written=written)
    back = address(organization, role)
    if form.is_valid():
        expecting = {name: value for name, value in role.values.items() if name != "Description"}
        given = {"ImpersonationRoleId": role.id, "expecting": expecting}
        answer = _write(request, organization, form, "UpdateImpersonationRole", back, **given)
        if isinstance(answer, HttpResponse):
            return answer
        if answer is not None:
            return pages.done(request, f"The role {form.cleaned_data['Name']} is saved.", back)
    names = roles.names(organization, role.rules)
    now = [showing.told(each, names) for each in role.rules]
    context = {"organization": organization, "role": role, "back": back, "now": now}
    return pages.form_page(request, "impersonation/edit.html", form, context)


@performs("DeleteImpersonationRole")
def delete(request: ConsoleRequest, organization: Organization, role_id: str) -> HttpResponse:
    role = roles.described(request.actor, organization, role_id)
    form = ConfirmForm(pages.posted(request), expected=role.name)
    back = address(organization, role)
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
            return pages.done(request, f"The role {role.name} is deleted.", home)
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


def address(organization: Organization, role: Role) -> str:
    return reverse("impersonation:detail", args=[organization.slug, role.id])


def people(organization: Organization) -> EntityQuerySet:
    """Whom a rule may name: whoever writes rules has the whole organization."""
    found = Entity.objects.filter(organization=organization, kind=Entity.Kind.USER)
    return found.exclude(state=Entity.State.DELETED)


def _write(
    request: ConsoleRequest,
    organization: Organization,
    form: RoleForm,
    operation: str,
    back: str,
    **more: Any,
) -> dict[str, Any] | HttpResponse | None:
    """AWS's answer, a page that says why there is none, or nothing where the form says it."""
    params: dict[str, Any] = {**form.why(), **form.values(), **more}
    try:
        return engine.perform_write(request.actor, operation, organization, **params)
    except errors.CallFailed as failure:
        return (
            None
            if aws_errors.add_to_form(form, failure)
            else aws_errors.error_page(request, failure, back=back)
        )
