"""An uploaded or pasted table of users, read as far as it is certain; what is not certain is asked."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from console.areas.users.bulk import cells, columns, creating, importing
from console.ui import encodings, uploaded_table
from console.ui.encodings import UnknownEncoding, UnreadableFile
from console.ui.forms import ReasonForm
from console.ui.uploaded_table import UploadedTable

MOST = 10_000  # rows
LARGEST = 10 * 1024 * 1024  # bytes
MAP = "map_"  # before the position of a header, in the name of the field that assigns it
EXAMPLES = 3


class FileForm(ReasonForm):
    """A file that comes back with what was uploaded when something is wrong: a browser forgets the file.

    `names` are the headers that have a meaning, `assignable` the columns that a header can be assigned to.
    """

    names: ClassVar[Mapping[str, str]]
    assignable: ClassVar[tuple[str, ...]]

    file = forms.FileField(
        label="CSV file",
        required=False,
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )
    text = forms.CharField(
        label="Or paste rows",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
        help_text="With the header row, as copied from a table.",
    )
    accept_damage = forms.BooleanField(
        label="Accept values that look changed by a spreadsheet",
        required=False,
        help_text="If not selected, formulas, #N/A and other errors, 4.9E+11 and dates are refused.",
    )
    content = forms.CharField(required=False, widget=forms.HiddenInput)  # base64, until the encoding is known
    field_order: tuple[str, ...] = ("file", "encoding", "text", "accept_damage", "reason", "ticket")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = UploadedTable((), [])
        self.filename = "pasted rows"
        self.mapping = self._mapping() if self.is_bound else {}

    def unusable(self, sheet: UploadedTable) -> str:
        """Return why a sheet is of no use at all, or ""."""
        raise NotImplementedError

    def prepared(self, sheet: UploadedTable) -> UploadedTable:
        """Return the sheet with what its rows imply, or raise `ValidationError` with a question."""
        return sheet

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not {"file", "text"} & self.errors.keys():
            try:
                self._read(cleaned.get("file"), cleaned.get("text") or "")
            except UnknownEncoding as question:
                self._ask_encoding(question)
            except UnreadableFile as reason:
                raise ValidationError(str(reason)) from None
        return cleaned

    def _read(self, file: Any, text: str) -> None:
        notes: list[str] = []
        if content := self._content(file):
            text, notes = encodings.decode_text(content, "" if file else self.data.get("encoding", ""))
            self._put(text=text, content="")
        if not text.strip():
            raise UnreadableFile("Choose a file, or paste its rows.")
        sheet = uploaded_table.parse_table(text, self.names, MOST, {} if file else self.mapping)
        sheet.notes.extend(notes)
        self.sheet = replace(self.prepared(sheet), accepts_damage=self.cleaned_data["accept_damage"])
        if reason := self.unusable(self.sheet):
            self._ask_columns(sheet)
            raise UnreadableFile(reason)

    def _content(self, file: Any) -> bytes:
        """Return the bytes that were uploaded now, or before an encoding was chosen."""
        if file is None:
            try:
                return base64.b64decode(self.data.get("content", ""), validate=True)
            except (binascii.Error, ValueError):
                return b""
        if file.size > LARGEST:
            raise UnreadableFile(f"The file is larger than {LARGEST // 1024 // 1024} MB. Split it.")
        self.filename = file.name
        content: bytes = file.read()
        self._put(text="", content=base64.b64encode(content).decode())
        return content

    def _ask_encoding(self, question: UnknownEncoding) -> None:
        choices = [(each.encoding, f"{each.label}: {', '.join(each.samples)}") for each in question.readings]
        self.fields["encoding"] = forms.ChoiceField(
            label="Encoding", required=False, choices=choices, widget=forms.RadioSelect
        )
        self.order_fields(self.field_order)
        self.add_error("encoding", str(question))

    def _mapping(self) -> dict[int, str]:
        """Return what an operator assigned to the headers, by their positions."""
        found: dict[int, str] = {}
        for name, column in self.data.items():
            position = name.removeprefix(MAP)
            if name.startswith(MAP) and position.isdecimal() and column in (*self.assignable, ""):
                found[int(position[:4])] = column
        return found

    def _ask_columns(self, sheet: UploadedTable) -> None:
        """Add a field for each header; its first cells show what it holds."""
        rows = sheet.lines[:EXAMPLES]
        choices = [("", "Leave out"), *((each, creating.label(each)) for each in self.assignable)]
        for position, header in enumerate(sheet.header):
            examples = [cell for line in rows if (cell := line.raw[position : position + 1]) and cell[0]]
            self.fields[f"{MAP}{position}"] = forms.ChoiceField(
                label=f"Column “{header or position + 1}”",
                required=False,
                choices=choices,
                help_text=", ".join(each[0][:40] for each in examples),
            )
            self._put(**{f"{MAP}{position}": sheet.meaning[position]})
        assigned = [name for name in self.fields if name.startswith(MAP)]
        self.order_fields(["file", "text", *assigned, *self.field_order])

    def _put(self, **values: str) -> None:
        """Show the form again with these values."""
        self.data = {**self.data.dict(), **values} if hasattr(self.data, "dict") else {**self.data, **values}


class EditedFileForm(FileForm):
    names = importing.NAMES
    assignable = (*importing.IDENTITY, *cells.COLUMNS)

    def unusable(self, sheet: UploadedTable) -> str:
        return importing.unusable(sheet)


class NewUsersForm(FileForm):
    names = creating.NAMES
    assignable = creating.COLUMNS
    field_order = ("file", "encoding", "text", "addresses", "accept_damage", "reason", "ticket")

    def prepared(self, sheet: UploadedTable) -> UploadedTable:
        answer = self.data.get("addresses", "")
        if columns.has_address_names(sheet):
            self._ask_about_addresses()
            if answer not in ("mailbox", "username"):
                raise UnreadableFile("The usernames in the file are email addresses. Choose what they mean.")
        return columns.with_derived(sheet, names_are_addresses=answer == "mailbox")

    def unusable(self, sheet: UploadedTable) -> str:
        return creating.unusable(sheet)

    def _ask_about_addresses(self) -> None:
        self.fields["addresses"] = forms.ChoiceField(
            label="The usernames are email addresses",
            required=False,
            widget=forms.RadioSelect,
            choices=[
                (
                    "mailbox",
                    "Give each user a mailbox with this address; the username is the part before the @",
                ),
                ("username", "Use the address as username only; the users get no mailbox"),
            ],
        )
        self.order_fields(self.field_order)
