"""Writing: what an entry holds, when it is on disk, and that nothing happens when it cannot be."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection, connections, transaction
from django.test import override_settings
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy

from console.actor import Actor
from console.ledger import chain, journal, stored_chain
from console.ledger.models import AppendOnly, Entry, Head
from tests.ledger.support import ADA, ORGANIZATION, as_owner, fill, forged, intend, put, sql, verdict

Outcome, Kind = Entry.Outcome, Entry.Kind


@pytest.mark.django_db
class TestAnIntent:
    def test_says_who_does_what_to_whom_from_where_and_why(self) -> None:
        entry = Entry.objects.get(pk=intend(target_name="Grace Hopper", reason="wedding", ticket="T-1").pk)
        assert (entry.operator_id, entry.operator, entry.address) == (7, "ada@example.com", "192.0.2.7")
        assert (entry.session, entry.request_id, entry.method) == ("5e5510", "req-00000001", "password+totp")
        assert (entry.organization, entry.operation) == (ORGANIZATION, "UpdateUser")
        assert (entry.target, entry.target_name) == ("S-1-1-grace", "Grace Hopper")
        assert (entry.reason, entry.ticket, entry.kind, entry.outcome) == ("wedding", "T-1", "intent", "")

    def test_keeps_the_parameters_and_what_was_there_before(self) -> None:
        entry = Entry.objects.get(pk=intend(before={"DescribeUser": {"DisplayName": "Grace"}}).pk)
        assert entry.body["params"]["DisplayName"] == "Grace Hopper"
        assert entry.body["before"] == {"DescribeUser": {"DisplayName": "Grace"}}

    def test_comes_back_as_it_was_returned(self) -> None:
        entry = intend(before={"DescribeUser": {"Size": 1e22, "Old": -0.0, "Small": 1.0}})
        assert journal.entry_row(Entry.objects.get(pk=entry.pk)) == journal.entry_row(entry)

    def test_is_numbered_and_linked_to_the_one_before(self) -> None:
        first, second = intend(), intend()
        assert (first.seq, second.seq) == (1, 2)
        assert (first.prev, second.prev) == (chain.GENESIS, first.hash)

    def test_with_text_that_no_database_stores_is_written_all_the_same(self) -> None:
        intend("Gr\x00ace \ud83d", target="a\x00b", reason="\udcff")
        (entry,) = Entry.objects.all()
        assert entry.body["params"]["DisplayName"] == "Gr\ufffdace \ufffd"
        assert (entry.target, entry.reason) == ("a\ufffdb", "\ufffd")
        assert verdict().ok

    def test_longer_than_a_column_is_clipped_where_one_sees_it(self) -> None:
        entry = intend(target="x" * 1000, reason="y" * 100_000)
        assert (len(entry.target), entry.target[-1], len(entry.reason)) == (256, "…", 100_000)
        assert verdict().ok


@pytest.mark.django_db(transaction=True)
class TestDurability:
    def test_an_intent_refuses_to_depend_on_a_transaction(self) -> None:
        with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
            intend()
        assert not Entry.objects.exists()

    def test_an_intent_has_committed_when_it_returns(self) -> None:
        intend()
        assert not connection.in_atomic_block
        assert verdict().count == 1

    def test_an_outcome_stands_or_falls_with_its_transaction(self) -> None:
        intent = intend()
        with transaction.atomic():
            journal.record_outcome(intent, Outcome.DONE)
            transaction.set_rollback(True)
        assert verdict().count == 1
        with transaction.atomic():
            journal.record_outcome(intent, Outcome.DONE)
        assert verdict() == chain.Verdict(ok=True, count=2)

    def test_commits_reach_the_disk(self, synced: None) -> None:
        with transaction.atomic():
            if connection.vendor == "sqlite":
                assert sql("PRAGMA synchronous") == [(2,)]
                return
            sql("SET synchronous_commit = off")
            journal.record_entry(ADA, Kind.CHANGED)
            assert sql("SHOW synchronous_commit") == [("on",)]
        sql("RESET synchronous_commit")


@pytest.mark.django_db
class TestAnOutcome:
    def test_belongs_to_its_intent(self) -> None:
        intent = intend(ticket="T-1")
        entry = journal.record_outcome(
            intent, Outcome.DONE, aws_request_id="aws-1", attempts=2, result={"Id": "x"}
        )
        assert entry.call == intent.call
        assert (entry.operation, entry.target, entry.ticket) == ("UpdateUser", "S-1-1-grace", "T-1")
        assert (entry.operator, entry.address) == (intent.operator, intent.address)
        assert (entry.aws_request_id, entry.body) == ("aws-1", {"attempts": 2, "result": {"Id": "x"}})

    def test_keeps_the_error(self) -> None:
        error = {"code": "EntityStateException", "message": "…"}
        assert journal.record_outcome(intend(), Outcome.REFUSED, error=error).body["error"] == error

    def test_may_be_found_out_late(self) -> None:
        intent = intend()
        journal.record_outcome(intent, Outcome.UNKNOWN)
        journal.record_outcome(intent, Outcome.APPLIED)
        found = Entry.objects.of_call(intent.call)
        assert [entry.outcome for entry in found] == ["", "unknown", "applied"]
        assert verdict().ok

    def test_of_another_name_is_refused(self) -> None:
        intent = intend()
        with pytest.raises(ValueError, match="perhaps"):
            journal.record_outcome(intent, "perhaps")


@pytest.mark.django_db
class TestOpenIntents:
    def test_are_those_nobody_knows_the_end_of(self) -> None:
        silent, unknown = intend(), intend()
        journal.record_outcome(unknown, Outcome.UNKNOWN)
        for settled in (Outcome.DONE, Outcome.REFUSED, Outcome.APPLIED, Outcome.NOT_APPLIED):
            journal.record_outcome(intend(), settled)
        late = intend()
        journal.record_outcome(late, Outcome.UNKNOWN)
        journal.record_outcome(late, Outcome.UNDETERMINED)
        assert list(journal.open_intents(clock.now())) == [silent, unknown]

    def test_are_old_enough(self) -> None:
        entry = intend()
        assert not journal.open_intents(entry.at)
        assert list(journal.open_intents(entry.at + timedelta(microseconds=1))) == [entry]


@pytest.mark.django_db
class TestARecord:
    def test_holds_whatever_is_worth_knowing(self) -> None:
        entry = journal.record_entry(
            ADA, Kind.DENIED, organization=ORGANIZATION, operation="DeleteUser", why="no right"
        )
        assert (entry.kind, entry.operation, entry.body) == ("denied", "DeleteUser", {"why": "no right"})

    def test_of_another_kind_is_refused(self) -> None:
        with pytest.raises(ValueError, match="gossip"):
            journal.record_entry(ADA, "gossip")

    def test_may_be_of_the_console_itself(self) -> None:
        entry = journal.record_entry(Actor.system("settling"), Kind.OBSERVED)
        assert (entry.operator_id, entry.operator, entry.method) == (None, "console", "settling")
        assert verdict().ok


class Colour(Enum):
    RED = "red"


class Unheard:
    def __str__(self) -> str:
        return "a secret, perhaps"


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (datetime(2026, 3, 4, 12, tzinfo=timezone(timedelta(hours=2))), "2026-03-04T10:00:00.000000Z"),
        (datetime(2026, 3, 4, 12), "2026-03-04T12:00:00"),
        (date(2026, 3, 4), "2026-03-04"),
        (b"secret", "[6 bytes]"),
        (Decimal("1.10"), "1.10"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (gettext_lazy("Yes"), "Yes"),
        (Colour.RED, "red"),
        (Kind.DENIED, "denied"),
        (Unheard(), "[Unheard]"),
        ({1: (True, None, {3})}, {"1": [True, None, [3]]}),
    ],
)
def test_a_value_is_stored_in_jsons_own_types(value: Any, stored: Any) -> None:
    assert journal.plain(value) == stored


def head_gone() -> None:
    with as_owner():
        sql("DELETE FROM ledger_head")


def number_taken() -> None:
    fill(1)
    with as_owner():
        (row,) = stored_chain.iterate_rows()
        put(forged(row, b"t" * 32, seq=2))


def trigger_in_the_way() -> None:
    if connection.vendor == "sqlite":
        sql("CREATE TRIGGER no BEFORE INSERT ON ledger_entry BEGIN SELECT RAISE(ABORT, 'disk full'); END")
        return
    sql(
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'disk full'; END$$;"
        "CREATE TRIGGER no BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION no()"
    )


def table_gone() -> None:
    sql("ALTER TABLE ledger_entry RENAME TO elsewhere")


@pytest.mark.django_db
class TestFailingClosed:
    @pytest.mark.parametrize("hinder", [head_gone, number_taken, trigger_in_the_way, table_gone])
    def test_what_cannot_be_written_raises_and_changes_nothing(self, hinder: Callable[[], None]) -> None:
        hinder()
        before = list(Head.objects.values())
        with pytest.raises(journal.LedgerUnavailable):
            intend()
        with pytest.raises(journal.LedgerUnavailable):
            journal.record_entry(ADA, Kind.SIGNED_IN)
        assert list(Head.objects.values()) == before

    @pytest.mark.parametrize("keys", [{}, {"k1": ""}, {"k1": "ab" * 16}, {"k1": "no hex"}])
    def test_without_a_key_nothing_is_written(self, keys: dict[str, str]) -> None:
        with override_settings(LEDGER_KEYS=keys), pytest.raises(journal.LedgerUnavailable):
            intend()
        assert not Entry.objects.exists()

    @override_settings(LEDGER_KEYS={})
    def test_without_a_key_the_console_does_not_start(self) -> None:
        assert "ledger.E001" in {found.id for found in run_checks(tags=["ledger"])}


@pytest.mark.django_db(transaction=True)
class TestALostDatabase:
    def test_a_connection_that_breaks_raises_and_the_next_append_works(self) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("SQLite has no connection that could break")
        other = connections.create_connection("default")
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [sql("SELECT pg_backend_pid()")[0][0]])
        other.close()
        with pytest.raises(journal.LedgerUnavailable):
            intend()
        connection.close()
        intend()
        assert verdict() == chain.Verdict(ok=True, count=1)


@pytest.mark.django_db
class TestModelsOnlyGrow:
    @pytest.mark.parametrize(
        "change",
        [
            lambda: Entry.objects.update(reason=""),
            lambda: Entry.objects.all().delete(),
            lambda: Entry.objects.create(),
            lambda: Entry.objects.bulk_create([]),
            lambda: Entry.objects.get().delete(),
            lambda: Entry.objects.get().save(),
        ],
    )
    def test_nothing_changes_an_entry(self, change: Callable[[], object]) -> None:
        intend()
        with pytest.raises(AppendOnly):
            change()
