"""Many people at once, as somebody does it in a browser: ticks, all that match, a file that goes round."""

import csv
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk

LONG = 90_000


def tick_two(desk: Desk, page: Page) -> None:
    desk.open("/users/?state=ENABLED&role=USER")
    expect(page.locator("[data-tick]").first).to_be_visible(timeout=LONG)
    for number in (0, 1):
        page.locator("[data-tick]").nth(number).check()


class TestTicking:
    def test_shows_what_can_be_done_once_a_row_is_ticked(self, desk: Desk, page: Page) -> None:
        desk.sign_in("admin")
        desk.open("/users/?state=ENABLED&role=USER")
        bar = page.locator("[data-tick-bar]")
        expect(page.locator("[data-tick]").first).to_be_visible(timeout=LONG)
        expect(bar).to_be_hidden()
        page.locator("[data-tick]").first.check()
        expect(bar).to_be_visible()
        expect(bar.locator("[data-tick-count]")).to_have_text("1")
        page.locator("[data-tick]").first.uncheck()
        expect(bar).to_be_hidden()

    def test_all_that_match_are_more_than_a_page(self, desk: Desk, page: Page) -> None:
        desk.sign_in("admin")
        desk.open("/users/?state=ENABLED")
        expect(page.locator("[data-tick]").first).to_be_visible(timeout=LONG)
        page.locator("[data-tick-all]").check()
        page.locator("[data-tick-every]").check()
        page.get_by_role("button", name="Edit …").click()
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_contain_text("people")
        assert int(heading.inner_text().split()[1].replace(",", "")) > 50


class TestAFileThatGoesRound:
    def test_changes_the_cells_that_were_edited(self, desk: Desk, page: Page, tmp_path: Path) -> None:
        desk.sign_in("admin")
        tick_two(desk, page)
        path = take_along(page, tmp_path)
        name = edit(path)
        bring_back(desk, page, path)
        expect(page.get_by_text("1 of 2 rows to change, 1 cannot be done")).to_be_visible()
        expect(
            page.get_by_role("region", name="Rows that cannot be done").get_by_text("BOSS")
        ).to_be_visible()
        expect(page.locator("ins", has_text="Tower 9")).to_be_visible()
        page.get_by_role("link", name="Dry run").click()
        page.get_by_role("button", name="Run it").click()
        expect(page.get_by_role("status").get_by_text("1 done")).to_be_visible(timeout=LONG)
        result = take_result(page, tmp_path)
        assert [(line["Row"], line["State"]) for line in result] == [("2", "Done"), ("3", "Not done")]
        desk.open(f"/users/?q={name}")
        page.locator("main tbody").get_by_role("link").first.click()
        expect(page.locator("main").get_by_text("Tower 9").first).to_be_visible()


def take_along(page: Page, folder: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name="Export CSV for editing").click()
    path = folder / "people.csv"
    download.value.save_as(path)
    return path


def edit(path: Path) -> str:
    """As a spreadsheet in Germany would save it: semicolons, UTF-16. Returns whom the first row is about."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    rows[0]["Office"], rows[1]["Role"] = "Tower 9", "BOSS"
    with path.open("w", newline="", encoding="utf-16") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return rows[0]["Name"]


def bring_back(desk: Desk, page: Page, path: Path) -> None:
    desk.open("/users/file/")
    page.get_by_label("CSV file").set_input_files(path)
    page.get_by_role("button", name="Show changes").click()


def take_result(page: Page, folder: Path) -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.get_by_role("link", name="A line for each step").click()
    path = folder / "result.csv"
    download.value.save_as(path)
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))
