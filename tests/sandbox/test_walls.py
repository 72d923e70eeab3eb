"""Who may speak to a sandbox that asks nobody for a password."""

import json
from pathlib import Path

import pytest
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from console.sandbox import request_guard
from console.sandbox.fixtures import TestSandbox
from console.sandbox.state_file import StateUnusable, lock_folder
from tests.sandbox.refusals import refused

HERE = {"REMOTE_ADDR": "127.0.0.1"}
DOORS = ("/", "/moto-api/data.json", "/_sandbox/health", "/exports/a.zip")


def asked(sandbox: TestSandbox, path: str, host: str = "localhost:4600", **headers: str) -> TestResponse:
    named = {f"HTTP_{name.replace('-', '_').upper()}": value for name, value in headers.items()}
    environ = {**EnvironBuilder(path=path).get_environ(), **HERE, "HTTP_HOST": host, **named}
    body, status, answered = run_wsgi_app(sandbox.sandbox, environ, buffered=True)
    return TestResponse(body, status, answered, EnvironBuilder(path=path).get_request())


class TestTheHost:
    @pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "xlocalhost", "sandbox", ""])
    def test_by_which_it_is_not_called_is_refused_at_every_door(
        self, sandbox: TestSandbox, host: str
    ) -> None:
        assert {asked(sandbox, path, host).status_code for path in DOORS} == {403}

    @pytest.mark.parametrize(
        "host", ["localhost", "127.0.0.1:9", "[::1]:9", "10.0.0.5:4600", "b.s3.us-east-1.amazonaws.com"]
    )
    def test_by_which_it_is_called_is_let_in(self, host: str) -> None:
        assert request_guard.refusal_reason({**HERE, "HTTP_HOST": host}, ()) == ""

    def test_can_be_added(self) -> None:
        assert request_guard.refusal_reason({**HERE, "HTTP_HOST": "sandbox:4566"}, ("sandbox",)) == ""


class TestWebPages:
    def test_are_refused_at_every_door(self, sandbox: TestSandbox) -> None:
        answers = [asked(sandbox, path, origin="https://evil.example") for path in DOORS]
        assert {each.status_code for each in answers} == {403}
        assert not any("Access-Control-Allow-Origin" in each.headers for each in answers)

    def test_may_load_nothing_from_another_site(self, sandbox: TestSandbox) -> None:
        scripted = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
        assert asked(sandbox, "/exports/a.zip", **scripted).status_code == 403

    def test_may_link_to_a_download(self, sandbox: TestSandbox) -> None:
        followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
        assert asked(sandbox, "/no-such-bucket/a.zip", **followed).status_code == 404


def test_motos_own_control_api_is_closed(sandbox: TestSandbox) -> None:
    sandbox.s3.create_bucket(Bucket="kept")
    assert {
        asked(sandbox, path).status_code for path in ("/moto-api/", "/moto-api/reset", "/MOTO-API/x")
    } == {403}
    assert sandbox.s3.list_objects_v2(Bucket="kept")["KeyCount"] == 0


class TestDomains:
    @pytest.mark.parametrize("name", ["localhost", "x.awsapps.com", "a.example.", "-bad.example"])
    def test_that_cannot_be_registered_cannot_come_with_an_organization(
        self, sandbox: TestSandbox, name: str
    ) -> None:
        with refused("InvalidParameterException"):
            sandbox.call("RegisterMailDomain", DomainName=name)
        with refused("InvalidParameterException"):
            sandbox.workmail.create_organization(Alias="with-domain", Domains=[{"DomainName": name}])


class TestTheLock:
    def test_follows_no_link(self, tmp_path: Path) -> None:
        precious = tmp_path / "precious"
        precious.write_text("kept")
        state = tmp_path / "state"
        state.mkdir()
        (state / "lock").symlink_to(precious)
        with pytest.raises(StateUnusable):
            lock_folder(state)
        assert precious.read_text() == "kept"

    def test_empties_no_file(self, tmp_path: Path) -> None:
        (tmp_path / "lock").write_text(json.dumps({"kept": True}))
        lock_folder(tmp_path).close()
        assert (tmp_path / "lock").read_text() == json.dumps({"kept": True})
