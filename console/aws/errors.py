"""What can go wrong with a call to AWS, in four kinds that each ask for another answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from console.aws.model import Problem

THROTTLING = frozenset(
    {"ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"}
)


class CallFailed(Exception):
    """Base of all; `str()` is a sentence for the operator."""


class Invalid(CallFailed):
    """The parameters do not fit the service model: nothing was sent."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{problem.field} {problem.message}" for problem in problems))
        self.problems = list(problems)


class Refused(CallFailed):
    """AWS answered no: nothing changed."""

    def __init__(self, code: str, message: str, request_id: str = "") -> None:
        super().__init__(message or code)
        self.code, self.message, self.request_id = code, message, request_id


class Throttled(Refused):
    """AWS asks to slow down: nothing changed, and the same call may be made again."""


class Unreachable(CallFailed):
    """No answer came: nothing is known, and of a write that was `sent` not even whether it happened."""

    def __init__(self, message: str, code: str = "", *, sent: bool = True) -> None:
        super().__init__(message)
        self.code, self.sent = code, sent


@dataclass(frozen=True, slots=True)
class Difference:
    field: str
    expected: Any
    found: Any


class Changed(CallFailed):
    """Somebody else changed what this write was based on: nothing was sent."""

    def __init__(self, differences: Sequence[Difference]) -> None:
        super().__init__(", ".join(each.field for each in differences) + " changed in the meantime")
        self.differences = list(differences)
