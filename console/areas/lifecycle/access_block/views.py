"""Views that block and restore a user's access."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse

from console.areas.access_rules.models import ProtectedPerson
from console.areas.entities.form_views import entity_context, get_requested_entity
from console.areas.entities.kinds import Kind
from console.areas.lifecycle.access_block import block_changes, block_rules, block_status
from console.areas.lifecycle.access_block.forms import BlockAccessForm
from console.aws import errors
from console.changes.models import Change
from console.mirror.models import Entity
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.rules.evaluation import Rule
from console.ui import pages
from console.ui.forms import ReasonForm
from console.ui.pages import post_data
from console.web import aws_errors

State = Change.State
BLOCK_CONSEQUENCES = (
    "No protocol lets this person in from then on, from anywhere: webmail, Outlook, phones and IMAP alike.",
    "Mail goes on arriving, and nothing is deleted. Whoever else may open the mailbox still can.",
    "WorkMail is asked about every protocol afterwards. If one still lets in, the rule is taken back.",
)
RESTORE_CONSEQUENCES = (
    "The rule names this person no more, and WorkMail is asked about every protocol afterwards.",
    "Other rules hold as before.",
)
EFFECT_DELAY = "It can take WorkMail up to five minutes to follow."


@performs("PutAccessControlRule")
def block_user(request: ConsoleRequest, entity_id: str) -> HttpResponse:
    user = get_requested_entity(request, entity_id, Kind.USER)
    if user.state != Entity.State.ENABLED:
        return pages.redirect_with_message(
            request,
            f"{user} is not enabled, so there is nothing to freeze.",
            request.back,
            level=messages.INFO,
        )
    rules = block_rules.read_rules(request.actor, request.organization)
    if block_rules.find_block_rule(rules, user.entity_id):
        return pages.redirect_with_message(request, f"{user} is frozen already.", request.back)
    form = _block_form(request, user)
    if form.is_valid() and (answer := _start_block(request, user, rules, form)):
        return answer
    return _confirm_block_page(request, user, form, f"Freeze {user}", "Freeze", BLOCK_CONSEQUENCES)


@performs("PutAccessControlRule")
def restore_user_access(request: ConsoleRequest, entity_id: str) -> HttpResponse:
    user = get_requested_entity(request, entity_id, Kind.USER)
    form = ReasonForm(post_data(request))
    if form.is_valid() and (answer := _start_restore(request, user, form)):
        return answer
    return _confirm_block_page(request, user, form, f"Thaw {user}", "Thaw", RESTORE_CONSEQUENCES)


def _start_restore(request: ConsoleRequest, user: Entity, form: ReasonForm) -> HttpResponse | None:
    try:
        rules = block_rules.read_rules(request.actor, user.organization)
        if block_rules.find_block_rule(rules, user.entity_id) is None:
            return pages.redirect_with_message(request, f"{user} is not frozen.", request.back)
        change = block_changes.restore_access(request.actor, user, rules, form.why())
    except errors.CallFailed as failure:
        if not aws_errors.add_to_form(form, failure):
            raise
        return None
    return _result_response(request, user, change, "thawed")


def _block_form(request: ConsoleRequest, user: Entity) -> BlockAccessForm:
    needed = {
        block_changes.RESET_PASSWORD: "ResetPassword",
        block_changes.REVOKE_TOKENS: "DeletePersonalAccessToken",
    }
    also = [
        each
        for each, operation in needed.items()
        if policy.allows(request.actor, operation, user.organization, user)
    ]
    protected = ProtectedPerson.objects.filter(organization=user.organization, entity_id=user.entity_id)
    return BlockAccessForm(post_data(request), also=also, protected=protected.exists())


def _start_block(
    request: ConsoleRequest, user: Entity, rules: Sequence[Rule], form: BlockAccessForm
) -> HttpResponse | None:
    why = form.why()
    try:
        change = block_changes.block_access(request.actor, user, rules, form.cleaned_data["until"], why)
        block_changes.sign_out_user(request.actor, user, form.cleaned_data.get("also", []), change, why)
    except errors.CallFailed as failure:
        if not aws_errors.add_to_form(form, failure):
            raise
        return None
    return _result_response(request, user, change, f"frozen{form.until_text}")


def _result_response(request: ConsoleRequest, user: Entity, change: Change, what: str) -> HttpResponse:
    page = reverse("changes:detail", args=[user.organization.slug, change.pk])
    if change.state == State.DONE:
        message = f"{user} is {what}; WorkMail says so for every protocol. {EFFECT_DELAY}"
        return pages.redirect_with_message(request, message, request.back)
    if change.is_open:
        return pages.redirect_with_message(request, "See below how far it is.", page, level=messages.INFO)
    message = f"{user} is not {what}. {change.note or 'Look at the steps below.'}"
    return pages.redirect_with_message(request, message, page, level=messages.ERROR)


def _confirm_block_page(
    request: ConsoleRequest,
    user: Entity,
    form: ReasonForm,
    title: str,
    verb: str,
    consequences: tuple[str, ...],
) -> HttpResponse:
    context: dict[str, Any] = {
        **entity_context(user),
        "title": title,
        "verb": verb,
        "back": request.back,
        "consequences": consequences,
        "planned": block_status.find_scheduled_restore(user.organization, user.entity_id),
    }
    return pages.form_page(request, "lifecycle/freeze.html", form, context)
