"""Views of users: list, details, creation, profile, password, quota and deletion."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from console.areas.entities import generic_views, scope
from console.areas.entities.form_views import entity_operation_page, get_requested_entity
from console.areas.entities.generic_views import EntityList
from console.areas.entities.kinds import Kind
from console.areas.lifecycle import onboarding_defaults
from console.areas.lifecycle.models import OnboardingTemplate
from console.areas.users import display, plans
from console.areas.users.bulk import views as bulk_views
from console.areas.users.forms import CreateUserForm, ProfileForm, QuotaForm, ResetPasswordForm
from console.areas.users.tables import USER_FILTERS, USERS_CSV, USERS_TABLE, filter_users
from console.aws import errors
from console.changes import control, drafts, engine, policies
from console.changes.models import Change, Step
from console.gateway import gateway
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Entity
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.sync import mirror_refresh
from console.ui import pages
from console.ui.pages import post_data
from console.web import aws_errors, aws_messages, operation_views
from console.web.operation_views import perform_form, write_form

SEARCH_PLACEHOLDER = "Name, address, alias or department"


def _list_context(request: ConsoleRequest) -> dict[str, Any]:
    return {
        "actions": bulk_views.list_bulk_actions(request),
        "bar_of_ticks": "users/tick_bar.html",
        "may_edit": policy.allows(request.actor, "UpdateUser", request.organization),
        "may_run": policy.allows(request.actor, "RunChanges", request.organization),
    }


USER_LIST = EntityList(
    Kind.USER,
    USERS_TABLE,
    USERS_CSV,
    USER_FILTERS,
    filter_users,
    SEARCH_PLACEHOLDER,
    "CreateUser",
    ("group",),
    _list_context,
)


@performs("ListUsers")
def list_users(request: ConsoleRequest) -> HttpResponse:
    return USER_LIST.page(request)


@performs("ListUsers")
def count_users(request: ConsoleRequest) -> HttpResponse:
    return USER_LIST.count(request)


@performs("ListUsers")
def download_users(request: ConsoleRequest) -> HttpResponseBase:
    return USER_LIST.as_csv(request)


@require_POST
@performs("SyncMirror")
def sync_now(request: ConsoleRequest) -> HttpResponse:
    mirror_refresh.request_sync(request.actor, request.organization)
    return pages.redirect_with_message(
        request,
        "The directory is being read again; changes show in a moment.",
        reverse("users:list", args=[request.organization.slug]),
    )


@performs("DescribeUser")
def user_detail(request: ConsoleRequest, user_id: str) -> HttpResponse:
    user = get_requested_entity(request, user_id, Kind.USER)
    return generic_views.detail_page(request, user, display.user_detail_context)


@performs("DescribeUser")
def refresh_user(request: ConsoleRequest, user_id: str) -> HttpResponse:
    user = get_requested_entity(request, user_id, Kind.USER)
    return generic_views.refresh_detail(request, user, display.user_detail_context)


EXTRA_OPERATIONS = ("CreateAlias", "UpdateMailboxQuota", "UpdateUser")
StepState = Step.State


@dataclass(frozen=True, slots=True)
class CreationResult:
    """The result of a creation; `failed` are the failed steps with their reasons."""

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
def create_user(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    request.back = reverse("users:list", args=[organization.slug])
    template = onboarding_defaults.get_template(organization, request.GET.get("template", ""))
    form = _create_form(request, template)
    if form.is_valid():
        try:
            return _start_creation(request, form)
        except errors.CallFailed as failure:
            if not aws_errors.add_to_form(form, failure):
                raise
    context = {
        "back": request.back,
        "templates": OnboardingTemplate.objects.filter(organization=organization),
        "template": template,
        "may_keep": policy.allows(request.actor, "ManageTemplates", organization),
    }
    return pages.form_page(request, "users/create.html", form, context)


def _create_form(request: ConsoleRequest, template: OnboardingTemplate | None) -> CreateUserForm:
    """Return the form; a new user has no domain yet, so permissions limited to domains do not apply."""
    organization = request.organization
    actor = request.actor
    whole = [
        each
        for each in (*EXTRA_OPERATIONS, "RegisterToWorkMail")
        if policy.covers_organization(actor, each, organization)
    ]
    joins = policy.covers_organization(actor, "AssociateMemberToGroup", organization)
    groups = scope.visible_groups(actor, organization).filter(state=Entity.State.ENABLED)
    known = scope.usable_domains(actor, "RegisterToWorkMail", organization)
    domains = known if "RegisterToWorkMail" in whole else []
    return CreateUserForm(
        post_data(request),
        domains=onboarding_defaults.sort_domains(domains, template),
        groups=groups if joins else None,
        more=whole,
        initial=onboarding_defaults.get_initial_values(template, groups) if template else {},
    )


def _start_creation(request: ConsoleRequest, form: CreateUserForm) -> HttpResponse:
    password = form.password()
    new = form.newcomer(password)
    change = drafts.create_change(
        request.actor,
        request.organization,
        f"Create {new.name}",
        plans.plan_user_creation(new),
        kind=plans.CREATE_KIND,
        reason=form.cleaned_data["reason"],
        ticket=form.cleaned_data["ticket"],
    )
    if policies.needs_approval(change):
        return operation_views.redirect_to_approval(request, change)
    engine.start_change(change, request.actor, here=True)
    change.refresh_from_db()
    _require_created(request, change)
    return _creation_response(request, _creation_result(change, new, password))


def _require_created(request: ConsoleRequest, change: Change) -> None:
    """Raise the error of the first step; cancel the change, because its password is not stored."""
    step = change.steps.get(position=plans.CREATE_STEP)
    if step.state == StepState.REFUSED:
        raise errors.Refused(step.code, step.note)
    if step.state == StepState.RUNNING:
        raise errors.Unreachable(step.note)
    if step.state != StepState.DONE:
        if change.is_open:
            control.cancel_change(request.actor, change, "The password that was typed for it is not kept.")
        raise errors.Throttled("TooManyRequestsException", step.note or "The console is busy.")


def _creation_result(change: Change, new: plans.NewUser, password: str) -> CreationResult:
    steps = list(change.steps.order_by("position"))
    failed = [
        (str(each), _failure_text(each))
        for each in steps
        if each.state in (StepState.REFUSED, StepState.SKIPPED)
    ]
    enabled = bool(new.address) and steps[plans.ENABLE_STEP].state == StepState.DONE
    user_id = str(steps[plans.CREATE_STEP].result["UserId"])
    return CreationResult(user_id, new.name, password, new.address, change, failed, enabled)


def _failure_text(step: Step) -> str:
    if step.state == StepState.REFUSED and step.code in aws_messages.MESSAGES:
        return f"{aws_errors.explain_error(errors.Refused(step.code, step.note)).sentence} ({step.note})"
    return step.note


def _creation_response(request: ConsoleRequest, result: CreationResult) -> HttpResponse:
    """Show the password once, or redirect to the new user if there is none."""
    slug = request.organization.slug
    home = reverse("users:detail", args=[slug, result.user_id])
    if not (result.password or result.failed or result.change.is_open):
        return pages.redirect_with_message(request, f"{result.name} is created.", home)
    context = {
        "made": result,
        "password": result.password,
        "home": home,
        "resume": reverse("changes:detail", args=[slug, result.change.pk]),
    }
    return render(request, "users/created.html", context)


HTTP_CONFLICT = 409


@performs("UpdateUser")
def edit_user(request: ConsoleRequest, user_id: str) -> HttpResponse:
    user = get_requested_entity(request, user_id, Kind.USER)
    form = _profile_form(request, user)
    try:
        if form.is_valid() and (answer := perform_form(request, form)):
            return answer
    except errors.Changed:  # between the comparison and the write: compare again
        form = _profile_form(request, user)
        form.is_valid()
    context = {"person": user, "back": request.back, "form": form}
    if form.conflicts:
        return pages.render_page(request, "users/edit.html", context, status=HTTP_CONFLICT)
    return pages.form_page(request, "users/edit.html", form, context)


def _profile_form(request: ConsoleRequest, user: Entity) -> ProfileForm:
    described = gateway.call(request.actor, "DescribeUser", request.organization, UserId=user.entity_id)
    return ProfileForm(post_data(request), entity=user, described=described)


@sensitive_post_parameters("Password")
@never_cache
@performs("ResetPassword")
def reset_password(request: ConsoleRequest, user_id: str) -> HttpResponse:
    user = get_requested_entity(request, user_id, Kind.USER)
    form = ResetPasswordForm(post_data(request), entity=user)
    if form.is_valid() and write_form(request, form):
        context = {"person": user, "password": form.new_password}
        return render(request, "users/password_set.html", context)
    return pages.form_page(request, "users/password.html", form, {"person": user, "back": request.back})


@performs("UpdateMailboxQuota")
def edit_quota(request: ConsoleRequest, user_id: str) -> HttpResponse:
    user = get_requested_entity(request, user_id, Kind.USER)
    if not get_mailbox(user).is_in_use:
        return pages.problem_page(
            request,
            title="No mailbox in use",
            happened=f"{user} has no mailbox in use, so there is no quota to set.",
            not_happened="The quota was not changed.",
            now="A user with the role User has one while enabled.",
            status=409,
            back=request.back,
        )
    return entity_operation_page(request, _quota_form(request, user))


def _quota_form(request: ConsoleRequest, user: Entity) -> QuotaForm:
    if request.method == "POST":
        return QuotaForm(request.POST, entity=user)
    quota = {"UserId": user.entity_id, "MailboxQuota": 0}
    values = gateway.read_current_values(request.actor, request.operation, user.organization, **quota)
    form = QuotaForm(entity=user, current=values)
    form.show(user.entity_id, values)
    return form


@performs("DeleteUser")
def delete_user(request: ConsoleRequest, user_id: str) -> HttpResponse:
    user = get_requested_entity(request, user_id, Kind.USER)
    return generic_views.delete_entity(request, user)
