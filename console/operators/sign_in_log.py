"""Signing in and out, and changes to how one signs in, as entries of the ledger."""

from django.http import HttpRequest

from console.actor import Actor
from console.ledger import journal
from console.ledger.models import Entry
from console.operators.models import Operator
from console.operators.request_actor import actor_of


def signed_in(request: HttpRequest, operator: Operator) -> None:
    journal.record(actor_of(request, operator), Entry.Kind.SIGNED_IN, target_name=operator.email)


def signed_out(actor: Actor, why: str) -> None:
    journal.record(actor, Entry.Kind.SIGNED_OUT, target_name=actor.name, why=why)


def sessions_ended(actor: Actor, why: str, count: int) -> None:
    journal.record(actor, Entry.Kind.SIGNED_OUT, target_name=actor.name, why=why, sessions=count)


def failed(request: HttpRequest, address: str, why: str) -> None:
    """A sign-in that failed; `address` is what was typed, which may belong to nobody."""
    journal.record(
        actor_of(request), Entry.Kind.SIGN_IN_FAILED, target_name=printable(address)[:254], why=why
    )


def printable(text: str) -> str:
    """What somebody typed, without characters that would break a line of a log or turn its direction."""
    return "".join(each if each.isprintable() else "?" for each in text)
