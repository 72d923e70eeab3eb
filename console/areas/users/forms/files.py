"""A file of people, chosen or pasted, read as far as it goes."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.ui import sheets
from console.ui.forms import WhyForm
from console.ui.sheets import Sheet, Unreadable

MOST = 10_000  # rows
LARGEST = 10 * 1024 * 1024  # bytes


class FileForm(WhyForm):
    """`names` are the headers that mean something, `unusable` says why a sheet is of no use at all.

    What was uploaded comes back as text when something is wrong: a browser forgets the file itself.
    """

    file = forms.FileField(
        label="CSV file",
        required=False,
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )
    text = forms.CharField(
        label="Or paste it here",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
        help_text="With its first row, as it is copied from a table.",
    )
    field_order = ("file", "text", "reason", "ticket")

    def __init__(
        self, *args: Any, names: Mapping[str, str], unusable: Callable[[Sheet], str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.names, self.unusable = names, unusable
        self.sheet = Sheet((), [])
        self.filename = "pasted rows"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not {"file", "text"} & self.errors.keys():
            try:
                self._read(cleaned.get("file"), cleaned.get("text") or "")
            except Unreadable as reason:
                raise ValidationError(str(reason)) from None
        return cleaned

    def _read(self, file: Any, text: str) -> None:
        said: list[str] = []
        if file is not None:
            if file.size > LARGEST:
                raise Unreadable(f"The file is larger than {LARGEST // 1024 // 1024} MB. Split it.")
            text, said = sheets.decoded(file.read())
            self.filename = file.name
            self._keep(text)
        if not text.strip():
            raise Unreadable("Choose a file, or paste its rows.")
        self.sheet = sheets.read(text, self.names, MOST)
        self.sheet.notes.extend(said)
        if why := self.unusable(self.sheet):
            raise Unreadable(why)

    def _keep(self, text: str) -> None:
        self.data = {**self.data.dict(), "text": text}  # type: ignore[attr-defined]  # bound to a QueryDict
