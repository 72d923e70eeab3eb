"""Who stands behind a request: the operator, where she is, and how she signed in."""

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
ANONYMOUS = 0
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def actor_of(request: HttpRequest, operator: Operator | None = None) -> Actor:
    """The actor of a request; `operator` names somebody who is about to sign in or has just left."""
    found = operator or request.user
    who = found if isinstance(found, Operator) else None
    return Actor(
        operator_id=who.pk if who else ANONYMOUS,
        name=who.email if who else "anonymous",
        address=address_of(request),
        session=session_of(request),
        request_id=request_id_of(request),
        method=method_of(request, found),
        path=request.path,
    )


def address_of(request: HttpRequest) -> str:
    """The client's IP address, from as many proxies as `TRUSTED_PROXY_COUNT` says and from no header else."""
    try:
        return get_client_ip(request) or ""
    except ImproperlyConfigured:  # fewer addresses in the header than there are proxies: none can be believed
        return ""


def session_of(request: HttpRequest) -> str:
    """A session's fingerprint: tells sessions apart, and opens none."""
    key = request.session.session_key
    return salted_hmac("console.session", key, algorithm="sha256").hexdigest()[:32] if key else ""


def request_id_of(request: HttpRequest) -> str:
    """The id that a proxy gave the request, if it has an id's form, else a new one; one a request."""
    known: str | None = request.META.get("console.request_id")
    if known is None:
        offered = request.headers.get("X-Request-ID", "")
        known = offered if REQUEST_ID.fullmatch(offered) else uuid.uuid4().hex
        request.META["console.request_id"] = known
    return known


def method_of(request: HttpRequest, user: "Operator | AnonymousUser | object") -> str:
    """`password`, `password+totp` or `password+recovery_codes`, as this session was opened."""
    if not isinstance(user, Operator):
        return ""
    records = [each for each in get_authentication_records(request, user) if not each.get("reauthenticated")]
    return "+".join(dict.fromkeys(str(each.get("type") or each["method"]) for each in records))
