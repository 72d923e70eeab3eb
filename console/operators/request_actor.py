"""Build the actor of a request."""

import re
import uuid

from allauth.account.authentication import get_authentication_records
from allauth.core.internal.httpkit import get_client_ip
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from console.actor import Actor
from console.operators.models import Operator

# Nobody's id. Not `None`, which is the console itself, and that may read everything.
ANONYMOUS_ID = 0
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def build_actor(request: HttpRequest, operator: Operator | None = None) -> Actor:
    """Return the actor of a request; `operator` is one who is signing in or out."""
    found = operator or request.user
    who = found if isinstance(found, Operator) else None
    return Actor(
        operator_id=who.pk if who else ANONYMOUS_ID,
        name=who.email if who else "anonymous",
        address=get_client_address(request),
        session=session_fingerprint(request),
        request_id=get_request_id(request),
        method=sign_in_method(request, found),
        path=request.path,
    )


def get_client_address(request: HttpRequest) -> str:
    """Return the client's IP address, trusting as many proxies as `TRUSTED_PROXY_COUNT` says."""
    try:
        return get_client_ip(request) or ""
    except ImproperlyConfigured:  # fewer addresses in the header than there are proxies: none can be believed
        return ""


def session_fingerprint(request: HttpRequest) -> str:
    """Return a fingerprint of the session, which cannot open it."""
    key = request.session.session_key
    return salted_hmac("console.session", key, algorithm="sha256").hexdigest()[:32] if key else ""


def get_request_id(request: HttpRequest) -> str:
    """Return the proxy's request id if it is valid, else a new one."""
    known: str | None = request.META.get("console.request_id")
    if known is None:
        offered = request.headers.get("X-Request-ID", "")
        known = offered if REQUEST_ID.fullmatch(offered) else uuid.uuid4().hex
        request.META["console.request_id"] = known
    return known


def sign_in_method(request: HttpRequest, user: "Operator | AnonymousUser | object") -> str:
    """Return how the session was opened: `password`, `password+totp` or `password+recovery_codes`."""
    if not isinstance(user, Operator):
        return ""
    records = [each for each in get_authentication_records(request, user) if not each.get("reauthenticated")]
    return "+".join(dict.fromkeys(str(each.get("type") or each["method"]) for each in records))
