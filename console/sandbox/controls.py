"""What the control API can do, by method and path; members of a request are arguments by name."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from console.sandbox import founding, personal_tokens, transit
from console.sandbox.faults import HELD
from console.sandbox.records import Organization, folded

if TYPE_CHECKING:
    from console.sandbox.doors import Sandbox

Control = Callable[..., dict[str, Any] | None]
C = TypeVar("C", bound=Control)
ROUTES: dict[tuple[str, str], Control] = {}
When = Literal["before", "after"]
Status = Literal["PENDING", "VERIFIED", "FAILED"]


def control(method: str, path: str) -> Callable[[C], C]:
    def register(function: C) -> C:
        ROUTES[method, path] = function
        return function

    return register


@control("GET", "health")
def health(sandbox: "Sandbox") -> dict[str, Any]:
    """Answers 200 as soon as the sandbox is ready."""
    return {"ready": True}


@control("GET", "")
def everything(sandbox: "Sandbox") -> dict[str, Any]:
    """Everything that can be asked for, as here."""
    from console.sandbox.control import usage  # it reads this table

    return {"usage": usage()}


@control("GET", "faults")
def faults(sandbox: "Sandbox") -> dict[str, Any]:
    """The faults that are set."""
    return sandbox.faults.described()


@control("DELETE", "faults")
def no_faults(sandbox: "Sandbox") -> None:
    """End every fault."""
    sandbox.faults.clear()


@control("POST", "throttle")
def throttle(sandbox: "Sandbox", rate: float | None, operation: str = "") -> None:
    """Refuse calls beyond so many a second with ThrottlingException; a rate of null ends it."""
    sandbox.faults.throttle(rate, operation)


@control("POST", "fail")
def fail(
    sandbox: "Sandbox",
    operation: str,
    when: When = "before",
    code: str = "InternalFailure",
    times: int = 1,
) -> None:
    """Answer the next call (or times) of an operation with an error, "before" or "after" it took effect."""
    sandbox.faults.fail(operation, when, code=code, times=times)


@control("POST", "time-out")
def time_out(
    sandbox: "Sandbox", operation: str, when: When = "before", times: int = 1, seconds: float = HELD
) -> None:
    """Let the next call wait in vain for so many seconds (120), "before" or "after" it took effect."""
    sandbox.faults.time_out(operation, when, times=times, seconds=seconds)


@control("POST", "drop")
def drop(sandbox: "Sandbox", operation: str, when: When = "before", times: int = 1) -> None:
    """Close the connection of the next call at once, "before" or "after" it took effect."""
    sandbox.faults.drop(operation, when, times=times)


@control("POST", "latency")
def latency(sandbox: "Sandbox", seconds: float, operation: str = "") -> None:
    """Answer calls so much later; 0 ends it."""
    sandbox.faults.latency(seconds, operation)


@control("POST", "lag")
def lag(sandbox: "Sandbox", seconds: float, names: bool = False) -> None:
    """Let changes become known so much later; 0 ends it.

    Describe and List show the state before a register, deregister or delete. With `names` the name of a
    deleted user and the test domain of a new organization cannot be used meanwhile either.
    """
    sandbox.faults.lag(seconds, names=names)


@control("POST", "directory")
def directory(sandbox: "Sandbox", available: bool) -> None:
    """Whether the directory answers; false gives DirectoryUnavailableException where that is listed."""
    sandbox.faults.directory(available=available)


@control("GET", "clock")
def clock(sandbox: "Sandbox") -> dict[str, Any]:
    """The sandbox's time in seconds since 1970, and whether it stands still."""
    return {"now": sandbox.store.clock.now(), "frozen": sandbox.store.clock.is_frozen}


