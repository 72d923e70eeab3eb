"""Verification and anchoring by themselves, and the alarms where they fail or stop."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.utils import timezone

from console.ledger import chain, proofs, tasks
from tests.ledger.support import as_owner, fill, keys, sql
from tests.ledger.test_command import ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def anchors(tmp_path: Path, settings: Any) -> Path:
    settings.LEDGER_ANCHOR_FILE = str(tmp_path / "anchors")
    return tmp_path / "anchors"


def test_the_anchors_are_usable(anchors: Path) -> None:
    for count in (1, 2):
        fill(count)
        tasks.anchor()
    seals = [chain.SignedHead.parse(line) for line in anchors.read_text().splitlines()]
    assert [seal.seq for seal in seals] == [1, 3]
    assert all(seal.is_signed(keys()) for seal in seals)
    assert ledger("verify", "--anchors", anchors)[0] == 0
    tasks.verify()
    assert list(proofs.list_problems()) == []


def test_a_changed_entry_raises_an_alarm_until_it_is_gone(anchors: Path) -> None:
    fill(3)
    with as_owner():
        sql("UPDATE ledger_entry SET reason = 'no' WHERE seq = 2")
    tasks.verify()
    (alarm,) = proofs.list_problems()
    assert "Verification of the audit log failed: BAD at entry 2" in alarm
    with as_owner():
        sql("UPDATE ledger_entry SET reason = '' WHERE seq = 2")
    tasks.verify()
    assert list(proofs.list_problems()) == []


def test_an_old_copy_that_was_put_back_is_found_by_the_anchor(anchors: Path) -> None:
    fill(2)
    tasks.anchor()
    anchors.write_text(anchors.read_text() + chain.SignedHead.make(9, "f" * 64, keys()).line() + "\n")
    tasks.verify()
    assert "an anchor counts 9" in "".join(proofs.list_problems())
    anchors.unlink()
    tasks.verify()
    assert "No such file" in "".join(proofs.list_problems())


def test_an_anchor_that_cannot_be_written_or_is_late(anchors: Path, settings: Any) -> None:
    fill(1)
    tasks.anchor()
    later = timezone.now() + timedelta(seconds=2 * settings.LEDGER_ANCHOR_SECONDS + 1)
    with mock.patch("django.utils.timezone.now", return_value=later):
        assert "Anchoring of the audit log is late" in "".join(proofs.list_problems())
    settings.LEDGER_ANCHOR_FILE = str(anchors / "no" / "folder")
    tasks.anchor()
    assert "the anchor was not written" in "".join(proofs.list_problems())


def test_what_never_ran_is_an_alarm_once_it_should_have(anchors: Path, settings: Any) -> None:
    assert list(proofs.list_problems()) == []
    fill(1)
    assert list(proofs.list_problems()) == []
    for seconds, late in ((settings.LEDGER_ANCHOR_SECONDS, 1), (settings.LEDGER_VERIFY_SECONDS, 2)):
        later = timezone.now() + timedelta(seconds=2 * seconds + 1)
        with mock.patch("django.utils.timezone.now", return_value=later):
            found = list(proofs.list_problems())
        assert len(found) == late
        assert all("it never ran. Check that beat and a worker are running." in each for each in found)


def test_without_a_file_there_is_no_anchor_and_no_alarm() -> None:
    fill(1)
    tasks.anchor()
    assert list(proofs.list_problems()) == []
