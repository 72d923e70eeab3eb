"""The mail of the sandbox: real messages, the same for the same person, still parseable."""

import email
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime

import pytest

from console.sandbox import calendar_items, mailbox_content

ADA = ("6f1c2d9e-0000-4000-8000-000000000001", "ada.celik@example.com", "Ada Çelik")


def parsed(content: bytes) -> Message:
    return email.message_from_bytes(content)


def shape(message: Message) -> list[str]:
    """Types of all parts and the defects on the way: what must survive a change of headers."""
    return [
        f"{part.get_content_type()} {[type(d).__name__ for d in part.defects]}" for part in message.walk()
    ]


def bodies(message: Message) -> list[object]:
    return [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]


@pytest.fixture(scope="module")
def items() -> list[mailbox_content.Item]:
    return mailbox_content.generate_items(*ADA)


class TestAnArchive:
    def test_is_the_same_each_time(self, items: list[mailbox_content.Item]) -> None:
        assert mailbox_content.generate_items(*ADA) == items

    def test_differs_between_people(self, items: list[mailbox_content.Item]) -> None:
        other = mailbox_content.generate_items("6f1c2d9e-0000-4000-8000-000000000002", "bo@example.com", "Bo")
        assert [item.path for item in other] != [item.path for item in items]

    def test_has_between_ten_and_sixty_items(self) -> None:
        sizes = [len(mailbox_content.generate_items(f"entity-{n}", "a@example.com")) for n in range(60)]
        assert min(sizes) >= 10
        assert max(sizes) <= 60

    def test_has_no_two_items_at_one_path(self, items: list[mailbox_content.Item]) -> None:
        assert len({item.path for item in items}) == len(items)

    def test_has_messages_and_appointments_in_folders(self, items: list[mailbox_content.Item]) -> None:
        folders = {item.path.partition("/")[0] for item in items}
        assert "Inbox" in folders
        assert "Calendar" in folders
        assert folders <= {*mailbox_content.FOLDERS, "Calendar"}
        assert all(item.path.endswith(".ics" if "Calendar/" in item.path else ".eml") for item in items)

    def test_is_addressed_to_its_owner(self, items: list[mailbox_content.Item]) -> None:
        inbox = [parsed(item.content) for item in items if item.path.startswith("Inbox/")]
        mine = [m for m in inbox if ADA[1] in str(m["To"])]
        assert len(mine) >= len(inbox) * 0.7
        assert str(make_header(decode_header(str(mine[0]["To"])))) == f"Ada Çelik <{ADA[1]}>"

    def test_holds_what_the_owner_sent(self) -> None:
        items = [i for n in range(20) for i in mailbox_content.generate_items(f"entity-{n}", ADA[1])]
        sent = [parsed(i.content) for i in items if i.path.startswith("Sent Items/")]
        assert len([m for m in sent if m["From"] == ADA[1]]) >= len(sent) * 0.7 > 0

    def test_needs_no_display_name(self) -> None:
        assert mailbox_content.generate_items(ADA[0], ADA[1])


class TestAnAdaptedMessage:
    HEADERS = {
        "From": "bo@example.net",
        "To": "=?utf-8?b?w4dlbGlr?= <ada@example.com>",
        "Date": "Tue, 30 Jun 2026 18:00:00 +0000",
        "Message-ID": "<1@example.net>",
    }

    @pytest.mark.parametrize(
        "source", mailbox_content.read_letters() + mailbox_content.read_spam(), ids=lambda source: source.slug
    )
    def test_keeps_its_parts_and_bodies(self, source: mailbox_content.Source) -> None:
        before, after = (
            parsed(source.content),
            parsed(mailbox_content.replace_headers(source.content, self.HEADERS)),
        )
        assert shape(after) == shape(before)
        assert bodies(after) == bodies(before)

    @pytest.mark.parametrize(
        "source", mailbox_content.read_letters() + mailbox_content.read_spam(), ids=lambda source: source.slug
    )
    def test_has_each_new_header_once_or_is_untouched(self, source: mailbox_content.Source) -> None:
        content = mailbox_content.replace_headers(source.content, self.HEADERS)
        after = parsed(content)
        assert content == source.content or all(
            after.get_all(name) == [value] for name, value in self.HEADERS.items()
        )

    def test_is_most_of_the_corpus(self) -> None:
        sources = mailbox_content.read_letters() + mailbox_content.read_spam()
        changed = [
            s for s in sources if mailbox_content.replace_headers(s.content, self.HEADERS) != s.content
        ]
        assert len(changed) > len(sources) * 0.95

    def test_takes_the_date_as_a_date(self, items: list[mailbox_content.Item]) -> None:
        dates = [parsed(item.content)["Date"] for item in items if item.path.startswith("Inbox/")]
        assert any(
            str(date).endswith("+0000") and parsedate_to_datetime(date) <= mailbox_content.LAST_DAY
            for date in dates
        )

    def test_replaces_folded_headers_whole(self) -> None:
        content = b"To: a@x,\r\n b@x\r\nSubject: s\r\n t\r\n\r\nbody"
        adapted = mailbox_content.replace_headers(content, {"To": "ada@example.com"})
        assert adapted == b"Subject: s\r\n t\r\nTo: ada@example.com\r\n\r\nbody"

    def test_loses_the_separator_of_an_mbox_file(self) -> None:
        content = b"From bo@x Wed Apr 27\nTo: a@x\n\nbody"
        assert mailbox_content.replace_headers(content, {"To": "b@x"}) == b"To: b@x\n\nbody"

    def test_with_a_malformed_header_is_left_alone(self) -> None:
        content = b"To: a@x\nno header at all\n\nbody"
        assert mailbox_content.replace_headers(content, self.HEADERS) == content


class TestACalendarItem:
    def test_is_folded_utf_8_with_crlf(self, items: list[mailbox_content.Item]) -> None:
        for content in (item.content for item in items if item.path.endswith(".ics")):
            assert content.startswith(b"BEGIN:VCALENDAR\r\n")
            assert content.endswith(b"END:VCALENDAR\r\n")
            assert all(len(line) <= 75 for line in content.split(b"\r\n"))
            assert "SUMMARY:" in content.decode()

    def test_unfolds_to_the_whole_topic(self) -> None:
        topic = "定例会議" * 12
        content = calendar_items.build_event(
            uid="1",
            summary=topic,
            start=mailbox_content.LAST_DAY,
            minutes=30,
            weekly=True,
            organizer=("a@x", "A"),
            attendees=[],
        )
        assert f"SUMMARY:{topic}\r\n" in content.decode().replace("\r\n ", "")


class TestFiguresOfAMailbox:
    def test_are_the_same_each_time(self) -> None:
        assert mailbox_content.generate_size("a-user") == mailbox_content.generate_size("a-user")
        assert mailbox_content.generate_non_exportable_count(
            "a-user"
        ) == mailbox_content.generate_non_exportable_count("a-user")

    def test_are_plausible(self) -> None:
        sizes = [mailbox_content.generate_size(f"user-{n}") for n in range(500)]
        assert min(sizes) >= 20
        assert max(sizes) <= 9000
        assert sorted(sizes)[250] < 2000
