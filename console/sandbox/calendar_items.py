"""Calendar items of mailboxes as iCalendar (RFC 5545) files."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

TOPICS = (
    "Shift handover",
    "Budget review",
    "Interview: ward manager",
    "1:1",
    "Annual leave",
    "Besprechung: Dienstplan",
    "Réunion d'équipe",
    "Reunión de seguimiento",
    "定例会議",
    "Совещание отдела",
    "اجتماع الفريق",
    "Vendor call; pricing, terms & next steps for the imaging contract of the northern clinics",
)


def build_event(
    *,
    uid: str,
    summary: str,
    start: datetime,
    minutes: int,
    weekly: bool,
    organizer: tuple[str, str],
    attendees: Sequence[tuple[str, str]],
) -> bytes:
    """Return a VCALENDAR with one VEVENT: CRLF, UTF-8, lines folded at 75 octets."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//WorkMail sandbox//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{start - timedelta(days=7):%Y%m%dT%H%M%SZ}",
        f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
        f"DTEND:{start + timedelta(minutes=minutes):%Y%m%dT%H%M%SZ}",
        f"SUMMARY:{_escape_text(summary)}",
        f"ORGANIZER;CN={_quote_parameter(organizer[1])}:mailto:{organizer[0]}",
        *(f"ATTENDEE;CN={_quote_parameter(name)}:mailto:{address}" for address, name in attendees),
        *(["RRULE:FREQ=WEEKLY;COUNT=12"] if weekly else []),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(part + b"\r\n" for line in lines for part in _fold_line(line))


def _escape_text(value: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        value = value.replace(plain, escaped)
    return value


def _quote_parameter(value: str) -> str:
    return '"' + value.replace('"', "'") + '"'


def _fold_line(line: str) -> Iterator[bytes]:
    """Split the line into parts of at most 75 octets without splitting a character."""
    part = b""
    for letter in line:
        encoded = letter.encode()
        if len(part) + len(encoded) > 75:
            yield part
            part = b" "
        part += encoded
    yield part
