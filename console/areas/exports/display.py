"""Badges and texts of mailbox exports."""

from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString

from console.areas.exports.models import ExportJob
from console.ui.markup import DASH, badge

State, Check = ExportJob.State, ExportJob.Check
STATE_TONES = {
    State.QUEUED: "neutral",
    State.STARTING: "info",
    State.RUNNING: "info",
    State.COMPLETED: "success",
    State.FAILED: "danger",
    State.CANCELLED: "neutral",
    State.PARKED: "warning",
}
CHECK_TONES = {Check.MATCHES: "success", Check.DIFFERS: "danger", Check.UNREADABLE: "warning"}
NOT_EXPORTED_NOTE = "Contacts, tasks and notes are not exported by WorkMail. Mail and calendar items are."


def state_badge(state: str) -> SafeString:
    known = State(state)
    return badge(known.label.capitalize(), STATE_TONES[known])


def check_badge(check: str) -> SafeString:
    known = Check(check)
    return badge(known.label.capitalize(), CHECK_TONES[known]) if known else DASH


def file_size(value: int | None) -> SafeString | str:
    return DASH if value is None else filesizeformat(value)
