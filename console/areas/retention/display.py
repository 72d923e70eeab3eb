"""The retention policy as text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from console.aws import model
from console.plurals import number_of
from console.web.settings_reads import SettingResult

FOLDERS = {
    "INBOX": "Inbox",
    "DELETED_ITEMS": "Deleted items",
    "SENT_ITEMS": "Sent items",
    "DRAFTS": "Drafts",
    "JUNK_EMAIL": "Junk e-mail",
}
ACTION_LABELS = {
    "NONE": "Keep everything",
    "DELETE": "Delete; the owner can recover it",
    "PERMANENTLY_DELETE": "Delete for good",
}
DELETION_TEXTS = {
    "DELETE": "deleted, and the owner can recover them",
    "PERMANENTLY_DELETE": "deleted for good",
}
DELAY_NOTE = (
    "WorkMail takes up to 48 hours before a change of the policy takes effect. It holds for everybody in"
    " the organization, and nobody can be left out."
)  # [documented]
AGE_NOTE = (
    "An item's age counts from when it was created, last changed or moved, not from the day on which the"
    " policy was made: what is old enough today goes first."
)  # [documented]
FolderConfiguration = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FolderRow:
    name: str
    folder: str
    action: str
    days: int | None
    sentence: str

    @property
    def deletes(self) -> bool:
        return self.action in DELETION_TEXTS


def build_rows(configurations: Iterable[FolderConfiguration], today: date) -> list[FolderRow]:
    """Return a row for every folder of the model; a folder that is not in the policy is kept."""
    configured = {each["Name"]: each for each in configurations}
    return [
        build_row(configured.get(name) or {"Name": name, "Action": "NONE"}, today)
        for name in list_folder_names()
    ]


def build_row(configuration: FolderConfiguration, today: date) -> FolderRow:
    name, action, days = configuration["Name"], configuration["Action"], configuration.get("Period")
    return FolderRow(name, folder_label(name), action, days, describe_folder(name, action, days, today))


def describe_folder(name: str, action: str, days: int | None, today: date) -> str:
    where = folder_label(name)
    if action not in DELETION_TEXTS:
        return f"{where}: everything is kept."
    if days is None:
        return f"{where}: items are {DELETION_TEXTS[action]}; after how many days, WorkMail does not say."
    since = today - timedelta(days=days)
    return (
        f"{where}: items older than {number_of(days, 'day')} are {DELETION_TEXTS[action]};"
        f" today that is everything from before {since:%-d %B %Y}."
    )


def list_folder_names() -> list[str]:
    """Return the names of the folders that can be configured, from the model."""
    shape: Any = model.input_members("PutRetentionPolicy")["FolderConfigurations"]
    return list(shape.member.members["Name"].metadata["enum"])


def folder_label(name: str) -> str:
    return FOLDERS.get(name) or name.replace("_", " ").capitalize()


def abbreviate_policy(configurations: Iterable[FolderConfiguration]) -> str:
    acting = [each for each in configurations if each["Action"] in DELETION_TEXTS]
    phrases = [
        f"{folder_label(each['Name']).lower()} after {number_of(each['Period'], 'day')}" for each in acting
    ]
    return ", ".join(phrases) or "nothing is deleted"


def summarize_policy(look: SettingResult) -> list[str]:
    if look.is_unset:
        return ["No policy: nothing is deleted by itself."]
    configurations = [
        each for each in look.shown.get("FolderConfigurations", []) if each["Action"] in DELETION_TEXTS
    ]
    if not configurations:
        return ["Nothing is deleted by itself."]
    return [
        f"{folder_label(each['Name'])}: {DELETION_TEXTS[each['Action']]}"
        f" after {number_of(each['Period'], 'day')}."
        for each in configurations
    ]
