"""The calls that a sandbox received, for tests that ask what was sent to it."""

import re
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

MOST = 5_000
LONGEST = 64 * 1024  # bytes of a request whose parameters are kept
HIDDEN = "********"
SECRET = re.compile("password|secret", re.IGNORECASE)


@dataclass(slots=True)
class Received:
    """One call; without a status it was never answered."""

    at: float
    operation: str = ""
    account: str = ""
    region: str = ""
    params: Any = None
    status: int | None = None
    error: str = ""

    def keep(self, params: Any, size: int) -> None:
        if size <= LONGEST:
            self.params = redacted(params)


class Calls:
    """The last few thousand, the oldest first; those to the neighbours are not among them."""

    def __init__(self) -> None:
        self._calls: deque[Received] = deque(maxlen=MOST)

    def add(self, call: Received) -> Received:
        self._calls.append(call)
        return call

    def __call__(self, operation: str = "") -> list[Received]:
        """All of them, or those of one operation."""
        return [call for call in list(self._calls) if operation in ("", call.operation)]

    def described(self, operation: str = "") -> list[dict[str, Any]]:
        return [asdict(call) for call in self(operation)]

    def forget(self) -> None:
        self._calls.clear()


def redacted(value: Any) -> Any:
    """The parameters without passwords, whatever form they came in."""
    if isinstance(value, dict):
        return {name: HIDDEN if SECRET.search(name) else redacted(each) for name, each in value.items()}
    return [redacted(each) for each in value] if isinstance(value, list) else value
