"""Views of sign-in settings, WorkMail's application in Identity Center, and personal access tokens."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from console.areas.entities import kinds
from console.areas.entities.form_views import get_requested_entity
from console.areas.entities.kinds import Kind
from console.areas.identity import access_tokens, display, identity_center
from console.areas.identity.forms import (
    APPLICATION,
    INSTANCE,
    TOKEN_STATUSES,
    ApplicationForm,
    ApplicationRemovalForm,
    ConfigurationForm,
    ConfigurationRemovalForm,
    TokenRevocationForm,
)
from console.aws import errors
from console.changes import drafts, engine
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.plurals import number_of
from console.ui import pages
from console.ui.forms import ReasonForm
from console.web import aws_errors, operation_views

PAGE_OPERATIONS = (
    "PutIdentityProviderConfiguration",
    "DeleteIdentityProviderConfiguration",
    "CreateIdentityCenterApplication",
    "DeleteIdentityCenterApplication",
    "ListPersonalAccessTokens",
)


@performs("DescribeIdentityProviderConfiguration")
def show_sign_in(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    configuration = identity_center.read_configuration(request.actor, organization)
    tokens = configuration.get("PersonalAccessTokenConfiguration") or {}
    context = {
        "organization": organization,
        "configuration": configuration,
        "mode": identity_center.MODE_LABELS.get(configuration.get("AuthenticationMode", "")),
        "is_only": identity_center.is_identity_center_only(configuration),
        "tokens": TOKEN_STATUSES.get(tokens.get("Status", "")),
        "association": identity_center.get_association(request.actor, organization),
        "may": {each: policy.allows(request.actor, each, organization) for each in PAGE_OPERATIONS},
    }
    return pages.render_page(request, "identity/detail.html", context)


@performs("PutIdentityProviderConfiguration")
def configure_sign_in(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    configuration = identity_center.read_configuration(request.actor, organization)
    association = identity_center.get_association(request.actor, organization)
    form = ConfigurationForm(
        pages.post_data(request),
        configuration=configuration,
        association=association,
        slug=organization.slug,
        initial=_suggested_values(request),
    )
    if form.is_valid():
        answer = _save_configuration(request, form, configuration)
        if answer is not None:
            return answer
    context = {"organization": organization, "association": association, "back": sign_in_url(organization)}
    return pages.form_page(request, "identity/configure.html", form, context)


@performs("DeleteIdentityProviderConfiguration")
def remove_configuration(request: ConsoleRequest) -> HttpResponse:
    form = ConfigurationRemovalForm(pages.post_data(request), expected=request.organization.slug)
    return operation_views.confirmation_page(request, form, back=sign_in_url(request.organization))


def sign_in_url(organization: Organization) -> str:
    return reverse("identity:detail", args=[organization.slug])


def _save_configuration(
    request: ConsoleRequest,
    form: ConfigurationForm,
    configuration: dict[str, Any],
) -> HttpResponse | None:
    """Save the configuration, unless AWS has another one than the page showed."""
    params: dict[str, Any] = {**form.why(), **form.sent()}
    try:
        engine.perform_write(
            request.actor,
            "PutIdentityProviderConfiguration",
            request.organization,
            expecting={"AuthenticationMode": configuration.get("AuthenticationMode")},
            **params,
        )
    except errors.CallFailed as failure:
        return (
            None
            if aws_errors.add_to_form(form, failure)
            else aws_errors.error_page(request, failure, back=sign_in_url(request.organization))
        )
    return pages.redirect_with_message(
        request,
        "How people sign in is saved. WorkMail follows within minutes.",
        sign_in_url(request.organization),
    )


def _suggested_values(request: ConsoleRequest) -> dict[str, str]:
    """Return the instance and application in the URL, after an application was created."""
    given = {INSTANCE: request.GET.get("instance"), APPLICATION: request.GET.get("application")}
    return {name: value for name, value in given.items() if value}


APPLICATION_NOTE = (
    "The first of three steps. Then, in IAM Identity Center, people or groups are assigned to the"
    " application; and last, here, the organization is told to use it."
)


@performs("CreateIdentityCenterApplication")
def create_application(request: ConsoleRequest) -> HttpResponse:
    form = ApplicationForm(pages.post_data(request))
    if form.is_valid():
        answer = _create_application(request, form)
        if answer is not None:
            return answer
    context = {
        "organization": request.organization,
        "title": "An application in Identity Center",
        "verb": "Create the application",
        "note": APPLICATION_NOTE,
        "trail": sign_in_trail(request.organization),
        "back": sign_in_url(request.organization),
    }
    return pages.form_page(request, "partials/form_page.html", form, context)


@performs("DeleteIdentityCenterApplication")
def delete_application(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    request.back = sign_in_url(organization)
    configuration = identity_center.read_configuration(request.actor, organization)
    used = configuration.get("IdentityCenterConfiguration") or {}
    form = ApplicationRemovalForm(pages.post_data(request), expected=organization.slug, current=used)
    return operation_views.confirmation_page(request, form)


def sign_in_trail(organization: Organization) -> list[tuple[str, str]]:
    return [("Sign-in", sign_in_url(organization))]


def _create_application(request: ConsoleRequest, form: ApplicationForm) -> HttpResponse | None:
    why: dict[str, Any] = form.why()
    try:
        answer = engine.perform_write(
            request.actor, "CreateIdentityCenterApplication", request.organization, **why, **form.whole()
        )
    except errors.CallFailed as failure:
        return (
            None
            if aws_errors.add_to_form(form, failure)
            else aws_errors.error_page(request, failure, back=sign_in_url(request.organization))
        )
    made = str(answer["ApplicationArn"])
    following = urlencode({"instance": form.cleaned_data["InstanceArn"], "application": made})
    to = f"{reverse('identity:configure', args=[request.organization.slug])}?{following}"
    return pages.redirect_with_message(
        request, f"The application {made} is there. Assign people to it before it is used.", to
    )


@performs("ListPersonalAccessTokens")
def list_tokens(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    everybody = access_tokens.list_tokens(request.actor, organization)
    show = request.GET.get("show", "")
    chosen = display.filter_tokens(everybody, show)
    context = {
        "organization": organization,
        "rows": display.build_rows(chosen),
        "more": max(len(chosen) - display.MAX_ROWS, 0),
        "tabs": display.build_tabs(everybody, show),
        "is_empty": not everybody,
        "may_sign_in": policy.allows(request.actor, identity_center.DESCRIBE_OPERATION, organization),
        "may_revoke": policy.allows(request.actor, access_tokens.DELETE_OPERATION, organization),
    }
    return pages.render_page(request, "identity/tokens.html", context)


@performs("ListPersonalAccessTokens")
def list_user_tokens(request: ConsoleRequest, user_id: str) -> HttpResponse:
    person = get_requested_entity(request, user_id, Kind.USER)
    context = {
        **_user_context(person),
        "rows": display.build_rows(access_tokens.list_user_tokens(request.actor, person)),
        "may_revoke": policy.allows(
            request.actor, access_tokens.DELETE_OPERATION, request.organization, person
        ),
    }
    return pages.render_page(request, "identity/tokens_of.html", context)


@performs("DeletePersonalAccessToken")
def revoke_token(request: ConsoleRequest, user_id: str, token_id: str) -> HttpResponse:
    user = get_requested_entity(request, user_id, Kind.USER)
    request.back = user_tokens_url(user)
    token = access_tokens.find_token(request.actor, user, token_id)
    if token is None:
        return _missing_token_page(request, user)
    form = TokenRevocationForm(pages.post_data(request), token=token, user=user)
    return operation_views.confirmation_page(request, form, context=_user_context(user))


@performs("DeletePersonalAccessToken")
def revoke_user_tokens(request: ConsoleRequest, user_id: str) -> HttpResponse:
    """Draft a change with one step per token, to be reviewed before it runs."""
    person = get_requested_entity(request, user_id, Kind.USER)
    held = access_tokens.list_user_tokens(request.actor, person)
    if not held:
        return _missing_token_page(request, person)
    form = ReasonForm(pages.post_data(request))
    if form.is_valid():
        answer = _draft_revocation(request, person, form, held)
        if answer is not None:
            return answer
    context = {
        **_user_context(person),
        "title": f"Revoke {number_of(len(held), 'token')} of {person}",
        "verb": "Show what will happen",
        "note": "The next page lists each token; nothing happens before you say so there.",
        "trail": [("Tokens", _tokens_url(request.organization)), (str(person), user_tokens_url(person))],
        "back": user_tokens_url(person),
    }
    return pages.form_page(request, "partials/form_page.html", form, context)


def user_tokens_url(person: Entity) -> str:
    return reverse("identity:tokens-of", args=[person.organization.slug, person.entity_id])


def _draft_revocation(
    request: ConsoleRequest, person: Entity, form: ReasonForm, held: list[access_tokens.AccessToken]
) -> HttpResponse | HttpResponseRedirect | None:
    title = f"Revoke all tokens of {person}"
    try:
        change = drafts.create_draft(
            request.actor,
            person.organization,
            title,
            access_tokens.build_revocation_steps(held),
            kind="tokens",
            **form.why(),
        )
    except errors.CallFailed as failure:
        return (
            None
            if aws_errors.add_to_form(form, failure)
            else aws_errors.error_page(request, failure, back=user_tokens_url(person))
        )
    return redirect("changes:detail", person.organization.slug, change.pk)


def _user_context(person: Entity) -> dict[str, object]:
    return {"organization": person.organization, "entity": person, "words": kinds.get_kind_info(person)}


def _tokens_url(organization: Organization) -> str:
    return reverse("identity:tokens", args=[organization.slug])


def _missing_token_page(request: ConsoleRequest, person: Entity) -> HttpResponse:
    return pages.problem_page(
        request,
        title="No such token",
        happened=f"{person} has no such token any more: it was revoked, or it never was.",
        not_happened="Nothing was changed.",
        now="See which there are.",
        status=404,
        back=user_tokens_url(person),
    )
