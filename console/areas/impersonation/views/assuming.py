"""A token with which a program acts as somebody: shown once on the answer page, kept nowhere."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables

from console.areas.impersonation import roles
from console.areas.impersonation.forms import AssumeForm
from console.areas.impersonation.roles import Role
from console.aws import errors
from console.changes import engine
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.web import aws_errors


@never_cache
@performs("AssumeImpersonationRole")
def assume(request: ConsoleRequest, organization: Organization, role_id: str) -> HttpResponse:
    role = roles.described(request.actor, organization, role_id)
    form = AssumeForm(pages.posted(request))
    back = reverse("impersonation:detail", args=[organization.slug, role.id])
    if form.is_valid():
        answer = _token(request, organization, role, form, back)
        if answer is not None:
            return answer
    everybody, others = roles.reached(role.rules)
    context = {
        "organization": organization,
        "role": role,
        "back": back,
        "everybody": everybody,
        "others": len(others),
    }
    return pages.form_page(request, "impersonation/assume.html", form, context)


@sensitive_variables("answer", "context")
def _token(
    request: ConsoleRequest, organization: Organization, role: Role, form: AssumeForm, back: str
) -> HttpResponse | None:
    why: dict[str, Any] = form.why()
    try:
        answer = engine.read_secret(
            request.actor,
            "AssumeImpersonationRole",
            organization,
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
        "organization": organization,
        "role": role,
        "back": back,
        "token": answer["Token"],
        "minutes": int(answer.get("ExpiresIn") or 0) // 60,
    }
    return render(request, "impersonation/assumed.html", context)
