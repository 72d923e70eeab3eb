"""Views of sign-in settings, WorkMail's application in Identity Center, and useral access tokens."""

from django.http import HttpResponse
from django.urls import reverse

from console.areas.entities.form_views import entity_context, get_requested_entity
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
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.plurals import number_of
from console.ui import pages
from console.ui.forms import ReasonForm
from console.web import operation_views
from console.web.draft_views import create_draft_from_form

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
    request.back = sign_in_url(organization)
    # The URL names both after an application was created.
    suggested = {INSTANCE: request.GET.get("instance"), APPLICATION: request.GET.get("application")}
    form = ConfigurationForm(
        pages.post_data(request),
        configuration=identity_center.read_configuration(request.actor, organization),
        association=identity_center.get_association(request.actor, organization),
        slug=organization.slug,
        initial={name: value for name, value in suggested.items() if value},
    )
    return operation_views.operation_page(
        request, form, template="identity/configure.html", context={"association": form.association}
    )


@performs("DeleteIdentityProviderConfiguration")
def remove_configuration(request: ConsoleRequest) -> HttpResponse:
    request.back = sign_in_url(request.organization)
    form = ConfigurationRemovalForm(pages.post_data(request), expected=request.organization.slug)
    return operation_views.confirmation_page(request, form)


def sign_in_url(organization: Organization) -> str:
    return reverse("identity:detail", args=[organization.slug])


@performs("CreateIdentityCenterApplication")
def create_application(request: ConsoleRequest) -> HttpResponse:
    request.back = sign_in_url(request.organization)
    form = ApplicationForm(pages.post_data(request))
    return operation_views.operation_page(
        request,
        form,
        landing=lambda: reverse(
            "identity:configure",
            args=[request.organization.slug],
            query={"instance": form.cleaned_data["InstanceArn"], "application": form.application_arn},
        ),
        context={"trail": [("Sign-in", request.back)]},
    )


@performs("DeleteIdentityCenterApplication")
def delete_application(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    request.back = sign_in_url(organization)
    configuration = identity_center.read_configuration(request.actor, organization)
    used = configuration.get("IdentityCenterConfiguration") or {}
    form = ApplicationRemovalForm(pages.post_data(request), expected=organization.slug, current=used)
    return operation_views.confirmation_page(request, form)


@performs("ListPersonalAccessTokens")
def list_tokens(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    tokens = access_tokens.list_tokens(request.actor, organization)
    show = request.GET.get("show", "")
    matching_tokens = display.filter_tokens(tokens, show)
    context = {
        "rows": display.build_rows(matching_tokens),
        "more": max(len(matching_tokens) - display.MAX_ROWS, 0),
        "tabs": display.build_tabs(tokens, show),
        "is_empty": not tokens,
        "may_sign_in": policy.allows(request.actor, identity_center.DESCRIBE_OPERATION, organization),
        "may_revoke": policy.allows(request.actor, access_tokens.DELETE_OPERATION, organization),
    }
    return pages.render_page(request, "identity/tokens.html", context)


@performs("ListPersonalAccessTokens")
def list_user_tokens(request: ConsoleRequest, user_id: str) -> HttpResponse:
    user = get_requested_entity(request, user_id, Kind.USER)
    context = {
        **entity_context(user),
        "rows": display.build_rows(access_tokens.list_user_tokens(request.actor, user)),
        "may_revoke": policy.allows(
            request.actor, access_tokens.DELETE_OPERATION, request.organization, user
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
    return operation_views.confirmation_page(request, form, context=entity_context(user))


@performs("DeletePersonalAccessToken")
def revoke_user_tokens(request: ConsoleRequest, user_id: str) -> HttpResponse:
    """Draft a change with one step per token, to be reviewed before it runs."""
    user = get_requested_entity(request, user_id, Kind.USER)
    request.back = user_tokens_url(user)
    tokens = access_tokens.list_user_tokens(request.actor, user)
    if not tokens:
        return _missing_token_page(request, user)
    form = ReasonForm(pages.post_data(request))
    if form.is_valid():
        steps = access_tokens.build_revocation_steps(tokens)
        if answer := create_draft_from_form(request, form, f"Revoke all tokens of {user}", steps, "tokens"):
            return answer
    context = {
        **entity_context(user),
        "title": f"Revoke {number_of(len(tokens), 'token')} of {user}",
        "verb": "Show what will happen",
        "note": "The next page lists each token; nothing happens before you say so there.",
        "trail": [
            ("Tokens", reverse("identity:tokens", args=[request.organization.slug])),
            (str(user), request.back),
        ],
        "back": request.back,
    }
    return pages.form_page(request, "partials/form_page.html", form, context)


def user_tokens_url(user: Entity) -> str:
    return reverse("identity:tokens-of", args=[user.organization.slug, user.entity_id])


def _missing_token_page(request: ConsoleRequest, user: Entity) -> HttpResponse:
    return pages.problem_page(
        request,
        title="No such token",
        happened=f"{user} has no such token any more: it was revoked, or it never was.",
        not_happened="Nothing was changed.",
        now="See which there are.",
        status=404,
        back=user_tokens_url(user),
    )
