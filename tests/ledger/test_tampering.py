"""Somebody who owns the tables changes them: every way is detected, and the first bad entry named."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from console.ledger import chain, journal, stored_chain
from tests.ledger.support import ADA, as_owner, fill, forged, intend, keys, put, put_head, sql, verdict

pytestmark = pytest.mark.django_db
THIEF = b"t" * 32
GENUINE = 6


def stored() -> list[dict[str, Any]]:
    return list(stored_chain.iterate_rows())


def edit() -> None:
    sql("UPDATE ledger_entry SET operator = 'eve@example.com' WHERE seq = 3")


def edit_and_sign_with_another_key() -> None:
    put(forged(stored()[2], THIEF, operator="eve@example.com"))


def edit_and_sign_with_a_key_of_another_name() -> None:
    put(forged(stored()[2], THIEF, operator="eve@example.com", key_id="eve"))


def delete() -> None:
    sql("DELETE FROM ledger_entry WHERE seq = 3")


def delete_and_close_the_gap() -> None:
    delete()
    for seq in range(4, GENUINE + 1):
        sql("UPDATE ledger_entry SET seq = %s WHERE seq = %s", seq - 1, seq)


def delete_the_first() -> None:
    sql("DELETE FROM ledger_entry WHERE seq = 1")


def swap() -> None:
    third, fourth = stored()[2:4]
    put({**third, "seq": 4})
    put({**fourth, "seq": 3})


def swap_the_contents() -> None:
    third, fourth = stored()[2:4]
    put({**third, "body": fourth["body"]})
    put({**fourth, "body": third["body"]})


def insert() -> None:
    for seq in range(GENUINE, 2, -1):
        sql("UPDATE ledger_entry SET seq = %s WHERE seq = %s", seq + 1, seq)
    put(forged(stored()[1], THIEF, seq=3, prev=stored()[1]["hash"]))


def append() -> None:
    last = stored()[-1]
    put(forged(last, THIEF, seq=GENUINE + 1, prev=last["hash"]))
    sql("UPDATE ledger_head SET seq = %s", GENUINE + 1)


def append_behind_the_head() -> None:
    """Even what was signed once, with the head left as it is."""
    last = stored()[-1]
    put(forged(last, keys()["test"], seq=GENUINE + 1, prev=last["hash"]))


def reorder() -> None:
    rows = stored()
    for row, seq in zip(rows[2:], range(GENUINE, 2, -1), strict=True):
        sql("UPDATE ledger_entry SET seq = %s WHERE seq = %s", -seq, row["seq"])
    sql("UPDATE ledger_entry SET seq = -seq WHERE seq < 0")


def cut_the_tail() -> None:
    sql("DELETE FROM ledger_entry WHERE seq > 4")


def cut_the_tail_and_turn_back_the_head() -> None:
    cut_the_tail()
    sql("UPDATE ledger_head SET seq = 4, hash = (SELECT hash FROM ledger_entry WHERE seq = 4)")


def cut_everything() -> None:
    sql("DELETE FROM ledger_entry")


def cut_everything_and_turn_back_the_head() -> None:
    cut_everything()
    sql("UPDATE ledger_head SET seq = 0, hash = %s", chain.GENESIS)


def cut_everything_and_the_head() -> None:
    cut_everything()
    sql("DELETE FROM ledger_head")


def swap_the_head_for_one_signed_by_another() -> None:
    cut_the_tail()
    put_head(chain.SignedHead.make(4, stored()[-1]["hash"], {"test": THIEF}))


def break_the_body() -> None:
    """Not even JSON; on SQLite not even text."""
    text = "CAST(x'7bff7d' AS TEXT)" if connection.vendor == "sqlite" else "'{'"
    sql(f"UPDATE ledger_entry SET body = {text} WHERE seq = 3")


TAMPERINGS: list[tuple[Callable[[], None], int]] = [
    (edit, 3),
    (edit_and_sign_with_another_key, 3),
    (edit_and_sign_with_a_key_of_another_name, 3),
    (delete, 3),
    (delete_and_close_the_gap, 3),
    (delete_the_first, 1),
    (swap, 3),
    (swap_the_contents, 3),
    (insert, 3),
    (append, 7),
    (append_behind_the_head, 7),
    (reorder, 3),
    (cut_the_tail, 5),
    (cut_the_tail_and_turn_back_the_head, 5),
    (cut_everything, 1),
    (cut_everything_and_turn_back_the_head, 1),
    (cut_everything_and_the_head, 1),
    (swap_the_head_for_one_signed_by_another, 5),
    (break_the_body, 3),
]


class TestTampering:
    @pytest.mark.parametrize(("tamper", "first_bad"), TAMPERINGS)
    def test_is_detected(self, tamper: Callable[[], None], first_bad: int) -> None:
        fill(GENUINE)
        assert verdict() == chain.Verdict(ok=True, count=GENUINE)
        with as_owner():
            tamper()
        found = verdict()
        assert not found.ok
        assert (found.first_bad_seq, found.count) == (first_bad, first_bad - 1)


class TestAnOldCopy:
    """Somebody kept rows and head of an earlier day, all of it genuinely signed."""

    def test_of_one_entry_in_a_history_that_went_another_way_is_detected(self) -> None:
        fill(4)
        with as_owner():
            kept, (old,) = stored()[:3], stored()[3:]
            cut_everything()
            for row in kept:
                put(row)
            put_head(chain.SignedHead.make(3, kept[-1]["hash"], keys()))
        intend("somebody else")
        intend("and another")
        assert verdict().ok
        with as_owner():
            put(old)
        assert verdict().first_bad_seq == 5

    def test_of_everything_is_detected_by_a_head_that_was_kept_elsewhere(self) -> None:
        fill(4)
        old_rows, old_head = stored(), stored_chain.get_head()
        intend()
        anchor = stored_chain.get_head()
        assert old_head
        assert anchor
        with as_owner():
            sql("DELETE FROM ledger_entry WHERE seq > %s", len(old_rows))
            put_head(old_head)
        assert verdict().ok, "nothing in the database itself can show it"
        assert verdict(anchor).first_bad_seq == 5

    def test_that_has_been_written_on_since_is_detected_too(self) -> None:
        fill(4)
        old_head = stored_chain.get_head()
        intend("the one to be forgotten")
        anchor = stored_chain.get_head()
        assert old_head
        assert anchor
        with as_owner():
            sql("DELETE FROM ledger_entry WHERE seq > 4")
            put_head(old_head)
        intend("instead")
        assert verdict().ok
        assert verdict(anchor).first_bad_seq == 5


class TestKeys:
    def test_of_another_ledger_verify_nothing(self) -> None:
        fill(2)
        with override_settings(LEDGER_KEYS={"test": "cd" * 32}):
            assert verdict().first_bad_seq == 1

    def test_that_were_rotated_all_verify_and_the_last_one_signs(self) -> None:
        fill(2)
        with override_settings(LEDGER_KEYS={**_hex(), "next": "cd" * 32}):
            assert intend().key_id == "next"
            assert verdict() == chain.Verdict(ok=True, count=3)

    def test_that_were_taken_away_leave_their_entries_unproved(self) -> None:
        fill(2)
        with override_settings(LEDGER_KEYS={**_hex(), "next": "cd" * 32}):
            intend()
        with override_settings(LEDGER_KEYS={"next": "cd" * 32}):
            assert verdict().first_bad_seq == 1


def _hex() -> dict[str, str]:
    return {name: key.hex() for name, key in keys().items()}


class TestTheClock:
    def test_that_goes_back_is_reported_and_breaks_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        first = intend()
        monkeypatch.setattr("django.utils.timezone.now", lambda: first.at - timedelta(hours=1))
        journal.record_entry(ADA, "changed")
        found = verdict()
        assert (found.ok, found.count) == (True, 2)
        assert "entry 2" in found.warnings[0]

    def test_on_a_whole_second_is_no_tampering(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = intend().at.replace(microsecond=0) + timedelta(seconds=1)
        monkeypatch.setattr("django.utils.timezone.now", lambda: whole)
        intend()
        assert verdict() == chain.Verdict(ok=True, count=2)


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class TestAnyByte:
    """Whatever single byte of whatever column differs, the entry is not what was signed."""

    @given(data=st.data())
    @settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_that_differs_is_detected(self, data: st.DataObject, three_entries: None) -> None:
        seq = data.draw(st.integers(1, 3), "seq")
        column = data.draw(st.sampled_from(stored_chain.COLUMN_NAMES), "column")
        with undone():
            flip(data, seq, column)
            found = verdict()
        assert not found.ok
        assert found.first_bad_seq == seq or column == "seq"

    @pytest.fixture
    def three_entries(self) -> Iterator[None]:
        intent = intend("Grače ❤", target_name="Grače", reason="ask", ticket="T-1")
        journal.record_outcome(
            intent, "done", aws_request_id="aws-1", after={"DescribeUser": {"State": "ENABLED"}}
        )
        journal.record_entry(ADA, "signed_in")
        with as_owner():
            yield


def flip(data: st.DataObject, seq: int, column: str) -> None:
    postgresql = connection.vendor == "postgresql"
    if column in ("seq", "operator_id"):
        new = f"{column} + {data.draw(st.integers(-(2**40), 2**40).filter(lambda n: abs(n) > 3))}"
        sql(f'UPDATE ledger_entry SET "{column}" = {new} WHERE seq = {seq}')
    elif postgresql and column == "at":
        microseconds = 2 ** data.draw(st.integers(0, 40))
        sql(f"UPDATE ledger_entry SET at = at + interval '{microseconds} microseconds' WHERE seq = {seq}")
    elif postgresql:
        flip_on_postgresql(data, seq, column)
    else:
        flip_on_sqlite(data, seq, column)


def flip_on_sqlite(data: st.DataObject, seq: int, column: str) -> None:
    """Any byte becomes any other, text or not."""
    ((old,),) = sql(f'SELECT CAST("{column}" AS BLOB) FROM ledger_entry WHERE seq = {seq}')
    statement = f'UPDATE ledger_entry SET "{column}" = CAST(%s AS TEXT) WHERE seq = {seq}'
    sql(statement, flipped(data, bytes(old), 255))


def flip_on_postgresql(data: st.DataObject, seq: int, column: str) -> None:
    """Any byte that PostgreSQL takes as text there."""
    cast = "uuid" if column == "call" else "text"
    ((old,),) = sql(f'SELECT "{column}"::text FROM ledger_entry WHERE seq = {seq}')
    new = flipped(data, old.encode(), 127)
    try:
        text = new.decode()
    except UnicodeDecodeError:
        text = ""
    assume("\0" not in text and text not in ("", old))
    if column == "call":
        assume(all(each in "0123456789abcdef-" for each in text) and text.count("-") == 4)
    sql(f'UPDATE ledger_entry SET "{column}" = %s::{cast} WHERE seq = {seq}', text)


def flipped(data: st.DataObject, old: bytes, most: int) -> bytes:
    if not old:
        return bytes([data.draw(st.integers(1, most))])
    at = data.draw(st.integers(0, len(old) - 1), "byte")
    return old[:at] + bytes([old[at] ^ data.draw(st.integers(1, most), "mask")]) + old[at + 1 :]
