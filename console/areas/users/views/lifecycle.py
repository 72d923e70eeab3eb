"""From nobody to a mailbox and back: create, enable, disable, delete."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from console.areas.directory import relations
from console.areas.directory import scope as directory
from console.areas.directory.forms.addresses import RegisterForm
from console.areas.directory.kinds import place
from console.areas.directory.views.asking import ask, perform
from console.areas.users import person as persons
from console.areas.users import scope
from console.areas.users.showing import KEPT
from console.mirror.models import Entity, Organization
from console.operators.access import ConsoleRequest, performs
from console.operators.actors import Actor
from console.ui import pages
from console.ui.forms import ConfirmForm
from console.ui.pages import posted

BACK = (
    "The mailbox comes back as it was if it was disabled within the last 30 days;"
    " else it is a new, empty one."
)
NAMED = 8


@performs("RegisterToWorkMail")
def enable(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    person = scope.find(request.actor, "RegisterToWorkMail", organization, user_id)
    form = RegisterForm(
        posted(request),
        domains=directory.usable_domains(request.actor, "RegisterToWorkMail", organization),
        local=person.name.partition("@")[0],
        initial={"Email": request.GET["address"]} if request.GET.get("address") else {},
    )
    return ask(
        request,
        person,
        form,
        "RegisterToWorkMail",
        title=f"Enable {person}",
        verb="Enable",
        note=BACK,
        message=lambda: f"{person} is enabled as {form.address}.",
        params=lambda: {"EntityId": person.entity_id, "Email": form.address},
    )


@performs("DeregisterFromWorkMail")
def disable(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    person = scope.find(request.actor, "DeregisterFromWorkMail", organization, user_id)
    form = ConfirmForm(posted(request))
    if request.method == "POST" and form.is_valid():
        done = f"{person} is disabled."
        answer = perform(request, person, form, "DeregisterFromWorkMail", done, EntityId=person.entity_id)
        if answer is not None:
            return answer
    return pages.confirm_page(
        request,
        form,
        title=f"Disable {person}?",
        verb="Disable",
        back=place(person),
        consequences=tuple(disabling(request.actor, person)),
        context={"organization": organization},
    )


@performs("DeleteUser")
def delete(request: ConsoleRequest, organization: Organization, user_id: str) -> HttpResponse:
    person = scope.find(request.actor, "DeleteUser", organization, user_id)
    if person.state == Entity.State.ENABLED:
        return _disable_first(request, person)
    form = ConfirmForm(posted(request), expected=person.name)
    if request.method == "POST" and form.is_valid():
        answer = perform(
            request, person, form, "DeleteUser", f"{person} is deleted.", UserId=person.entity_id
        )
        if answer is not None:
            return answer
    return pages.confirm_page(
        request,
        form,
        title=f"Delete {person}?",
        verb="Delete for good",
        back=place(person),
        consequences=deleting(person),
        context={"organization": organization},
    )


def disabling(actor: Actor, person: Entity) -> list[str]:
    """What happens to the mailbox, the addresses, the groups and the access of others."""
    addresses = [person.email, *(name for name, _ in relations.aliases(actor, person))]
    groups = [str(group) for group in relations.groups(actor, person)]
    access = [str(each.name) for each in (*relations.readers(actor, person), *relations.opens(actor, person))]
    hidden = relations.hidden(actor, person)
    groups += _outside(hidden.get("groups", 0))
    access += _outside(hidden.get("readers", 0) + hidden.get("opens", 0))
    found = [
        # That mail is returned, and not dropped, is [inferred].
        "Nobody can sign in to the mailbox from this moment on, and mail to it is returned to its sender.",
        f"WorkMail removes the mailbox after 30 days, on {_day(timezone.now() + KEPT)}. Enabling the same"
        " person again before then brings it back.",
        f"Addresses that stop working: {_listed(addresses)}.",
    ]
    if groups:
        found.append(f"Groups whose mail does not arrive here any more: {_listed(groups)}.")
    if access:
        found.append(f"Access to mailboxes is shared with {_listed(access)}.")
    return found


def deleting(person: Entity) -> tuple[str, ...]:
    gone = persons.dies(person)
    return (
        "This cannot be undone. A new person with the same name is somebody else to WorkMail and gets an"
        " empty mailbox.",
        "Enabling again is not possible any more, so the mailbox cannot be brought back"
        + (f"; until {_day(gone)} it still could be." if gone else "."),
        "Memberships, permissions and the record go with it. The ledger keeps what was done.",
    )


def _disable_first(request: ConsoleRequest, person: Entity) -> HttpResponse:
    return pages.problem(
        request,
        title="Disable first",
        happened=f"{person} is enabled, and WorkMail deletes only people who are disabled.",
        not_happened="Nothing was changed.",
        now="Disable first; that can still be undone for 30 days.",
        status=409,
        back=reverse("users:disable", args=[person.organization.slug, person.entity_id]),
    )


def _day(moment: object) -> str:
    return date_format(moment, "j F Y")  # type: ignore[arg-type]  # a datetime


def _outside(count: int) -> list[str]:
    """Whom the operator may not see is counted, nameless."""
    return [f"{count} outside your domains"] if count else []


def _listed(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
