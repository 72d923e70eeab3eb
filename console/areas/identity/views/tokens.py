"""Personal access tokens: of everybody and of one person, revoked singly or all at once."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from console.areas.directory import kinds, scope
from console.areas.directory.kinds import Kind
from console.areas.identity import provider, showing, tokens
from console.aws import errors
from console.changes import drafts
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.plurals import number_of
from console.ui import pages
from console.ui.forms import ConfirmForm, WhyForm
from console.web import aws_errors, operation_views


@performs("ListPersonalAccessTokens")
def listing(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    everybody = tokens.listed(request.actor, organization)
    show = request.GET.get("show", "")
    chosen = showing.chosen(everybody, show)
    context = {
        "organization": organization,
        "rows": showing.rows(chosen),
        "more": max(len(chosen) - showing.MOST, 0),
        "tabs": showing.tabs(everybody, show),
        "is_empty": not everybody,
        "may_sign_in": policy.allows(request.actor, provider.DESCRIBE, organization),
        "may_revoke": policy.allows(request.actor, tokens.DELETE, organization),
    }
    return pages.show(request, "identity/tokens.html", context)


@performs("ListPersonalAccessTokens")
def of_person(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    person = scope.find(request.actor, tokens.LIST, organization, user_id, Kind.USER)
    context = {
        **_about(person),
        "rows": showing.rows(tokens.of(request.actor, person)),
        "may_revoke": policy.allows(request.actor, tokens.DELETE, organization, person),
    }
    return pages.show(request, "identity/tokens_of.html", context)


@performs("DeletePersonalAccessToken")
def revoke(request: ConsoleRequest, organization: Organization, user_id: str, token_id: str) -> HttpResponse:
    person = scope.find(request.actor, tokens.DELETE, organization, user_id, Kind.USER)
    token = tokens.find(request.actor, person, token_id)
    if token is None:
        return _gone(request, person)
    form = ConfirmForm(pages.posted(request))
    if form.is_valid():
        answer = operation_views.perform_operation(
            request,
            organization,
            form,
            tokens.DELETE,
            lambda: f"The token {token.name} of {person} is revoked.",
            {"PersonalAccessTokenId": token.id},
            back=address(person),
            landing=lambda: address(person),
            title=f"Revoke the token {token.name} of {person}",
        )
        if answer is not None:
            return answer
    return pages.confirm_page(
        request,
        form,
        title=f"Revoke the token {token.name} of {person}?",
        verb="Revoke the token",
        back=address(person),
        consequences=(
            f"The mail program that signs in with it stops working; {person} can make a new one in webmail.",
            "It cannot be brought back.",
        ),
        context=_about(person),
    )


@performs("DeletePersonalAccessToken")
def revoke_all(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    """A change with one step a token, seen before it happens."""
    person = scope.find(request.actor, tokens.DELETE, organization, user_id, Kind.USER)
    held = tokens.of(request.actor, person)
    if not held:
        return _gone(request, person)
    form = WhyForm(pages.posted(request))
    if form.is_valid():
        answer = _draft(request, person, form, held)
        if answer is not None:
            return answer
    context = {
        **_about(person),
        "title": f"Revoke {number_of(len(held), 'token')} of {person}",
        "verb": "Show what will happen",
        "note": "The next page lists each token; nothing happens before you say so there.",
        "trail": [("Tokens", _all(organization)), (str(person), address(person))],
        "back": address(person),
    }
    return pages.form_page(request, "partials/form_page.html", form, context)


def address(person: Entity) -> str:
    return reverse("identity:tokens-of", args=[person.organization.slug, person.entity_id])


def _draft(
    request: ConsoleRequest, person: Entity, form: WhyForm, held: list[tokens.Token]
) -> HttpResponse | HttpResponseRedirect | None:
    title = f"Revoke all tokens of {person}"
    try:
        change = drafts.create_draft(
            request.actor, person.organization, title, tokens.revoking(held), kind="tokens", **form.why()
        )
    except errors.CallFailed as failure:
        return (
            None
            if aws_errors.add_to_form(form, failure)
            else aws_errors.error_page(request, failure, back=address(person))
        )
    return redirect("changes:detail", person.organization.slug, change.pk)


def _about(person: Entity) -> dict[str, object]:
    return {"organization": person.organization, "entity": person, "words": kinds.of(person)}


def _all(organization: Organization) -> str:
    return reverse("identity:tokens", args=[organization.slug])


def _gone(request: ConsoleRequest, person: Entity) -> HttpResponse:
    return pages.problem(
        request,
        title="No such token",
        happened=f"{person} has no such token any more: it was revoked, or it never was.",
        not_happened="Nothing was changed.",
        now="See which there are.",
        status=404,
        back=address(person),
    )
