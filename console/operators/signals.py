"""Record changes of sign-in methods that django-allauth signals."""

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa import signals as mfa
from django.http import HttpRequest

from console.ledger import journal
from console.ledger.models import Entry
from console.operators import session_limits
from console.operators.models import Operator
from console.operators.request_actor import build_actor
from console.operators.sign_in_log import record_failed_sign_in


def connect_signals() -> None:
    """Connect the handlers of allauth's signals."""
    mfa.authentication_failed.connect(_code_failed, dispatch_uid="console.code_failed")
    mfa.authenticator_added.connect(_factor_added, dispatch_uid="console.factor_added")
    mfa.authenticator_removed.connect(_factor_removed, dispatch_uid="console.factor_removed")
    mfa.authenticator_reset.connect(_factor_reset, dispatch_uid="console.factor_reset")
    password_changed.connect(_password_changed, dispatch_uid="console.password_changed")


def _code_failed(request: HttpRequest, user: Operator, **_: Any) -> None:
    record_failed_sign_in(request, user.email, "wrong code of the second factor")


def _factor_added(request: HttpRequest, user: Operator, authenticator: Any, **_: Any) -> None:
    _record_change(request, user, f"second factor added: {authenticator.type}")


def _factor_removed(request: HttpRequest, user: Operator, authenticator: Any, **_: Any) -> None:
    _record_change(request, user, f"second factor removed: {authenticator.type}")


def _factor_reset(request: HttpRequest, user: Operator, authenticator: Any, **_: Any) -> None:
    _record_change(request, user, f"second factor renewed: {authenticator.type}")


def _password_changed(request: HttpRequest, user: Operator, **_: Any) -> None:
    _record_change(request, user, "own password changed")


def _record_change(request: HttpRequest, operator: Operator, what: str) -> None:
    journal.record_entry(
        build_actor(request, operator), Entry.Kind.CHANGED, target_name=operator.email, what=what
    )
    session_limits.end_other_sessions(request, operator, what)
