"""A console in front of a sandbox, and a way between them on which things get lost."""

from collections.abc import Iterator
from typing import cast

import pytest

from console.actor import Actor
from console.mirror.models import Organization
from console.sandbox import application, botocore_hook
from console.sandbox.fixtures import TestSandbox
from tests.areas.exports.conftest import Time, actor, operator, organization, sandbox, time
from tests.aws.silence import Silence

__all__ = ["Time", "organization", "sandbox", "time"]


@pytest.fixture
def owner(organization: Organization) -> Actor:
    return actor(operator(organization, "Owner", "olga"))


@pytest.fixture
def way(sandbox: TestSandbox, time: Time, monkeypatch: pytest.MonkeyPatch) -> Iterator[Silence]:
    monkeypatch.setattr("console.aws.transport.PAUSE", 0)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    made = Silence(sandbox.sandbox)
    with botocore_hook.route_botocore(cast(application.Sandbox, made)):
        yield made
