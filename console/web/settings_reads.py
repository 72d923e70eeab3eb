"""Read one setting for a page that shows several, with its failure as a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from console.actor import Actor
from console.aws import errors
from console.gateway import before_after, gateway
from console.mirror.models import Organization
from console.web import aws_errors, aws_messages
from console.web.aws_messages import Explanation

NOT_READ = Explanation(
    "Not asked",
    "WorkMail did not answer what was asked before this, so it was not asked for this.",
    now=aws_messages.TRY_LATER,
)


@dataclass(frozen=True, slots=True)
class SettingResult:
    """The result of a read: values, `is_unset` if the setting does not exist, or `problem`."""

    shown: Mapping[str, Any] = field(default_factory=dict)
    is_unset: bool = False
    problem: Explanation | None = None
    detail: str = ""
    is_away: bool = False


def get_setting(
    actor: Actor, operation: str, organization: Organization, **params: Any
) -> Mapping[str, Any] | None:
    """Return a setting, or `None` if it does not exist; raise what `gateway.call` raises."""
    try:
        return gateway.call(actor, operation, organization, **params)
    except errors.Refused as answer:
        if not before_after.is_unset(operation, answer.code):
            raise
        return None


def read_setting(actor: Actor, operation: str, organization: Organization, **params: Any) -> SettingResult:
    try:
        shown = get_setting(actor, operation, organization, **params)
    except errors.CallFailed as failure:
        return failed_result(failure)
    return SettingResult(shown or {}, is_unset=shown is None)


def read_listing(
    actor: Actor, operation: str, organization: Organization, member: str, **params: Any
) -> SettingResult:
    """Read all pages of a listing into its one `member`."""
    try:
        pages = gateway.call_pages(actor, operation, organization, **params)
        return SettingResult({member: [each for page in pages for each in page.get(member, [])]})
    except errors.CallFailed as failure:
        return failed_result(failure)


def failed_result(failure: errors.CallFailed) -> SettingResult:
    return SettingResult(
        problem=aws_errors.explain_error(failure, wrote=False),
        detail=aws_errors.error_detail(failure),
        is_away=isinstance(failure, errors.Unreachable),
    )
