"""A message is read in a process that has nothing, and whose cost is bounded."""

import resource
import subprocess
from email.message import EmailMessage
from typing import Any

import pytest

from console.areas.messages import message_parser, parser_process
from console.sandbox import mailbox_content

LARGEST = 25_000_000


def html(piece: str) -> bytes:
    return (
        b"Content-Type: text/html\r\n\r\n" + (piece * (message_parser.MAX_HTML_LENGTH // len(piece))).encode()
    )


def processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


COSTLY = {
    "deep": html("<div>"),
    "formatting": html("<b></p>"),
    "attributes": html("<i a=1 b=2><div>"),
    "tables": html("<b><table>"),
    "recipients": b"To: " + b", ".join(b"User %d <a%d@example.com>" % (n, n) for n in range(20_000)),
    "semicolons": b'Content-Type: multipart/mixed; x="'
    + b";" * 500_000
    + b'"; boundary=b\r\n\r\n--b\r\n\r\nx',
    "folds": b'Content-Type: text/plain;\r\n x="' + b";\r\n " * 200_000 + b'"\r\n\r\nx',
    "parts": b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 60_000,
    "words": b"Subject: " + b"=?utf-8?q?a?= " * 60_000,
    "comments": b"From: " + b"(" * 60_000,
}
ENDLESS = {
    "headers": b"a: b\r\n" * (LARGEST // 6),
    "parts": b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * (LARGEST // 10),
    "lines": b"\r\n" + b"\r" * LARGEST,
}


@pytest.mark.parametrize("name", COSTLY)
def test_a_crafted_message_is_read_within_the_limit(name: str) -> None:
    before = processor_seconds()
    found = parser_process.run_parser(COSTLY[name])
    assert found.size == len(COSTLY[name])
    assert parser_process.TOO_COSTLY not in found.trouble
    assert processor_seconds() - before < parser_process.CPU_SECONDS


@pytest.mark.parametrize("name", ENDLESS)
def test_reading_stops_at_the_limit_and_the_page_says_so(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser_process, "CPU_SECONDS", 1)
    before = processor_seconds()
    assert parser_process.run_parser(ENDLESS[name]).trouble == [parser_process.TOO_COSTLY]
    assert processor_seconds() - before < 2


def test_a_process_that_fails_is_said_to_have_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser_process, "CPU_SECONDS", "none")
    assert parser_process.run_parser(b"\r\nHello").trouble == [parser_process.UNREADABLE]


def test_the_answer_is_that_of_reading_here() -> None:
    for source in mailbox_content.read_letters():
        assert parser_process.run_parser(source.content) == message_parser.parse_message(source.content)


def test_the_process_gets_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}
    run = subprocess.run

    def spy(*args: Any, **kwargs: Any) -> Any:
        given.update(kwargs["env"])
        return run(*args, **kwargs)

    monkeypatch.setattr(subprocess, "run", spy)
    parser_process.run_parser(b"\r\nHello")
    assert set(given) == {"PATH", "PYTHONUTF8"}


def test_the_largest_ordinary_message_is_read() -> None:
    message = EmailMessage()
    message.set_content("Hello")
    message.add_attachment(b"\xa5" * 18_000_000, maintype="application", subtype="zip", filename="plans.zip")
    found = parser_process.run_parser(message.as_bytes())
    assert [(each.name, each.size) for each in found.attachments] == [("plans.zip", 18_000_000)]