@control("POST", "clock")
def move_clock(
    sandbox: "Sandbox",
    at: float | None = None,
    advance: float = 0.0,
    frozen: bool | None = None,
) -> dict[str, Any]:
    """Set the time to `at`, move it on by `advance` seconds, freeze it or let it go on."""
    time = sandbox.store.clock
    if at is not None:
        time.set(at)
    if frozen is not None:
        time.freeze() if frozen else time.resume()
    time.advance(advance)
    return clock(sandbox)


@control("GET", "calls")
def calls(sandbox: "Sandbox", operation: str = "") -> dict[str, Any]:
    """The last calls to WorkMail, without passwords, and how each was answered."""
    return {"calls": sandbox.calls.described(operation)}


@control("DELETE", "calls")
def forget_calls(sandbox: "Sandbox") -> None:
    """Forget the calls."""
    sandbox.calls.forget()


@control("POST", "reset")
def reset(sandbox: "Sandbox") -> None:
    """Begin anew: what it was seeded with, no faults, no calls, the real time; snapshots stay."""
    sandbox.reset()


@control("POST", "snapshot")
def snapshot(sandbox: "Sandbox", name: str = "") -> None:
    """Keep what WorkMail and S3 hold now, and the time, under a name, until the sandbox ends."""
    sandbox.snapshots.take(name)


@control("POST", "restore")
def restore(sandbox: "Sandbox", name: str = "") -> None:
    """Go back to a snapshot."""
    sandbox.snapshots.restore(name)


@control("POST", "domains")
def settle_domain(
    sandbox: "Sandbox",
    organization: str,
    domain: str,
    ownership: Status | None = None,
    dkim: Status | None = None,
    customized: bool | None = None,
) -> dict[str, Any]:
    """Let a domain become verified or failed, as if its DNS had been looked at."""
    where = organization_of(sandbox, organization)
    found = founding.settle_domain(
        sandbox.store, where, domain, ownership=ownership, dkim=dkim, customized=customized
    )
    return {"domain": found.name, "ownership": found.ownership, "dkim": found.dkim}


@control("POST", "read-only")
def read_only(sandbox: "Sandbox", organization: str, interoperability: bool = False) -> None:
    """Let an organization's directory be one that WorkMail may only read."""
    where = organization_of(sandbox, organization)
    founding.connect(sandbox.store, where, interoperability=interoperability)


@control("POST", "personal-access-tokens")
def make_token(sandbox: "Sandbox", organization: str, user: str, name: str) -> dict[str, Any]:
    """Make a personal access token for a user (id), as people do in webmail."""
    where = organization_of(sandbox, organization)
    try:
        token = personal_tokens.issue(sandbox.store, where, user, name)
    except personal_tokens.NotPossible as problem:
        raise ValueError(str(problem)) from problem
    return asdict(token)


@control("POST", "messages")
def send(
    sandbox: "Sandbox",
    organization: str,
    content: str,
    direction: Literal["incoming", "outgoing"] = "incoming",
    frozen: bool = False,
    message_id: str = "",
) -> dict[str, Any]:
    """Put a message (MIME in base64) in transit, for WorkMail Message Flow to read and to replace."""
    where = organization_of(sandbox, organization)
    try:
        text = b64decode(content, validate=True)
    except (NotBase64, ValueError) as problem:
        raise ValueError("content must be base64") from problem
    made = transit.put_in_transit(
        sandbox.store, where, text, direction=direction, frozen=frozen, message_id=message_id
    )
    return {"message_id": made.message_id}


@control("POST", "messages/deliver")
def deliver(sandbox: "Sandbox", message_id: str) -> dict[str, Any]:
    """Let a message arrive, and see it (in base64) as its recipient does."""
    return {"content": b64encode(transit.deliver(sandbox.store, message_id)).decode()}


def organization_of(sandbox: "Sandbox", name: str) -> Organization:
    """By its id or its alias."""
    store = sandbox.store
    found = store.organizations.get(name) or store.organizations.claimed("alias", folded(name))
    if found is None:
        raise LookupError(f"There is no organization {name}")
    return found
