"""Reading one setting for a page that shows several: what AWS showed or why it did not, no exception."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from console.actor import Actor
from console.aws import errors
from console.gateway import before_after, gateway
from console.mirror.models import Organization
from console.web import aws_errors, aws_messages
from console.web.aws_messages import Explanation

SKIPPED = Explanation(
    "Not asked",
    "WorkMail did not answer what was asked before this, so it was not asked for this.",
    now=aws_messages.LATER,
)


@dataclass(frozen=True, slots=True)
class Look:
    """What a read showed. Nobody has made the setting yet: `is_unset`. It failed: `problem` says why."""

    shown: Mapping[str, Any] = field(default_factory=dict)
    is_unset: bool = False
    problem: Explanation | None = None
    detail: str = ""
    is_away: bool = False


def setting(
    actor: Actor, operation: str, organization: Organization, **params: Any
) -> Mapping[str, Any] | None:
    """What AWS shows of a setting, `None` while nobody has made it; raises what `gateway.call` raises."""
    try:
        return gateway.call(actor, operation, organization, **params)
    except errors.Refused as answer:
        if not before_after.is_unset(operation, answer.code):
            raise
        return None


def look(actor: Actor, operation: str, organization: Organization, **params: Any) -> Look:
    try:
        shown = setting(actor, operation, organization, **params)
    except errors.CallFailed as failure:
        return failed(failure)
    return Look(shown or {}, is_unset=shown is None)


def look_at_all(actor: Actor, operation: str, organization: Organization, member: str, **params: Any) -> Look:
    """The same of a listing, whose pages are joined in its one `member`."""
    try:
        pages = gateway.pages(actor, operation, organization, **params)
        return Look({member: [each for page in pages for each in page.get(member, [])]})
    except errors.CallFailed as failure:
        return failed(failure)


def failed(failure: errors.CallFailed) -> Look:
    told = aws_errors.explain(failure, wrote=False)
    is_away = isinstance(failure, errors.Unreachable)
    return Look(problem=told, detail=aws_errors.detail(failure), is_away=is_away)
