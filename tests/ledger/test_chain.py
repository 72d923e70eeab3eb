"""The chain and its verifier alone, without a database."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from console.ledger import chain
from console.ledger.chain import GENESIS, SignedHead, Verdict, verify_chain

KEYS = {"old": b"o" * 32, "new": b"n" * 32}
THIEF = b"t" * 32
Row = dict[str, Any]


def link(prev: str, seq: int, key_id: str = "new", key: bytes | None = None, **columns: Any) -> Row:
    """A row that is signed as it should be, unless told otherwise."""
    row: Row = dict.fromkeys(chain.TEXT_COLUMNS, "") | {
        "operator_id": 7,
        "seq": seq,
        "prev": prev,
        "key_id": key_id,
    }
    row |= {
        "at": f"2026-03-04T05:06:{seq % 60:02}.000000Z",
        "body": '{"a":"é\\"\\\\"}',
        "reason": "why\n\u2028",
    }
    row |= columns
    return {**row, "hash": chain.sign_entry(row, key or KEYS[key_id])}


def ledger(count: int = 5, **columns: Any) -> list[Row]:
    rows: list[Row] = []
    for seq in range(1, count + 1):
        rows.append(link(rows[-1]["hash"] if rows else GENESIS, seq, **columns))
    return rows


def head(rows: list[Row]) -> SignedHead:
    return SignedHead.make(len(rows), rows[-1]["hash"] if rows else GENESIS, KEYS)


class TestWhatIsSigned:
    def test_it_is_json_with_its_names_in_order(self) -> None:
        row = link(GENESIS, 1, operator_id=None)
        del row["hash"]
        plain = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        assert chain.canonical_bytes(row) == plain.encode()

    def test_the_signature_is_hmac_sha256(self) -> None:
        row = link(GENESIS, 1)
        assert row["hash"] == hmac.new(KEYS["new"], chain.canonical_bytes(row), hashlib.sha256).hexdigest()

    @pytest.mark.parametrize("column", chain.COLUMNS)
    def test_every_column_counts(self, column: str) -> None:
        row = link(GENESIS, 1)
        other = {**row, column: 8 if column in ("seq", "operator_id") else row[column] + "x"}
        assert chain.canonical_bytes(other) != chain.canonical_bytes(row)

    @pytest.mark.parametrize("other", [7.0, "7", True, None])
    def test_a_number_of_another_type_is_another_number(self, other: Any) -> None:
        row = link(GENESIS, 1, operator_id=7)
        assert chain.canonical_bytes({**row, "operator_id": other}) != chain.canonical_bytes(row)

    def test_text_cannot_move_from_one_column_to_the_next(self) -> None:
        row = link(GENESIS, 1, target='a","target_name":"b', target_name="")
        assert chain.canonical_bytes(row) != chain.canonical_bytes({**row, "target": "a", "target_name": "b"})

    def test_a_time_is_utc_to_the_microsecond(self) -> None:
        noon = datetime(2026, 3, 4, 12, tzinfo=timezone(timedelta(hours=2)))
        assert chain.format_time(noon) == "2026-03-04T10:00:00.000000Z"
        assert chain.format_time(noon.astimezone(UTC)) == chain.format_time(noon)


class TestKeys:
    def test_the_last_one_signs(self) -> None:
        assert head([]).key_id == "new"

    @pytest.mark.parametrize("pairs", [{}, {"k1": "zz"}, {"k1": "ab" * 31}, {"": "ab" * 32}])
    def test_without_a_whole_key_there_are_none(self, pairs: dict[str, str]) -> None:
        with pytest.raises(chain.BadKeys):
            chain.read_keys(pairs)

    def test_the_message_does_not_repeat_a_key(self) -> None:
        with pytest.raises(chain.BadKeys) as caught:
            chain.read_keys({"k1": "not-hex-but-secret"})
        assert "secret" not in str(caught.value)


class TestAGoodLedger:
    @pytest.mark.parametrize("count", [0, 1, 5])
    def test_it_verifies(self, count: int) -> None:
        rows = ledger(count)
        assert verify_chain(rows, KEYS, head(rows)) == Verdict(ok=True, count=count)

    def test_it_verifies_across_a_rotation(self) -> None:
        first = link(GENESIS, 1, "old")
        rows = [first, link(first["hash"], 2, "new")]
        assert verify_chain(rows, KEYS, head(rows)) == Verdict(ok=True, count=2)

    def test_an_older_key_after_a_newer_one_is_worth_a_warning(self) -> None:
        first = link(GENESIS, 1, "new")
        rows = [first, link(first["hash"], 2, "old")]
        (warning,) = verify_chain(rows, KEYS, head(rows)).warnings
        assert "entry 2" in warning

    def test_a_clock_that_went_back_is_worth_a_warning(self) -> None:
        first = link(GENESIS, 1, at="2026-03-04T05:06:07.000001Z")
        rows = [first, link(first["hash"], 2, at="2026-03-04T05:06:07.000000Z")]
        found = verify_chain(rows, KEYS, head(rows))
        assert found.ok
        assert "entry 2" in found.warnings[0]

    def test_an_anchor_that_nobody_signed_is_bad(self) -> None:
        rows = ledger()
        found = verify_chain(rows, KEYS, head(rows), [SignedHead(3, "f" * 64, "new", "0" * 64)])
        assert not found.ok
        assert "head of entry 3 is not signed" in str(found)


def altered(rows: list[Row]) -> list[Row]:
    return [*rows[:2], {**rows[2], "target": "somebody else"}, *rows[3:]]


def without_third(rows: list[Row]) -> list[Row]:
    return rows[:2] + rows[3:]


def swapped(rows: list[Row]) -> list[Row]:
    return [rows[0], rows[2], rows[1], *rows[3:]]


def repeated(rows: list[Row]) -> list[Row]:
    return [*rows[:3], rows[2], *rows[3:]]


def column_missing(rows: list[Row]) -> list[Row]:
    return [*rows[:2], {name: value for name, value in rows[2].items() if name != "reason"}, *rows[3:]]


def bytes_for_text(rows: list[Row]) -> list[Row]:
    return [*rows[:2], {**rows[2], "reason": b"why"}, *rows[3:]]


def no_text_at_all(rows: list[Row]) -> list[Row]:
    return [*rows[:2], {**rows[2], "reason": "\udcff"}, *rows[3:]]


def hash_of_nothing(rows: list[Row]) -> list[Row]:
    return [*rows[:2], {**rows[2], "hash": None}, *rows[3:]]


class TestABadLedger:
    @pytest.mark.parametrize(
        ("tamper", "first_bad"),
        [
            (altered, 3),
            (without_third, 3),
            (swapped, 2),
            (repeated, 4),
            (column_missing, 3),
            (bytes_for_text, 3),
            (no_text_at_all, 3),
            (hash_of_nothing, 3),
        ],
    )
    def test_the_first_bad_entry_is_named(
        self, tamper: Callable[[list[Row]], list[Row]], first_bad: int
    ) -> None:
        rows = ledger()
        found = verify_chain(tamper(rows), KEYS, head(rows))
        assert not found.ok
        assert (found.first_bad_seq, found.count) == (first_bad, first_bad - 1)
        assert found.reason

    def test_no_head_at_all_is_as_bad_as_a_wrong_one(self) -> None:
        assert verify_chain(ledger(), KEYS, None).first_bad_seq == 6

    @pytest.mark.parametrize(
        "head",
        [SignedHead("5", "a", "new", "m"), SignedHead(5, "a", [], "m"), SignedHead(5, "a", "new", "\udcff")],  # type: ignore[arg-type]  # that is the point
    )
    def test_a_head_of_the_wrong_types_is_no_head(self, head: SignedHead) -> None:
        assert not verify_chain(ledger(), KEYS, head).ok


# Each planted fault is seen by one check alone: without that check the verifier would pass it. What
# only an insider with the key can plant is signed properly, so that no other check stands in.


def gap_signed(rows: list[Row]) -> tuple[list[Row], SignedHead, list[SignedHead]]:
    skipping = [*rows, link(rows[-1]["hash"], 7)]
    return skipping, SignedHead.make(7, skipping[-1]["hash"], KEYS), []


def grafted(rows: list[Row]) -> tuple[list[Row], SignedHead, list[SignedHead]]:
    other = ledger(6, target="of another ledger with the same key")
    both = rows + other[5:]
    return both, head(both), []


def changed_last(rows: list[Row]) -> tuple[list[Row], SignedHead, list[SignedHead]]:
    return [*rows[:4], {**rows[4], "target": "somebody else"}], head(rows), []


def key_unknown(rows: list[Row]) -> tuple[list[Row], SignedHead, list[SignedHead]]:
    both = [*rows, link(rows[-1]["hash"], 6, "mine", THIEF)]
    return both, head(both), []


def rewritten(rows: list[Row]) -> tuple[list[Row], SignedHead, list[SignedHead]]:
    other = ledger(5, target="another history, signed with the key")
    return other, head(other), [head(rows[:3])]


def tail_cut_head_forged(rows: list[Row]) -> tuple[list[Row], SignedHead, list[SignedHead]]:
    return rows[:3], SignedHead(3, rows[2]["hash"], "new", head(rows).mac), []


def tail_cut(rows: list[Row]) -> tuple[list[Row], SignedHead, list[SignedHead]]:
    return rows[:3], head(rows), []


def added_past_head(rows: list[Row]) -> tuple[list[Row], SignedHead, list[SignedHead]]:
    return rows, head(rows[:4]), []


def last_replaced(rows: list[Row]) -> tuple[list[Row], SignedHead, list[SignedHead]]:
    return [*rows[:4], link(rows[3]["hash"], 5, target="instead")], head(rows), []


def restored_from_backup(rows: list[Row]) -> tuple[list[Row], SignedHead, list[SignedHead]]:
    return rows[:3], head(rows[:3]), [head(rows[:4])]


Planted = Callable[[list[Row]], tuple[list[Row], SignedHead, list[SignedHead]]]
FAULTS: list[tuple[Planted, str, int]] = [
    (gap_signed, "_check_gap", 6),
    (grafted, "_check_link", 6),
    (changed_last, "_check_signature", 5),
    (key_unknown, "_check_signature", 6),
    (rewritten, "_check_anchor", 3),
    (tail_cut_head_forged, "_check_head_signature", 4),
    (tail_cut, "_check_head", 4),
    (added_past_head, "_check_head", 5),
    (last_replaced, "_check_head", 5),
    (restored_from_backup, "_check_anchors_reached", 4),
]


class TestEachCheckIsNeeded:
    @pytest.mark.parametrize(("plant", "check", "first_bad"), FAULTS)
    def test_the_fault_is_found(self, plant: Planted, check: str, first_bad: int) -> None:
        rows, seal, anchors = plant(ledger())
        found = verify_chain(rows, KEYS, seal, anchors)
        assert (found.ok, found.first_bad_seq) == (False, first_bad)

    @pytest.mark.parametrize(("plant", "check", "first_bad"), FAULTS)
    def test_without_its_check_it_would_pass(
        self, plant: Planted, check: str, first_bad: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("CHECKS", "END_CHECKS"):
            kept = tuple(each for each in getattr(chain, name) if each.__name__ != check)
            monkeypatch.setattr(chain, name, kept)
        rows, seal, anchors = plant(ledger())
        assert verify_chain(rows, KEYS, seal, anchors).ok

    def test_every_check_has_a_fault_of_its_own(self) -> None:
        checks = {each.__name__ for each in (*chain.CHECKS, *chain.END_CHECKS)}
        assert checks == {check for _, check, _ in FAULTS}
