"""The headers and cookies of every answer, and who stands behind a request."""

from collections.abc import Callable
from unittest import mock

import pytest
from django.http import HttpResponseBase
from django.test import Client, RequestFactory, override_settings

from console.ledger.journal import LedgerUnavailable
from console.operators.request_actor import get_client_address, get_request_id
from tests.operators.conftest import signed_in as browser
from tests.operators.people import operator, organization

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.operators.urls")]


def anonymous(path: str, **extra: object) -> Callable[[], HttpResponseBase]:
    return lambda: Client(raise_request_exception=False).get(path, **extra)  # type: ignore[arg-type]  # as the client takes it


def as_owner(path: str) -> Callable[[], HttpResponseBase]:
    return lambda: browser(operator("Owner")).get(path)


def as_auditor(path: str) -> Callable[[], HttpResponseBase]:
    return lambda: browser(operator("Auditor")).get(path)


def bad_token() -> HttpResponseBase:
    return Client(enforce_csrf_checks=True).post("/accounts/login/", {})


ANSWERS = {
    "a page": (as_owner("/"), 200),
    "the sign-in page": (anonymous("/accounts/login/"), 200),
    "a redirect": (anonymous("/o/acme/users/"), 302),
    "no such page": (anonymous("/nothing-here"), 404),
    "no such organization": (as_owner("/o/nowhere/users/"), 404),
    "not allowed": (as_auditor("/o/acme/users/in/edit/"), 403),
    "a forged form": (bad_token, 403),
    "a fault": (anonymous("/broken"), 500),
    "a wrong host": (anonymous("/", headers={"Host": "evil.example"}), 400),
    "a static file": (anonymous("/static/css/base.css"), 200),
    "no such static file": (anonymous("/static/nothing.css"), 404),
    "health": (anonymous("/healthz"), 200),
    "readiness": (anonymous("/readyz"), 200),
}
EXPECTED = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture
def _static_files(settings: object) -> None:
    """WhiteNoise as it serves in production, from the source folder instead of the collected one."""
    settings.WHITENOISE_USE_FINDERS = True  # type: ignore[attr-defined]  # a fixture without types
    settings.WHITENOISE_AUTOREFRESH = True  # type: ignore[attr-defined]  # the same


