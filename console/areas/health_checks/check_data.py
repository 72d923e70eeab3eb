"""AWS answers that the checks share, read in parallel by the console itself.

The console itself asks: who may read the posture of an organization may read what the checks found, and
a run at night finds the same as one that an operator asked for.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from console.actor import Actor
from console.aws import errors
from console.gateway import before_after, gateway
from console.gateway.gateway import ReadRequest
from console.mirror.models import Organization
from console.web import settings_reads
from console.web.settings_reads import SettingResult

SYSTEM_ACTOR = Actor.system("posture")
MAX_PAGES = 50  # of one listing
Answer = dict[str, Any] | errors.CallFailed


class CheckData:
    """AWS answers by operation and parameters; checks can read more and query the mirror themselves."""

    def __init__(self, organization: Organization, asked: Iterable[ReadRequest] = ()) -> None:
        self.organization = organization
        self.answers: dict[str, Answer] = {}
        self.ask(list(asked))

    def ask(self, reads: Sequence[ReadRequest]) -> list[Answer]:
        """Return the answers, reading those not read yet in parallel."""
        new = {_read_key(each): each for each in reads if _read_key(each) not in self.answers}
        answers = (
            gateway.read_concurrently(SYSTEM_ACTOR, self.organization, list(new.values())) if new else []
        )
        self.answers |= dict(zip(new, answers, strict=True))
        return [self.answers[_read_key(each)] for each in reads]

    def look(self, operation: str, **params: Any) -> SettingResult:
        """Return what a read showed, or that the setting does not exist; raise the failure of the read."""
        (answer,) = self.ask([ReadRequest(operation, params)])
        if not isinstance(answer, errors.CallFailed):
            return SettingResult(answer)
        if isinstance(answer, errors.Refused) and before_after.is_unset(operation, answer.code):
            return SettingResult(is_unset=True)
        raise answer

    def require(self, operation: str) -> None:
        """Raise the failure of any read of this operation."""
        for key, answer in self.answers.items():
            if key.partition(" ")[0] == operation and isinstance(answer, errors.CallFailed):
                raise answer

    def listed(self, operation: str, member: str) -> list[dict[str, Any]]:
        """Return the items of all pages of a listing; its first page was read with all other reads."""
        answer = self.look(operation).shown
        items = list(answer.get(member, []))
        for _ in range(MAX_PAGES):
            if not answer.get("NextToken"):
                break
            answer = gateway.call(SYSTEM_ACTOR, operation, self.organization, NextToken=answer["NextToken"])
            items += answer.get(member, [])
        return items


def failure_text(failure: errors.CallFailed) -> str:
    """Return the message of a failed read."""
    problem = settings_reads.failed_result(failure).problem
    return problem.sentence if problem else ""


def _read_key(asked: ReadRequest) -> str:
    params: Mapping[str, Any] = asked.params
    return " ".join([asked.operation, *(f"{name}={params[name]}" for name in sorted(params))])
