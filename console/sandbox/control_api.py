"""The control API under /_sandbox/: faults, time, snapshots and other test set-up."""

import json
import types
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from dataclasses import asdict
from inspect import Parameter, getdoc, signature
from ipaddress import ip_address
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

from console.sandbox import json_protocol, organization_setup, personal_tokens, transit_messages
from console.sandbox.faults import HELD_SECONDS
from console.sandbox.records import Organization, fold_case
from console.sandbox.state import SandboxState

ControlFunction = Callable[..., dict[str, Any] | None]
C = TypeVar("C", bound=ControlFunction)
ROUTES: dict[tuple[str, str], ControlFunction] = {}
When = Literal["before", "after"]
Status = Literal["PENDING", "VERIFIED", "FAILED"]


def route(method: str, path: str) -> Callable[[C], C]:
    def register(function: C) -> C:
        ROUTES[method, path] = function
        return function

    return register


@route("GET", "health")
def get_health(sandbox: SandboxState) -> dict[str, Any]:
    """Answer 200 as soon as the sandbox is ready."""
    return {"ready": True}


@route("GET", "")
def list_controls(sandbox: SandboxState) -> dict[str, Any]:
    """List all controls."""
    return {"usage": describe_controls()}


@route("GET", "faults")
def list_faults(sandbox: SandboxState) -> dict[str, Any]:
    """List the faults that are set."""
    return sandbox.faults.described()


@route("DELETE", "faults")
def clear_faults(sandbox: SandboxState) -> None:
    """End every fault."""
    sandbox.faults.clear()


@route("POST", "throttle")
def set_throttle(sandbox: SandboxState, rate: float | None, operation: str = "") -> None:
    """Refuse calls beyond so many a second with ThrottlingException; a rate of null ends it."""
    sandbox.faults.throttle(rate, operation)


@route("POST", "fail")
def plan_failure(
    sandbox: SandboxState,
    operation: str,
    when: When = "before",
    code: str = "InternalFailure",
    times: int = 1,
) -> None:
    """Answer the next call (or times) of an operation with an error, "before" or "after" it took effect."""
    sandbox.faults.fail(operation, when, code=code, times=times)


@route("POST", "time-out")
def plan_timeout(
    sandbox: SandboxState,
    operation: str,
    when: When = "before",
    times: int = 1,
    seconds: float = HELD_SECONDS,
) -> None:
    """Let the next call wait in vain for so many seconds (120), "before" or "after" it took effect."""
    sandbox.faults.time_out(operation, when, times=times, seconds=seconds)


@route("POST", "drop")
def plan_drop(sandbox: SandboxState, operation: str, when: When = "before", times: int = 1) -> None:
    """Close the connection of the next call at once, "before" or "after" it took effect."""
    sandbox.faults.drop(operation, when, times=times)


@route("POST", "latency")
def set_latency(sandbox: SandboxState, seconds: float, operation: str = "") -> None:
    """Delay answers by so many seconds; 0 ends it."""
    sandbox.faults.latency(seconds, operation)


@route("POST", "lag")
def set_lag(sandbox: SandboxState, seconds: float, names: bool = False) -> None:
    """Let changes become visible so many seconds later; 0 ends it.

    Describe and List show the state before a register, deregister or delete. With `names` the name of a
    deleted user and the test domain of a new organization cannot be used meanwhile either.
    """
    sandbox.faults.lag(seconds, names=names)


@route("POST", "directory")
def set_directory_available(sandbox: SandboxState, available: bool) -> None:
    """Set whether the directory answers; false gives DirectoryUnavailableException where that is listed."""
    sandbox.faults.directory(available=available)


@route("GET", "clock")
def get_clock(sandbox: SandboxState) -> dict[str, Any]:
    """Show the sandbox's time in seconds since 1970, and whether it is frozen."""
    return {"now": sandbox.store.clock.now(), "frozen": sandbox.store.clock.is_frozen}


@route("POST", "clock")
def move_clock(
    sandbox: SandboxState,
    at: float | None = None,
    advance: float = 0.0,
    frozen: bool | None = None,
) -> dict[str, Any]:
    """Set the time to `at`, advance it by `advance` seconds, freeze or resume it."""
    time = sandbox.store.clock
    if at is not None:
        time.set(at)
    if frozen is not None:
        time.freeze() if frozen else time.resume()
    time.advance(advance)
    return get_clock(sandbox)


