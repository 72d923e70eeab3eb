"""Decorators that declare what a view performs, or why it needs no right."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from console.actor import Actor
from console.aws.catalogue import get_action
from console.mirror.models import Organization
from console.operators import form_submissions, policy
from console.operators.models import Operator

P = ParamSpec("P")
V = TypeVar("V", bound=Callable[..., HttpResponseBase])
SAFE_METHODS = ("GET", "HEAD")


class ConsoleRequest(HttpRequest):
    """A request as views receive it, with actor and htmx details."""

    user: Operator  # `performs` and `signed_in` let no anonymous one through
    actor: Actor
    organization: Organization  # set by `performs`, as are the two below
    operation: str  # what the view performs
    back: str  # where a failed call to AWS leads back to
    htmx: HtmxDetails


class DeclaredView(Protocol):
    """A view that declares what it performs, or why it needs no right."""

    performs: str
    exempt: str
    acts_once: bool

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase: ...


View = Callable[Concatenate[ConsoleRequest, P], HttpResponseBase]


def performs(operation: str) -> Callable[[View[P]], DeclaredView]:
    """Require the right to `operation` in the organization of the URL.

    The view finds the `Organization` in `request.organization`. An organization without a grant is 404,
    a missing right is 403; both are entered in the audit log, and neither asks AWS anything. What only
    reads is asked for with GET or HEAD: anything else is 405.
    """
    rule = get_action(operation)

    def declare(view: View[P]) -> DeclaredView:
        @wraps(view)
        def guarded(request: ConsoleRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_sign_in(request)
            request.operation, request.back = operation, ""
            request.organization = policy.get_organization(request.actor, kwargs.pop("organization"))
            _require_right(request, operation, request.organization)
            if rule.is_read and request.method not in SAFE_METHODS:
                return HttpResponseNotAllowed(SAFE_METHODS)
            repeated = form_submissions.answer_repeat(request)
            return view(request, *args, **kwargs) if repeated is None else repeated

        return _declare(guarded, performs=operation, acts_once=True)

    return declare


def signed_in(reason: str) -> Callable[[V], DeclaredView]:
    """Allow every signed-in operator; `reason` says why that is enough."""

    def declare(view: V) -> DeclaredView:
        @wraps(view)
        def guarded(request: ConsoleRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_sign_in(request)
            repeated = form_submissions.answer_repeat(request)
            return view(request, *args, **kwargs) if repeated is None else repeated

        return _declare(guarded, exempt=reason, acts_once=True)

    return declare


def public(reason: str) -> Callable[[V], DeclaredView]:
    """Allow all visitors; `reason` says why that is safe."""

    def declare(view: V) -> DeclaredView:
        @wraps(view)
        def open_to_all(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return view(request, *args, **kwargs)

        return _declare(open_to_all, exempt=reason)

    return declare


def redirect_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Redirect to the sign-in page and back; with htmx the whole page."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    if htmx:
        answer = redirect_to_login(htmx.current_url_abs_path or "/")
        return HttpResponseClientRedirect(answer.url)
    return redirect_to_login(request.get_full_path() if request.method in ("GET", "HEAD") else "/")


def _require_right(request: ConsoleRequest, operation: str, organization: Organization) -> None:
    if policy.allows(request.actor, operation, organization):
        return
    raise policy.Denied(f"{operation} is not among your rights in {organization.name or organization.slug}")


def _declare(
    view: Callable[..., HttpResponseBase], *, performs: str = "", exempt: str = "", acts_once: bool = False
) -> DeclaredView:
    declared = cast(DeclaredView, view)
    declared.performs, declared.exempt, declared.acts_once = performs, exempt, acts_once
    return declared
