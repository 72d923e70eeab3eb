"""What the checks know: what AWS answered when all of them asked together, and the mirror.

The console itself asks: who may read the posture of an organization may read what the checks found, and
a run at night finds the same as one that somebody asked for.
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

READER = Actor.system("posture")
PAGES = 50  # of one listing
Answer = dict[str, Any] | errors.CallFailed


class Facts:
    """Answers by what was asked; a check may ask more, and the mirror is asked where a check is."""

    def __init__(self, organization: Organization, asked: Iterable[ReadRequest] = ()) -> None:
        self.organization = organization
        self.answers: dict[str, Answer] = {}
        self.ask(list(asked))

    def ask(self, asked: Sequence[ReadRequest]) -> list[Answer]:
        """All at once, each once, whoever asked for it before."""
        new = {_key(each): each for each in asked if _key(each) not in self.answers}
        found = gateway.read_concurrently(READER, self.organization, list(new.values())) if new else []
        self.answers |= dict(zip(new, found, strict=True))
        return [self.answers[_key(each)] for each in asked]

    def look(self, operation: str, **params: Any) -> SettingResult:
        """What a read showed, or that nobody made the setting yet; raises why it failed."""
        (answer,) = self.ask([ReadRequest(operation, params)])
        if not isinstance(answer, errors.CallFailed):
            return SettingResult(answer)
        if isinstance(answer, errors.Refused) and before_after.is_unset(operation, answer.code):
            return SettingResult(is_unset=True)
        raise answer

    def require(self, operation: str) -> None:
        """Raise why one of the reads of this kind failed, if any did."""
        for key, answer in self.answers.items():
            if key.partition(" ")[0] == operation and isinstance(answer, errors.CallFailed):
                raise answer

    def listed(self, operation: str, member: str) -> list[dict[str, Any]]:
        """All pages of a listing, of which the first was asked for together with everything else."""
        shown = self.look(operation).shown
        found = list(shown.get(member, []))
        for _ in range(PAGES):
            if not shown.get("NextToken"):
                break
            shown = gateway.call(READER, operation, self.organization, NextToken=shown["NextToken"])
            found += shown.get(member, [])
        return found


def said(failure: errors.CallFailed) -> str:
    """Why something is not known, in words."""
    problem = settings_reads.failed_result(failure).problem
    return problem.sentence if problem else ""


def _key(asked: ReadRequest) -> str:
    params: Mapping[str, Any] = asked.params
    return " ".join([asked.operation, *(f"{name}={params[name]}" for name in sorted(params))])
