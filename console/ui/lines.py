"""A field that takes one thing a line."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError


class LinesField(forms.CharField):
    """Each line that is not empty, once; `values_of` makes of it what the field is after."""

    def __init__(self, *, rows: int = 3, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows, "spellcheck": "false", "autocomplete": "off"})
        super().__init__(**{"required": False, "widget": widget, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in super().clean(value).splitlines()]
        found: list[Any] = []
        mistakes: list[str] = []
        for line in dict.fromkeys(filter(None, lines)):
            try:
                found += self.values_of(line)
            except ValidationError as mistake:
                mistakes += mistake.messages
        if mistakes:
            raise ValidationError(mistakes)
        return list(dict.fromkeys(found))

    def values_of(self, line: str) -> list[Any]:
        return [line]
