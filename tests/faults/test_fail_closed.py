"""What cannot be entered in the audit log is not sent to AWS, whatever it is that fails."""

import pytest

from console.sandbox import fixtures
from tests.faults.aws import Sandbox
from tests.faults.scenarios import LARGE_FAULTS, SMALL_FAULTS, Fault, SmallFault
from tests.faults.servers import PostgreSQL, wait_until
from tests.faults.site import Answer, Browser, Site

pytestmark = pytest.mark.timeout(300)
PAGE = f"/o/example/users/{fixtures.ADA}/aliases/add/"
BOUND = 10.0


def add(visitor: Browser, form: dict[str, str], name: str) -> Answer:
    return visitor.post(PAGE, form, Alias=f"{name}@{fixtures.DOMAIN}")


def recovered(visitor: Browser, aws: Sandbox, name: str) -> None:
    def is_added() -> bool:
        return add(visitor, visitor.load(PAGE), name).status == 303

    assert wait_until(is_added, "the console to recover") < BOUND
    assert aws.writes().count("CreateAlias") == 1


@pytest.fixture(autouse=True)
def _no_writes_so_far(aws: Sandbox) -> None:
    (aws.folder / "writes").write_text("")


@pytest.mark.parametrize("fault", LARGE_FAULTS, ids=lambda fault: fault.__name__)
def test_nothing_is_sent_without_postgresql(
    postgresql: PostgreSQL, visitor: Browser, aws: Sandbox, fault: Fault
) -> None:
    form = visitor.load(PAGE)
    with fault(postgresql):
        for _ in range(3):  # connections that were open before the fault, and new ones
            answer = add(visitor, form, "never")
            assert (answer.status, answer.seconds < BOUND) == (503, True), answer
    assert aws.writes() == []
    recovered(visitor, aws, fault.__name__.replace("_", "-"))


@pytest.mark.parametrize("fault", SMALL_FAULTS, ids=lambda fault: fault.__name__)
def test_nothing_is_sent_without_sqlite(
    small_site: Site, small_visitor: Browser, aws: Sandbox, fault: SmallFault
) -> None:
    form = small_visitor.load(PAGE)
    with fault(small_site):
        for _ in range(3):
            answer = add(small_visitor, form, "never")
            assert (answer.status, answer.seconds < BOUND) == (503, True), answer
    assert aws.writes() == []
    recovered(small_visitor, aws, fault.__name__.replace("_", "-"))
