"""The control API under /_sandbox/: what AWS does to its callers and what time does to mail, on request.

It shares the sandbox's port and nothing else; callers from other machines and web pages are refused.
"""

import json
import types
from collections.abc import Callable, Mapping
from inspect import Parameter, getdoc, signature
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

from console.sandbox import wire
from console.sandbox.controls import ROUTES, Control

if TYPE_CHECKING:
    from console.sandbox.doors import Sandbox

PREFIX = "/_sandbox/"
CONTENT_TYPE = "application/json"
OPEN = PREFIX + "health"  # asked for by supervisors, from wherever
UNKNOWN = {"Sandbox": object}  # which controls name as a text, for it imports this module
LARGEST = 16 * 1024 * 1024  # messages come in whole


class Misused(Exception):
    """A request to the control API that it cannot do; the message says why."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def answer(sandbox: "Sandbox", environ: Mapping[str, Any]) -> wire.Answer:
    """The answer to a request below PREFIX, JSON in any case."""
    try:
        require_near(environ, sandbox.access.controlled_from_afar)
        route = routed(environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix(PREFIX).strip("/"))
        result = route(sandbox, **arguments(route, environ))
    except (Misused, ValueError, LookupError) as problem:
        return answered({"error": str(problem)}, getattr(problem, "status", 400))
    return answered(result or {}, 200)


def answered(result: Any, status: int) -> wire.Answer:
    return wire.Answer(status, json.dumps(result, ensure_ascii=False).encode())


def require_near(environ: Mapping[str, Any], from_afar: bool) -> None:
    """Refuse web pages always, and other machines unless they were let in when the sandbox was started."""
    if environ.get("HTTP_ORIGIN") or environ.get("HTTP_SEC_FETCH_SITE", "none") != "none":
        raise Misused("No web page may control the sandbox", 403)
    address = environ.get("REMOTE_ADDR")
    if environ["PATH_INFO"] != OPEN and address and not from_afar and not is_here(address):
        raise Misused("The sandbox is controlled from its own machine (see --control-from-afar)", 403)


def is_here(address: str) -> bool:
    found = ip_address(address.partition("%")[0])
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback


def routed(method: str, path: str) -> Control:
    if (method, path) in ROUTES:
        return ROUTES[method, path]
    allowed = [each for each, name in ROUTES if name == path]
    if allowed:
        raise Misused(f"{PREFIX}{path} takes {' and '.join(allowed)}", 405)
    raise Misused(f"There is no {PREFIX}{path}; GET {PREFIX} lists what there is", 404)


def arguments(control: Control, environ: Mapping[str, Any]) -> dict[str, Any]:
    """The members of the body, or of the query where there is no body, if the control takes them."""
    given = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)) | members(environ)
    taken, hints = parameters(control), get_type_hints(control, localns=UNKNOWN)
    if unknown := given.keys() - taken.keys():
        raise Misused(f"There is no {', '.join(sorted(unknown))} here, only {', '.join(taken) or 'nothing'}")
    for name, parameter in taken.items():
        if name not in given and parameter.default is Parameter.empty:
            raise Misused(f"{name} is required")
        if name in given and not fits(given[name], hints[name]):
            raise Misused(f"{name} must be {spelled(hints[name])}")
    return given


def members(environ: Mapping[str, Any]) -> dict[str, Any]:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > LARGEST:
        raise Misused("The request is larger than 16 MiB", 413)
    body = environ["wsgi.input"].read(length)
    try:
        value = json.loads(body or b"{}")
    except (ValueError, RecursionError) as problem:
        raise Misused("The body is not valid JSON") from problem
    if not isinstance(value, dict):
        raise Misused("The body is not a JSON object")
    return value


def parameters(control: Control) -> dict[str, Parameter]:
    """What a control takes besides the sandbox."""
    return dict(list(signature(control).parameters.items())[1:])


def alternatives(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def fits(value: Any, hint: Any) -> bool:
    return any(fits_one(value, each) for each in alternatives(hint))


def fits_one(value: Any, hint: Any) -> bool:
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12
    return type(value) is hint


def spelled(hint: Any) -> str:
    names = {float: "a number", int: "a whole number", str: "a text", bool: "true or false"}
    names |= {types.NoneType: "null"}
    return " or ".join(
        " or ".join(map(json.dumps, get_args(each))) if get_origin(each) is Literal else names[each]
        for each in alternatives(hint)
    )


def usage() -> list[str]:
    """Every control in a line or two, for --help and for GET /_sandbox/."""
    return [line for (method, path), control in ROUTES.items() for line in described(method, path, control)]


def described(method: str, path: str, control: Callable[..., Any]) -> tuple[str, str]:
    names = [
        name if each.default is Parameter.empty else f"[{name}]" for name, each in parameters(control).items()
    ]
    first = (getdoc(control) or "").partition("\n")[0]
    return f"{method:6} {PREFIX}{path} {' '.join(names)}".rstrip(), f"         {first}"