@pytest.mark.usefixtures("_static_files")
class TestHeaders:
    @pytest.mark.parametrize("what", ANSWERS)
    def test_every_answer_carries_them(self, what: str) -> None:
        ask, status = ANSWERS[what]
        response = ask()
        assert response.status_code == status
        assert {name: response.headers.get(name) for name in EXPECTED} == EXPECTED
        assert "camera=()" in response.headers["Permissions-Policy"]

    @pytest.mark.parametrize("what", [what for what in ANSWERS if what != "a static file"])
    def test_nothing_but_a_static_file_is_kept_by_a_cache(self, what: str) -> None:
        assert ANSWERS[what][0]().headers["Cache-Control"] == "no-store"

    def test_a_static_file_may_be_kept(self) -> None:
        assert "no-store" not in ANSWERS["a static file"][0]().headers["Cache-Control"]

    @pytest.mark.parametrize("path", ["/accounts/login/", "/nothing-here", "/broken", "/static/css/base.css"])
    @override_settings(SECURE_HSTS_SECONDS=365 * 24 * 60 * 60)
    def test_over_tls_every_answer_insists_on_tls(self, path: str) -> None:
        answer = Client(raise_request_exception=False).get(path, secure=True)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"

    @override_settings(SECURE_SSL_REDIRECT=True)
    def test_over_plain_http_there_is_only_the_way_to_tls_and_health(self) -> None:
        assert Client().get("/accounts/login/")["Location"] == "https://testserver/accounts/login/"
        assert Client().get("/healthz").status_code == 200

    def test_no_other_origin_is_let_in(self) -> None:
        answer = Client().get("/accounts/login/", headers={"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in answer.headers

    def test_the_header_of_htmx_opens_nothing(self) -> None:
        answer = Client().get("/o/acme/users/", headers={"HX-Request": "true"})
        assert "HX-Redirect" in answer.headers


class TestCookies:
    @override_settings(
        SESSION_COOKIE_NAME="__Host-sessionid",
        SESSION_COOKIE_SECURE=True,
        CSRF_COOKIE_NAME="__Host-csrftoken",
        CSRF_COOKIE_SECURE=True,
    )
    def test_over_tls_each_is_bound_to_this_host_and_hidden_from_scripts(self) -> None:
        client = browser(operator("Owner"))
        client.get("/account/")
        client.post("/account/", {"name": "New", "theme": "dark"})
        jar = client.cookies
        assert set(jar) == {"__Host-sessionid", "__Host-csrftoken"}
        for cookie in jar.values():
            assert cookie["secure"]
            assert cookie["httponly"]
            assert cookie["samesite"] == "Lax"
            assert cookie["path"] == "/"
            assert not cookie["domain"]
            assert len(cookie.OutputString()) < 4096

    def test_the_settings_follow_from_one_variable(self) -> None:
        secure = _settings_with(INSECURE_HTTP="0")
        assert secure == ["__Host-sessionid", "__Host-csrftoken", "True", "True", "True", "31536000"]
        demo = _settings_with(INSECURE_HTTP="1")
        assert demo == ["sessionid", "csrftoken", "False", "False", "False", "0"]


def _settings_with(**environ: str) -> list[str]:
    """What settings a new process has under such an environment."""
    import os
    import subprocess
    import sys

    names = (
        "SESSION_COOKIE_NAME",
        "CSRF_COOKIE_NAME",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
    )
    code = f"from console import settings\nfor name in {names!r}: print(getattr(settings, name))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


class TestForgery:
    @pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/logout/", "/account/"])
    def test_a_form_without_its_token_is_refused(self, path: str) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(operator("Owner"))
        assert client.post(path, {}).status_code == 403

    def test_a_token_is_no_use_from_another_origin(self) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(operator("Owner"))
        client.get("/account/")
        token = client.cookies["csrftoken"].value
        headers = {"X-CSRFToken": token, "Origin": "https://evil.example"}
        assert client.post("/account/", {"name": "x", "theme": "auto"}, headers=headers).status_code == 403
        assert (
            client.post(
                "/account/", {"name": "x", "theme": "auto"}, headers={"X-CSRFToken": token}
            ).status_code
            == 303
        )


class TestActor:
    def test_the_request_s_id_is_the_proxy_s_if_it_is_one(self) -> None:
        answer = Client().get("/accounts/login/", headers={"X-Request-ID": "Root=1-67891233-abcdef01"[5:]})
        assert answer["X-Request-ID"] == "1-67891233-abcdef01"

    @pytest.mark.parametrize(
        "offered", ["", "short", "x" * 65, "with space in it", 'quote"quote"', "line\u2028line"]
    )
    def test_else_it_is_a_new_one(self, offered: str) -> None:
        request = RequestFactory().get("/")
        request.META["HTTP_X_REQUEST_ID"] = offered
        made = get_request_id(request)
        assert made != offered
        assert len(made) == 32
        assert get_request_id(request) == made

    @pytest.mark.parametrize(
        ("proxies", "forwarded", "expected"),
        [
            (0, "", "10.0.0.9"),
            (0, "6.6.6.6", "10.0.0.9"),
            (1, "6.6.6.6, 192.0.2.7", "192.0.2.7"),
            (2, "6.6.6.6, 192.0.2.7, 10.0.0.1", "192.0.2.7"),
            (2, "6.6.6.6", ""),
            (1, "", "10.0.0.9"),
            (1, "not an address", ""),
        ],
    )
    def test_the_address_is_believed_only_from_the_proxies_there_are(
        self, settings: object, proxies: int, forwarded: str, expected: str
    ) -> None:
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies  # type: ignore[attr-defined]  # a fixture without types
        headers = {"X-Forwarded-For": forwarded} if forwarded else {}
        request = RequestFactory(REMOTE_ADDR="10.0.0.9").get("/", headers=headers)
        assert get_client_address(request) == expected


class TestFaults:
    def test_without_the_ledger_the_answer_is_503(self) -> None:
        organization()
        with mock.patch("console.ledger.journal.record_entry", side_effect=LedgerUnavailable("disk full")):
            response = browser(operator("Auditor")).get("/o/acme/users/in/edit/")
        assert response.status_code == 503
        assert b"disk full" not in response.content

    def test_a_fault_s_page_tells_nothing_of_the_fault(self) -> None:
        response = Client(raise_request_exception=False).get("/broken")
        assert b"nobody expected" not in response.content
