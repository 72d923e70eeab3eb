"""What tests of operators share: the small console, a clock that is moved, and somebody at a browser."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from unittest import mock

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from console.operators.models import Operator


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def __call__(self) -> datetime:
        return self.now

    def time(self) -> float:
        return self.now.timestamp()

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Iterator[Clock]:
    moved = Clock()
    with mock.patch("django.utils.timezone.now", moved), mock.patch("time.time", moved.time):
        yield moved


@pytest.fixture(autouse=True)
def _no_attempts_so_far(db: None) -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def _no_menu(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small console has none of the areas that the menu leads to."""
    monkeypatch.setattr("console.navigation.MENU", ())


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same hasher at the least cost it takes."""
    monkeypatch.setattr(Argon2PasswordHasher, "time_cost", 1)
    monkeypatch.setattr(Argon2PasswordHasher, "memory_cost", 64)


def signed_in(somebody: Operator) -> Client:
    client = Client()
    client.force_login(somebody)
    return client
