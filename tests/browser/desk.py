"""An operator of the demo at her browser: signs in, goes to a page, signs out."""

import json

from playwright.sync_api import Page, expect

from tests.test_demo import Demo

ORGANIZATION = "/o/northwind-health"


class Desk:
    """One operator at a time, in one browser."""

    def __init__(self, page: Page, demo: Demo) -> None:
        self.page, self.base = page, f"http://127.0.0.1:{demo.port}"
        self.passwords = json.loads((demo.var / "demo-operators.json").read_text())

    def sign_in(self, name: str) -> None:
        email = f"{name}@console.example"
        self.page.goto(f"{self.base}/")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password", exact=True).fill(self.passwords[email])
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Northwind Health")

    def sign_out(self) -> None:
        self.page.get_by_role("button", name="Your account").click()
        self.page.get_by_role("button", name="Sign out").click()
        self.page.wait_for_url("**/accounts/login/**")

    def open(self, path: str) -> None:
        self.page.goto(f"{self.base}{ORGANIZATION}{path}")
