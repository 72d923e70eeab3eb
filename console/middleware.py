"""Middleware: security headers, session limits, and the actor of a request."""

import logging
from collections.abc import Callable
from contextlib import nullcontext
from itertools import chain

from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import DatabaseError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from console import outage_page
from console.aws import sent_writes
from console.aws.errors import CallFailed
from console.breaker import Breaker
from console.changes.engine import ApprovalNeeded
from console.ledger import journal
from console.mirror import effects
from console.operators import form_submissions, policy, refusals, rights, session_limits
from console.operators.request_actor import build_actor, get_request_id
from console.web import aws_errors, operation_views

logger = logging.getLogger(__name__)
Next = Callable[[HttpRequest], HttpResponseBase]
HANDLED_ERRORS = (CallFailed, ApprovalNeeded, Http404, PermissionDenied, SuspiciousOperation)

ALIVE = "/healthz"  # answers without a database, so without a session
# Everything comes from this origin, and nothing is inline: no script, no style (ui.md 3a).
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in ("accelerometer", "camera", "geolocation", "gyroscope", "microphone", "payment", "usb")
    ),
}
# Cookies stay: the browser would take those of the whole registrable domain, other applications' too.
CLEARED_AT_SIGN_OUT = '"cache", "storage"'


class AllowedMethods:
    """Answer 405 to every method that no page of the console has, TRACE among them."""

    METHODS = ("GET", "HEAD", "POST")

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in self.METHODS:
            return HttpResponseNotAllowed(self.METHODS)
        return self.get_response(request)


class SecurityHeaders:
    """Set the security headers on every response; the outermost middleware.

    Strict-Transport-Security is Django's own `SecurityMiddleware`'s, the next one inwards.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers[name] = value
        if response.status_code >= 400 or not request.path.startswith(settings.STATIC_URL):
            response.headers["Cache-Control"] = "no-store"
        if "console.signed_out" in request.META:
            response.headers["Clear-Site-Data"] = CLEARED_AT_SIGN_OUT
        return response


class Sessions(SessionMiddleware):
    """Django's session middleware, except that reads succeed when the session cannot be written.

    What is lost then: that the session is in use, and that a message was shown, which is shown again.
    """

    breaker = Breaker(5.0)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        is_read = request.method in outage_page.SAFE_METHODS
        if is_read and self.breaker.is_open:
            return response
        try:
            return super().process_response(request, response)
        except (DatabaseError, SessionInterrupted) as failure:
            fault = outage_page.find_fault(failure)
            if fault is None:
                raise
            if not is_read:
                raise fault from failure
            self.breaker.trip()
            logger.warning("the session was not written: %s", fault)
            return response


class SessionLimits:
    """End sessions that have been idle or open too long, before the view runs."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info != ALIVE and request.user.is_authenticated:
            session_limits.enforce_limits(request)
        return self.get_response(request)


class RequestActor:
    """Set `request.actor`, and cache their rights for the request."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = SimpleLazyObject(lambda: build_actor(request))  # type: ignore[attr-defined]  # `ConsoleRequest` has it
        sent_writes.reset_count()
        learning = (
            effects.allow_failed_updates() if request.method in outage_page.SAFE_METHODS else nullcontext()
        )
        with rights.cache_for_request(), learning:
            response = self.get_response(request)
            if isinstance(response, StreamingHttpResponse):
                begin_stream(response)
        form_submissions.store_result(request, response)
        response.headers["X-Request-ID"] = get_request_id(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Return the response for an unexpected failure of the database, the audit log or AWS.

        Whatever fails after a write was sent, the answer must not say that nothing was changed.
        """
        if isinstance(exception, policy.Refusal):
            return self._enter_refusal(request, exception)
        if sent_writes.has_written() and not isinstance(exception, HANDLED_ERRORS):
            logger.exception("the request failed after it had sent a write", exc_info=exception)
            return render(request, "unknown.html", status=503)
        if outage_page.is_fault(exception):
            logger.error("%s %s: %s", request.method, request.path, exception)
            return outage_page.outage_response(request, exception)
        if isinstance(exception, ApprovalNeeded):
            return operation_views.redirect_to_approval(request, exception.change)
        if isinstance(exception, CallFailed):
            return aws_errors.error_page(request, exception, back=getattr(request, "back", ""))
        return None

    def _enter_refusal(self, request: HttpRequest, refusal: policy.Refusal) -> HttpResponseBase | None:
        try:
            refusals.record_request_refusal(request, request.actor, refusal)  # type: ignore[attr-defined]  # set above
        except journal.LedgerUnavailable as fault:
            return outage_page.outage_response(request, fault)
        return None


def begin_stream(response: StreamingHttpResponse) -> None:
    """Produce the first piece now, while a failure can still become an error page."""
    pieces = iter(response.streaming_content)  # type: ignore[arg-type]  # none of ours is asynchronous
    response.streaming_content = chain([next(pieces, b"")], pieces)
