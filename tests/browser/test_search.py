"""The search box in Chromium, by keyboard alone: open, type, choose, go."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from console.mirror.models import Organization
from tests.areas import world
from tests.areas.ledger.conftest import ID, person
from tests.browser.axe import violations


@pytest.fixture
def at(transactional_db: None, live_server: Any, context: BrowserContext, page: Page) -> Page:
    """The people of an organization, shown to an owner of it."""
    organization = Organization.objects.create(
        organization_id=ID, slug="example", region="us-east-1", name="Example"
    )
    for name in ("ada", "adam", "bo"):
        person(organization, name, display_name=name.title())
    client: Client = world.browser(world.operator("Owner", organization))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page.goto(f"{live_server.url}/o/example/users/")
    page.locator("#find[data-htmx-powered]").wait_for()  # what is typed before is no change to htmx
    return page


def test_ctrl_k_typing_an_arrow_and_enter_open_somebody(at: Page) -> None:
    box, found = at.get_by_role("combobox", name="Search in Example"), at.get_by_role("listbox", name="Found")
    expect(box).to_have_attribute("aria-expanded", "false")
    at.keyboard.press("Control+k")
    expect(box).to_be_focused()
    at.keyboard.type("ada")
    expect(found.get_by_role("option")).to_have_count(3)
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(at.locator("#find-told")).to_have_text("2 found")
    at.keyboard.press("ArrowDown")
    at.keyboard.press("ArrowDown")
    chosen = found.get_by_role("option", selected=True)
    expect(chosen).to_contain_text("Adam")
    expect(box).to_have_attribute("aria-activedescendant", str(chosen.get_attribute("id")))
    expect(box).to_be_focused()
    assert violations(at) == []
    at.keyboard.press("Enter")
    at.wait_for_url("**/o/example/users/id-of-adam/")


def test_ctrl_k_works_while_one_types_elsewhere(at: Page) -> None:
    at.locator("#q").focus()
    at.keyboard.press("Control+k")
    expect(at.locator("#find")).to_be_focused()


def test_escape_closes_the_list_and_leaves_what_was_typed(at: Page) -> None:
    at.keyboard.press("/")
    at.keyboard.type("ada")
    expect(at.locator("#find-list")).to_be_visible()
    at.keyboard.press("Escape")
    expect(at.locator("#find-list")).to_be_hidden()
    expect(at.locator("#find")).to_have_value("ada")
    at.keyboard.press("ArrowUp")
    expect(at.locator("#find-list").get_by_role("option", selected=True)).to_contain_text("Everything by")
    at.keyboard.press("Tab")
    expect(at.locator("#find-list")).to_be_hidden()


def test_enter_without_a_choice_leads_to_the_page_with_everything(at: Page) -> None:
    at.keyboard.press("Control+k")
    at.keyboard.type("ada")
    at.keyboard.press("Enter")
    at.wait_for_url("**/o/example/search/?q=ada")
    expect(at.get_by_role("heading", level=1)).to_have_text("“ada”")
    assert violations(at) == []


def test_the_list_follows_what_is_typed_and_goes_when_nothing_is(at: Page) -> None:
    at.keyboard.press("Control+k")
    at.keyboard.type("ada")
    expect(at.locator("#find-list").get_by_role("option")).to_have_count(3)
    at.keyboard.type("m")
    expect(at.locator("#find-list").get_by_role("option")).to_have_count(2)
    at.keyboard.press("Backspace")
    at.keyboard.press("Control+a")
    at.keyboard.press("Delete")
    expect(at.locator("#find-list")).to_be_hidden()


def test_a_phone_shows_the_list_within_its_width(at: Page) -> None:
    at.set_viewport_size({"width": 390, "height": 844})
    at.locator("#find").fill("ada")
    expect(at.locator("#find-list")).to_be_visible()
    assert at.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(at) == []


def test_the_view_that_is_saved_is_the_one_that_is_seen(at: Page) -> None:
    """Filters change the address without a new page, so the link beside them has to follow."""
    at.locator("#q").fill("ada")
    at.wait_for_url("**/users/?q=ada*")
    at.get_by_role("link", name="Save this view").click()
    at.get_by_label("Name").fill("Adas")
    assert violations(at) == []
    at.keyboard.press("Enter")
    at.wait_for_url("**/o/example/users/?q=ada")
    expect(at.get_by_role("navigation", name="Saved views").get_by_role("link", name="Adas")).to_be_visible()
