"""Injected faults: throttling, errors, timeouts, latency and delayed consistency."""

from collections import deque
from dataclasses import asdict, dataclass
from threading import Event, RLock
from typing import Any, Literal

from console.aws import model
from console.sandbox.consistency_lag import ConsistencyLag
from console.sandbox.errors import COMMON_ERRORS, ServiceError, is_listed_error
from console.sandbox.store import Store

When = Literal["before", "after"]
HELD_SECONDS = 120.0  # seconds, longer than SDKs wait for an answer
DIRECTORY_UNAVAILABLE = "DirectoryUnavailableException"


class NoAnswer(Exception):
    """The call is not answered: its connection is held for some seconds, then closed."""

    def __init__(self, seconds: float, over: Event) -> None:
        super().__init__(f"no answer, by a fault that was asked for; held {seconds} seconds")
        self.seconds = seconds
        self._over = over

    def hold(self) -> None:
        """Let the caller wait, unless the faults are cleared."""
        self._over.wait(self.seconds)


@dataclass(slots=True)
class PlannedFault:
    """A fault of the next calls of an operation, or of any operation ("")."""

    operation: str
    when: str
    code: str  # or, when it is empty,
    seconds: float  # of silence
    times: int

    def error(self, over: Event) -> Exception:
        if not self.code:
            return NoAnswer(self.seconds, over)
        return ServiceError(self.code, "By a fault that was asked for")


class Faults:
    """Faults, each active until it is used up, ended or cleared.

    `before` means that the call changed nothing, `after` that it took effect though its caller does not
    hear so. Operations are named as AWS spells them; "" is every one.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = RLock()
        self._planned: list[PlannedFault] = []
        self._rates: dict[str, float] = {}
        self._accepted: dict[str, deque[float]] = {}
        self._latencies: dict[str, float] = {}
        self._directory_available = True
        self._over = Event()
        self.lagging = ConsistencyLag(store)
        self.waits = False  # behind a port latency takes real time, in a test's process the clock moves

    def throttle(self, rate: float | None, operation: str = "") -> None:
        """Refuse calls beyond `rate` per second of the store's clock; `None` ends it."""
        require_operation(operation)
        if rate is not None and rate < 0:
            raise ValueError("A rate is not negative")
        with self._lock:
            self._accepted.pop(operation, None)
            self._rates.pop(operation, None)
            if rate is not None:
                self._rates[operation] = rate

    def fail(
        self, operation: str, when: When = "before", *, code: str = "InternalFailure", times: int = 1
    ) -> None:
        """Answer the next calls with an error that the operation can answer."""
        require_operation(operation)
        if code not in COMMON_ERRORS and not (operation and is_listed_error(operation, code)):
            raise ValueError(f"{operation or 'Not every operation'} answers {code}")
        self._plan(PlannedFault(operation, when, code, 0.0, times))

    def time_out(
        self, operation: str, when: When = "before", *, times: int = 1, seconds: float = HELD_SECONDS
    ) -> None:
        """Do not answer the next calls; close their connections after `seconds`.

        In a test's own process nobody waits, botocore raises ReadTimeoutError at once.
        """
        require_operation(operation)
        self._plan(PlannedFault(operation, when, "", seconds, times))

    def drop(self, operation: str, when: When = "before", *, times: int = 1) -> None:
        """Close the connection of the next calls at once, without an answer."""
        self.time_out(operation, when, times=times, seconds=0.0)

    def latency(self, seconds: float, operation: str = "") -> None:
        """Delay each answer by `seconds`; 0 ends it."""
        require_operation(operation)
        require_duration(seconds)
        self._latencies[operation] = seconds

    def lag(self, seconds: float, *, names: bool = False) -> None:
        """Let reads show changes only after `seconds`.

        `names` holds deleted users' names and new test domains back for as long. 0 ends it, and everything
        shows as it is.
        """
        require_duration(seconds)
        if not seconds:
            self.lagging.forget()
        self.lagging.seconds, self.lagging.holds_names = seconds, names

    def directory(self, *, available: bool) -> None:
        """Set whether operations can reach the directory."""
        self._directory_available = available

    def clear(self) -> None:
        """Remove all faults and close held connections."""
        with self._lock:
            for each in (self._planned, self._rates, self._accepted, self._latencies):
                each.clear()
            self._directory_available = True
            self.lagging.forget()
            self._over.set()
            self._over = Event()

    def described(self) -> dict[str, Any]:
        """Return all faults as the control API shows them."""
        with self._lock:
            return {
                "throttle": dict(self._rates),
                "planned": [asdict(each) for each in self._planned],
                "latency": {name: seconds for name, seconds in self._latencies.items() if seconds},
                "lag": self.lagging.seconds,
                "directory_available": self._directory_available,
            }

    def before(self, operation: str) -> None:
        """Apply the faults before a call is handled."""
        for name in ("", operation):
            self._admit(name)
            self.wait(self._latencies.get(name, 0.0))
        self._happen(operation, "before")
        needs_directory = operation in model.list_operations() and is_listed_error(
            operation, DIRECTORY_UNAVAILABLE
        )
        if needs_directory and not self._directory_available:
            raise ServiceError(DIRECTORY_UNAVAILABLE, "The directory is unavailable")

    def after(self, operation: str) -> None:
        """Apply the faults after a call took effect."""
        self._happen(operation, "after")

    def wait(self, seconds: float) -> None:
        if not seconds:
            return
        if self.waits:
            self._over.wait(seconds)
        else:
            self._store.clock.advance(seconds)

    def _plan(self, planned: PlannedFault) -> None:
        if planned.when not in ("before", "after") or planned.times < 1 or planned.seconds < 0:
            raise ValueError("It happens before or after, once or more, and for no negative time")
        with self._lock:
            self._planned.append(planned)

    def _happen(self, operation: str, when: When) -> None:
        """Raise the first planned fault for this moment and use it up."""
        with self._lock:
            for planned in self._planned:
                if planned.when == when and planned.operation in ("", operation):
                    planned.times -= 1
                    if not planned.times:
                        self._planned.remove(planned)
                    raise planned.error(self._over)

    def _admit(self, name: str) -> None:
        with self._lock:
            rate = self._rates.get(name)
            if rate is None:
                return
            most = max(1, int(rate))
            window = most / rate if rate else float("inf")
            accepted = self._accepted.setdefault(name, deque())
            now = self._store.clock.now()
            while accepted and now - accepted[0] >= window:
                accepted.popleft()
            if not rate or len(accepted) >= most:
                raise ServiceError("ThrottlingException", "Rate exceeded")
            accepted.append(now)


def require_operation(name: str) -> None:
    if name and name not in model.list_operations():
        raise ValueError(f"WorkMail has no operation {name}")


def require_duration(seconds: float) -> None:
    if seconds < 0:
        raise ValueError("A duration is not negative")
