"""Signing in and out, and changes to how one signs in, as entries of the ledger."""

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa import signals as mfa
from django.http import HttpRequest

from console.ledger import journal
from console.ledger.models import Entry
from console.operators.acting import actor_of
from console.operators.actors import Actor
from console.operators.models import Operator


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


def connect() -> None:
    """Hear of what only allauth's signals tell."""
    mfa.authentication_failed.connect(_code_failed, dispatch_uid="console.code_failed")
    mfa.authenticator_added.connect(_factor_added, dispatch_uid="console.factor_added")
    mfa.authenticator_removed.connect(_factor_removed, dispatch_uid="console.factor_removed")
    mfa.authenticator_reset.connect(_factor_reset, dispatch_uid="console.factor_reset")
    password_changed.connect(_password_changed, dispatch_uid="console.password_changed")


def _code_failed(request: HttpRequest, user: Operator, **_: Any) -> None:
    failed(request, user.email, "wrong code of the second factor")


def _factor_added(request: HttpRequest, user: Operator, authenticator: Any, **_: Any) -> None:
    _changed(request, user, f"second factor added: {authenticator.type}")


def _factor_removed(request: HttpRequest, user: Operator, authenticator: Any, **_: Any) -> None:
    _changed(request, user, f"second factor removed: {authenticator.type}")


def _factor_reset(request: HttpRequest, user: Operator, authenticator: Any, **_: Any) -> None:
    _changed(request, user, f"second factor renewed: {authenticator.type}")


def _password_changed(request: HttpRequest, user: Operator, **_: Any) -> None:
    _changed(request, user, "own password changed")


def _changed(request: HttpRequest, operator: Operator, what: str) -> None:
    from console.operators import sessions  # which writes its entries through this module

    journal.record(actor_of(request, operator), Entry.Kind.CHANGED, target_name=operator.email, what=what)
    sessions.end_others(request, operator, what)
