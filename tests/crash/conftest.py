"""The exports' console and sandbox; an export takes long enough to be looked at while it runs."""

from collections.abc import Iterator
from typing import cast

import pytest

from console.areas.exports.models import Destination
from console.mirror.models import Organization
from console.operators.models import Operator
from console.sandbox import application, botocore_hook
from console.sandbox.fixtures import TestSandbox, running_sandbox
from console.sandbox.settings import Settings
from tests.areas.exports.conftest import Time, actor, destination, operator, organization, time
from tests.crash.hearing import Hearing
from tests.crash.stories import Town

__all__ = ["destination", "organization", "time"]


@pytest.fixture
def sandbox() -> Iterator[TestSandbox]:
    with running_sandbox(settings=Settings(export_seconds=1800)) as made:
        made.clock.freeze()
        yield made


@pytest.fixture
def olga(organization: Organization) -> Operator:
    """May do everything."""
    return operator(organization, "Owner", "olga")


@pytest.fixture
def town(
    transactional_db: None, sandbox: TestSandbox, time: Time, destination: Destination, olga: Operator
) -> Iterator[Town]:
    aws = Hearing(sandbox.sandbox)
    with botocore_hook.route_botocore(cast(application.Sandbox, aws)):
        yield Town(sandbox, aws, time, destination, actor(olga))
