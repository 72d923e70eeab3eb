"""What a step needs before it can be sent, and what its answer has to show."""

import secrets
import string
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from console.aws.redaction import redact_result
from console.changes import attended, ending
from console.changes.models import Change, Step
from console.changes.plans import absent, is_made_up, links
from console.ledger import journal

CHUNK = 100
LETTERS = string.ascii_letters + string.digits
SKIPS = (Step.State.REFUSED, Step.State.SKIPPED, Step.State.UNKNOWN)


class NotShown(Exception):
    """A proof that failed: AWS does not show what should be true now."""

    code = "NotAsExpected"


def waiting(change: Change) -> Iterator[Step]:
    """The pending steps in their order, as many at once as a slice may do."""
    position = -1
    while chunk := list(
        change.steps.filter(state=Step.State.PENDING, position__gt=position).order_by("position")[:CHUNK]
    ):
        for step in chunk:
            step.change = change
            yield step
        position = chunk[-1].position


class Doubt:
    """The steps whose outcome is unknown, and which other steps have to wait for them."""

    def __init__(self, change: Change) -> None:
        self.in_order = change.reverts or ending.is_about_one(change)
        self.positions: set[int] = set()
        self.targets: set[str] = set()
        self.count = 0
        self.next_look: datetime | None = None
        for step in change.steps.filter(state=Step.State.RUNNING):
            self.add(step)

    def add(self, step: Step) -> None:
        self.count += 1
        self.next_look = min(filter(None, (self.next_look, step.look_at)), default=None)
        self._hold_back(step)

    def holds_all(self) -> bool:
        """Whether nothing at all may begin: too much is unknown, or each step builds on the one before."""
        return self.count >= ending.IN_DOUBT or bool(self.count and self.in_order)

    def holds(self, step: Step) -> bool:
        """Whether this step waits: it depends on one in doubt, or is about the same target."""
        linked = {link.step for _, link in links(step.params)} | {step.needs}
        if not linked.isdisjoint(self.positions) or step.target in self.targets:
            self._hold_back(step)
            return True
        return False

    def _hold_back(self, step: Step) -> None:
        self.positions.add(step.position)
        self.targets |= {step.target} - {""}


def obstacle(change: Change, step: Step) -> str:
    """Why the step makes no sense any more, if it does not."""
    if step.needs is not None:
        needed = change.steps.get(position=step.needs)
        if needed.state in SKIPS:
            return f"Step {needed.position + 1} ({needed}) was not done."
    if attended.lacks_secrets(step) and step.position not in change.secrets:
        return "The console does not store the secret that was entered for this step. Start it again."
    if attended.reveals(step) and not change.is_attended:
        return "Only the operator who requested this can run it, on the page of the change."
    return ""


def params(change: Change, step: Step) -> dict[str, Any]:
    """Everything that is sent: the row's parameters, secrets from memory, answers of earlier steps."""
    found = {**step.params, **change.secrets.get(step.position, {})}
    found |= {name: _answered(change, link.step, link.member) for name, link in links(step.params)}
    return {name: made_up_password() if is_made_up(value) else value for name, value in found.items()}


def expected(step: Step) -> Mapping[str, Any] | None:
    """What has to be as it was seen: by whoever filled in the form, or by the preview.

    Of what an earlier step makes nothing was seen.
    """
    seen: Mapping[str, Any] | None = None if links(step.params) else step.before
    return seen if step.expects is None else step.expects


def require_shown(step: Step, answer: Mapping[str, Any]) -> None:
    shown = journal.plain(answer)
    for name, value in (step.expects or {}).items():
        if unwanted := absent(value):
            if unwanted in (shown.get(name) or []):
                raise NotShown(f"{name} should be without {unwanted}, but WorkMail still shows it.")
        elif (shown.get(name) or None) != (value or None):
            raise NotShown(f"{name} should be {value}, but WorkMail shows {shown.get(name) or 'nothing'}.")


def kept(operation: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer without secrets, as far as it fits into a row."""
    plain: dict[str, Any] = journal.plain(redact_result(operation, answer))
    return {name: value for name, value in plain.items() if isinstance(value, str | int | float | bool)}


def made_up_password() -> str:
    """Strong, of every class that WorkMail asks for [documented], and known to nobody."""
    return "".join(secrets.choice(LETTERS) for _ in range(40)) + "aA1!"


def _answered(change: Change, position: int, member: str) -> Any:
    return change.steps.get(position=position).result.get(member)
