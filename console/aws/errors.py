"""Failures of a call to AWS: not sent, refused, or outcome unknown.

`NotSent` and `Refused` mean that nothing was changed. `OutcomeUnknown` means that the call may have been
carried out; it is settled later. `Unreachable` is one of the first or the last, as `sent` says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from console.aws.model import Problem

THROTTLING = frozenset(
    {"ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"}
)


class CallFailed(Exception):
    """Base class; `str()` is a sentence for the operator."""


class NotSent(CallFailed):
    """The call was not sent, so nothing was changed."""


class Invalid(NotSent):
    """The parameters do not fit the service model."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{problem.field} {problem.message}" for problem in problems))
        self.problems = list(problems)


class ApprovalRequired(NotSent):
    """A change policy requires approval of this call by another operator."""

    def __init__(self, title: str) -> None:
        super().__init__(
            f"A change policy requires approval by another operator for “{title}”. Nothing was sent."
        )


class Refused(CallFailed):
    """AWS refused the call; nothing was changed."""

    def __init__(self, code: str, message: str, request_id: str = "") -> None:
        super().__init__(message or code)
        self.code, self.message, self.request_id = code, message, request_id


class Throttled(Refused):
    """AWS throttled the call; nothing was changed, and it may be repeated."""


class Unreachable(CallFailed):
    """No response was received; a write that was `sent` may have happened."""

    def __init__(self, message: str, code: str = "", *, sent: bool = True) -> None:
        super().__init__(message)
        self.code, self.sent = code, sent


class OutcomeUnknown(Unreachable):
    """A write may have happened: the response is missing, invalid or could not be recorded."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message, code, sent=True)


class Stopped(NotSent):
    """The change was cancelled or taken over before its call was sent."""

    def __init__(self) -> None:
        super().__init__("the change was cancelled, or started by another operator, before it was sent")


class Busy(NotSent):
    """Another write of the same target was running for too long."""

    def __init__(self) -> None:
        super().__init__("another change of the same user, group or resource is running")


@dataclass(frozen=True, slots=True)
class Difference:
    field: str
    expected: Any
    found: Any


class Changed(NotSent):
    """The values that this write is based on have changed."""

    def __init__(self, differences: Sequence[Difference]) -> None:
        super().__init__(", ".join(each.field for each in differences) + " changed in the meantime")
        self.differences = list(differences)
