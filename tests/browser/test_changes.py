"""Changes in a browser: a record that two people mend at once, what came of it, and the way back."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watch
from tests.browser.desk import Desk
from tests.test_demo import Demo


class TestEditingAndUndoing:
    def test_two_at_one_record_and_the_way_back(
        self, desk: Desk, page: Page, browser: Browser, demo: Demo, watch: Watch
    ) -> None:
        watch.forgive("409")
        desk.sign_in("helpdesk")
        open_somebody(desk, page, "Aaron Collins", "Aaron Harris")
        page.get_by_role("link", name="Edit").first.click()
        expect(page.get_by_label("Job title")).to_be_visible()
        self.meanwhile_another_mends_it(browser, demo, page.url)
        page.get_by_label("Job title").fill("Head of Law")
        page.get_by_label("Office").fill("L-1")
        page.get_by_label("Ticket").fill("HD-77")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Somebody else changed this record").first).to_be_visible()
        expect(page.get_by_label("Job title")).to_have_value("Head of Law")
        page.get_by_role("button", name="Keep mine and save").click()
        expect(page.locator("main").get_by_text("Head of Law").first).to_be_visible()
        self.undo(desk, page)

    def meanwhile_another_mends_it(self, browser: Browser, demo: Demo, url: str) -> None:
        other = browser.new_page()
        desk = Desk(other, demo)
        desk.sign_in("admin")
        other.goto(url)
        other.get_by_label("Job title").fill("Keeper of seals")
        other.get_by_role("button", name="Save").click()
        expect(other.locator("main").get_by_text("Keeper of seals").first).to_be_visible()
        other.close()

    def undo(self, desk: Desk, page: Page) -> None:
        desk.open("/changes/?q=HD-77")
        page.locator("main tbody").get_by_role("link").first.click()
        expect(page.get_by_text("Can be undone.").first).to_be_visible()
        page.get_by_role("button", name=re.compile("Undo")).click()
        expect(page.get_by_text("Nothing has happened yet").first).to_be_visible()
        expect(page.locator("del").filter(has_text="Head of Law")).to_be_visible()
        expect(page.locator("ins").filter(has_text="Keeper of seals")).to_be_visible()
        page.get_by_role("button", name="Run it").click()
        expect(page.get_by_text("1 done").first).to_be_visible()
        page.locator("main").get_by_role("link", name="Aaron Harris").first.click()
        expect(page.locator("main").get_by_text("Keeper of seals").first).to_be_visible()


class TestCreating:
    def test_somebody_new_gets_a_mailbox_and_stands_among_the_changes(self, desk: Desk, page: Page) -> None:
        desk.sign_in("admin")
        desk.open("/users/new/")
        page.get_by_label("Display name").fill("Browser Newcomer")
        page.get_by_label("Username").fill("browser.newcomer")
        page.get_by_role("button", name="Create").click()
        expect(page.locator("#password")).to_be_visible(timeout=30_000)
        password = page.locator("#password").input_value()
        desk.open("/users/?q=newcomer")
        expect(page.get_by_role("cell", name="browser.newcomer@northwind-health.example")).to_be_visible()
        desk.open("/changes/?q=Newcomer")
        page.locator("main tbody").get_by_role("link").first.click()
        expect(page.get_by_text("Can it be undone?")).to_be_visible()
        assert password not in page.content()


def open_somebody(desk: Desk, page: Page, neighbour: str, name: str) -> None:
    desk.open("/users/")
    expect(page.get_by_text(neighbour)).to_be_visible(timeout=90_000)
    page.locator("main").get_by_role("link", name=name).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
