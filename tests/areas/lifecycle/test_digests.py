"""The daily digest: to whoever wants it, at most once a day, and only of what she may see."""

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from console.areas.lifecycle import digests
from console.areas.lifecycle.models import Digest
from console.mirror.models import Entity
from console.operators.models import Operator
from console.sandbox.fixtures import ADA, BO
from tests.areas.desk import Desk
from tests.areas.lifecycle.conftest import text


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Eight o'clock."""
    return move(monkeypatch, 0)


def move(monkeypatch: pytest.MonkeyPatch, days: int, hour: int = 8) -> datetime:
    today = datetime.now(tz=timezone.now().tzinfo).replace(hour=hour, minute=0)
    monkeypatch.setattr(timezone, "now", lambda: today + timedelta(days=days))
    return today + timedelta(days=days)


@pytest.fixture
def leavers(now: datetime, adam: Desk) -> None:
    for entity_id, days in ((ADA, 28), (BO, 3)):
        Entity.objects.filter(entity_id=entity_id).update(
            state="DISABLED", disabled_date=now - timedelta(days=days), email="", domain=""
        )


def wants(desk: Desk) -> None:
    Operator.objects.filter(pk=desk.operator.pk).update(digest=True)


@pytest.mark.usefixtures("leavers")
class TestDigest:
    def test_names_who_goes_next_first(self, adam: Desk, now: datetime) -> None:
        wants(adam)
        assert digests.send_due_digests() == 1
        (message,) = mail.outbox
        assert message.to == ["adam@desk.example"]
        assert message.body.index("Ada Çelik (ada): ") < message.body.index("Bo Ek (bo): ")
        assert f"{now + timedelta(days=2):%-d %B %Y}, in 2 days" in message.body

    def test_comes_once_a_day(self, adam: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        wants(adam)
        digests.send_due_digests()
        digests.send_due_digests()
        assert len(mail.outbox) == 1
        move(monkeypatch, 1)
        digests.send_due_digests()
        assert len(mail.outbox) == 2
        assert "in 1 day" in mail.outbox[1].body

    def test_waits_for_the_morning(self, adam: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        wants(adam)
        move(monkeypatch, 0, hour=5)
        assert digests.send_due_digests() == 0

    def test_goes_to_nobody_who_did_not_ask(self, adam: Desk, helga: Desk) -> None:
        wants(helga)
        digests.send_due_digests()
        assert [each.to for each in mail.outbox] == [["helga@desk.example"]]

    def test_tells_a_narrowed_operator_nothing_of_others(self, nell: Desk) -> None:
        wants(nell)
        assert digests.send_due_digests() == 0
        Entity.objects.filter(entity_id=ADA).update(domain="example.com")
        Digest.objects.all().delete()
        digests.send_due_digests()
        assert "Ada" in mail.outbox[0].body
        assert "Bo Ek" not in mail.outbox[0].body

    def test_that_could_not_be_sent_is_tried_again(self, adam: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        wants(adam)
        with monkeypatch.context() as patch:
            patch.setattr(digests, "send_mail", _broken)
            assert digests.send_due_digests() == 0
        assert digests.send_due_digests() == 1

    def test_is_asked_for_among_the_preferences(self, adam: Desk) -> None:
        page = adam.client.get(reverse("account:preferences"))
        assert "Daily digest of mailboxes that will be removed" in text(page)
        adam.client.post(reverse("account:preferences"), {"name": "Adam", "theme": "auto", "digest": "on"})
        assert Operator.objects.get(pk=adam.operator.pk).digest


def test_nothing_to_tell_is_no_mail(adam: Desk, now: datetime) -> None:
    wants(adam)
    assert digests.send_due_digests() == 0
    assert mail.outbox == []


def _broken(*args: object) -> None:
    raise OSError("no route to the server")
