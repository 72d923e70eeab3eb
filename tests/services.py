"""What some tests need of the machine: used where it is, else a skip with its reason or a failure."""

import os
import shutil
import socket
from functools import cache
from typing import NoReturn
from urllib.parse import urlsplit

import pytest

NO_POSTGRESQL = "no PostgreSQL at DATABASE_URL or 127.0.0.1:5432"
NO_REDIS = "no Redis at REDIS_URL or 127.0.0.1:6379"
NO_NODE = "no node or npm on PATH"
NO_STRACE = "no strace on PATH"
NO_CHROMIUM = "neither chromium nor chromium-browser on PATH"


def postgresql() -> str:
    """The URL of a PostgreSQL server; without one the calling test is skipped."""
    return find_postgresql() or missing(NO_POSTGRESQL)


def redis() -> str:
    """The URL of a Redis server; without one the calling test is skipped."""
    return find_redis() or missing(NO_REDIS)


def chromium() -> str:
    """The path of Chromium; without it the calling test is skipped."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or missing(NO_CHROMIUM)


def strace() -> str:
    """The path of strace; without it the calling test is skipped."""
    return shutil.which("strace") or missing(NO_STRACE)


def node() -> str:
    """The path of Node; without it the calling test is skipped in any case: nothing here is made with it."""
    return shutil.which("node") or pytest.skip(NO_NODE)


def npm() -> str:
    """The path of npm; as with Node."""
    return shutil.which("npm") or pytest.skip(NO_NODE)


def required() -> bool:
    """Whether a missing service fails a test instead of skipping it."""
    return os.environ.get("REQUIRE_SERVICES", "0") not in {"", "0"}


@cache
def find_postgresql() -> str:
    given = os.environ.get("DATABASE_URL", "")
    url = given if given.startswith("postgres") else "postgres://postgres@127.0.0.1:5432/postgres"
    return url if _answers(url, 5432) else ""


@cache
def find_redis() -> str:
    url = os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379/0"
    return url if _answers(url, 6379) else ""


def _answers(url: str, port: int) -> bool:
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "127.0.0.1", parts.port or port), timeout=2).close()
    except OSError:
        return False
    return True


def missing(why: str) -> NoReturn:
    """Skip the calling test, or fail it where nothing may be missing."""
    if required():
        pytest.fail(f"{why}, and REQUIRE_SERVICES is set", pytrace=False)
    pytest.skip(why)
