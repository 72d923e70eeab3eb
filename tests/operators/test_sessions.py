"""How long a session lasts, on both sides of each limit."""

import re
from unittest import mock

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.test import Client

from console.ledger.journal import LedgerUnavailable
from console.ledger.models import Entry
from console.operators.models import Operator, Session
from tests.operators.conftest import Clock
from tests.operators.conftest import signed_in as browser
from tests.operators.people import PASSWORD, operator

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.operators.urls")]


@pytest.fixture
def client(clock: Clock) -> Client:
    """Somebody who has just opened the console."""
    somebody = browser(operator("Owner"))
    assert somebody.get("/").status_code == 200
    return somebody


def is_in(client: Client, **headers: str) -> bool:
    return client.get("/", headers=headers).status_code == 200


class TestIdle:
    def test_it_lives_until_thirty_minutes_have_passed_without_a_request(
        self, client: Client, clock: Clock
    ) -> None:
        clock.move(minutes=29, seconds=59)
        assert is_in(client)

    def test_then_it_is_over(self, client: Client, clock: Clock) -> None:
        clock.move(minutes=30)
        assert not is_in(client)

    def test_a_request_lets_the_half_hour_begin_anew(self, client: Client, clock: Clock) -> None:
        for _ in range(5):
            clock.move(minutes=29)
            assert is_in(client)

    def test_a_page_that_asks_by_itself_is_nobody_s_presence(self, client: Client, clock: Clock) -> None:
        for _ in range(29):
            clock.move(minutes=1)
            assert is_in(client, **{"X-Background": "1"})
        clock.move(minutes=1)
        assert not is_in(client, **{"X-Background": "1"})

    def test_within_a_minute_it_is_not_written_again(self, client: Client, clock: Clock) -> None:
        clock.move(seconds=59)
        before = Session.objects.get().session_data
        assert is_in(client)
        assert Session.objects.get().session_data == before
        clock.move(seconds=1)
        assert is_in(client)
        assert Session.objects.get().session_data != before


class TestAbsolute:
    def test_it_lives_for_twelve_hours_of_work_and_no_longer(self, client: Client, clock: Clock) -> None:
        for _ in range(12 * 3 - 1):
            clock.move(minutes=20)
            assert is_in(client)
        clock.move(minutes=19, seconds=59)
        assert is_in(client)
        clock.move(seconds=1)
        assert not is_in(client)


class TestOver:
    def test_the_ledger_says_why(self, client: Client, clock: Clock) -> None:
        clock.move(minutes=30)
        client.get("/")
        entry = Entry.objects.get(kind=Entry.Kind.SIGNED_OUT)
        assert entry.body["why"] == "thirty minutes without a request"

    def test_its_cookie_opens_nothing_any_more(self, client: Client, clock: Clock) -> None:
        stolen = client.cookies["sessionid"].value
        clock.move(minutes=30)
        client.get("/")
        thief = Client()
        thief.cookies["sessionid"] = stolen
        assert not is_in(thief)

    def test_signing_out_ends_it_on_the_server_and_empties_the_browser(self, client: Client) -> None:
        stolen = client.cookies["sessionid"].value
        response = client.post("/accounts/logout/")
        assert response["Location"] == "/accounts/login/"
        assert response["Clear-Site-Data"] == '"cache", "storage"'
        assert Entry.objects.get(kind=Entry.Kind.SIGNED_OUT).body["why"] == "signed out"
        thief = Client()
        thief.cookies["sessionid"] = stolen
        assert not is_in(thief)

    def test_it_ends_even_when_the_ledger_cannot_be_told(self, client: Client) -> None:
        with mock.patch("console.ledger.journal.record_entry", side_effect=LedgerUnavailable("disk full")):
            assert client.post("/accounts/logout/").status_code == 503
        assert not is_in(client)

    def test_looking_at_the_sign_out_page_signs_nobody_out(self, client: Client) -> None:
        assert client.get("/accounts/logout/").status_code == 200
        assert is_in(client)

    def test_a_changed_password_ends_the_other_sessions(self) -> None:
        somebody = operator("Owner", password=PASSWORD)
        here, there = browser(somebody), browser(somebody)
        new = "another quite long passphrase"
        form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        assert here.post("/accounts/password/change/", form).headers["Location"] == "/account/"
        assert is_in(here)
        assert not is_in(there)


class TestContents:
    def test_a_session_s_row_can_be_read_by_nobody_without_the_key(self, client: Client) -> None:
        import base64
        import zlib

        data = Session.objects.get().session_data
        payload = data.split(":")[0]
        raw = base64.urlsafe_b64decode(payload.lstrip(".") + "=" * (-len(payload.lstrip(".")) % 4))
        raw = zlib.decompress(raw) if payload.startswith(".") else raw
        assert b"auth_user" not in raw
        assert client.session["_auth_user_id"]


class TestStored:
    def test_a_row_read_from_the_database_opens_no_session(self, client: Client) -> None:
        key = client.session.session_key
        row = Session.objects.get()
        assert key
        assert key not in (row.session_key, row.session_data)
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = row.session_key
        assert not is_in(thief)
        assert is_in(client)

    def test_a_row_names_its_operator(self, client: Client) -> None:
        assert Session.objects.get().operator == Operator.objects.get()

    def test_sessions_under_their_own_key_are_gone(self, client: Client) -> None:
        """As a deployment before this one kept them."""
        Session.objects.update(session_key=client.session.session_key)
        assert not is_in(client)


@pytest.mark.django_db(transaction=True)  # allauth tells of a second factor on commit
class TestOthersEnd:
    @pytest.fixture
    def browsers(self, clock: Clock) -> tuple[Client, Client]:
        somebody = operator("Owner", password=PASSWORD)
        one, other = Client(), Client()
        for each in (one, other):
            each.post("/accounts/login/", {"login": somebody.email, "password": PASSWORD})
            assert is_in(each)
        return one, other

    def test_when_a_second_factor_is_added(self, browsers: tuple[Client, Client], clock: Clock) -> None:
        one, other = browsers
        key = one.session.session_key
        target = "/accounts/2fa/totp/activate/"
        one.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": target})
        found = re.search(r'id="authenticator_secret">(\w+)<', one.get(target).content.decode())
        assert found
        one.post(target, {"code": format_hotp_value(hotp_value(found[1], int(clock.time()) // 30))})
        assert (is_in(one), is_in(other)) == (True, False)
        assert one.session.session_key != key
        assert Session.objects.count() == 1
        entry = Entry.objects.get(kind=Entry.Kind.SIGNED_OUT)
        assert (entry.body["why"], entry.body["sessions"]) == ("second factor added: totp", 1)

    def test_when_the_password_is_changed(self, browsers: tuple[Client, Client]) -> None:
        one, other = browsers
        new = "entirely-different-words-9"
        form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        one.post("/accounts/password/change/", form)
        assert Session.objects.count() == 1
        assert (is_in(one), is_in(other)) == (True, False)
        assert Entry.objects.get(kind=Entry.Kind.SIGNED_OUT).body["sessions"] == 1
