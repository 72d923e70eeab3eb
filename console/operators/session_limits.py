"""End sessions after 30 minutes of inactivity and after 12 hours."""

from datetime import datetime, timedelta

from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from console import clock
from console.operators import sign_in_log
from console.operators.models import Operator
from console.operators.request_actor import build_actor
from console.operators.session_store import hash_key

IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=12)
# What is seen within a minute of the last time is not written again: idling begins up to that much early.
STORE_INTERVAL = timedelta(minutes=1)
BEGAN, SEEN = "console.began", "console.seen"


def start_session(request: HttpRequest) -> None:
    now = clock.recent().timestamp()
    request.session[BEGAN] = request.session[SEEN] = now


def end_session(request: HttpRequest, why: str) -> None:
    """Sign out: delete the session, even if the audit log cannot be written."""
    operator, actor = request.user, build_actor(request)
    logout(request)
    request.META["console.signed_out"] = True
    if isinstance(operator, Operator):
        sign_in_log.record_sign_out(actor, why)


def end_other_sessions(request: HttpRequest, operator: Operator, why: str) -> None:
    """End all other sessions of the operator, and give this one a new key.

    For changes to how they sign in: a session opened before may be someone else's.
    """
    own = request.session.session_key
    others = operator.sessions.exclude(session_key=hash_key(own) if own else "")
    actor = build_actor(request, operator)
    with transaction.atomic():
        count, _ = others.delete()
        if count:
            sign_in_log.record_ended_sessions(actor, why, count)
    request.session.cycle_key()


def enforce_limits(request: HttpRequest) -> None:
    """End the session if it exceeds a limit, else store that it is in use."""
    if BEGAN not in request.session:
        start_session(request)
        return
    now = getattr(request.session, "read_at", None) or clock.recent()
    why = _expiry_reason(now, _session_time(request, BEGAN), _session_time(request, SEEN))
    if why:
        end_session(request, why)
    elif now - _session_time(request, SEEN) >= STORE_INTERVAL and not is_background_request(request):
        request.session[SEEN] = now.timestamp()


def is_background_request(request: HttpRequest) -> bool:
    """Return whether the page polls by itself, which does not keep the session alive."""
    return "X-Background" in request.headers


def _session_time(request: HttpRequest, name: str) -> datetime:
    return datetime.fromtimestamp(request.session[name], tz=timezone.get_default_timezone())


def _expiry_reason(now: datetime, began: datetime, seen: datetime) -> str:
    if now - began >= ABSOLUTE_LIMIT:
        return "twelve hours after signing in"
    return "thirty minutes without a request" if now - seen >= IDLE_LIMIT else ""
