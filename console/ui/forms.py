"""Forms over operations of AWS: fields from the model, only what changed is sent, nobody is overwritten."""

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
from console.ui.markup import stamp
from console.ui.shapes import fields_from_model, sentence

CHANGED = "This was changed after you opened it. Review the differences and save again."
UNSEEN = "This form did not show the current values. Review them and save again to replace them."
STALE = "This form is no longer valid. Check what it says and save again."


class Renderer(TemplatesSetting):
    """Every form of the project in the console's looks."""

    form_template_name = "partials/form.html"
    field_template_name = "partials/field.html"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that somebody else changed between loading and saving."""

    field: str
    label: str
    loaded: Any
    now: Any


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The values that a form was loaded with, signed, so that they come back as they went out.

    `subject` says of what they are: a snapshot of one person is none of another.
    """

    subject: str
    name: ClassVar[str] = "loaded"
    template: ClassVar[str] = '<input type="hidden" name="{}" value="{}">'

    def sign(self, values: Mapping[str, Any]) -> str:
        return signing.dumps(dict(values), salt=self._salt, compress=True)

    def read(self, text: str) -> dict[str, Any] | None:
        """The values; `None` for whatever this console did not sign for this subject."""
        try:
            return dict(signing.loads(text, salt=self._salt))
        except (signing.BadSignature, ValueError, TypeError):
            return None

    def field(self, values: Mapping[str, Any]) -> SafeString:
        return format_html(self.template, self.name, self.sign(values))

    @property
    def _salt(self) -> str:
        return f"console.ui.forms.Snapshot:{self.subject}"


def conflict(loaded: Mapping[str, Any], current: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """What differs between the values that somebody saw and those of now: (field, loaded, now)."""
    names = dict.fromkeys([*loaded, *current])
    pairs = ((name, loaded.get(name), current.get(name)) for name in names)
    return [(name, before, now) for name, before, now in pairs if (before or "") != (now or "")]


class OperationForm(forms.Form):
    """Asks for members of one operation. `current` holds their values as AWS has them now.

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
        self.current = {name: value_at(current or {}, name) for name in self.members}
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
        """The hidden snapshot of the values of now, in every rendering a fresh one."""
        return self.snapshot.field(self.current) if self.snapshot else ""

    def params(self) -> dict[str, Any]:
        """The members that differ from `current`, as the operation takes them; "" clears."""
        return nested({name: value for name, value in self._sent() if self._differs(name, value)})

    def whole(self) -> dict[str, Any]:
        """Every member that has a value or is to lose it."""
        return nested({name: value for name, value in self._sent() if value != "" or self.current[name]})

    def apply(self, problems: Iterable[Problem]) -> None:
        """Show what the gateway found: at its field, or above the form if it has none."""
        for problem in problems:
            named = next((name for name in self.fields if problem.field == name), None)
            said = sentence(problem) if named else f"{problem.field} {problem.message}."
            self.add_error(named, said)

    def _compare(self, loaded: dict[str, Any] | None) -> None:
        if loaded is None:
            raise ValidationError(STALE)
        self.differences = [
            Difference(name, str(self.fields[name].label), before, now)
            for name, before, now in conflict(loaded, self.current)
            if name in self.fields
        ]
        if self.differences:
            raise ValidationError(CHANGED)

    def _sent(self) -> Iterable[tuple[str, Any]]:
        cleaned = ((name, self.cleaned_data.get(name)) for name in self.members)
        return [(name, "" if value is None else value) for name, value in cleaned]

    def _differs(self, name: str, value: Any) -> bool:
        before = self.current[name]
        return (value or "") != (before or "")


class WhyForm(forms.Form):
    """Why somebody does it: goes with every write into the ledger."""

    reason = forms.CharField(max_length=500, required=False, help_text="Kept in the ledger.")
    ticket = forms.CharField(max_length=100, required=False, help_text="Number in your ticket system.")

    def why(self) -> dict[str, str]:
        """For `gateway.call(…, **form.why())`."""
        return {"reason": self.cleaned_data["reason"], "ticket": self.cleaned_data["ticket"]}


class UntilForm(WhyForm):
    """For what may be given for a while."""

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
    def said_until(self) -> str:
        """` until 2026-12-03 17:00 UTC`, to be put behind what is given."""
        until = self.cleaned_data.get("until")
        return f" until {stamp(until)}" if until else ""


class ReplacingForm(WhyForm):
    """For a write that replaces what AWS has, where the form itself may say what that is.

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
        """Carry these values, in the place of those that came with the form."""
        self._loaded = self._snapshot(target).field(values)

    def compare(self, target: str, values: Mapping[str, Any]) -> bool:
        """Whether the form showed these values; if not, show how they differ."""
        loaded = self._snapshot(target).read(self.data.get(Snapshot.name, ""))
        before, now = self.describe(loaded or {}), self.describe(values)
        self.differences = [Difference(label, label, *pair) for label, *pair in conflict(before, now)]
        self.show(target, values)
        if self.differences:
            self.add_error(None, UNSEEN if loaded is None else CHANGED)
        return not self.differences

    def describe(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values by the labels of their fields."""
        return {str(self.fields[name].label): value for name, value in values.items()}

    def _snapshot(self, target: str) -> Snapshot:
        return Snapshot(f"{type(self).__name__}:{target}")


class ReasonedForm(WhyForm):
    """For what nobody does without saying why: opening somebody's mail, acting as somebody."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True


class ConfirmForm(WhyForm):
    """Asks to type `expected` before an act that is hard to undo; without it a click is enough."""

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


def value_at(values: Mapping[str, Any], path: str) -> Any:
    """The value under a dotted path; `None` where there is nothing."""
    found: Any = values
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted paths as structures again."""
    result: dict[str, Any] = {}
    for path, value in flat.items():
        *parents, last = path.split(".")
        inner = result
        for name in parents:
            inner = inner.setdefault(name, {})
        inner[last] = value
    return result
