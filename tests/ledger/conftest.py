"""What tests of the ledger share: a database that other processes can open too."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment(transactional_db: None, tmp_path: Path) -> dict[str, str]:
    """Of a child process: the tests' PostgreSQL database, or an SQLite file with its migrations."""
    if connection.vendor == "postgresql":
        return {**os.environ, "DATABASE_URL": _url_of_tests()}
    child = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'ledger.sqlite3'}"}
    migrate = (sys.executable, "-m", "django", "migrate", "ledger", "--skip-checks", "-v", "0")
    subprocess.run(migrate, cwd=ROOT, env=child, check=True)
    return child


def _url_of_tests() -> str:
    known = connection.settings_dict
    password = f":{quote(known['PASSWORD'])}" if known["PASSWORD"] else ""
    return f"postgres://{known['USER']}{password}@{known['HOST']}:{known['PORT'] or 5432}/{known['NAME']}"
