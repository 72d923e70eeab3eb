"""Parse an untrusted message for display; what cannot be parsed is reported, not raised.

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

from console.areas.messages.safe_html import MessageLink, clean_html, extract_links

MAIN_HEADERS = ("From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID")
MAX_TEXT_LENGTH = 1_000_000  # characters of a text that a page shows; the download has all of it
MAX_HTML_LENGTH = 200_000
MAX_TAGS = 10_000  # nh3 takes the square of the depth: 0.4 s for so many, 6 s for 40,000
MAX_PARTS = 200  # headers, and parts
MAX_HEADER_LENGTH = 4_000  # characters of one that is parsed and shown: Python takes minutes with a long one
# What the parser itself has to understand; a longer one is meant to keep it busy.
CONTENT_HEADER = re.compile(
    rb"^content-[^\r\n]{0,4000}(?:\r?\n[ \t][^\r\n]*)*[^\r\n]*", re.IGNORECASE | re.MULTILINE
)
# Control characters, and those that turn the direction of what follows: a name must not look like another.
DECEPTIVE_CHARACTERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    type: str
    size: int


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """The displayable parts of a message; `trouble` lists what could not be read."""

    size: int
    named: list[tuple[str, str]] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)
    text: str = ""
    html: str = ""
    links: list[MessageLink] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)

    @property
    def subject(self) -> str:
        return next((value for name, value in self.named if name == "Subject"), "")


def parse_message(content: bytes) -> ParsedMessage:
    """Return the parsed message; never raise, whatever the bytes are."""
    trouble: list[str] = []
    nothing: list[Message] = []
    message = _try_read(lambda: message_from_bytes(_shorten_headers(content)), Message(), trouble, "it")
    parts = _try_read(lambda: list(islice(iterate_parts(message), MAX_PARTS)), nothing, trouble, "its parts")
    bodies = {kind: _find_body(parts, kind) for kind in ("text/plain", "text/html")}
    html = _limit_tags(_body_text(bodies["text/html"], trouble, MAX_HTML_LENGTH), trouble)
    unread: list[tuple[str, str]] = []
    headers = _try_read(lambda: _list_headers(message), unread, trouble, "its headers")
    return ParsedMessage(
        size=len(content),
        named=[(name, value) for name, value in headers if name.title() in _MAIN_HEADER_TITLES],
        headers=headers,
        text=clean_text(_body_text(bodies["text/plain"], trouble, MAX_TEXT_LENGTH)),
        html=_try_read(lambda: clean_html(html), "", trouble, "its HTML"),
        links=_try_read(lambda: extract_links(html), [], trouble, "its links"),
        attachments=[_build_attachment(part, trouble) for part in parts if part not in bodies.values()],
        trouble=trouble,
    )


_MAIN_HEADER_TITLES = frozenset(name.title() for name in MAIN_HEADERS)


def clean_text(text: str) -> str:
    """Return the text without control and direction characters, with line feeds as line ends."""
    return DECEPTIVE_CHARACTERS.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def iterate_parts(message: Message) -> Iterator[Message]:
    """Yield the parts with content; an attached message is one part."""
    waiting = deque([message])
    while waiting:
        part = waiting.popleft()
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            inner: list[Message] = part.get_payload()  # type: ignore[assignment]  # that is what it is multipart by
            waiting.extendleft(reversed(inner))
        else:
            yield part


def _shorten_headers(content: bytes) -> bytes:
    """Shorten headers with which Python's parser would be busy for minutes."""
    return CONTENT_HEADER.sub(lambda found: found.group()[:MAX_HEADER_LENGTH], content)


def _find_body(parts: list[Message], kind: str) -> Message | None:
    """Return the first part of this type that is not an attachment."""
    return next((part for part in parts if part.get_content_type() == kind and not _is_file(part)), None)


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment"


def _body_text(part: Message | None, trouble: list[str], longest: int) -> str:
    if part is None:
        return ""
    text = _try_read(lambda: _decode_payload(part), "", trouble, f"the part {part.get_content_type()}")
    if len(text) > longest:
        trouble.append(f"Only the first {longest:,} characters are shown; the download has all of it.")
    return text[:longest]


def _limit_tags(html: str, trouble: list[str]) -> str:
    if html.count("<") <= MAX_TAGS:
        return html
    trouble.append(f"Only the first {MAX_TAGS:,} tags of its HTML are shown; the download has all of them.")
    return "<".join(html.split("<", MAX_TAGS + 1)[: MAX_TAGS + 1])


def _decode_payload(part: Message) -> str:
    """Return the payload decoded by its charset, or by Latin-1 if that is unknown."""
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        return content.decode("latin-1")


def _list_headers(message: Message) -> list[tuple[str, str]]:
    return [
        (clean_text(str(name)), clean_text(_header_value(name, str(raw))))
        for name, raw in message.items()[:MAX_PARTS]
    ]


def _header_value(name: str, raw: str) -> str:
    if len(raw) > MAX_HEADER_LENGTH:
        return f"{raw[:MAX_HEADER_LENGTH]} …"
    try:
        return " ".join(str(policy.default.header_fetch_parse(name, raw)).split())
    except Exception:  # the parser of headers raises whatever a strange one leads it to
        return " ".join(raw.split())


def _build_attachment(part: Message, trouble: list[str]) -> Attachment:
    name = _try_read(lambda: _file_name(part), "", trouble, "the name of an attachment")
    size = _try_read(lambda: _part_size(part), 0, trouble, "an attachment")
    return Attachment(clean_text(name)[:255], clean_text(part.get_content_type()), size)


def _file_name(part: Message) -> str:
    """Return the file name, also if it is encoded as words of a header."""
    name = part.get_filename() or ""
    return str(make_header(decode_header(name))) if "=?" in name else name


def _part_size(part: Message) -> int:
    if part.is_multipart():
        return len(part.as_bytes())
    payload = part.get_payload(decode=True)
    return len(payload) if isinstance(payload, bytes) else 0


def _try_read(read: Callable[[], T], otherwise: T, trouble: list[str], what: str) -> T:
    """Return `read()`, or `otherwise` and a note in `trouble`: Python's parser can raise anything."""
    try:
        return read()
    except Exception:  # of any kind: see above
        trouble.append(f"The console cannot read {what}; the download has it as it is.")
        return otherwise
