"""Looking at a message, taking it along and replacing it: with a right, a reason and an entry each time."""

import logging
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from console.ledger.models import Entry
from console.operators.models import Operator
from console.sandbox import transit_messages
from console.sandbox.clock import DAY
from console.sandbox.fixtures import BUCKET, TestSandbox
from console.web.downloads import content_disposition
from tests.areas import world
from tests.areas.desk import Desk
from tests.areas.messages.conftest import MAIL, sent

Kind = Entry.Kind


def entries(operation: str = "GetRawMessageContent") -> list[tuple[str, str, str]]:
    found = Entry.objects.filter(operation=operation).order_by("seq")
    return [(each.kind, each.outcome, each.reason) for each in found]


def look(desk: Desk, message_id: str, reason: str = "asked by legal", **more: str) -> Any:
    return desk.post("look", data={"messageId": message_id, "reason": reason, **more})


def everything_stored() -> str:
    tables = connection.introspection.table_names()
    stored = [found for found in apps.get_models() if found._meta.db_table in tables]
    return " ".join(str(row) for found in stored for row in found._default_manager.values_list())


class TestLooking:
    def test_shows_headers_and_text_and_enters_who_and_why(self, olga: Desk, message: str) -> None:
        page = look(olga, message, ticket="T-7")
        body = page.content.decode()
        assert page.status_code == 200
        for part in ("Ada Çelik &lt;ada@example.com&gt;", "Kanarienvogel", "Hello, Bo."):
            assert part in body
        assert entries() == [("intent", "", "asked by legal"), ("outcome", "done", "asked by legal")]
        intent = Entry.objects.get(kind=Kind.INTENT)
        assert (intent.operator, intent.target, intent.ticket) == ("olga@desk.example", message, "T-7")

    def test_keeps_nothing_of_the_message(
        self, olga: Desk, message: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        page = look(olga, message)
        assert "no-store" in page["Cache-Control"]
        assert "Kanarienvogel" not in everything_stored()
        assert "Kanarienvogel" not in caplog.text
        assert "Kanarienvogel" not in str(list(olga.client.session.items()))

    def test_without_a_reason_asks_nobody(self, olga: Desk, message: str) -> None:
        with world.counted() as calls:
            page = look(olga, message, reason="")
        assert page.status_code == 422
        assert page.context["form"].errors["reason"]
        assert message in page.content.decode()
        assert calls == []

    @pytest.mark.parametrize("message_id", ["", "Ada", "../x", "a" * 121])
    def test_an_id_that_is_none_comes_back(self, olga: Desk, message_id: str) -> None:
        with world.counted() as calls:
            page = look(olga, message_id)
        assert page.status_code == 422
        assert page.context["form"].errors["messageId"]
        assert calls == []

    def test_a_day_later_there_is_nothing_and_the_page_says_why(
        self, olga: Desk, message: str, town: TestSandbox
    ) -> None:
        town.clock.advance(DAY + 1)
        page = look(olga, message)
        assert page.status_code == 422
        assert "24 hours after" in str(page.context["form"].errors["messageId"])
        assert entries()[-1][:2] == ("outcome", "refused")

    def test_html_stands_in_a_frame_that_may_nothing(self, olga: Desk, town: TestSandbox) -> None:
        html = b'<p>Dear "Bo"</p><script>alert(1)</script><img src="https://evil.example/x.gif">'
        body = look(olga, sent(town, b"Content-Type: text/html\r\n\r\n" + html)).content.decode()
        assert 'sandbox srcdoc="&lt;p&gt;Dear &quot;Bo&quot;&lt;/p&gt;"' in body.replace("\n", "")
        assert "evil.example" not in body

    def test_a_message_of_no_text_says_so(self, olga: Desk, town: TestSandbox) -> None:
        assert "no text" in look(olga, sent(town, b"Subject: x\r\n\r\n")).content.decode()

    def test_is_not_for_administrators(self, adam: Desk, message: str) -> None:
        with world.counted() as calls:
            assert adam.get("look").status_code == 403
            assert look(adam, message).status_code == 403
        assert calls == []
        assert [kind for kind, *_ in entries()] == [Kind.DENIED, Kind.DENIED]

    def test_is_for_nobody_whose_rights_are_narrowed(self, olga: Desk, message: str) -> None:
        """Whose a message is nobody can tell before reading it."""
        Operator.objects.get().grants.update(domains=["example.com"])
        with world.counted() as calls:
            assert look(olga, message).status_code == 403
        assert calls == []


class TestTheMenu:
    def test_shows_messages_to_those_who_may(self, olga: Desk, adam: Desk) -> None:
        home = olga.url("look")
        assert f'href="{home}"' in olga.get("look").content.decode()
        elsewhere = adam.client.get(home.replace("messages/", "users/")).content.decode()
        assert f'href="{home}"' not in elsewhere


class TestDownloading:
    def test_gives_the_bytes_as_a_file_and_enters_that(self, olga: Desk, message: str) -> None:
        answer = olga.post("download", data={"messageId": message, "reason": "evidence"})
        assert answer.content == MAIL
        assert answer["Content-Type"] == "message/rfc822"
        assert answer["Content-Disposition"] == content_disposition(f"{message}.eml")
        assert "no-store" in answer["Cache-Control"]
        kinds = [("intent", ""), ("outcome", "done"), ("downloaded", "")]
        assert entries() == [(*each, "evidence") for each in kinds]

    def test_without_a_reason_gives_the_form(self, olga: Desk, message: str) -> None:
        answer = olga.post("download", data={"messageId": message})
        assert answer.status_code == 422
        assert entries() == []

    def test_of_what_is_gone_says_so(self, olga: Desk) -> None:
        answer = olga.post("download", data={"messageId": "gone", "reason": "evidence"})
        assert answer.status_code == 422
        assert not Entry.objects.filter(kind=Kind.DOWNLOADED).exists()

    def test_is_not_for_administrators_and_never_a_link(self, adam: Desk, olga: Desk, message: str) -> None:
        assert adam.post("download", data={"messageId": message, "reason": "x"}).status_code == 403
        assert olga.get("download").status_code == 405


def replacing(message: str, **changed: str) -> dict[str, str]:
    reference = {"bucket": BUCKET, "key": "updates/new", "objectVersion": ""}
    given = {f"content.s3Reference.{name}": value for name, value in {**reference, **changed}.items()}
    return {"messageId": message, "reason": "phishing", **given}


class TestReplacing:
    def test_takes_the_text_from_s3(self, adam: Desk, message: str, town: TestSandbox) -> None:
        town.s3.put_object(Bucket=BUCKET, Key="updates/new", Body=MAIL.replace(b"Hello", b"Beware"))
        page = adam.post("replace", data=replacing(message))
        assert page.status_code == 303
        assert b"Beware, Bo." in transit_messages.deliver_message(town.store, message)
        assert entries("PutRawMessageContent")[-1] == ("outcome", "done", "phishing")

    def test_says_that_it_matters_in_a_synchronous_rule_alone(self, adam: Desk) -> None:
        assert "synchronous" in adam.get("replace").content.decode()

    @pytest.mark.parametrize("key", ["mail.eml", "new_text", "a b", ""])
    def test_refuses_keys_that_workmail_does_not_take_and_says_which_it_takes(
        self, adam: Desk, message: str, key: str
    ) -> None:
        with world.counted() as calls:
            page = adam.post("replace", data=replacing(message, key=key))
        assert page.status_code == 422
        errors = page.context["form"].errors["content.s3Reference.key"]
        assert not key or "no dot and no underscore" in str(errors)
        assert calls == []

    @pytest.mark.parametrize("bucket", ["With.Dots", "a", "UPPER"])
    def test_refuses_buckets_of_other_names(self, adam: Desk, message: str, bucket: str) -> None:
        page = adam.post("replace", data=replacing(message, bucket=bucket))
        assert page.context["form"].errors["content.s3Reference.bucket"]

    def test_an_object_that_is_not_there_comes_back_with_what_was_typed(
        self, adam: Desk, message: str
    ) -> None:
        page = adam.post("replace", data=replacing(message, key="nowhere"))
        assert page.status_code == 422
        assert "cannot read this object" in page.content.decode()
        assert 'value="nowhere"' in page.content.decode()

    def test_a_sender_that_was_changed_is_refused_with_workmails_words(
        self, adam: Desk, message: str, town: TestSandbox
    ) -> None:
        town.s3.put_object(Bucket=BUCKET, Key="updates/new", Body=MAIL.replace(b"<ada@", b"<eve@"))
        page = adam.post("replace", data=replacing(message))
        assert page.status_code == 422
        assert "The header From was changed" in page.content.decode()

    def test_a_frozen_message_says_so(self, adam: Desk, town: TestSandbox) -> None:
        town.s3.put_object(Bucket=BUCKET, Key="updates/new", Body=MAIL)
        frozen = transit_messages.put_in_transit(town.store, town.organization, MAIL, frozen=True).message_id
        page = adam.post("replace", data=replacing(frozen))
        assert "cannot be changed" in page.content.decode()
