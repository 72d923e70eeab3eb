"""A stranger's message as something that can be shown: headers, text, harmless HTML, names of attachments.

Whoever wrote the message wanted it to be read: nothing in it is believed, and what cannot be parsed is
said to be so instead of being an error.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from itertools import islice
from typing import TypeVar

from console.areas.messages.harmless import Link, harmless, links

NAMED = ("From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID")
LONGEST = 1_000_000  # characters of a text that a page shows; the download has all of it
LONGEST_HTML = 200_000
MOST_TAGS = 10_000  # nh3 takes the square of the depth: 0.4 s for so many, 6 s for 40,000
MOST = 200  # headers, and parts
LONGEST_HEADER = 4_000  # characters of one that is parsed and shown: Python takes minutes with a long one
# What the parser itself has to understand; a longer one is meant to keep it busy.
CONTENT = re.compile(
    rb"^content-[^\r\n]{0,4000}(?:\r?\n[ \t][^\r\n]*)*[^\r\n]*", re.IGNORECASE | re.MULTILINE
)
# Control characters, and those that turn the direction of what follows: a name must not look like another.
TRICKS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    type: str
    size: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows of a message; `trouble` says what could not be read of it."""

    size: int
    named: list[tuple[str, str]] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)
    text: str = ""
    html: str = ""
    links: list[Link] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)

    @property
    def subject(self) -> str:
        return next((value for name, value in self.named if name == "Subject"), "")


def shown(content: bytes) -> Shown:
    """Never raises, whatever the bytes are."""
    trouble: list[str] = []
    nothing: list[Message] = []
    message = _tried(lambda: message_from_bytes(_tamed(content)), Message(), trouble, "it")
    parts = _tried(lambda: list(islice(leaves(message), MOST)), nothing, trouble, "its parts")
    bodies = {kind: _body(parts, kind) for kind in ("text/plain", "text/html")}
    html = _few_tags(_text(bodies["text/html"], trouble, LONGEST_HTML), trouble)
    unread: list[tuple[str, str]] = []
    headers = _tried(lambda: _headers(message), unread, trouble, "its headers")
    return Shown(
        size=len(content),
        named=[(name, value) for name, value in headers if name.title() in _TITLES],
        headers=headers,
        text=plain(_text(bodies["text/plain"], trouble, LONGEST)),
        html=_tried(lambda: harmless(html), "", trouble, "its HTML"),
        links=_tried(lambda: links(html), [], trouble, "its links"),
        attachments=[_attachment(part, trouble) for part in parts if part not in bodies.values()],
        trouble=trouble,
    )


_TITLES = frozenset(name.title() for name in NAMED)


def plain(text: str) -> str:
    """Text without characters that only deceive, its lines ended in one way."""
    return TRICKS.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def leaves(message: Message) -> Iterator[Message]:
    """Its parts that hold something; a message that is attached is one part, not opened."""
    waiting = deque([message])
    while waiting:
        part = waiting.popleft()
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            inner: list[Message] = part.get_payload()  # type: ignore[assignment]  # that is what it is multipart by
            waiting.extendleft(reversed(inner))
        else:
            yield part


def _tamed(content: bytes) -> bytes:
    """The message as the parser gets it: with no header that keeps it busy for minutes."""
    return CONTENT.sub(lambda found: found.group()[:LONGEST_HEADER], content)


def _body(parts: list[Message], kind: str) -> Message | None:
    """The first part of this type that is not meant to be a file."""
    return next((part for part in parts if part.get_content_type() == kind and not _is_file(part)), None)


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment"


def _text(part: Message | None, trouble: list[str], longest: int) -> str:
    if part is None:
        return ""
    text = _tried(lambda: _decoded(part), "", trouble, f"the part {part.get_content_type()}")
    if len(text) > longest:
        trouble.append(f"Only the first {longest:,} characters are shown; the download has all of it.")
    return text[:longest]


def _few_tags(html: str, trouble: list[str]) -> str:
    if html.count("<") <= MOST_TAGS:
        return html
    trouble.append(f"Only the first {MOST_TAGS:,} tags of its HTML are shown; the download has all of them.")
    return "<".join(html.split("<", MOST_TAGS + 1)[: MOST_TAGS + 1])


def _decoded(part: Message) -> str:
    """By its charset, or by the one that every byte fits if nobody knows that charset."""
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        return content.decode("latin-1")


def _headers(message: Message) -> list[tuple[str, str]]:
    """As they are, if the parser does not understand what is in one."""
    return [(plain(str(name)), plain(_value(name, str(raw)))) for name, raw in message.items()[:MOST]]


def _value(name: str, raw: str) -> str:
    if len(raw) > LONGEST_HEADER:
        return f"{raw[:LONGEST_HEADER]} …"
    try:
        return " ".join(str(policy.default.header_fetch_parse(name, raw)).split())
    except Exception:  # the parser of headers raises whatever a strange one leads it to
        return " ".join(raw.split())


def _attachment(part: Message, trouble: list[str]) -> Attachment:
    name = _tried(lambda: _name(part), "", trouble, "the name of an attachment")
    size = _tried(lambda: _size(part), 0, trouble, "an attachment")
    return Attachment(plain(name)[:255], plain(part.get_content_type()), size)


def _name(part: Message) -> str:
    """Some programs write names as only words of headers may be written."""
    name = part.get_filename() or ""
    return str(make_header(decode_header(name))) if "=?" in name else name


def _size(part: Message) -> int:
    if part.is_multipart():
        return len(part.as_bytes())
    payload = part.get_payload(decode=True)
    return len(payload) if isinstance(payload, bytes) else 0


def _tried(read: Callable[[], T], otherwise: T, trouble: list[str], what: str) -> T:
    """Python's parser keeps its promises for mail that keeps to the rules; this mail need not."""
    try:
        return read()
    except Exception:  # of any kind: see above
        trouble.append(f"The console cannot read {what}; the download has it as it is.")
        return otherwise