@route("GET", "calls")
def list_calls(sandbox: SandboxState, operation: str = "") -> dict[str, Any]:
    """List the latest calls to WorkMail, without passwords, and how each was answered."""
    return {"calls": sandbox.calls.described(operation)}


@route("DELETE", "calls")
def forget_calls(sandbox: SandboxState) -> None:
    """Forget the calls."""
    sandbox.calls.forget()


@route("POST", "reset")
def reset_sandbox(sandbox: SandboxState) -> None:
    """Restore the initial content, without faults and calls and with the real time; snapshots stay."""
    sandbox.reset()


@route("POST", "snapshot")
def take_snapshot(sandbox: SandboxState, name: str = "") -> None:
    """Save the state of WorkMail, S3 and the clock under a name until the sandbox ends."""
    sandbox.snapshots.take(name)


@route("POST", "restore")
def restore_snapshot(sandbox: SandboxState, name: str = "") -> None:
    """Restore a snapshot."""
    sandbox.snapshots.restore(name)


@route("POST", "domains")
def settle_domain(
    sandbox: SandboxState,
    organization: str,
    domain: str,
    ownership: Status | None = None,
    dkim: Status | None = None,
    customized: bool | None = None,
) -> dict[str, Any]:
    """Let the verification of a domain succeed or fail, as if its DNS had been checked."""
    where = get_organization(sandbox, organization)
    found = organization_setup.settle_domain(
        sandbox.store, where, domain, ownership=ownership, dkim=dkim, customized=customized
    )
    return {"domain": found.name, "ownership": found.ownership, "dkim": found.dkim}


@route("POST", "read-only")
def make_read_only(sandbox: SandboxState, organization: str, interoperability: bool = False) -> None:
    """Make an organization's directory read-only for WorkMail."""
    where = get_organization(sandbox, organization)
    organization_setup.make_read_only(sandbox.store, where, interoperability=interoperability)


@route("POST", "personal-access-tokens")
def make_token(sandbox: SandboxState, organization: str, user: str, name: str) -> dict[str, Any]:
    """Create a personal access token for a user (id), as users do in web mail."""
    where = get_organization(sandbox, organization)
    try:
        token = personal_tokens.create_token(sandbox.store, where, user, name)
    except personal_tokens.TokenNotPossible as problem:
        raise ValueError(str(problem)) from problem
    return asdict(token)


@route("POST", "messages")
def put_message(
    sandbox: SandboxState,
    organization: str,
    content: str,
    direction: Literal["incoming", "outgoing"] = "incoming",
    frozen: bool = False,
    message_id: str = "",
) -> dict[str, Any]:
    """Put a message (MIME in base64) in transit, for WorkMail Message Flow to read and replace."""
    where = get_organization(sandbox, organization)
    try:
        text = b64decode(content, validate=True)
    except (NotBase64, ValueError) as problem:
        raise ValueError("content must be base64") from problem
    made = transit_messages.put_in_transit(
        sandbox.store, where, text, direction=direction, frozen=frozen, message_id=message_id
    )
    return {"message_id": made.message_id}


@route("POST", "messages/deliver")
def deliver_message(sandbox: SandboxState, message_id: str) -> dict[str, Any]:
    """Deliver a message and show it (in base64) as its recipient sees it."""
    return {"content": b64encode(transit_messages.deliver_message(sandbox.store, message_id)).decode()}


def get_organization(sandbox: SandboxState, name: str) -> Organization:
    """Return an organization by id or alias."""
    store = sandbox.store
    found = store.organizations.get(name) or store.organizations.claimed("alias", fold_case(name))
    if found is None:
        raise LookupError(f"There is no organization {name}")
    return found


PREFIX = "/_sandbox/"
CONTENT_TYPE = "application/json"
OPEN_PATH = PREFIX + "health"  # asked for by supervisors, from wherever
MAX_BODY = 16 * 1024 * 1024  # messages come in whole


