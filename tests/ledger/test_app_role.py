"""Every manipulation of the audit log, tried by the role that serves requests: refused, or else detected."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import DjangoDbBlocker

from console.ledger import chain, stored_chain
from tests.crash.processes import ROOT, database_url
from tests.ledger.support import fill, forged, put_head, sql, verdict
from tests.ledger.test_tampering import GENUINE, TAMPERINGS, THIEF, stored

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def role(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The role as `deploy/roles.sql` makes it, in the tests' own database."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    if not shutil.which("psql"):
        pytest.skip("psql is not on PATH")
    name = f"console_tamper_{os.getpid()}"
    with django_db_blocker.unblock():
        given = ["-v", f"app_role={name}", "-v", "app_password=only-for-tests", "-q"]
        subprocess.run(["psql", database_url(), *given, "-f", "deploy/roles.sql"], cwd=ROOT, check=True)
        yield name
        sql(f"DROP OWNED BY {name}")
        sql(f"DROP ROLE {name}")


@pytest.mark.parametrize(("tamper", "first_bad"), TAMPERINGS)
def test_is_refused_or_detected(tamper: Callable[[], None], first_bad: int, role: str) -> None:
    fill(GENUINE)
    assert verdict() == chain.Verdict(ok=True, count=GENUINE)
    refused = False
    try:
        with transaction.atomic():
            sql(f"SET LOCAL ROLE {role}")
            tamper()
    except DatabaseError:
        refused = True
    sql("RESET ROLE")
    found = verdict()
    print(f"\nR8 app role, {tamper.__name__}: {'refused' if refused else found}")  # noqa: T201 - a figure
    if refused:
        assert found == chain.Verdict(ok=True, count=GENUINE)
    else:
        assert (found.ok, found.first_bad_seq) == (False, first_bad)


def test_an_entry_that_follows_the_head_with_a_forged_signature_is_detected(role: str) -> None:
    """The role may append: what it appends without the key shows."""
    fill(GENUINE)
    last = stored()[-1]
    row = forged(last, THIEF, seq=GENUINE + 1, prev=last["hash"])
    names, places = (
        ", ".join(f'"{name}"' for name in stored_chain.COLUMN_NAMES),
        ", ".join(["%s"] * len(stored_chain.COLUMN_NAMES)),
    )
    with transaction.atomic():
        sql(f"SET LOCAL ROLE {role}")
        sql(
            f"INSERT INTO ledger_entry ({names}) VALUES ({places})",
            *(row[name] for name in stored_chain.COLUMN_NAMES),
        )
        put_head(chain.SignedHead.make(GENUINE + 1, row["hash"], {"test": THIEF}))
    sql("RESET ROLE")
    found = verdict()
    print(f"\nR8 app role, insert and seal with another key: {found}")  # noqa: T201 - a figure
    assert (found.ok, found.first_bad_seq) == (False, GENUINE + 1)
