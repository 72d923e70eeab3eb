"""Freeze and thaw, each from a person's page."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse

from console.areas.access_rules.models import ProtectedPerson
from console.areas.directory import kinds, scope
from console.areas.directory.kinds import Kind
from console.areas.directory.views.asking import about
from console.areas.lifecycle import freezes, freezing, standing
from console.areas.lifecycle.forms.freezing import FreezeForm
from console.aws import errors
from console.changes.models import Change
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.rules.evaluation import Rule
from console.ui import pages
from console.ui.forms import ReasonForm
from console.ui.pages import post_data
from console.web import aws_errors

State = Change.State
FREEZES = (
    "No protocol lets this person in from then on, from anywhere: webmail, Outlook, phones and IMAP alike.",
    "Mail goes on arriving, and nothing is deleted. Whoever else may open the mailbox still can.",
    "WorkMail is asked about every protocol afterwards. If one still lets in, the rule is taken back.",
)
THAWS = (
    "The rule names this person no more, and WorkMail is asked about every protocol afterwards.",
    "Other rules hold as before.",
)
FOLLOWS = "It can take WorkMail up to five minutes to follow."


@performs("PutAccessControlRule")
def freeze(request: ConsoleRequest, organization: Organization, entity_id: str) -> HttpResponse:
    person = scope.find(request.actor, "PutAccessControlRule", organization, entity_id, Kind.USER)
    if person.state != Entity.State.ENABLED:
        told = f"{person} is not enabled, so there is nothing to freeze."
        return pages.redirect_with_message(request, told, kinds.place(person), level=messages.INFO)
    try:
        rules = freezing.rules_of(request.actor, organization)
        if freezing.holding(rules, person.entity_id):
            return pages.redirect_with_message(request, f"{person} is frozen already.", kinds.place(person))
        form = _form(request, person)
        if request.method == "POST" and form.is_valid():
            return _freeze(request, person, rules, form)
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure, back=kinds.place(person))
    return _page(request, person, form, f"Freeze {person}", "Freeze", FREEZES)


@performs("PutAccessControlRule")
def thaw(request: ConsoleRequest, organization: Organization, entity_id: str) -> HttpResponse:
    person = scope.find(request.actor, "PutAccessControlRule", organization, entity_id, Kind.USER)
    form = ReasonForm(post_data(request))
    if request.method == "POST" and form.is_valid():
        answer = _thaw(request, person, form)
        if answer is not None:
            return answer
    return _page(request, person, form, f"Thaw {person}", "Thaw", THAWS)


def _thaw(request: ConsoleRequest, person: Entity, form: ReasonForm) -> HttpResponse | None:
    try:
        rules = freezing.rules_of(request.actor, person.organization)
        if freezing.holding(rules, person.entity_id) is None:
            return pages.redirect_with_message(request, f"{person} is not frozen.", kinds.place(person))
        return _told(request, person, freezes.thaw(request.actor, person, rules, form.why()), "thawed")
    except errors.CallFailed as failure:
        return (
            None
            if aws_errors.add_to_form(form, failure)
            else aws_errors.error_page(request, failure, back=kinds.place(person))
        )


def _form(request: ConsoleRequest, person: Entity) -> FreezeForm:
    needed = {freezes.PASSWORD: "ResetPassword", freezes.TOKENS: "DeletePersonalAccessToken"}
    also = [
        each
        for each, operation in needed.items()
        if policy.allows(request.actor, operation, person.organization, person)
    ]
    kept = ProtectedPerson.objects.filter(organization=person.organization, entity_id=person.entity_id)
    return FreezeForm(post_data(request), also=also, protected=kept.exists())


def _freeze(request: ConsoleRequest, person: Entity, rules: Sequence[Rule], form: FreezeForm) -> HttpResponse:
    why = form.why()
    try:
        change = freezes.freeze(request.actor, person, rules, form.cleaned_data["until"], why)
        freezes.sign_out(request.actor, person, form.cleaned_data.get("also", []), change, why)
    except errors.CallFailed as failure:
        if not aws_errors.add_to_form(form, failure):
            raise
        return _page(request, person, form, f"Freeze {person}", "Freeze", FREEZES)
    return _told(request, person, change, f"frozen{form.until_text}")


def _told(request: ConsoleRequest, person: Entity, change: Change, what: str) -> HttpResponse:
    page = reverse("changes:detail", args=[person.organization.slug, change.pk])
    if change.state == State.DONE:
        said = f"{person} is {what}; WorkMail says so for every protocol. {FOLLOWS}"
        return pages.redirect_with_message(request, said, kinds.place(person))
    if change.is_open:
        return pages.redirect_with_message(request, "See below how far it is.", page, level=messages.INFO)
    said = f"{person} is not {what}. {change.note or 'Look at the steps below.'}"
    return pages.redirect_with_message(request, said, page, level=messages.ERROR)


def _page(
    request: ConsoleRequest,
    person: Entity,
    form: ReasonForm,
    title: str,
    verb: str,
    consequences: tuple[str, ...],
) -> HttpResponse:
    context: dict[str, Any] = {
        **about(person),
        "title": title,
        "verb": verb,
        "back": kinds.place(person),
        "consequences": consequences,
        "planned": standing.scheduled_thaw(person.organization, person.entity_id),
    }
    return pages.form_page(request, "lifecycle/freeze.html", form, context)
