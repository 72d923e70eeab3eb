"""Calls that a sandbox received, for tests."""

import re
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

MAX_CALLS = 5_000
MAX_PARAMETERS = 64 * 1024  # bytes of a request whose parameters are kept
HIDDEN_VALUE = "********"
SECRET = re.compile("password|secret", re.IGNORECASE)


@dataclass(slots=True)
class RecordedCall:
    """A call; without a status it was never answered."""

    at: float
    operation: str = ""
    account: str = ""
    region: str = ""
    params: Any = None
    status: int | None = None
    error: str = ""

    def keep(self, params: Any, size: int) -> None:
        if size <= MAX_PARAMETERS:
            self.params = redact(params)


class RecordedCalls:
    """The latest few thousand calls to WorkMail, oldest first."""

    def __init__(self) -> None:
        self._calls: deque[RecordedCall] = deque(maxlen=MAX_CALLS)

    def add(self, call: RecordedCall) -> RecordedCall:
        self._calls.append(call)
        return call

    def __call__(self, operation: str = "") -> list[RecordedCall]:
        """Return all calls, or those of one operation."""
        return [call for call in list(self._calls) if operation in ("", call.operation)]

    def described(self, operation: str = "") -> list[dict[str, Any]]:
        return [asdict(call) for call in self(operation)]

    def forget(self) -> None:
        self._calls.clear()


def redact(value: Any) -> Any:
    """Return the parameters without passwords."""
    if isinstance(value, dict):
        return {name: HIDDEN_VALUE if SECRET.search(name) else redact(each) for name, each in value.items()}
    return [redact(each) for each in value] if isinstance(value, list) else value
