"""The style guide in Chromium: readable for everybody in both themes, and the script's comforts work."""

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Watch
from tests.ui.conftest import guide_templates

__all__ = ["guide_templates"]
pytestmark = [pytest.mark.urls("tests.ui.urls"), pytest.mark.usefixtures("guide_templates", "live_server")]
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}


@pytest.fixture
def at(page: Page, live_server: Any) -> Any:
    """Opens an address of the guide."""

    def go(path: str, theme: str = "light", size: str = "desktop") -> Page:
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{live_server.url}{path}?theme={theme}")
        return page

    return go


class TestEverybodyCanReadIt:
    @pytest.mark.parametrize("size", SIZES)
    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("path", ["/guide/", "/confirm/"])
    def test_axe_finds_nothing(self, at: Any, path: str, theme: str, size: str) -> None:
        assert violations(at(path, theme, size)) == []

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_nor_on_the_way_in(self, at: Any, page: Page, theme: Any) -> None:
        page.emulate_media(color_scheme=theme)
        at("/door/")
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
        assert violations(page) == []

    def test_nor_with_a_menu_or_a_dialog_open(self, at: Any) -> None:
        page = at("/guide/")
        page.click("button.switcher")
        assert violations(page) == []
        page.keyboard.press("Escape")
        page.click("[data-dialog=ask]")
        assert violations(page) == []

    @pytest.mark.parametrize("path", ["/guide/", "/confirm/", "/door/"])
    def test_a_phone_needs_no_scrolling_sideways(self, at: Any, path: str) -> None:
        page = at(path, size="phone")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


