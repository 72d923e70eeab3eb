"""Content of mailboxes: messages from `corpus/` and calendar items, always the same for the same user."""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, formataddr
from functools import cache
from pathlib import Path
from typing import NamedTuple

from console.sandbox import calendar_items
from console.sandbox.demo_people import Person, generate_people, pick_value
from console.sandbox.records import Entity, Organization, User

CORPUS = Path(__file__).with_name("corpus")
# Mail is dated in the two years before this day, wherever the store's clock stands.
LAST_DAY = datetime(2026, 6, 30, 18, 0, tzinfo=UTC)
FOLDERS = {"Inbox": 48, "Sent Items": 18, "Junk E-mail": 10, "Deleted Items": 9, "Archive": 9, "Drafts": 6}
OWN_HEADERS = ("Sent Items", "Drafts")  # folders of messages that the owner wrote
HEADER_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:.*")


class Item(NamedTuple):
    """An exported item: its path in the archive (`Inbox/0007-saying-hello.eml`) and its bytes."""

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
        """Return the address as a header has it, in ASCII."""
        return formataddr((self.name, self.address))


def generate_items(entity_id: str, address: str, display_name: str = "") -> list[Item]:
    """Return the messages and calendar items of a mailbox, by folder."""
    rng = seeded_random(entity_id, "archive")
    owner = Address(address, display_name)
    count = rng.randint(9, 50)
    messages = [_message(rng, owner, number) for number in range(1, count + 1)]
    return sorted(messages + _calendar(rng, owner))


def generate_non_exportable_count(entity_id: str) -> int:
    """Return how many contacts and notes the mailbox holds, which an export omits."""
    return seeded_random(entity_id, "contacts").randint(0, 60)


def generate_size(entity_id: str) -> float:
    """Return the size of a mailbox in MB, drawn from its id; not the sum of its items.

    It is drawn from the id and is *not* the sum of the mailbox's items: a real company's mailboxes
    are thousands of times larger than what the sandbox can carry.
    """
    return round(float(20 * 450 ** (seeded_random(entity_id, "size").random() ** 1.5)), 1)


def seeded_random(entity_id: str, purpose: str) -> random.Random:
    return random.Random(f"{entity_id}/{purpose}")  # noqa: S311 (repeatable on purpose, nothing secret)


def _message(rng: random.Random, owner: Address, number: int) -> Item:
    folder = rng.choices(list(FOLDERS), list(FOLDERS.values()))[0]
    source = pick_value(rng, read_spam() if folder == "Junk E-mail" else read_letters())
    other = _correspondent(rng, owner)
    sender, receiver = (owner, other) if folder in OWN_HEADERS else (other, owner)
    headers = {
        "From": sender.header(),
        "To": receiver.header(),
        "Date": format_datetime(LAST_DAY - timedelta(seconds=rng.randrange(730 * 86400))),
        "Message-ID": f"<{rng.getrandbits(64):016x}.{number}@{sender.domain}>",
    }
    return Item(f"{folder}/{number:04}-{source.slug}.eml", replace_headers(source.content, headers))


def _calendar(rng: random.Random, owner: Address) -> list[Item]:
    return [
        Item(f"Calendar/{number:04}-{slug}.ics", content)
        for number in range(1, rng.randint(1, 10) + 1)
        for slug, content in [_appointment(rng, owner)]
    ]


def _appointment(rng: random.Random, owner: Address) -> tuple[str, bytes]:
    topic = pick_value(rng, calendar_items.TOPICS)
    start = (LAST_DAY - timedelta(days=rng.randrange(400))).replace(hour=7 + rng.randrange(10), minute=0)
    guests = [_correspondent(rng, owner) for _ in range(rng.randrange(5))]
    return slugify(topic), calendar_items.build_event(
        uid=f"{rng.getrandbits(96):024x}@{owner.domain}",
        summary=topic,
        start=start,
        minutes=pick_value(rng, (15, 30, 45, 60, 90)),
        weekly=rng.random() < 0.25,
        organizer=(owner.address, owner.name),
        attendees=[(guest.address, guest.name) for guest in guests],
    )


def _correspondent(rng: random.Random, owner: Address) -> Address:
    """Return a colleague at the owner's domain, or an external correspondent."""
    person = pick_value(rng, list_correspondents())
    domain = (
        owner.domain if rng.random() < 0.6 else pick_value(rng, ("example.com", "example.net", "example.org"))
    )
    return Address(f"{person.username}@{domain}", person.display_name)


def replace_headers(content: bytes, headers: dict[str, str]) -> bytes:
    """Return `content` with these headers replaced; unchanged if its header block is malformed."""
    end = re.search(rb"\r?\n\r?\n", content)
    if end is None:
        return content
    newline = b"\r\n" if b"\r\n" in end.group() else b"\n"
    fields = list(_fields(content[: end.start()], newline))
    if fields[0].startswith(b"From "):  # the separator of an mbox file, which is no header
        fields.pop(0)
    if not all(HEADER_FIELD.match(field) for field in fields):
        return content
    replaced = {name.lower().encode() for name in headers}
    kept = [field for field in fields if field.partition(b":")[0].strip().lower() not in replaced]
    added = [f"{name}: {value}".encode("ascii") for name, value in headers.items()]
    return newline.join(kept + added) + content[end.start() :]


def _fields(block: bytes, newline: bytes) -> Iterator[bytes]:
    """Yield header fields with their folded lines."""
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
def read_letters() -> tuple[Source, ...]:
    """Return the messages of the corpus except spam."""
    return _sources(lambda name: not name.startswith("error_emails"))


@cache
def read_spam() -> tuple[Source, ...]:
    return _sources(lambda name: name.startswith("error_emails"))


def _sources(wanted: Callable[[str], bool]) -> tuple[Source, ...]:
    files = sorted(path for path in CORPUS.glob("*.eml") if wanted(path.name))
    return tuple(Source(slugify(path.stem.partition("-")[2]), path.read_bytes()) for path in files)


@cache
def list_correspondents() -> tuple[Person, ...]:
    somebody = generate_people("acquaintances")
    return tuple(next(somebody) for _ in range(300))


def slugify(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "item"


def mailbox_size(entity: Entity, now: float) -> float:
    """Return the size in megabytes; a mailbox that a call created is empty."""
    return generate_size(entity.entity_id) if entity.filled and entity.has_mailbox(now) else 0.0


def mailbox_items(entity: Entity, organization: Organization) -> list[Item]:
    """Return everything in the mailbox that an export includes."""
    if not entity.filled:
        return []
    address = entity.email or f"{entity.name}@{organization.default_domain}"
    name = entity.display_name if isinstance(entity, User) else entity.name
    return generate_items(entity.entity_id, address, name)


def count_non_exportable(entity: Entity) -> int:
    """Return the count of contacts, tasks and notes, which an export omits [documented]."""
    return generate_non_exportable_count(entity.entity_id) if entity.filled else 0
