"""What the database itself refuses to whoever writes past the journal, on SQLite and PostgreSQL."""

import pytest
from django.db import DatabaseError, connection, transaction

from console.ledger import chain, journal, stored_chain, triggers
from tests.ledger.support import ADA, as_owner, fill, forged, intend, keys, put, put_head, sql, verdict

pytestmark = pytest.mark.django_db
NAMES = ", ".join(f'"{name}"' for name in stored_chain.COLUMN_NAMES)


def refused(statement: str, *values: object) -> None:
    """Refused, and nothing changed by it."""
    with pytest.raises(DatabaseError, match="ledger"), transaction.atomic():
        sql(statement, *values)
    assert verdict().ok


def copied(seq: str, prev: str) -> str:
    """An entry that copies the second one, but for its number and link."""
    own = {"seq": seq, "prev": prev}
    values = ", ".join(own.get(name, f'"{name}"') for name in stored_chain.COLUMN_NAMES)
    return f"ledger_entry ({NAMES}) SELECT {values} FROM ledger_entry WHERE seq = 2"


class TestEntries:
    @pytest.fixture(autouse=True)
    def _ledger(self, db: None) -> None:
        fill(3)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE ledger_entry SET reason = 'no' WHERE seq = 2",
            "UPDATE ledger_entry SET seq = 9 WHERE seq = 2",
            "DELETE FROM ledger_entry WHERE seq = 3",
            "DELETE FROM ledger_entry",
        ],
    )
    def test_stay_as_they_are(self, statement: str) -> None:
        refused(statement)

    @pytest.mark.parametrize(
        ("seq", "prev"), [("5", "hash"), ("0", "prev"), ("4", "prev"), ("4", "'" + chain.GENESIS + "'")]
    )
    def test_follow_the_head_or_are_not_let_in(self, seq: str, prev: str) -> None:
        refused(f"INSERT INTO {copied(seq, prev)}")

    def test_are_not_replaced_by_an_insertion(self) -> None:
        if connection.vendor == "sqlite":
            refused(f"INSERT OR REPLACE INTO {copied('2', 'prev')}")
            return
        refused(f"INSERT INTO {copied('2', 'prev')} ON CONFLICT (seq) DO UPDATE SET reason = 'no'")

    def test_are_not_replaced_through_sqlites_hidden_number(self) -> None:
        if connection.vendor != "sqlite":
            pytest.skip("PostgreSQL has no rowid")
        following = copied("4", "(SELECT hash FROM ledger_head)")
        with transaction.atomic():
            sql(
                f"INSERT OR REPLACE INTO {following}".replace("(", "(rowid, ", 1).replace(
                    "SELECT ", "SELECT 1, ", 1
                )
            )
            assert sql("SELECT count(*) FROM ledger_entry WHERE seq < 4") == [(3,)]

    def test_are_not_truncated(self) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("SQLite truncates by DELETE")
        refused("TRUNCATE ledger_entry")
        refused("TRUNCATE ledger_head")
        refused("TRUNCATE ledger_entry, ledger_head")

    def test_are_safe_from_a_session_that_says_it_replicates(self) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("SQLite does not replicate")
        sql("SET LOCAL session_replication_role = replica")
        refused("DELETE FROM ledger_entry WHERE seq = 3")

    def test_follow_the_real_head_and_no_temporary_one(self) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("SQLite resolves the tables of a trigger when it is made")
        sql("CREATE TEMPORARY TABLE ledger_head AS SELECT id, 8 AS seq, hash FROM public.ledger_head")
        with pytest.raises(DatabaseError, match="does not follow"), transaction.atomic():
            sql(f"INSERT INTO {copied('9', '(SELECT hash FROM ledger_head)')}")


class TestTheHead:
    @pytest.fixture(autouse=True)
    def _ledger(self, db: None) -> None:
        fill(3)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE ledger_head SET seq = 2",
            "UPDATE ledger_head SET seq = 5",
            "UPDATE ledger_head SET seq = 4",
            "UPDATE ledger_head SET hash = ''",
            "UPDATE ledger_head SET mac = ''",
            "DELETE FROM ledger_head",
            "INSERT INTO ledger_head (id, seq, hash, key_id, mac) VALUES (2, 0, '', '', '')",
        ],
    )
    def test_moves_by_one_entry_at_a_time(self, statement: str) -> None:
        refused(statement)

    def test_is_not_replaced_by_an_insertion(self) -> None:
        values = "(id, seq, hash, key_id, mac) VALUES (1, 0, '', '', '')"
        if connection.vendor == "sqlite":
            refused(f"INSERT OR REPLACE INTO ledger_head {values}")
            return
        refused(f"INSERT INTO ledger_head {values} ON CONFLICT (id) DO UPDATE SET seq = 0")

    def test_moves_to_no_other_entry_than_the_one_written(self) -> None:
        with transaction.atomic():
            last = list(stored_chain.iterate_rows())[-1]
            entry = forged(last, b"t" * 32, seq=4, prev=last["hash"])
            put(entry)
            with pytest.raises(DatabaseError, match="ledger"), transaction.atomic():
                put_head(chain.SignedHead.make(4, "f" * 64, keys()))
            put_head(chain.SignedHead.make(4, entry["hash"], keys()))
        assert verdict().first_bad_seq == 4


class TestTheTriggersThemselves:
    def test_are_all_there(self) -> None:
        assert triggers.find_missing(connection) == []

    def test_when_one_is_gone_the_verifier_says_so(self) -> None:
        on = "" if connection.vendor == "sqlite" else "ON ledger_entry"
        sql(f"DROP TRIGGER ledger_entry_stays {on}")
        assert triggers.find_missing(connection) == ["ledger_entry_stays"]
        assert not verdict().ok
        assert "triggers are missing: ledger_entry_stays" in str(verdict())

    def test_come_back_after_they_were_lifted(self) -> None:
        with as_owner():
            assert len(triggers.find_missing(connection)) >= 6
        assert triggers.find_missing(connection) == []
        intend()
        refused("DELETE FROM ledger_entry")


@pytest.mark.django_db(transaction=True)
class TestTheRoleOfTheApplication:
    """The grants that `triggers` advises are enough to append and too little for anything else."""

    @pytest.fixture(autouse=True)
    def _role(self) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("SQLite has no roles")
        sql("DO $$BEGIN CREATE ROLE ledger_app; EXCEPTION WHEN duplicate_object THEN NULL; END$$")
        sql("GRANT SELECT, INSERT ON ledger_entry TO ledger_app")
        sql("GRANT SELECT, UPDATE ON ledger_head TO ledger_app")

    def test_may_append_and_read(self) -> None:
        with transaction.atomic():
            sql("SET LOCAL ROLE ledger_app")
            journal.record_entry(ADA, "changed")
            assert verdict() == chain.Verdict(ok=True, count=1)

    @pytest.mark.parametrize(
        "statement",
        [
            "DROP TRIGGER ledger_entry_stays ON ledger_entry",
            "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
            "TRUNCATE ledger_entry",
            "DELETE FROM ledger_entry",
            "DELETE FROM ledger_head",
            "UPDATE ledger_entry SET reason = ''",
            "SET session_replication_role = replica",
        ],
    )
    def test_may_do_nothing_else(self, statement: str) -> None:
        with transaction.atomic():
            sql("SET LOCAL ROLE ledger_app")
            with pytest.raises(DatabaseError, match=r"must be owner|permission denied"):
                sql(statement)
            transaction.set_rollback(True)
