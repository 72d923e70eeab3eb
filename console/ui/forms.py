"""Forms over AWS operations: fields from the model, only changes are sent, concurrent edits are detected."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.html import format_html
from django.utils.safestring import SafeString

from console import clock
from console.aws.model import Problem
from console.ui.form_fields import fields_from_model, problem_sentence
from console.ui.markup import format_utc

CHANGED_MESSAGE = "This was changed after you opened it. Review the differences and save again."
UNSEEN_MESSAGE = "This form did not show the current values. Review them and save again to replace them."
STALE_MESSAGE = "This form is no longer valid. Check what it says and save again."


class Renderer(TemplatesSetting):
    """Renders every form with the console's templates."""

    form_template_name = "partials/form.html"
    field_template_name = "partials/field.html"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that another operator changed between loading and saving."""

    field: str
    label: str
    loaded: Any
    now: Any


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The values that a form was loaded with, signed; `subject` names the object they belong to."""

    subject: str
    name: ClassVar[str] = "loaded"
    template: ClassVar[str] = '<input type="hidden" name="{}" value="{}">'

    def sign(self, values: Mapping[str, Any]) -> str:
        return signing.dumps(dict(values), salt=self._salt, compress=True)

    def read(self, text: str) -> dict[str, Any] | None:
        """Return the values, `None` if they were not signed by this console for this subject."""
        try:
            return dict(signing.loads(text, salt=self._salt))
        except (signing.BadSignature, ValueError, TypeError):
            return None

    def field(self, values: Mapping[str, Any]) -> SafeString:
        return format_html(self.template, self.name, self.sign(values))

    @property
    def _salt(self) -> str:
        return f"console.ui.forms.Snapshot:{self.subject}"


