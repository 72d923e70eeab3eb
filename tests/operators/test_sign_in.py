"""Signing in: password, second factor, limits, and that no answer tells who has an account."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import cast
from unittest import mock

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache, caches
from django.core.cache.backends.db import DatabaseCache
from django.core.management import call_command
from django.core.signing import BadSignature
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from console.ledger.journal import LedgerUnavailable
from console.ledger.models import Entry
from console.operators import encryption
from console.operators.models import Operator
from tests.operators.conftest import Clock
from tests.operators.conftest import signed_in as browser
from tests.operators.people import PASSWORD, operator

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.operators.urls")]

LOGIN = "/accounts/login/"


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> HttpResponse:
    return cast(HttpResponse, client.post(LOGIN, {"login": email, "password": password, **more}))


def code_at(clock: Clock, secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(clock.time()) // 30)))


@pytest.fixture
def somebody() -> Operator:
    return operator("Helpdesk", password=PASSWORD)


class TestPassword:
    def test_the_right_one_opens_the_console_and_the_ledger_knows_how(self, somebody: Operator) -> None:
        client = Client()
        assert sign_in(client, somebody.email.upper())["Location"] == "/"
        assert client.get("/").status_code == 200
        entry = Entry.objects.get(kind=Entry.Kind.SIGNED_IN)
        assert (entry.operator_id, entry.target_name, entry.method) == (
            somebody.pk,
            somebody.email,
            "password",
        )
        assert entry.session

    def test_the_session_gets_a_new_key(self, somebody: Operator) -> None:
        client = Client()
        planted = client.session
        planted["planted"] = True
        planted.save()
        client.cookies["sessionid"] = str(planted.session_key)
        sign_in(client, somebody.email)
        assert client.cookies["sessionid"].value != planted.session_key

    def test_a_wrong_one_does_not_and_the_ledger_knows_whose(self, somebody: Operator) -> None:
        client = Client()
        assert sign_in(client, somebody.email, "wrong")
        assert client.get("/").status_code == 302
        entry = Entry.objects.get(kind=Entry.Kind.SIGN_IN_FAILED)
        assert (entry.operator_id, entry.target_name) == (0, somebody.email)

    def test_what_was_typed_as_a_password_is_kept_nowhere(self, somebody: Operator) -> None:
        sign_in(Client(), somebody.email, "canary-6f1c")
        sign_in(Client(), somebody.email, PASSWORD)
        kept = " ".join(str(vars(entry)) for entry in Entry.objects.all())
        assert "canary-6f1c" not in kept
        assert PASSWORD not in kept

    def test_it_is_stored_as_argon2id(self, somebody: Operator) -> None:
        assert somebody.password.startswith("argon2$argon2id$")

    @pytest.mark.parametrize("new", ["fourteen chars", "1qaz2wsx3edc4rfv", "op-her-own@example.com"])
    def test_a_short_a_common_and_her_own_are_refused_as_new_ones(self, new: str) -> None:
        somebody = Operator.objects.create_user("op-her-own@example.com", PASSWORD, name="Her Own")
        form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        assert browser(somebody).post("/accounts/password/change/", form).status_code == 200
        somebody.refresh_from_db()
        assert somebody.check_password(PASSWORD)

    def test_a_hundred_characters_count_to_the_last(self, somebody: Operator) -> None:
        long = "correct horse " * 8
        somebody.set_password(long)
        somebody.save()
        client = Client()
        sign_in(client, somebody.email, long[:-1] + "!")
        assert client.get("/").status_code == 302
        sign_in(client, somebody.email, long)
        assert client.get("/").status_code == 200

    def test_without_the_ledger_nobody_gets_in(self, somebody: Operator) -> None:
        client = Client()
        with mock.patch("console.ledger.journal.record_entry", side_effect=LedgerUnavailable("disk full")):
            assert sign_in(client, somebody.email).status_code == 503
        assert client.get("/").status_code == 302

    def test_nobody_signs_up(self) -> None:
        for path in ("/accounts/signup/", "/accounts/password/reset/", "/accounts/email/"):
            assert Client().get(path).status_code == 404


def what_she_sees(response: HttpResponse) -> tuple[int, str]:
    """An answer without what differs each time: the token, the number, and the address that was typed."""
    text = response.content.decode()
    text = re.sub(r'name="(?:csrfmiddlewaretoken|once)" value="[^"]+"', "", text)
    return response.status_code, re.sub(r"[\w.]+@example\.com", "", text)


class TestEnumeration:
    def test_wrong_password_no_account_and_closed_account_look_the_same(self, somebody: Operator) -> None:
        closed = operator("Helpdesk", password=PASSWORD)
        Operator.objects.filter(pk=closed.pk).update(is_active=False)
        answers = [
            what_she_sees(sign_in(Client(), somebody.email, "wrong")),
            what_she_sees(sign_in(Client(), "nobody@example.com", "wrong")),
            what_she_sees(sign_in(Client(), closed.email, "wrong")),
            what_she_sees(sign_in(Client(), closed.email, PASSWORD)),
        ]
        assert len(set(answers)) == 1

    def test_they_take_one_hash_each(self, somebody: Operator) -> None:
        hasher = "django.contrib.auth.hashers.Argon2PasswordHasher"
        with (
            mock.patch(f"{hasher}.encode", return_value="argon2$x") as encode,
            mock.patch(f"{hasher}.verify") as verify,
        ):
            verify.return_value = False
            sign_in(Client(), "nobody@example.com", "wrong")
            assert (encode.call_count, verify.call_count) == (1, 0)
            sign_in(Client(), somebody.email, "wrong")
            assert verify.call_count == 1


class TestGuessing:
    def test_five_wrong_ones_close_an_account_s_door_for_five_minutes(
        self, somebody: Operator, clock: Clock
    ) -> None:
        for _ in range(5):
            sign_in(Client(), somebody.email, "wrong")
        client = Client()
        sign_in(client, somebody.email, PASSWORD)
        assert client.get("/").status_code == 302
        assert Entry.objects.filter(kind=Entry.Kind.SIGN_IN_FAILED).first().body["why"] == "too many attempts"  # type: ignore[union-attr]  # there are six
        clock.move(minutes=5, seconds=1)
        sign_in(client, somebody.email, PASSWORD)
        assert client.get("/").status_code == 200

    def test_four_wrong_ones_do_not(self, somebody: Operator) -> None:
        for _ in range(4):
            sign_in(Client(), somebody.email, "wrong")
        client = Client()
        sign_in(client, somebody.email, PASSWORD)
        assert client.get("/").status_code == 200

    def test_another_address_in_a_header_is_no_other_client(self, somebody: Operator) -> None:
        answers = [
            Client().post(
                LOGIN,
                {"login": f"x{n}@example.com", "password": "w"},
                headers={"X-Forwarded-For": f"192.0.2.{n}"},
            )
            for n in range(32)
        ]
        failed = Entry.objects.filter(kind=Entry.Kind.SIGN_IN_FAILED)
        guesses = [entry for entry in failed if entry.body["why"].startswith("wrong")]
        assert len(guesses) == 30
        assert answers[-1].status_code == 429

    def test_the_count_is_kept_where_every_process_finds_it(self, somebody: Operator) -> None:
        assert isinstance(caches["default"], DatabaseCache)
        for _ in range(5):
            sign_in(Client(), somebody.email, "wrong")
        caches["default"].close()
        del caches["default"]
        client = Client()
        sign_in(client, somebody.email, PASSWORD)
        assert client.get("/").status_code == 302
        cache.clear()
        sign_in(client, somebody.email, PASSWORD)
        assert client.get("/").status_code == 200

    def test_what_was_typed_cannot_forge_a_line_of_the_ledger(self) -> None:
        sign_in(Client(), '"a\x1b[31m"@example.com', "wrong")
        entry = Entry.objects.get(kind=Entry.Kind.SIGN_IN_FAILED)
        assert entry.target_name == '"a?[31m"@example.com'


class TestComingBack:
    @pytest.mark.parametrize(
        "target",
        [
            "https://evil.example/",
            "//evil.example/",
            "\\\\evil.example",
            "/\\evil.example",
            "https:evil.example",
            "https:///evil.example",
            "http://testserver@evil.example/",
            "javascript:alert(1)",
            " //evil.example",
            "/\t/evil.example",
            "/%0d%0aSet-Cookie:x",
            "/\r\nSet-Cookie: x=1",
        ],
    )
    def test_she_is_never_sent_elsewhere(self, somebody: Operator, target: str) -> None:
        client = Client()
        location = sign_in(client, somebody.email, next=target)["Location"]
        assert location.startswith("/")
        assert not location.startswith(("//", "/\\", "/\t"))
        assert "\r" not in location
        assert "\n" not in location
        assert "x" not in client.cookies

    def test_she_is_sent_where_she_wanted_to_go(self, somebody: Operator) -> None:
        assert (
            sign_in(Client(), somebody.email, next="/o/acme/users/?q=a")["Location"] == "/o/acme/users/?q=a"
        )


@pytest.mark.django_db(transaction=True)  # the key changes on commit, which has to be within the request
class TestSecondFactor:
    @pytest.fixture
    def secret(
        self,
        somebody: Operator,
        clock: Clock,
        django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
    ) -> str:
        """She has set up her app the way the pages ask her to; the answer is what the app holds."""
        client = browser(somebody)
        target = "/accounts/2fa/totp/activate/"
        asked = client.get(target)
        assert asked["Location"].startswith("/accounts/reauthenticate/")
        client.post(asked["Location"], {"password": PASSWORD, "next": target})
        page = client.get(target).content.decode()
        secret = re.search(r'id="authenticator_secret">(\w+)<', page)
        assert secret
        with django_capture_on_commit_callbacks(execute=True):
            done = client.post(target, {"code": code_at(clock, secret[1])})
        assert done["Location"] == "/accounts/2fa/recovery-codes/"
        page = client.get(done["Location"]).content.decode()
        self.codes = re.findall(r"<li>(\d+)</li>", page)
        assert len(self.codes) == 10
        clock.move(minutes=6)
        return secret[1]

    def test_the_password_alone_opens_nothing(self, somebody: Operator, secret: str) -> None:
        client = Client()
        assert sign_in(client, somebody.email)["Location"] == "/accounts/2fa/authenticate/"
        assert client.get("/").status_code == 302
        assert not Entry.objects.filter(kind=Entry.Kind.SIGNED_IN).exists()

    def test_password_and_code_do(self, somebody: Operator, secret: str, clock: Clock) -> None:
        client = Client()
        sign_in(client, somebody.email)
        client.post("/accounts/2fa/authenticate/", {"code": code_at(clock, secret)})
        assert client.get("/").status_code == 200
        assert Entry.objects.get(kind=Entry.Kind.SIGNED_IN).method == "password+totp"

    def test_a_code_works_once(self, somebody: Operator, secret: str, clock: Clock) -> None:
        code = code_at(clock, secret)
        for client, expected in ((Client(), 200), (Client(), 302)):
            sign_in(client, somebody.email)
            client.post("/accounts/2fa/authenticate/", {"code": code})
            assert client.get("/").status_code == expected

    @pytest.mark.parametrize("seconds", [-30, 30])
    def test_the_code_before_and_the_code_after_do_not_count(
        self, somebody: Operator, secret: str, clock: Clock, seconds: int
    ) -> None:
        clock.move(seconds=seconds)
        code = code_at(clock, secret)
        clock.move(seconds=-seconds)
        client = Client()
        sign_in(client, somebody.email)
        client.post("/accounts/2fa/authenticate/", {"code": code})
        assert client.get("/").status_code == 302

    def test_a_recovery_code_works_once(self, somebody: Operator, secret: str) -> None:
        for client, expected in ((Client(), 200), (Client(), 302)):
            sign_in(client, somebody.email)
            client.post("/accounts/2fa/authenticate/", {"code": self.codes[0]})
            assert client.get("/").status_code == expected
        assert Entry.objects.get(kind=Entry.Kind.SIGNED_IN).method == "password+recovery_codes"

    def test_wrong_codes_are_counted_and_in_the_ledger(
        self, somebody: Operator, secret: str, clock: Clock
    ) -> None:
        client = Client()
        sign_in(client, somebody.email)
        for _ in range(5):
            client.post("/accounts/2fa/authenticate/", {"code": "000000"})
        client.post("/accounts/2fa/authenticate/", {"code": code_at(clock, secret)})
        assert client.get("/").status_code == 302
        entries = Entry.objects.filter(kind=Entry.Kind.SIGN_IN_FAILED)
        assert {entry.body["why"] for entry in entries} == {"wrong code of the second factor"}

    def test_neither_seed_is_in_the_database_as_it_is(self, somebody: Operator, secret: str) -> None:
        rows = {row.type: row for row in Authenticator.objects.all()}
        assert set(rows) == {"totp", "recovery_codes"}
        assert secret not in str(rows["totp"].data)
        assert not any(code in str(rows["recovery_codes"].data) for code in self.codes)
        assert rows["totp"].wrap().instance.data["secret"].startswith("gAAAA")

    def test_recovery_codes_are_shown_once(self, somebody: Operator, secret: str) -> None:
        client, target = browser(somebody), "/accounts/2fa/recovery-codes/"
        client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": target})
        page = client.get(target).content.decode()
        assert not any(code in page for code in self.codes)

    def test_setting_it_up_and_turning_it_off_is_in_the_ledger(
        self,
        somebody: Operator,
        secret: str,
        django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
    ) -> None:
        client = browser(somebody)
        target = "/accounts/2fa/totp/deactivate/"
        client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": target})
        with django_capture_on_commit_callbacks(execute=True):
            client.post(target)
        changed = Entry.objects.filter(kind=Entry.Kind.CHANGED).order_by("seq")
        assert [entry.body["what"] for entry in changed] == [
            "second factor added: totp",
            "second factor added: recovery_codes",
            "second factor removed: totp",
            "second factor removed: recovery_codes",
        ]

    def test_five_minutes_after_the_password_it_is_asked_for_again(
        self, somebody: Operator, clock: Clock
    ) -> None:
        client = browser(somebody)
        target = "/accounts/2fa/totp/activate/"
        client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": target})
        clock.move(minutes=4, seconds=59)
        assert client.get(target).status_code == 200
        clock.move(seconds=1)
        assert client.get(target).status_code == 302


class TestKeys:
    def test_what_an_older_key_sealed_is_still_read(self, settings: object) -> None:
        from django.core.signing import BadSignature

        from console.operators import encryption

        sealed = encryption.seal(b"seed")
        old = settings.SECRET_KEY  # type: ignore[attr-defined]  # a fixture without types
        settings.SECRET_KEY = "a new one " * 5  # type: ignore[attr-defined]  # the same
        with pytest.raises(BadSignature):
            encryption.unseal(sealed)
        settings.SECRET_KEY_FALLBACKS = [old]  # type: ignore[attr-defined]  # the same
        assert encryption.unseal(sealed) == b"seed"


@pytest.mark.django_db(transaction=True)
class TestRotation:
    def test_sealed_data_outlives_the_key_that_sealed_it(
        self, somebody: Operator, settings: Settings
    ) -> None:
        data = {"secret": encryption.seal(b"SEED").decode()}
        factor = Authenticator.objects.create(user=somebody, type=Authenticator.Type.TOTP, data=data)
        old, settings.SECRET_KEY = settings.SECRET_KEY, "n" * 50
        settings.SECRET_KEY_FALLBACKS = [old]
        assert encryption.unseal(data["secret"].encode()) == b"SEED"
        call_command("reseal")
        settings.SECRET_KEY_FALLBACKS = []
        factor.refresh_from_db()
        assert encryption.unseal(factor.data["secret"].encode()) == b"SEED"
        with pytest.raises(BadSignature):
            encryption.unseal(data["secret"].encode())

    def test_a_session_opened_with_the_old_key_goes_on(self, somebody: Operator, settings: Settings) -> None:
        client = browser(somebody)
        old, settings.SECRET_KEY = settings.SECRET_KEY, "n" * 50
        settings.SECRET_KEY_FALLBACKS = [old]
        assert client.get("/").status_code == 200

    def test_the_environment_names_the_earlier_keys(self) -> None:
        script = "from django.conf import settings; print(settings.SECRET_KEY_FALLBACKS)"
        environ = os.environ | {
            "SECRET_KEY_FALLBACKS": "one,two",
            "DJANGO_SETTINGS_MODULE": "console.settings",
        }
        done = subprocess.run(
            [sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "['one', 'two']"
