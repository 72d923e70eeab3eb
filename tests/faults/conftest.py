"""Servers of the faults' own, each made once for all tests of a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.aws import Sandbox
from tests.faults.servers import PostgreSQL
from tests.faults.site import Browser, Site


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    server = PostgreSQL(tmp_path_factory.mktemp("postgresql"))
    try:
        server.start()
        server.execute("CREATE DATABASE console")
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    server = Sandbox(tmp_path_factory.mktemp("aws"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def site(postgresql: PostgreSQL, aws: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """On PostgreSQL."""
    made = Site(tmp_path_factory.mktemp("site"), postgresql.url, endpoint=aws.endpoint)
    try:
        made.prepare()
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def small_site(aws: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """On SQLite."""
    folder: Path = tmp_path_factory.mktemp("small_site")
    made = Site(folder, f"sqlite:///{folder}/console.sqlite3", endpoint=aws.endpoint)
    try:
        made.prepare()
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def visitor(site: Site) -> Browser:
    return signed_in(site)


@pytest.fixture(scope="module")
def small_visitor(small_site: Site) -> Browser:
    return signed_in(small_site)


def signed_in(site: Site) -> Browser:
    visitor = site.browser()
    assert visitor.sign_in().status == 302
    assert visitor.get("/o/example/users/").status == 200
    return visitor
