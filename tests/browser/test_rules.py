"""A change of access rules in a browser: drafted, simulated, saved, proven; and a lock-out refused."""

from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Watch
from tests.browser.desk import Desk

LONG = 90_000  # milliseconds; the first reading of two thousand people


def names(page: Page) -> list[str]:
    return page.locator("main tbody code").all_inner_texts()


class TestAccessRules:
    def test_from_a_draft_over_its_matrix_to_a_rule_that_is_proven(self, desk: Desk, page: Page) -> None:
        desk.sign_in("admin")
        desk.open("/users/")
        expect(page.get_by_text("Aaron Brown")).to_be_visible(timeout=LONG)
        draft(desk, page)
        row = page.locator(".matrix tbody tr").filter(has_text="anywhere else")
        expect(row).to_contain_text("Aaron Brown")
        expect(row.get_by_text("denied")).to_have_count(2)
        expect(page.locator(".matrix tbody tr").filter(has_text="Head office")).to_have_count(0)
        assert violations(page) == []
        page.get_by_label("Reason").fill("Old mail programs stay in the office")
        page.get_by_role("button", name="Save the rule").click()
        expect(page.get_by_text("WorkMail answers as shown. In effect everywhere by")).to_be_visible()
        expect(
            page.get_by_text("Deny IMAP and SMTP for Aaron Brown outside Head office").first
        ).to_be_visible()
        expect(page.locator("main").get_by_text("In effect by")).to_be_visible()
        verified(desk, page)

    def test_a_lock_out_is_refused_until_it_is_typed_out(self, desk: Desk, page: Page, watch: Watch) -> None:
        watch.forgive("422")
        desk.sign_in("admin")
        desk.open("/access_rules/rules/default/delete/")
        expect(page.get_by_text("Nobody in the whole organization could read mail any more.")).to_be_visible()
        button = page.get_by_role("button", name="Delete the rule")
        expect(button).to_be_disabled()
        page.get_by_label("to confirm").fill("lock out nobody")
        expect(button).to_be_disabled()
        button.evaluate("button => { button.disabled = false; }")
        button.click()
        expect(page.get_by_text("Type lock out everybody exactly as shown.")).to_be_visible()
        desk.open("/access_rules/")
        assert "default" in names(page)


def draft(desk: Desk, page: Page) -> None:
    """Looks the person up, takes the network by its name."""
    desk.open("/access_rules/new/")
    page.get_by_label("Name", exact=True).fill("no-old-programs")
    page.get_by_label("Find a person", exact=True).press_sequentially("aaron brown")
    page.locator("#found-id_UserIds").get_by_role("button", name="Aaron Brown").first.click()
    page.get_by_role("group", name="Protocols", exact=True).get_by_label("IMAP").check()
    page.get_by_role("group", name="Protocols", exact=True).get_by_label("SMTP").check()
    page.locator("[data-to=id_NotIpRanges]").filter(has_text="Head office").click()
    page.get_by_role("button", name="Show what changes").click()


def verified(desk: Desk, page: Page) -> None:
    """WorkMail says the same to whoever asks it."""
    for address, said in (("198.51.100.200", "Denied"), ("203.0.113.7", "Allowed")):
        desk.open(f"/access_rules/test/?other=aaron.brown&Action=IMAP&IpAddress={address}")
        expect(page.get_by_label("Answer").get_by_role("status")).to_contain_text(said)
