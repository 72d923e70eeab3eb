"""The list of people: what it shows, to whom, and at what price."""

from tests.areas.users.conftest import Desk


class TestTheList:
    def test_shows_everybody_who_is_not_deleted(self, helga: Desk) -> None:
        page = helga.get("list")
        assert page.status_code == 200
        text = page.content.decode()
        assert "Ada Çelik" in text
        assert "Dee Ortiz" in text

    def test_detail(self, helga: Desk) -> None:
        from console.sandbox.testing import ADA

        page = helga.get("detail", ADA)
        assert page.status_code == 200
        print(page.content.decode())
