"""A retention policy in words: what WorkMail deletes, where and when, and what becomes of it."""

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
ACTIONS = {
    "NONE": "Keep everything",
    "DELETE": "Delete; the owner can recover it",
    "PERMANENTLY_DELETE": "Delete for good",
}
HAPPENS = {"DELETE": "deleted, and the owner can recover them", "PERMANENTLY_DELETE": "deleted for good"}
DELAY = (
    "WorkMail takes up to 48 hours before a change of the policy takes effect. It holds for everybody in"
    " the organization, and nobody can be left out."
)  # [documented]
AGE = (
    "An item's age counts from when it was created, last changed or moved, not from the day on which the"
    " policy was made: what is old enough today goes first."
)  # [documented]
Configuration = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One folder: what happens to what is in it."""

    name: str
    folder: str
    action: str
    days: int | None
    sentence: str

    @property
    def deletes(self) -> bool:
        return self.action in HAPPENS


def rows(configurations: Iterable[Configuration], today: date) -> list[Row]:
    """Every folder that the model knows; one that the policy does not name is left alone."""
    configured = {each["Name"]: each for each in configurations}
    return [row(configured.get(name) or {"Name": name, "Action": "NONE"}, today) for name in names()]


def row(configuration: Configuration, today: date) -> Row:
    name, action, days = configuration["Name"], configuration["Action"], configuration.get("Period")
    return Row(name, folder(name), action, days, sentence(name, action, days, today))


def sentence(name: str, action: str, days: int | None, today: date) -> str:
    where = folder(name)
    if action not in HAPPENS:
        return f"{where}: everything is kept."
    if days is None:
        return f"{where}: items are {HAPPENS[action]}; after how many days, WorkMail does not say."
    since = today - timedelta(days=days)
    return (
        f"{where}: items older than {number_of(days, 'day')} are {HAPPENS[action]};"
        f" today that is everything from before {since:%-d %B %Y}."
    )


def names() -> list[str]:
    """The folders that can be configured, as the model has them."""
    shape: Any = model.input_members("PutRetentionPolicy")["FolderConfigurations"]
    return list(shape.member.members["Name"].metadata["enum"])


def folder(name: str) -> str:
    return FOLDERS.get(name) or name.replace("_", " ").capitalize()


def brief(configurations: Iterable[Configuration]) -> str:
    """The policy in a few words, for a title."""
    acting = [each for each in configurations if each["Action"] in HAPPENS]
    told = [f"{folder(each['Name']).lower()} after {number_of(each['Period'], 'day')}" for each in acting]
    return ", ".join(told) or "nothing is deleted"


def lines(look: SettingResult) -> list[str]:
    """The policy at a glance, for the page of all settings."""
    if look.is_unset:
        return ["No policy: nothing is deleted by itself."]
    found = [each for each in look.shown.get("FolderConfigurations", []) if each["Action"] in HAPPENS]
    if not found:
        return ["Nothing is deleted by itself."]
    return [
        f"{folder(each['Name'])}: {HAPPENS[each['Action']]} after {number_of(each['Period'], 'day')}."
        for each in found
    ]
