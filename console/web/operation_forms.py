"""Forms that own an operation: its title and button, what it sends, and what is said when it is done."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from console.aws import errors
from console.changes import undo
from console.changes.steps import PlannedStep
from console.ui.forms import ConfirmForm, ReasonForm
from console.web import aws_errors


class WriteForm(ReasonForm):
    """A form whose valid data one write of AWS is performed with, by `operation_views`.

    A subclass gives `operation`, `params` and `success`; on a page of its own also `title` and `submit`.
    """

    operation: ClassVar[str]
    submit: ClassVar[str] = ""
    note: str = ""
    answer: Mapping[str, Any] = MappingProxyType({})  # AWS's, once the write is done

    @property
    def undo_text(self) -> str:
        """Whether the write can be undone, and until when."""
        return undo.get_label(self.operation).text

    @property
    def title(self) -> str:
        """The page's heading, and the title of the change; "" for the operation's own."""
        return ""

    def params(self) -> dict[str, Any]:
        """Return what the operation is called with."""
        raise NotImplementedError

    def success(self) -> str:
        """Return the message that is shown when the write is done."""
        raise NotImplementedError

    def has_changes(self) -> bool:
        """Return whether anything differs from what AWS has; nothing is sent otherwise."""
        return True

    def add_failure(self, failure: errors.CallFailed) -> bool:
        """Add the failure to the form; return false if it needs a page of its own."""
        return aws_errors.add_to_form(self, failure)

    def expected_values(self) -> Mapping[str, Any] | None:
        """Return the values that the write is based on; it is refused if AWS has others."""
        return None

    def end_step(self) -> PlannedStep | None:
        """Return the step that takes away what is given, for the time in `until`; `None` if it has no end."""
        return None


class ConfirmWriteForm(ConfirmForm, WriteForm):
    """A write that is hard to undo: it is confirmed, and its `consequences` are listed as whole sentences."""

    consequences: tuple[str, ...] = ()
    is_dangerous: ClassVar[bool] = True

    @property
    def question(self) -> str:
        return f"{self.title}?"
