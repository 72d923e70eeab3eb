"""What can go wrong with a call to AWS, in four kinds that each ask for another answer."""

from console.aws.model import Problem


class CallFailed(Exception):
    """Base of the four; `str()` is a sentence for the operator."""


class Invalid(CallFailed):
    """The parameters do not fit the service model: nothing was sent."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{problem.field} {problem.message}" for problem in problems))
        self.problems = problems


class Refused(CallFailed):
    """AWS answered no: nothing changed."""

    def __init__(self, code: str, message: str, request_id: str = "") -> None:
        super().__init__(message or code)
        self.code, self.message, self.request_id = code, message, request_id


class Throttled(Refused):
    """AWS asks to slow down: nothing changed, and the same call may be made again."""


class Unreachable(CallFailed):
    """No answer came: of a read nothing is known, of a write not even whether it happened."""
