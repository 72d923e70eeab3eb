"""Let each submitted form act once; a repeat leads to the result of the first.

A double click, a reload and a repeated request bring the same number with the same values. Other values under
one number (the browser's Back button, then an edit) are another request.
"""

import hashlib
import logging
import time
from collections.abc import Iterator

from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import ResolverMatch
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from console.aws import sent_writes
from console.ui.form_tokens import FORM_TOKEN_FIELD

logger = logging.getLogger(__name__)
VALID_SECONDS = 24 * 60 * 60  # seconds; a session ends earlier, and with it every page that has the number
MAX_WAIT_SECONDS = 5.0  # seconds that a second request waits for the result of the first
RETRY_SECONDS = 0.1
RUNNING, ANSWERED = "running", "shown"
META_KEY = "console.once"

# Addresses whose forms may be sent again, and why.
REPEATABLE_VIEWS = {
    "account_login": "a password that is sent again only signs in again",
    "account_logout": "signing out twice is signing out",
    "account_reauthenticate": "it only confirms who is at the browser",
    "account_change_password": "a second time, the old password is not right any more",
    "mfa_authenticate": "django-allauth accepts a code once",
    "mfa_reauthenticate": "django-allauth accepts a code once",
    "mfa_activate_totp": "django-allauth refuses a second authenticator app",
    "mfa_deactivate_totp": "there is nothing left to deactivate",
    "mfa_generate_recovery_codes": "the codes shown last are the ones that count",
    "exports:download": "it leads to a file, and the page with the button stays open",
    "messages:download": "it answers with a file, and the page with the button stays open",
    "domains:check": "it reads DNS, and may be asked for at any time",
}


def answer_repeat(request: HttpRequest) -> HttpResponseBase | None:
    """Use up the form token; return the response to a repeated form, or `None` to let the view act."""
    match: ResolverMatch | None = request.resolver_match
    if (
        request.method != "POST"
        or not request.POST.get(FORM_TOKEN_FIELD)
        or (match and match.view_name in REPEATABLE_VIEWS)
    ):
        return None
    key = f"once:{_request_digest(request)}"
    deadline = time.monotonic() + MAX_WAIT_SECONDS
    while not cache.add(key, RUNNING, VALID_SECONDS):
        result = cache.get(key, RUNNING)
        if result != RUNNING or time.monotonic() >= deadline:
            return _repeat_response(request, result)
        time.sleep(RETRY_SECONDS)
    request.META[META_KEY] = key
    return None


def store_result(request: HttpRequest, response: HttpResponseBase) -> None:
    """Store the form's redirect; a form that did nothing may be sent again."""
    key = request.META.get(META_KEY)
    if key is None:
        return
    location = response.headers.get("HX-Redirect") or response.headers.get("Location", "")
    try:
        if url_has_allowed_host_and_scheme(location, allowed_hosts=None):
            cache.set(key, location, VALID_SECONDS)
        elif location or sent_writes.has_written():
            cache.set(key, ANSWERED, VALID_SECONDS)
        else:
            cache.delete(key)
    except DatabaseError:  # the number stays spent; the answer must not be replaced by a fault
        logger.exception("the result of a form was not stored")


def _repeat_response(request: HttpRequest, result: str) -> HttpResponse:
    is_fragment = bool(request.headers.get("HX-Request"))
    if result not in (RUNNING, ANSWERED):
        return HttpResponseClientRedirect(result) if is_fragment else _SeeOther(result)
    problem = {
        "title": "This form was already submitted",
        "happened": "The first submission is still running, or was interrupted."
        if result == RUNNING
        else "The result was shown when the form was submitted first.",
        "not_happened": "Nothing was done a second time.",
        "now": "Check the audit log. Create a password or token again if you did not see it.",
        "status": 409,
    }
    template = "partials/problem_page.html" + ("#problem" if is_fragment else "")
    return render(request, template, {"problem": problem, "title": problem["title"]}, status=409)


class _SeeOther(HttpResponseRedirect):
    status_code = 303


def _request_digest(request: HttpRequest) -> str:
    """Return a digest of the operator, URL and sent values, without the CSRF token."""
    digest = hashlib.sha256()
    for part in _request_parts(request):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def _request_parts(request: HttpRequest) -> Iterator[bytes]:
    yield f"{request.user.pk} {request.get_full_path()}".encode()
    for name, values in sorted(request.POST.lists()):
        if name != "csrfmiddlewaretoken":
            yield repr((name, values)).encode()
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            yield repr((name, file.name)).encode()
            yield from file.chunks()
            file.seek(0)
