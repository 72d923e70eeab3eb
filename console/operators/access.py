"""How a view says what it performs: closed by default, and an exemption states its reason."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from console.actor import Actor
from console.aws.catalogue import action
from console.mirror.models import Organization
from console.operators import form_submissions, policy
from console.operators.models import Operator

P = ParamSpec("P")
V = TypeVar("V", bound=Callable[..., HttpResponseBase])
SAFE = ("GET", "HEAD")


class ConsoleRequest(HttpRequest):
    """A request as a view of the console gets it: with its actor, and with what htmx said of itself."""

    user: Operator  # `performs` and `signed_in` let no anonymous one through
    actor: Actor
    htmx: HtmxDetails


class Declared(Protocol):
    """A view that says what it performs, or why anybody may see it."""

    performs: str
    exempt: str
    acts_once: bool

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase: ...


View = Callable[Concatenate[ConsoleRequest, P], HttpResponseBase]


def performs(operation: str) -> Callable[[View[P]], Declared]:
    """Only for those who may perform `operation` in the organization that the URL names.

    The view gets the `Organization` in place of its slug. An organization without a grant is 404,
    a missing right is 403; both are entered in the audit log, and neither asks AWS anything. What only
    reads is asked for with GET or HEAD: anything else is 405.
    """
    rule = action(operation)

    def declare(view: View[P]) -> Declared:
        @wraps(view)
        def guarded(request: ConsoleRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return sign_in_first(request)
            kwargs["organization"] = policy.place(request.actor, kwargs["organization"])
            _require(request, operation, kwargs["organization"])
            if rule.is_read and request.method not in SAFE:
                return HttpResponseNotAllowed(SAFE)
            repeated = form_submissions.answer_to_repeat(request)
            return view(request, *args, **kwargs) if repeated is None else repeated

        return _declared(guarded, performs=operation, acts_once=True)

    return declare


def signed_in(reason: str) -> Callable[[V], Declared]:
    """For every operator, whatever her rights: `reason` says why that is enough."""

    def declare(view: V) -> Declared:
        @wraps(view)
        def guarded(request: ConsoleRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return sign_in_first(request)
            repeated = form_submissions.answer_to_repeat(request)
            return view(request, *args, **kwargs) if repeated is None else repeated

        return _declared(guarded, exempt=reason, acts_once=True)

    return declare


def public(reason: str) -> Callable[[V], Declared]:
    """For everybody, signed in or not: `reason` says why that is safe."""

    def declare(view: V) -> Declared:
        @wraps(view)
        def open_to_all(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return view(request, *args, **kwargs)

        return _declared(open_to_all, exempt=reason)

    return declare


def sign_in_first(request: HttpRequest) -> HttpResponseBase:
    """To the sign-in page and back; htmx has to take the whole page there, not one fragment of it."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    if htmx:
        answer = redirect_to_login(htmx.current_url_abs_path or "/")
        return HttpResponseClientRedirect(answer.url)
    return redirect_to_login(request.get_full_path() if request.method in ("GET", "HEAD") else "/")


def _require(request: ConsoleRequest, operation: str, organization: Organization) -> None:
    if policy.allows(request.actor, operation, organization):
        return
    raise policy.Denied(f"{operation} is not among your rights in {organization.name or organization.slug}")


def _declared(
    view: Callable[..., HttpResponseBase], *, performs: str = "", exempt: str = "", acts_once: bool = False
) -> Declared:
    declared = cast(Declared, view)
    declared.performs, declared.exempt, declared.acts_once = performs, exempt, acts_once
    return declared
