"""The error page for a failing database or audit log.

It needs neither of them nor a session, so it can be shown whatever failed: `Acting` hands in what a view
raised, and `server_error`, Django's `handler500`, what any middleware raised.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.template import loader
from django.views.defaults import server_error as default_server_error

from console.ledger.journal import LedgerUnavailable

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")
RETRY_AFTER = 10  # seconds
SIGN_IN = frozenset({"account_login", "mfa_authenticate"})
# Never shown again, whatever was typed: secrets, and what makes a form valid once.
WITHHELD_FIELDS = re.compile(r"pass|secret|token|csrf|^once$|^code$|^otp$", re.IGNORECASE)
READ_ONLY, LOCK_TIMEOUT, CANCELLED = "25006", "55P03", "57014"  # PostgreSQL's codes
CANNOT_STORE = re.compile(r"read-?only|disk is full|disk I/O|No space left|unable to open", re.IGNORECASE)
BUSY = re.compile(
    r"is locked|lock timeout|statement timeout|deadlock|too many clients|slots are", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class TypedField:
    """A field of the failed request, shown again."""

    name: str
    value: str

    @property
    def label(self) -> str:
        words = re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]+", " ", self.name)
        return words[:1].upper() + words[1:].lower()

    @property
    def is_long(self) -> bool:
        return len(self.value) > 80 or "\n" in self.value


def is_fault(exception: BaseException | None) -> bool:
    """Return whether the database or the audit log failed."""
    if isinstance(exception, InternalError):
        return _sqlstate(exception) == READ_ONLY
    return isinstance(exception, (OperationalError, InterfaceError, LedgerUnavailable))


def find_fault(exception: BaseException | None) -> BaseException | None:
    """Return the fault behind an exception, such as one of sessions."""
    while exception is not None and not is_fault(exception):
        exception = exception.__cause__ or exception.__context__
    return exception


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Return 503 if the database failed, else 500."""
    exception = sys.exc_info()[1]
    if exception is not None and is_fault(exception):
        return outage_response(request, exception)
    return default_server_error(request)


def outage_response(request: HttpRequest, fault: BaseException) -> HttpResponseBase:
    """Return a page that says what failed and shows the typed values again."""
    happened, effect, advice = _describe_fault(fault), _describe_effect(request), _describe_advice(request)
    sentence = f"{happened}; {effect}."
    if "text/html" not in request.headers.get("Accept", "text/html") and _wants_json(request):
        response: HttpResponse = JsonResponse({"error": f"{sentence} {advice}"}, status=503)
    else:
        context = {
            "sentence": sentence,
            "advice": advice,
            "action": request.get_full_path(),
            "fields": list(list_typed_fields(request)),
            "files": sorted(request.FILES) if request.method == "POST" else [],
            "csrf_token": get_token(request),
        }
        response = HttpResponse(loader.render_to_string("unavailable.html", context), status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def list_typed_fields(request: HttpRequest) -> Iterator[TypedField]:
    """Yield the form's fields without secrets; nothing if another site may have sent it."""
    if request.method != "POST" or not _is_own_form(request):
        return
    for name, values in request.POST.lists():
        if not WITHHELD_FIELDS.search(name):
            yield from (TypedField(name, str(value)) for value in values)


def _is_own_form(request: HttpRequest) -> bool:
    """Return whether the CSRF token is valid; the fault may precede Django's own check."""
    check = CsrfViewMiddleware(lambda request: HttpResponse())
    return check.process_view(request, HttpResponse, (), {}) is None


def _describe_fault(fault: BaseException) -> str:
    cause = fault.__cause__ if isinstance(fault, LedgerUnavailable) and fault.__cause__ else fault
    text = str(cause)
    if _sqlstate(cause) == READ_ONLY or CANNOT_STORE.search(text):
        return "The console cannot store data at the moment"
    if _sqlstate(cause) in (LOCK_TIMEOUT, CANCELLED) or BUSY.search(text):
        return "The console's database is busy"
    if isinstance(fault, LedgerUnavailable):
        return "The audit log cannot be written at the moment"
    return "The console cannot reach its database at the moment"


def _sqlstate(exception: BaseException | None) -> str:
    return str(getattr(getattr(exception, "__cause__", None), "sqlstate", "") or "")


def _describe_effect(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is not None and match.view_name in SIGN_IN:
        return "you are not signed in"
    # The view has not begun before its address is resolved.
    if request.method in SAFE_METHODS or match is None:
        return "nothing was changed"
    return "it is not known whether your request was carried out"


def _describe_advice(request: HttpRequest) -> str:
    if _describe_effect(request).startswith("it is not known"):
        return "Check the change or the audit log before you send it again."
    return "Try again later."


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")
