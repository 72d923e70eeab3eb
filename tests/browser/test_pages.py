"""Every page of the demo in Chromium: readable for everybody, in both themes, on a desk and on a phone."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Watch
from tests.browser.desk import ORGANIZATION, Desk

LONG = 90_000  # milliseconds; the first reading of two thousand people
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
PAGES = (
    "/",
    "/users/",
    "/users/?q=anna",
    "/users/?q=nobody-is-called-this",
    "/users/new/",
    "/groups/",
    "/groups/?nested=yes",
    "/groups/new/",
    "/search/?q=anna",
    "/domains/",
    "/domains/new/",
    "/domains/inbound-dmarc/",
    "/domains/nw-research.example/",
    "/domains/nw-research.example/addresses/",
    "/domains/nw-research.example/move/",
    "/domains/nw-research.example/checks/",
    "/resources/",
    "/resources/new/",
    "/mailboxes/?sort=-size",
    "/mailboxes/?dying=30",
    "/mailboxes/access/",
    "/mailboxes/address/?Email=auditorium@northwind-health.example",
    "/access_rules/",
    "/access_rules/new/",
    "/access_rules/test/?other=aaron.brown&Action=IMAP&IpAddress=10.0.0.1",
    "/access_rules/networks/",
    "/access_rules/networks/new/",
    "/access_rules/protected/",
    "/access_rules/protected/add/",
    "/access_rules/rules/default/delete/",
    "/mobile/",
    "/mobile/new/",
    "/mobile/test/?DeviceType=Android",
    "/mobile/overrides/",
    "/mobile/overrides/new/",
    "/exports/",
    "/exports/new/",
    "/exports/destinations/",
    "/exports/destinations/new/",
    "/identity/",
    "/identity/configure/",
    "/identity/application/delete/",
    "/identity/tokens/",
    "/impersonation/",
    "/impersonation/new/",
    "/impersonation/by-person/",
    "/messages/replace/",
    "/settings/",
    "/settings/tags/add/",
    "/retention/",
    "/retention/edit/",
    "/availability/",
    "/availability/new/",
    "/availability/new/?provider=LAMBDA",
    "/monitoring/",
    "/monitoring/edit/",
    "/ledger/",
    "/nowhere/",
)
ABOUT_ONE = ("", "edit/", "password/", "disable/", "quota/", "groups/join/", "readers/put/", "opens/put/")
OWN = ("/account/", "/accounts/2fa/", "/accounts/password/change/", "/accounts/2fa/totp/activate/")


def complaints(page: Page, address: str) -> list[str]:
    page.goto(address)
    found = violations(page)
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > page.viewport_size["width"]:  # type: ignore[index]  # it was set
        found.append(f"{wide} pixels wide")
    return [f"{address}: {each}" for each in found]


@pytest.mark.parametrize(("theme", "size"), [("light", "desktop"), ("dark", "phone")])
class TestEveryPage:
    def test_can_be_read_by_everybody(
        self, desk: Desk, page: Page, watch: Watch, theme: Any, size: str
    ) -> None:
        watch.forgive("404")  # of them, one is meant to be missing
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)
        assert complaints(page, f"{desk.base}/accounts/login/") == []
        desk.sign_in("admin")
        desk.open("/users/")
        expect(page.get_by_text("Aaron Brown")).to_be_visible(timeout=LONG)
        person = page.get_by_role("link", name="Aaron Brown").get_attribute("href")
        addresses = [ORGANIZATION + path for path in PAGES] + [f"{person}{path}" for path in ABOUT_ONE]
        assert [each for path in (*addresses, *OWN) for each in complaints(page, desk.base + path)] == []