class ControlError(Exception):
    """The control API cannot do what was requested; the message says why."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def handle_request(sandbox: SandboxState, environ: Mapping[str, Any]) -> json_protocol.Answer:
    """Answer a request below PREFIX with JSON."""
    try:
        require_allowed(environ, sandbox.access.controlled_from_afar)
        route = find_route(environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix(PREFIX).strip("/"))
        result = route(sandbox, **read_arguments(route, environ))
    except (ControlError, ValueError, LookupError) as problem:
        return json_answer({"error": str(problem)}, getattr(problem, "status", 400))
    return json_answer(result or {}, 200)


def json_answer(result: Any, status: int) -> json_protocol.Answer:
    return json_protocol.Answer(status, json.dumps(result, ensure_ascii=False).encode())


def require_allowed(environ: Mapping[str, Any], from_afar: bool) -> None:
    """Refuse web pages, and other machines unless they are allowed."""
    if environ.get("HTTP_ORIGIN") or environ.get("HTTP_SEC_FETCH_SITE", "none") != "none":
        raise ControlError("No web page may control the sandbox", 403)
    address = environ.get("REMOTE_ADDR")
    if environ["PATH_INFO"] != OPEN_PATH and address and not from_afar and not is_loopback(address):
        raise ControlError("The sandbox is controlled from its own machine (see --control-from-afar)", 403)


def is_loopback(address: str) -> bool:
    found = ip_address(address.partition("%")[0])
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback


def find_route(method: str, path: str) -> ControlFunction:
    if (method, path) in ROUTES:
        return ROUTES[method, path]
    allowed = [each for each, name in ROUTES if name == path]
    if allowed:
        raise ControlError(f"{PREFIX}{path} takes {' and '.join(allowed)}", 405)
    raise ControlError(f"There is no {PREFIX}{path}; GET {PREFIX} lists what there is", 404)


def read_arguments(control: ControlFunction, environ: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of the body, else of the query, validated against the control's parameters."""
    given = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)) | read_members(environ)
    taken, hints = control_parameters(control), get_type_hints(control)
    if unknown := given.keys() - taken.keys():
        raise ControlError(
            f"There is no {', '.join(sorted(unknown))} here, only {', '.join(taken) or 'nothing'}"
        )
    for name, parameter in taken.items():
        if name not in given and parameter.default is Parameter.empty:
            raise ControlError(f"{name} is required")
        if name in given and not matches_type(given[name], hints[name]):
            raise ControlError(f"{name} must be {describe_type(hints[name])}")
    return given


def read_members(environ: Mapping[str, Any]) -> dict[str, Any]:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > MAX_BODY:
        raise ControlError("The request is larger than 16 MiB", 413)
    body = environ["wsgi.input"].read(length)
    try:
        value = json.loads(body or b"{}")
    except (ValueError, RecursionError) as problem:
        raise ControlError("The body is not valid JSON") from problem
    if not isinstance(value, dict):
        raise ControlError("The body is not a JSON object")
    return value


def control_parameters(control: ControlFunction) -> dict[str, Parameter]:
    """Return the parameters of a control except the sandbox."""
    return dict(list(signature(control).parameters.items())[1:])


def type_alternatives(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def matches_type(value: Any, hint: Any) -> bool:
    return any(matches_one_type(value, each) for each in type_alternatives(hint))


def matches_one_type(value: Any, hint: Any) -> bool:
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12
    return type(value) is hint


def describe_type(hint: Any) -> str:
    names = {float: "a number", int: "a whole number", str: "a text", bool: "true or false"}
    names |= {types.NoneType: "null"}
    return " or ".join(
        " or ".join(map(json.dumps, get_args(each))) if get_origin(each) is Literal else names[each]
        for each in type_alternatives(hint)
    )


def describe_controls() -> list[str]:
    """Describe every control in two lines, for --help and GET /_sandbox/."""
    return [
        line for (method, path), control in ROUTES.items() for line in describe_control(method, path, control)
    ]


def describe_control(method: str, path: str, control: Callable[..., Any]) -> tuple[str, str]:
    names = [
        name if each.default is Parameter.empty else f"[{name}]"
        for name, each in control_parameters(control).items()
    ]
    first = (getdoc(control) or "").partition("\n")[0]
    return f"{method:6} {PREFIX}{path} {' '.join(names)}".rstrip(), f"         {first}"