class TestTheKeyboard:
    def test_slash_goes_to_the_search(self, at: Any) -> None:
        page = at("/guide/")
        page.keyboard.press("/")
        expect(page.locator("#find")).to_be_focused()
        expect(page.locator("#find")).to_have_value("")

    def test_j_and_k_walk_the_rows_and_enter_opens(self, at: Any, watch: Watch) -> None:
        page = at("/guide/")
        for key in "jjk":
            page.keyboard.press(key)
        expect(page.locator("tbody tr.is-current a").first).to_be_focused()
        expect(page.locator("tr.is-current")).to_have_count(1)
        page.keyboard.press("x")
        expect(page.locator("tr.is-current [data-tick]")).to_be_checked()
        watch.forgive("404")
        page.keyboard.press("Enter")
        page.wait_for_url("**/people/0/")

    def test_single_keys_can_be_switched_off(self, at: Any) -> None:
        page = at("/guide/")
        page.click("button.account")
        page.get_by_role("button", name="Keyboard shortcuts").click()
        page.locator("[data-shortcuts]").uncheck()
        page.reload()
        page.keyboard.press("/")
        expect(page.locator("#find")).not_to_be_focused()

    def test_the_first_tab_skips_to_the_content(self, at: Any) -> None:
        page = at("/guide/")
        page.keyboard.press("Tab")
        expect(page.locator(".skip-link")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()


class TestComfort:
    def test_a_confirmation_opens_its_button_only_for_the_exact_text(self, at: Any) -> None:
        page = at("/confirm/")
        button = page.get_by_role("button", name="Delete")
        expect(button).to_be_disabled()
        page.locator("#id_typed").fill("ana@meridian.example")
        expect(button).to_be_enabled()
        page.locator("#id_typed").fill("ana@meridian")
        expect(button).to_be_disabled()

    def test_an_address_is_copied_and_said_so(self, at: Any, context: BrowserContext) -> None:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = at("/guide/")
        page.get_by_role("button", name="Copy ana@meridian.example").click()
        expect(page.get_by_text("Copied.")).to_be_visible()
        assert page.evaluate("() => navigator.clipboard.readText()") == "ana@meridian.example"

    def test_a_toast_goes_when_it_is_dismissed(self, at: Any) -> None:
        page = at("/guide/")
        toast = page.locator("[data-toast]", has_text="AWS refused")
        toast.get_by_role("button", name="Dismiss").click()
        expect(toast).to_have_count(0)

    def test_ticking_all_ticks_every_row(self, at: Any) -> None:
        page = at("/guide/")
        page.locator("[data-tick-all]").check()
        expect(page.locator("[data-tick]:checked")).to_have_count(14)
        page.locator("[data-tick]").first.uncheck()
        assert page.locator("[data-tick-all]").evaluate("box => box.indeterminate")

    def test_moments_are_shown_in_the_readers_time(self, at: Any) -> None:
        moment = at("/guide/").locator("time[data-local]").first
        expect(moment).to_have_text("20 Nov 2026, 14:05")
        expect(moment).to_have_attribute("title", "2026-11-20 14:05 UTC")

    def test_a_dialog_closes_by_its_button(self, at: Any) -> None:
        page = at("/guide/")
        page.click("[data-dialog=ask]")
        expect(page.locator("dialog")).to_be_visible()
        page.locator("dialog [data-dismiss]").click()
        expect(page.locator("dialog")).to_be_hidden()

    def test_a_touched_form_asks_before_it_is_left(self, at: Any) -> None:
        page = at("/guide/")
        asked: list[str] = []

        def stay(dialog: Any) -> None:
            asked.append(dialog.type)
            dialog.accept()

        page.on("dialog", stay)
        page.locator("form[data-dirty] [name=FirstName]").fill("Anna")
        page.reload()
        assert asked == ["beforeunload"]


class TestFragments:
    def test_sorting_swaps_the_rows_and_keeps_the_address(self, at: Any) -> None:
        page = at("/guide/")
        page.evaluate("() => { document.querySelector('main').dataset.kept = 'yes'; }")
        page.get_by_role("link", name="State").click()
        page.wait_for_url("**/guide/?sort=state")
        expect(page.locator("main")).to_have_attribute("data-kept", "yes")

    def test_typing_searches_without_a_button(self, at: Any) -> None:
        page = at("/guide/")
        with page.expect_response(lambda answer: "q=omar" in answer.url) as answered:
            page.locator("#q").fill("omar")
        assert answered.value.request.headers["hx-request"] == "true"
        page.wait_for_url("**q=omar**")
        expect(page.locator("#q")).to_be_focused()

    def test_progress_asks_again_until_it_is_done(self, at: Any) -> None:
        page = at("/guide/")
        with page.expect_response(lambda answer: answer.request.headers.get("hx-source") == "div#p1"):
            page.locator("#p1").wait_for()
        with page.expect_response(lambda answer: answer.request.headers.get("hx-source") == "div#p1"):
            expect(page.locator("#p1")).to_contain_text("37 of 100 MB")
        expect(page.get_by_role("link", name="Next")).to_have_count(1)
        assert page.locator("#p2").get_attribute("hx-get") is None

    def test_the_next_page_is_fetched_while_the_pointer_is_on_its_link(self, at: Any) -> None:
        page = at("/guide/")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if "after=y" in request.url else None)
        link = page.get_by_role("link", name="Next")
        with page.expect_response(lambda answer: "after=y" in answer.url):
            link.hover()
            link.dispatch_event("mouseenter")  # a busy browser may not notice the pointer
        page.get_by_role("link", name="Next").click()
        page.wait_for_url("**after=y")
        assert len(asked) == 1

    def test_an_answer_may_bring_a_message(self, at: Any) -> None:
        page = at("/guide/")
        page.get_by_role("button", name="Ask").click()
        expect(page.locator("#said")).to_be_visible()
        expect(page.locator("[data-toasts]")).to_contain_text("Gespeichert: Ågård")

    def test_a_whole_page_is_not_put_into_a_fragments_place(self, at: Any, watch: Watch) -> None:
        watch.forgive("404")
        page = at("/guide/")
        page.get_by_role("button", name="Fail").click()
        expect(page.locator("[data-toasts]")).to_contain_text("There is no such page")
        expect(page.locator("#answer")).to_be_empty()
        expect(page.locator("nav.sidebar")).to_have_count(1)

    def test_a_problem_takes_the_place_of_what_was_asked_for(self, at: Any, watch: Watch) -> None:
        watch.forgive("504")
        page = at("/guide/")
        page.get_by_role("button", name="Trouble").click()
        expect(page.locator("#answer .problem-title")).to_have_text("AWS did not answer.")
