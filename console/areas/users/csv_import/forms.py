"""Upload forms for user files, which ask for an unknown encoding or column."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from console.areas.users import user_fields
from console.areas.users.csv_import import columns, edited_users, new_users
from console.ui import encodings, uploaded_table
from console.ui.encodings import UnknownEncoding, UnreadableFile
from console.ui.forms import ReasonForm
from console.ui.uploaded_table import UploadedTable

MAX_ROWS = 10_000  # rows
MAX_FILE_BYTES = 10 * 1024 * 1024  # bytes
MAPPING_PREFIX = "map_"  # before the position of a header, in the name of the field that assigns it
MAX_EXAMPLES = 3


class UserFileForm(ReasonForm):
    """An upload that keeps its content when the form is shown again.

    `names` are the known headers, `assignable` the columns that a header can be assigned to.
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
        """Return why the table has no usable rows, or ""."""
        raise NotImplementedError

    def prepared(self, sheet: UploadedTable) -> UploadedTable:
        """Return the table with derived cells, or raise `Unreadable` with a question."""
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
        sheet = uploaded_table.parse_table(text, self.names, MAX_ROWS, {} if file else self.mapping)
        sheet.notes.extend(notes)
        self.sheet = replace(self.prepared(sheet), accepts_damage=self.cleaned_data["accept_damage"])
        if reason := self.unusable(self.sheet):
            self._ask_columns(sheet)
            raise UnreadableFile(reason)

    def _content(self, file: Any) -> bytes:
        """Return the bytes of this upload, or of the one before the encoding was selected."""
        if file is None:
            try:
                return base64.b64decode(self.data.get("content", ""), validate=True)
            except (binascii.Error, ValueError):
                return b""
        if file.size > MAX_FILE_BYTES:
            raise UnreadableFile(f"The file is larger than {MAX_FILE_BYTES // 1024 // 1024} MB. Split it.")
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
        mapping: dict[int, str] = {}
        for name, column in self.data.items():
            position = name.removeprefix(MAPPING_PREFIX)
            if name.startswith(MAPPING_PREFIX) and position.isdecimal() and column in (*self.assignable, ""):
                mapping[int(position[:4])] = column
        return mapping

    def _ask_columns(self, sheet: UploadedTable) -> None:
        """Add a field per header, with its first cells as help text."""
        rows = sheet.lines[:MAX_EXAMPLES]
        choices = [("", "Leave out"), *((each, new_users.column_label(each)) for each in self.assignable)]
        for position, header in enumerate(sheet.header):
            examples = [cell for line in rows if (cell := line.raw[position : position + 1]) and cell[0]]
            self.fields[f"{MAPPING_PREFIX}{position}"] = forms.ChoiceField(
                label=f"Column “{header or position + 1}”",
                required=False,
                choices=choices,
                help_text=", ".join(each[0][:40] for each in examples),
            )
            self._put(**{f"{MAPPING_PREFIX}{position}": sheet.meaning[position]})
        assigned = [name for name in self.fields if name.startswith(MAPPING_PREFIX)]
        self.order_fields(["file", "text", *assigned, *self.field_order])

    def _put(self, **values: str) -> None:
        """Set form data for showing the form again."""
        self.data = {**self.data.dict(), **values} if hasattr(self.data, "dict") else {**self.data, **values}


class EditedFileForm(UserFileForm):
    names = edited_users.HEADER_NAMES
    assignable = (*edited_users.IDENTITY_COLUMNS, *user_fields.EDITABLE_COLUMNS)

    def unusable(self, sheet: UploadedTable) -> str:
        return edited_users.find_table_problem(sheet)


class NewUsersForm(UserFileForm):
    names = new_users.NEW_USER_HEADER_NAMES
    assignable = new_users.NEW_USER_COLUMNS
    field_order = ("file", "encoding", "text", "addresses", "accept_damage", "reason", "ticket")

    def prepared(self, sheet: UploadedTable) -> UploadedTable:
        answer = self.data.get("addresses", "")
        if columns.has_address_usernames(sheet):
            self._ask_about_addresses()
            if answer not in ("mailbox", "username"):
                raise UnreadableFile("The usernames in the file are email addresses. Choose what they mean.")
        return columns.derive_cells(sheet, names_are_addresses=answer == "mailbox")

    def unusable(self, sheet: UploadedTable) -> str:
        return new_users.find_new_users_problem(sheet)

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
