"""The system's Chromium, and a page on which any console error or policy violation fails the test."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from tests import services
from tests.browser.desk import Desk
from tests.nameserver import NameServer, serving
from tests.test_demo import Demo, eventually, living

# Playwright's loop makes Django take the tests for asynchronous ones.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 15_000  # milliseconds; more than the demo's web process waits for SQLite's lock
expect.set_options(timeout=PATIENCE)
REPORT = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


class Watch:
    """What a page complained of; `forgive` takes back what a test expects."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.forgiven: list[str] = []

    def console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def error(self, error: Exception) -> None:
        self.complaints.append(str(error))

    def failed(self, request: Request) -> None:
        """Leaving a page ends its requests: that is no fault."""
        if "ERR_ABORTED" not in (request.failure or ""):
            self.complaints.append(f"{request.url}: {request.failure}")

    def forgive(self, part: str) -> None:
        """Complaints with `part` in them belong to the test: the browser reports every 4xx as an error."""
        self.forgiven.append(part)

    @property
    def left(self) -> list[str]:
        return [each for each in self.complaints if not any(part in each for part in self.forgiven)]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": services.chromium(), "args": ARGUMENTS}


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def context(browser: Browser, watch: Watch) -> Iterator[BrowserContext]:
    context = browser.new_context(
        viewport={"width": 1440, "height": 900},
        locale="en-GB",
        timezone_id="Europe/Lisbon",
        reduced_motion="reduce",  # a colour that is still changing is not what a reader sees
    )
    context.set_default_timeout(PATIENCE)
    context.add_init_script(REPORT)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Iterator[Page]:
    page = context.new_page()
    page.on("console", watch.console)
    page.on("pageerror", watch.error)
    page.on("requestfailed", watch.failed)
    yield page
    assert watch.left == [], "the page complained"


@pytest.fixture(scope="session")
def dns() -> Iterator[NameServer]:
    """All the DNS that the demo knows: a name exists once a test has put it there."""
    with serving() as server:
        yield server


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, dns: NameServer) -> Iterator[Demo]:
    """Start the demo once for all browser tests.

    They need the listings. The details of two thousand users are read slowly, beside the tests.
    """
    var = tmp_path_factory.mktemp("demo") / "var"
    made = Demo(var, DNS_RESOLVER=dns.address, MIRROR_CALLS_PER_SECOND="6")
    assert eventually(made.is_ready), made.printed()
    yield made
    made.end(signal.SIGTERM)
    for pid in living(var):
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def desk(page: Page, demo: Demo) -> Desk:
    return Desk(page, demo)
