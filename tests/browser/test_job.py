"""The main job, as the helpdesk does it, in a browser, against the demo as `make demo` starts it."""

import re
import zipfile
from email import message_from_bytes
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk

LONG = 90_000  # milliseconds; an export takes some ten seconds of the sandbox's own time


class TestMainJob:
    def test_from_finding_a_person_to_reading_her_exported_mail(
        self, desk: Desk, page: Page, tmp_path: Path
    ) -> None:
        desk.sign_in("helpdesk")
        address = find_a_person(desk, page)
        mend_the_record(page)
        password = reset_the_password(page)
        archive = export_the_mailbox(desk, page, address, tmp_path)
        assert_real_mail(archive)
        desk.sign_out()
        desk.sign_in("auditor")
        read_the_ledger(desk, page, address)
        assert password not in page.content()


def find_a_person(desk: Desk, page: Page) -> str:
    """Types a part of a name among thousands and opens the first of those who are found."""
    desk.open("/users/")
    expect(page.get_by_text("Aaron Brown")).to_be_visible(timeout=LONG)
    page.locator("main").get_by_role("searchbox").first.fill("anna")
    expect(page.get_by_text("Aaron Brown")).to_have_count(0)
    enabled = page.locator("main tbody tr").filter(has_text="Enabled").first
    address = re.findall(r"[\w.-]+@[\w.-]+", enabled.inner_text())[0]
    enabled.get_by_role("link").first.click()
    expect(page.locator("main").get_by_text(address).first).to_be_visible()
    return str(address)


def mend_the_record(page: Page) -> None:
    page.get_by_role("link", name="Edit").first.click()
    page.get_by_label("Job title").fill("Head of Nursing")
    page.get_by_label("Ticket").fill("HD-4711")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main").get_by_text("Head of Nursing").first).to_be_visible()


def reset_the_password(page: Page) -> str:
    page.get_by_role("link", name=re.compile("password", re.IGNORECASE)).first.click()
    page.get_by_role("button", name="Reset the password").click()
    shown = page.locator("#password")
    expect(shown).to_be_visible()
    password = shown.input_value()
    assert len(password) >= 12
    page.get_by_role("link", name="Done").click()
    assert password not in page.content()
    return password


def export_the_mailbox(desk: Desk, page: Page, address: str, folder: Path) -> Path:
    """Queues an export, watches it, and downloads its zip."""
    desk.open(f"/exports/new/?entity={address}")
    page.get_by_label("Reason").fill("Leaves the company at the end of the month")
    page.get_by_role("button", name="Queue the export").click()
    expect(page.get_by_role("progressbar")).to_be_visible(timeout=LONG)
    expect(page.get_by_text("Completed").first).to_be_visible(timeout=LONG)
    expect(page.get_by_text("Matches")).to_be_visible(timeout=LONG)
    page.get_by_role("button", name="Download the zip").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download now").click()
    path = folder / "mailbox.zip"
    download.value.save_as(path)
    return path


def assert_real_mail(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        mails = [name for name in archive.namelist() if name.endswith(".eml")]
        parsed = [message_from_bytes(archive.read(name)) for name in mails]
    assert len(parsed) > 5
    assert any(each["Subject"] and each["From"] for each in parsed)


def read_the_ledger(desk: Desk, page: Page, address: str) -> None:
    desk.open(f"/ledger/?q={address}")
    rows = page.locator("main tbody")
    for operation in ("UpdateUser", "ResetPassword", "StartMailboxExportJob", "Downloaded"):
        expect(rows.get_by_role("link", name=operation).first).to_be_visible()
    rows.get_by_role("link", name="UpdateUser").first.click()
    main = page.locator("main")
    expect(main.get_by_text("HD-4711").first).to_be_visible()
    expect(main.get_by_text("Head of Nursing").first).to_be_visible()
    expect(main.get_by_text("helpdesk@console.example").first).to_be_visible()
