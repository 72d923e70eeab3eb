"""How views answer: a page or its fragment, 422 for what does not do, 303 after what is done."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from tests.ui import guide
from tests.ui.guide import Frame

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.ui.urls"),
    pytest.mark.usefixtures("guide_templates"),
]
HTMX = {"HX-Request": "true"}


class TestAPage:
    def test_it_is_whole_for_a_browser(self, client: Client) -> None:
        page = client.get(reverse("guide")).content.decode()
        assert page.startswith("<!doctype html>")
        assert 'id="rows"' in page

    def test_it_is_a_fragment_for_htmx(self, client: Client) -> None:
        response = client.get(reverse("guide"), headers=HTMX)
        page = response.content.decode().strip()
        assert page.startswith('<div id="rows"')
        assert "HX-Request" in response["Vary"]

    def test_it_is_whole_when_htmx_restores_its_history(self, client: Client) -> None:
        page = client.get(reverse("guide"), headers={**HTMX, "HX-History-Restore-Request": "true"})
        assert page.content.startswith(b"<!doctype html>")

    def test_it_says_what_theme_and_where_one_is(self, client: Client) -> None:
        page = client.get(reverse("guide"), {"theme": "dark"}).content.decode()
        assert '<html lang="en" data-bs-theme="dark" data-theme="dark">' in page
        assert page.count('aria-current="page"') == 2  # the menu's entry and the tab
        assert "130 days left" in page
        assert "Sandbox" in page

    def test_it_says_nothing_of_a_sandbox_where_there_is_none(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(guide, "Frame", lambda theme: Frame(theme, is_sandbox=False))
        assert "Sandbox" not in client.get(reverse("guide")).content.decode()

    def test_htmx_carries_the_token_against_forgery(self, client: Client) -> None:
        page = client.get(reverse("guide")).content.decode()
        assert """hx-headers:inherited='{"X-CSRFToken": """ in page


class TestAQuestion:
    def test_it_is_asked_first(self, client: Client) -> None:
        response = client.get(reverse("confirm"))
        assert response.status_code == 200
        assert "She leaves 4 groups." in response.content.decode()

    def test_a_wrong_answer_is_422_and_keeps_what_was_typed(self, client: Client) -> None:
        response = client.post(reverse("confirm"), {"typed": "ana", "reason": "left the company"})
        assert response.status_code == 422
        assert 'value="left the company"' in response.content.decode()

    def test_the_right_one_is_done_and_said_so(self, client: Client) -> None:
        response = client.post(reverse("confirm"), {"typed": "ana@meridian.example"})
        assert (response.status_code, response["Location"]) == (303, "/guide/")
        assert [str(message) for message in get_messages(response.wsgi_request)] == ["Deleted."]

    def test_htmx_is_sent_there_too(self, client: Client) -> None:
        response = client.post(reverse("confirm"), {"typed": "ana@meridian.example"}, headers=HTMX)
        assert (response.status_code, response["HX-Redirect"]) == (200, "/guide/")


class TestAProblem:
    def test_it_is_a_page_with_its_status(self, client: Client) -> None:
        response = client.get(reverse("trouble"))
        page = response.content.decode()
        assert response.status_code == 504
        assert "AWS did not answer." in page
        assert "Try again." in page

    def test_it_is_one_box_for_htmx(self, client: Client) -> None:
        page = client.get(reverse("trouble"), headers=HTMX).content.decode().strip()
        assert page.startswith('<div class="problem"')
