"""A new person in one change, which is taken up where it stopped; her password is shown once, here alone."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from console.areas.directory import scope
from console.areas.lifecycle import beginning
from console.areas.lifecycle.models import OnboardingTemplate
from console.areas.users import joining
from console.areas.users.forms.creation import CreateForm
from console.aws import errors
from console.changes import control, drafts, engine, policies
from console.changes.models import Change, Step
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.pages import post_data
from console.web import aws_errors, aws_messages, operation_views

MORE = ("CreateAlias", "UpdateMailboxQuota", "UpdateUser")
StepState = Step.State


@dataclass(frozen=True, slots=True)
class Created:
    """What came of it; `failed` are the steps that were not done, each with the reason."""

    user_id: str
    name: str
    password: str
    address: str
    change: Change
    failed: list[tuple[str, str]]
    is_enabled: bool


@sensitive_post_parameters("Password")
@never_cache
@performs("CreateUser")
def create(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    template = beginning.chosen(organization, request.GET.get("template", ""))
    form = _form(request, organization, template)
    people = reverse("users:list", args=[organization.slug])
    if request.method == "POST" and form.is_valid():
        try:
            return _create(request, organization, form)
        except errors.CallFailed as failure:
            if not aws_errors.add_to_form(form, failure):
                return aws_errors.error_page(request, failure, back=people)
    context = {
        "organization": organization,
        "back": people,
        "templates": OnboardingTemplate.objects.filter(organization=organization),
        "template": template,
        "may_keep": policy.allows(request.actor, "ManageTemplates", organization),
    }
    return pages.form_page(request, "users/create.html", form, context)


def _form(
    request: ConsoleRequest, organization: Organization, template: OnboardingTemplate | None
) -> CreateForm:
    """Nobody new has a domain yet that a narrowed right could reach, so what she gets takes a whole one."""
    actor = request.actor
    whole = [
        each
        for each in (*MORE, "RegisterToWorkMail")
        if policy.covers_organization(actor, each, organization)
    ]
    joins = policy.covers_organization(actor, "AssociateMemberToGroup", organization)
    groups = scope.groups(actor, organization).filter(state=Entity.State.ENABLED)
    known = scope.usable_domains(actor, "RegisterToWorkMail", organization)
    domains = known if "RegisterToWorkMail" in whole else []
    return CreateForm(
        post_data(request),
        domains=beginning.first(domains, template),
        groups=groups if joins else None,
        more=whole,
        initial=beginning.initial(template, groups) if template else {},
    )


def _create(request: ConsoleRequest, organization: Organization, form: CreateForm) -> HttpResponse:
    password = form.password()
    new = form.newcomer(password)
    change = drafts.create_change(
        request.actor, organization, f"Create {new.name}", joining.steps(new), kind=joining.KIND, **_why(form)
    )
    if policies.needs_approval(change):
        return operation_views.redirect_to_approval(request, change)
    engine.start_change(change, request.actor, here=True)
    change.refresh_from_db()
    _require_created(request, change)
    return _answer(request, _created(change, new, password))


def _why(form: CreateForm) -> dict[str, Any]:
    return {**form.why()}


def _require_created(request: ConsoleRequest, change: Change) -> None:
    """Raise what kept WorkMail from creating her; nothing of it goes on by itself without the password."""
    step = change.steps.get(position=joining.CREATED)
    if step.state == StepState.REFUSED:
        raise errors.Refused(step.code, step.note)
    if step.state == StepState.RUNNING:
        raise errors.Unreachable(step.note)
    if step.state != StepState.DONE:
        if change.is_open:
            control.cancel_change(request.actor, change, "The password that was typed for it is not kept.")
        raise errors.Throttled("TooManyRequestsException", step.note or "The console is busy.")


def _created(change: Change, new: joining.Newcomer, password: str) -> Created:
    steps = list(change.steps.order_by("position"))
    failed = [
        (str(each), _said(each)) for each in steps if each.state in (StepState.REFUSED, StepState.SKIPPED)
    ]
    enabled = bool(new.address) and steps[joining.ENABLED].state == StepState.DONE
    user_id = str(steps[joining.CREATED].result["UserId"])
    return Created(user_id, new.name, password, new.address, change, failed, enabled)


def _said(step: Step) -> str:
    if step.state == StepState.REFUSED and step.code in aws_messages.MESSAGES:
        return f"{aws_errors.explain_error(errors.Refused(step.code, step.note)).sentence} ({step.note})"
    return step.note


def _answer(request: ConsoleRequest, made: Created) -> HttpResponse:
    """With a password the page itself, which shows it once; else on to the new person."""
    organization = made.change.organization
    home = reverse("users:detail", args=[organization.slug, made.user_id])
    if not (made.password or made.failed or made.change.is_open):
        return pages.redirect_with_message(request, f"{made.name} is created.", home)
    context = {
        "organization": organization,
        "made": made,
        "password": made.password,
        "home": home,
        "resume": reverse("changes:detail", args=[organization.slug, made.change.pk]),
    }
    return render(request, "users/created.html", context)