def find_conflicts(loaded: Mapping[str, Any], current: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Return the differences between loaded and current values: (field, loaded, now)."""
    names = dict.fromkeys([*loaded, *current])
    pairs = ((name, loaded.get(name), current.get(name)) for name in names)
    return [(name, before, now) for name, before, now in pairs if (before or "") != (now or "")]


class OperationForm(forms.Form):
    """A form over members of one operation; `current` holds their values in AWS.

    A subclass names `operation`, `members` and, where the member's own name does not do, `labels`
    and `help_texts`; fields of its own come last, or where `field_order` says. With `subject`, the
    form carries a snapshot of `current` and refuses, once, to save over what somebody else changed;
    what was typed stays.
    """

    operation: ClassVar[str]
    members: ClassVar[tuple[str, ...]] = ()
    labels: ClassVar[Mapping[str, str]] = {}
    help_texts: ClassVar[Mapping[str, str]] = {}

    def __init__(
        self, *args: Any, current: Mapping[str, Any] | None = None, subject: str = "", **kwargs: Any
    ) -> None:
        self.current = {name: get_at_path(current or {}, name) for name in self.members}
        kwargs["initial"] = {**self.current, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        asked = fields_from_model(self.operation, self.members, self.labels, self.help_texts)
        self.fields = {**asked, **self.fields}
        self.order_fields(self.field_order)
        self.snapshot = Snapshot(f"{self.operation}:{subject}") if subject else None
        self.differences: list[Difference] = []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.snapshot is not None:
            self._compare(self.snapshot.read(self.data.get(Snapshot.name, "")))
        return cleaned

    def loaded_field(self) -> SafeString | str:
        """Return the hidden snapshot of the current values."""
        return self.snapshot.field(self.current) if self.snapshot else ""

    def params(self) -> dict[str, Any]:
        """Return the members that differ from `current`, as the operation takes them; "" clears."""
        return nest_paths({name: value for name, value in self._sent() if self._differs(name, value)})

    def whole(self) -> dict[str, Any]:
        """Return every member that has a value or is to be cleared."""
        return nest_paths({name: value for name, value in self._sent() if value != "" or self.current[name]})

    def apply(self, problems: Iterable[Problem]) -> None:
        """Add the gateway's problems as errors, at their field if there is one."""
        for problem in problems:
            named = next((name for name in self.fields if problem.field == name), None)
            said = problem_sentence(problem) if named else f"{problem.field} {problem.message}."
            self.add_error(named, said)

    def _compare(self, loaded: dict[str, Any] | None) -> None:
        if loaded is None:
            raise ValidationError(STALE_MESSAGE)
        self.differences = [
            Difference(name, str(self.fields[name].label), before, now)
            for name, before, now in find_conflicts(loaded, self.current)
            if name in self.fields
        ]
        if self.differences:
            raise ValidationError(CHANGED_MESSAGE)

    def _sent(self) -> Iterable[tuple[str, Any]]:
        cleaned = ((name, self.cleaned_data.get(name)) for name in self.members)
        return [(name, "" if value is None else value) for name, value in cleaned]

    def _differs(self, name: str, value: Any) -> bool:
        before = self.current[name]
        return (value or "") != (before or "")


class ReasonForm(forms.Form):
    """Ask for the reason and ticket of a write, for the audit log."""

    reason = forms.CharField(max_length=500, required=False, help_text="Kept in the ledger.")
    ticket = forms.CharField(max_length=100, required=False, help_text="Number in your ticket system.")

    def why(self) -> dict[str, str]:
        """Return reason and ticket as keyword arguments of `gateway.call`."""
        return {"reason": self.cleaned_data["reason"], "ticket": self.cleaned_data["ticket"]}


class ExpiryForm(ReasonForm):
    """Ask when temporary access ends."""

    until = forms.DateTimeField(
        label="Until (UTC)",
        required=False,
        help_text="Empty: until somebody ends it. Else the console ends it then.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean_until(self) -> datetime | None:
        until: datetime | None = self.cleaned_data["until"]
        if until and until <= clock.now():
            raise ValidationError("This moment is over. Choose one to come, or leave it empty.")
        return until

    @property
    def until_text(self) -> str:
        """Return ` until 2026-12-03 17:00 UTC`, "" without an end."""
        until = self.cleaned_data.get("until")
        return f" until {format_utc(until)}" if until else ""


class ReplaceForm(ReasonForm):
    """A form for a write that replaces all values in AWS; detects values that it did not show.

    The form carries the values that it showed. `compare` refuses, once, to replace any others.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.differences: list[Difference] = []
        self._loaded: SafeString | str = ""

    def loaded_field(self) -> SafeString | str:
        if self._loaded or not self.is_bound:
            return self._loaded
        return format_html(Snapshot.template, Snapshot.name, self.data.get(Snapshot.name, ""))

    def show(self, target: str, values: Mapping[str, Any]) -> None:
        """Carry these values as the snapshot, replacing those submitted."""
        self._loaded = self._snapshot(target).field(values)

    def compare(self, target: str, values: Mapping[str, Any]) -> bool:
        """Return whether the form showed these values; add an error and the differences if not."""
        loaded = self._snapshot(target).read(self.data.get(Snapshot.name, ""))
        before, now = self.describe(loaded or {}), self.describe(values)
        self.differences = [Difference(label, label, *pair) for label, *pair in find_conflicts(before, now)]
        self.show(target, values)
        if self.differences:
            self.add_error(None, UNSEEN_MESSAGE if loaded is None else CHANGED_MESSAGE)
        return not self.differences

    def describe(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values by the labels of their fields."""
        return {str(self.fields[name].label): value for name, value in values.items()}

    def _snapshot(self, target: str) -> Snapshot:
        return Snapshot(f"{type(self).__name__}:{target}")


class RequiredReasonForm(ReasonForm):
    """Require a reason: for opening someone's mail or acting for them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True


class ConfirmForm(ReasonForm):
    """Ask the operator to type `expected` before an action that is hard to undo, or only to confirm."""

    typed = forms.CharField(required=False, strip=True)
    field_order = ("typed", "reason", "ticket")

    def __init__(self, *args: Any, expected: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected
        if not expected:
            del self.fields["typed"]
            return
        self.fields["typed"].label = format_html("Type <code>{}</code> to confirm", expected)
        self.fields["typed"].widget.attrs |= {"data-confirm-text": expected, "autocomplete": "off"}

    def clean_typed(self) -> str:
        typed = str(self.cleaned_data["typed"])
        if typed != self.expected:
            raise ValidationError(f"Type {self.expected} exactly as shown.")
        return typed


def get_at_path(values: Mapping[str, Any], path: str) -> Any:
    """Return the value at a dotted path, `None` if there is none."""
    found: Any = values
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def nest_paths(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return dotted paths as nested structures."""
    result: dict[str, Any] = {}
    for path, value in flat.items():
        *parents, last = path.split(".")
        inner = result
        for name in parents:
            inner = inner.setdefault(name, {})
        inner[last] = value
    return result
