"""Record sign-ins and sign-outs in the audit log."""

from django.http import HttpRequest

from console.actor import Actor
from console.ledger import journal
from console.ledger.models import Entry
from console.operators.models import Operator
from console.operators.request_actor import build_actor


def record_sign_in(request: HttpRequest, operator: Operator) -> None:
    journal.record_entry(build_actor(request, operator), Entry.Kind.SIGNED_IN, target_name=operator.email)


def record_sign_out(actor: Actor, why: str) -> None:
    journal.record_entry(actor, Entry.Kind.SIGNED_OUT, target_name=actor.name, why=why)


def record_ended_sessions(actor: Actor, why: str, count: int) -> None:
    journal.record_entry(actor, Entry.Kind.SIGNED_OUT, target_name=actor.name, why=why, sessions=count)


def record_failed_sign_in(request: HttpRequest, address: str, why: str) -> None:
    """Record a failed sign-in; `address` is what was typed."""
    journal.record_entry(
        build_actor(request),
        Entry.Kind.SIGN_IN_FAILED,
        target_name=replace_unprintable(address)[:254],
        why=why,
    )


def replace_unprintable(text: str) -> str:
    """Replace characters that could break a log line or change its direction."""
    return "".join(each if each.isprintable() else "?" for each in text)
