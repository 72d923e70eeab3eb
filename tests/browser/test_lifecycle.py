"""People who are frozen, let go and taken back, in a browser."""

import re

from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.desk import Desk

SLOW = 60_000  # milliseconds; what a worker does


class TestFreezing:
    def test_is_proven_seen_and_lifted(self, desk: Desk, page: Page) -> None:
        desk.sign_in("admin")
        open_somebody(desk, page, "Aaron Jones")
        page.get_by_role("link", name="Freeze").click()
        expect(page.get_by_text("No protocol lets this person in from then on")).to_be_visible()
        assert violations(page) == []
        page.get_by_label("Reason").fill("Lost laptop")
        page.get_by_role("button", name="Freeze").click()
        expect(page.get_by_text("WorkMail says so for every protocol").first).to_be_visible()
        expect(page.get_by_text("Frozen since")).to_be_visible()
        page.get_by_role("link", name="Thaw").click()
        page.get_by_role("button", name="Thaw").click()
        expect(page.get_by_text("is thawed").first).to_be_visible()
        expect(page.get_by_text("Frozen since")).to_have_count(0)


class TestOffboarding:
    def test_is_seen_first_done_as_one_and_undone_as_one(self, desk: Desk, page: Page) -> None:
        desk.sign_in("admin")
        open_somebody(desk, page, "Aaron Smith")
        page.get_by_role("link", name="Offboard").click()
        expect(page.get_by_role("region", name="What Aaron Smith has")).to_be_visible()
        assert violations(page) == []
        page.get_by_label("Successor", exact=True).fill("aaron.roberts@northwind-health.example")
        page.get_by_label("Ticket").fill("HR-19")
        page.get_by_role("button", name="Show the steps").click()
        expect(page.get_by_text("Nothing has happened yet").first).to_be_visible()
        page.get_by_role("button", name="Run it").click()
        expect(page.get_by_text("Done", exact=True).first).to_be_visible(timeout=SLOW)
        self.undo(page)
        open_somebody(desk, page, "Aaron Smith")
        expect(page.get_by_text("Enabled", exact=True).first).to_be_visible()
        expect(page.get_by_text("Frozen since")).to_have_count(0)

    def undo(self, page: Page) -> None:
        page.get_by_role("button", name=re.compile("Undo")).click()
        expect(page.get_by_text("Nothing has happened yet").first).to_be_visible()
        page.get_by_role("button", name="Run it").click()
        expect(page.get_by_text("Done", exact=True).first).to_be_visible(timeout=SLOW)


def open_somebody(desk: Desk, page: Page, name: str) -> None:
    desk.open(f"/users/?q={name.replace(' ', '+')}")
    link = page.locator("main").get_by_role("link", name=name).first
    expect(link).to_be_visible(timeout=90_000)
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
