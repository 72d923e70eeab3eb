"""Views that block and restore a user's access."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse

from console.areas.access_rules.models import ProtectedPerson
from console.areas.entities import kinds
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
    person = get_requested_entity(request, entity_id, Kind.USER)
    if person.state != Entity.State.ENABLED:
        told = f"{person} is not enabled, so there is nothing to freeze."
        return pages.redirect_with_message(request, told, kinds.entity_url(person), level=messages.INFO)
    rules = block_rules.read_rules(request.actor, request.organization)
    if block_rules.find_block_rule(rules, person.entity_id):
        return pages.redirect_with_message(request, f"{person} is frozen already.", kinds.entity_url(person))
    form = _block_form(request, person)
    if request.method == "POST" and form.is_valid():
        return _start_block(request, person, rules, form)
    return _confirm_block_page(request, person, form, f"Freeze {person}", "Freeze", BLOCK_CONSEQUENCES)


@performs("PutAccessControlRule")
def restore_user_access(request: ConsoleRequest, entity_id: str) -> HttpResponse:
    person = get_requested_entity(request, entity_id, Kind.USER)
    form = ReasonForm(post_data(request))
    if request.method == "POST" and form.is_valid():
        answer = _start_restore(request, person, form)
        if answer is not None:
            return answer
    return _confirm_block_page(request, person, form, f"Thaw {person}", "Thaw", RESTORE_CONSEQUENCES)


def _start_restore(request: ConsoleRequest, person: Entity, form: ReasonForm) -> HttpResponse | None:
    try:
        rules = block_rules.read_rules(request.actor, person.organization)
        if block_rules.find_block_rule(rules, person.entity_id) is None:
            return pages.redirect_with_message(request, f"{person} is not frozen.", kinds.entity_url(person))
        return _result_response(
            request, person, block_changes.restore_access(request.actor, person, rules, form.why()), "thawed"
        )
    except errors.CallFailed as failure:
        return (
            None
            if aws_errors.add_to_form(form, failure)
            else aws_errors.error_page(request, failure, back=kinds.entity_url(person))
        )


def _block_form(request: ConsoleRequest, person: Entity) -> BlockAccessForm:
    needed = {
        block_changes.RESET_PASSWORD: "ResetPassword",
        block_changes.REVOKE_TOKENS: "DeletePersonalAccessToken",
    }
    also = [
        each
        for each, operation in needed.items()
        if policy.allows(request.actor, operation, person.organization, person)
    ]
    kept = ProtectedPerson.objects.filter(organization=person.organization, entity_id=person.entity_id)
    return BlockAccessForm(post_data(request), also=also, protected=kept.exists())


def _start_block(
    request: ConsoleRequest, person: Entity, rules: Sequence[Rule], form: BlockAccessForm
) -> HttpResponse:
    why = form.why()
    try:
        change = block_changes.block_access(request.actor, person, rules, form.cleaned_data["until"], why)
        block_changes.sign_out_user(request.actor, person, form.cleaned_data.get("also", []), change, why)
    except errors.CallFailed as failure:
        if not aws_errors.add_to_form(form, failure):
            raise
        return _confirm_block_page(request, person, form, f"Freeze {person}", "Freeze", BLOCK_CONSEQUENCES)
    return _result_response(request, person, change, f"frozen{form.until_text}")


def _result_response(request: ConsoleRequest, person: Entity, change: Change, what: str) -> HttpResponse:
    page = reverse("changes:detail", args=[person.organization.slug, change.pk])
    if change.state == State.DONE:
        said = f"{person} is {what}; WorkMail says so for every protocol. {EFFECT_DELAY}"
        return pages.redirect_with_message(request, said, kinds.entity_url(person))
    if change.is_open:
        return pages.redirect_with_message(request, "See below how far it is.", page, level=messages.INFO)
    said = f"{person} is not {what}. {change.note or 'Look at the steps below.'}"
    return pages.redirect_with_message(request, said, page, level=messages.ERROR)


def _confirm_block_page(
    request: ConsoleRequest,
    person: Entity,
    form: ReasonForm,
    title: str,
    verb: str,
    consequences: tuple[str, ...],
) -> HttpResponse:
    context: dict[str, Any] = {
        **entity_context(person),
        "title": title,
        "verb": verb,
        "back": kinds.entity_url(person),
        "consequences": consequences,
        "planned": block_status.find_scheduled_restore(person.organization, person.entity_id),
    }
    return pages.form_page(request, "lifecycle/freeze.html", form, context)
