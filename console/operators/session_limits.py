"""How long a session lasts: thirty minutes without a request, twelve hours at the most."""

from datetime import datetime, timedelta

from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from console import clock
from console.operators import sign_in_log
from console.operators.models import Operator
from console.operators.request_actor import actor_of
from console.operators.session_store import hash_key

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
# What is seen within a minute of the last time is not written again: idling begins up to that much early.
GRAIN = timedelta(minutes=1)
BEGAN, SEEN = "console.began", "console.seen"


def begin(request: HttpRequest) -> None:
    """Count from now, for a new sign-in."""
    now = clock.recent().timestamp()
    request.session[BEGAN] = request.session[SEEN] = now


def end(request: HttpRequest, why: str) -> None:
    """Sign out on the server: the session's row goes, even if the ledger cannot be told of it."""
    operator, actor = request.user, actor_of(request)
    logout(request)
    request.META["console.signed_out"] = True
    if isinstance(operator, Operator):
        sign_in_log.signed_out(actor, why)


def end_others(request: HttpRequest, operator: Operator, why: str) -> None:
    """End every other session of the operator, and give this one a new key.

    For changes to how they sign in: a session opened before may be someone else's.
    """
    own = request.session.session_key
    others = operator.sessions.exclude(session_key=hash_key(own) if own else "")
    actor = actor_of(request, operator)
    with transaction.atomic():
        count, _ = others.delete()
        if count:
            sign_in_log.sessions_ended(actor, why, count)
    request.session.cycle_key()


def hold(request: HttpRequest) -> None:
    """End the session if it has outlived either limit, else note that it is in use."""
    if BEGAN not in request.session:
        begin(request)
        return
    now = getattr(request.session, "read_at", None) or clock.recent()
    why = _over(now, _time(request, BEGAN), _time(request, SEEN))
    if why:
        end(request, why)
    elif now - _time(request, SEEN) >= GRAIN and not is_background(request):
        request.session[SEEN] = now.timestamp()


def is_background(request: HttpRequest) -> bool:
    """Whether a page asks by itself (`hx-headers='{"X-Background": "1"}'`): a poll is nobody's presence."""
    return "X-Background" in request.headers


def _time(request: HttpRequest, name: str) -> datetime:
    return datetime.fromtimestamp(request.session[name], tz=timezone.get_default_timezone())


def _over(now: datetime, began: datetime, seen: datetime) -> str:
    if now - began >= ABSOLUTE:
        return "twelve hours after signing in"
    return "thirty minutes without a request" if now - seen >= IDLE else ""
