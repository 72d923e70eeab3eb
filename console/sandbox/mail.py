"""What lies in a mailbox: real messages from `corpus/`, the same for the same person each time.

A mailbox is not stored. It is made from the entity's id when an export asks for it, and is never
the same as another person's.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, formataddr
from functools import cache
from pathlib import Path
from typing import NamedTuple

from console.sandbox import calendars
from console.sandbox.people import Person, people, pick

CORPUS = Path(__file__).with_name("corpus")
# Mail is dated in the two years before this day, wherever the store's clock stands.
LAST_DAY = datetime(2026, 6, 30, 18, 0, tzinfo=UTC)
FOLDERS = {"Inbox": 48, "Sent Items": 18, "Junk E-mail": 10, "Deleted Items": 9, "Archive": 9, "Drafts": 6}
OWN = ("Sent Items", "Drafts")  # folders of messages that the owner wrote
HEADER = re.compile(rb"[!-9;-~]+[ \t]*:.*")


class Item(NamedTuple):
    """One exported item: its path inside the archive (`Inbox/0007-saying-hello.eml`) and its bytes."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Address:
    address: str
    name: str

    @property
    def domain(self) -> str:
        return self.address.partition("@")[2]

    def header(self) -> str:
        """The address as a header writes it, in ASCII whatever the script of the name."""
        return formataddr((self.name, self.address))


def archive(entity_id: str, address: str, display_name: str = "") -> list[Item]:
    """Everything that an export of this mailbox carries: messages and calendar items by folder."""
    rng = seeded(entity_id, "archive")
    owner = Address(address, display_name)
    count = rng.randint(9, 50)
    messages = [_message(rng, owner, number) for number in range(1, count + 1)]
    return sorted(messages + _calendar(rng, owner))


def non_exportable(entity_id: str) -> int:
    """How many contacts and notes the mailbox holds, which an export leaves out."""
    return seeded(entity_id, "contacts").randint(0, 60)


def size_in_mb(entity_id: str) -> float:
    """The size that GetMailboxDetails shows for a mailbox in use, 20 to 9,000 MB, most of them small.

    It is drawn from the id and is *not* the sum of the mailbox's items: a real company's mailboxes
    are thousands of times larger than what the sandbox can carry.
    """
    return round(float(20 * 450 ** (seeded(entity_id, "size").random() ** 1.5)), 1)


def seeded(entity_id: str, purpose: str) -> random.Random:
    return random.Random(f"{entity_id}/{purpose}")  # noqa: S311 (repeatable on purpose, nothing secret)


def _message(rng: random.Random, owner: Address, number: int) -> Item:
    folder = rng.choices(list(FOLDERS), list(FOLDERS.values()))[0]
    source = pick(rng, spam() if folder == "Junk E-mail" else letters())
    other = _correspondent(rng, owner)
    sender, receiver = (owner, other) if folder in OWN else (other, owner)
    headers = {
        "From": sender.header(),
        "To": receiver.header(),
        "Date": format_datetime(LAST_DAY - timedelta(seconds=rng.randrange(730 * 86400))),
        "Message-ID": f"<{rng.getrandbits(64):016x}.{number}@{sender.domain}>",
    }
    return Item(f"{folder}/{number:04}-{source.slug}.eml", adapted(source.content, headers))


def _calendar(rng: random.Random, owner: Address) -> list[Item]:
    return [
        Item(f"Calendar/{number:04}-{slug}.ics", content)
        for number in range(1, rng.randint(1, 10) + 1)
        for slug, content in [_appointment(rng, owner)]
    ]


def _appointment(rng: random.Random, owner: Address) -> tuple[str, bytes]:
    topic = pick(rng, calendars.TOPICS)
    start = (LAST_DAY - timedelta(days=rng.randrange(400))).replace(hour=7 + rng.randrange(10), minute=0)
    guests = [_correspondent(rng, owner) for _ in range(rng.randrange(5))]
    return slugged(topic), calendars.event(
        uid=f"{rng.getrandbits(96):024x}@{owner.domain}",
        summary=topic,
        start=start,
        minutes=pick(rng, (15, 30, 45, 60, 90)),
        weekly=rng.random() < 0.25,
        organizer=(owner.address, owner.name),
        attendees=[(guest.address, guest.name) for guest in guests],
    )


def _correspondent(rng: random.Random, owner: Address) -> Address:
    """A colleague at the owner's own domain, or somebody outside."""
    person = pick(rng, acquaintances())
    domain = owner.domain if rng.random() < 0.6 else pick(rng, ("example.com", "example.net", "example.org"))
    return Address(f"{person.username}@{domain}", person.display_name)


def adapted(content: bytes, headers: dict[str, str]) -> bytes:
    """`content` with these headers in place of its own; untouched where its header block is malformed."""
    end = re.search(rb"\r?\n\r?\n", content)
    if end is None:
        return content
    newline = b"\r\n" if b"\r\n" in end.group() else b"\n"
    fields = list(_fields(content[: end.start()], newline))
    if fields[0].startswith(b"From "):  # the separator of an mbox file, which is no header
        fields.pop(0)
    if not all(HEADER.match(field) for field in fields):
        return content
    replaced = {name.lower().encode() for name in headers}
    kept = [field for field in fields if field.partition(b":")[0].strip().lower() not in replaced]
    added = [f"{name}: {value}".encode("ascii") for name, value in headers.items()]
    return newline.join(kept + added) + content[end.start() :]


def _fields(block: bytes, newline: bytes) -> Iterator[bytes]:
    """Header fields with their folded lines."""
    field: list[bytes] = []
    for line in block.split(newline):
        if field and not line[:1].isspace():
            yield newline.join(field)
            field = []
        field.append(line)
    yield newline.join(field)


class Source(NamedTuple):
    slug: str
    content: bytes


@cache
def letters() -> tuple[Source, ...]:
    """The corpus but for what only a spam filter would keep."""
    return _sources(lambda name: not name.startswith("error_emails"))


@cache
def spam() -> tuple[Source, ...]:
    return _sources(lambda name: name.startswith("error_emails"))


def _sources(wanted: Callable[[str], bool]) -> tuple[Source, ...]:
    files = sorted(path for path in CORPUS.glob("*.eml") if wanted(path.name))
    return tuple(Source(slugged(path.stem.partition("-")[2]), path.read_bytes()) for path in files)


@cache
def acquaintances() -> tuple[Person, ...]:
    somebody = people("acquaintances")
    return tuple(next(somebody) for _ in range(300))


def slugged(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "item"
