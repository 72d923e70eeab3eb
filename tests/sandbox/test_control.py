"""The control API under /_sandbox/, and behind a port what its faults do to a connection."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from werkzeug.test import Client, TestResponse

from console.sandbox.control_api import ROUTES
from console.sandbox.fixtures import ADA, BUCKET, TestSandbox, running_sandbox
from console.sandbox.state import Access
from tests.sandbox.refusals import refused
from tests.sandbox.test_persistence import client, free_port, server

BEGINNING = ("ada", "bo", "cy")


class Desk:
    """Asks for control without a port."""

    def __init__(self, sandbox: TestSandbox) -> None:
        self.client = Client(sandbox.sandbox)

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> TestResponse:
        data = None if body is None else json.dumps(body)
        return self.client.open(f"/_sandbox/{path}", method=method, data=data, **options)

    def get(self, path: str) -> Any:
        return self.done(self.ask("GET", path))

    def post(self, path: str, **body: Any) -> Any:
        return self.done(self.ask("POST", path, body))

    def done(self, response: TestResponse) -> Any:
        assert response.status_code == 200, response.text
        assert response.headers["Content-Type"] == "application/json"
        return response.json


@pytest.fixture
def desk(sandbox: TestSandbox) -> Desk:
    return Desk(sandbox)


def people(sandbox: TestSandbox) -> list[str]:
    users = sandbox.call("ListUsers", Filters={"State": "DISABLED"})["Users"]
    users += sandbox.call("ListUsers", Filters={"State": "ENABLED"})["Users"]
    return sorted(user["Name"] for user in users if user["UserRole"] == "USER")


class TestFaults:
    def test_are_set_shown_and_ended(self, sandbox: TestSandbox, desk: Desk) -> None:
        desk.post("throttle", rate=5, operation="ListUsers")
        desk.post("fail", operation="CreateUser", when="after", times=2)
        desk.post("latency", seconds=1.5)
        desk.post("lag", seconds=10)
        desk.post("directory", available=False)
        plan = {
            "operation": "CreateUser",
            "when": "after",
            "code": "InternalFailure",
            "seconds": 0,
            "times": 2,
        }
        assert desk.get("faults") == {
            "throttle": {"ListUsers": 5},
            "planned": [{**plan, "seconds": 0, "times": 2}],
            "latency": {"": 1.5},
            "lag": 10,
            "directory_available": False,
        }
        desk.done(desk.ask("DELETE", "faults"))
        nothing = {"throttle": {}, "planned": [], "latency": {}, "lag": 0, "directory_available": True}
        assert desk.get("faults") == nothing

    def test_happen_to_calls(self, sandbox: TestSandbox, desk: Desk) -> None:
        desk.post("fail", operation="ListUsers", code="ServiceUnavailable")
        with refused("ServiceUnavailable"):
            sandbox.call("ListUsers")
        desk.post("throttle", rate=0)
        with refused("ThrottlingException"):
            sandbox.call("ListUsers")
        desk.post("throttle", rate=None)
        for path, error in (("drop", ConnectionClosedError), ("time-out", ReadTimeoutError)):
            desk.post(path, operation="ListUsers")
            with pytest.raises(error):
                sandbox.call("ListUsers")
        sandbox.call("ListUsers")


class TestTheClock:
    def test_stands_goes_on_and_moves(self, sandbox: TestSandbox, desk: Desk) -> None:
        assert desk.post("clock", frozen=True, at=1000) == {"now": 1000, "frozen": True}
        assert desk.post("clock", advance=60.5) == {"now": 1060.5, "frozen": True}
        assert desk.get("clock") == {"now": 1060.5, "frozen": True}
        assert desk.post("clock", frozen=False)["frozen"] is False
        assert 5000 <= desk.post("clock", at=5000)["now"] < 6000
        assert desk.get("clock")["frozen"] is False

    def test_is_what_the_mail_goes_by(self, sandbox: TestSandbox, desk: Desk) -> None:
        sandbox.call("DeregisterFromWorkMail", EntityId=ADA)
        desk.post("clock", advance=31 * 86400)
        assert "MailboxDeprovisionedDate" in sandbox.call("DescribeUser", UserId=ADA)


class TestCalls:
    def test_are_listed_and_forgotten(self, sandbox: TestSandbox, desk: Desk) -> None:
        sandbox.call("DescribeUser", UserId=ADA)
        sandbox.call("ResetPassword", UserId=ADA, Password="Sommer2026!")
        shown = desk.get("calls")["calls"]
        assert [(call["operation"], call["status"]) for call in shown] == [
            ("DescribeUser", 200),
            ("ResetPassword", 200),
        ]
        assert "Sommer2026!" not in json.dumps(shown)
        assert [each["operation"] for each in desk.get("calls?operation=DescribeUser")["calls"]] == [
            "DescribeUser"
        ]
        desk.done(desk.ask("DELETE", "calls"))
        assert desk.get("calls") == {"calls": []}


class TestMoments:
    def change(self, sandbox: TestSandbox) -> None:
        sandbox.call("DeregisterFromWorkMail", EntityId=ADA)
        sandbox.call("DeleteUser", UserId=ADA)
        sandbox.call("CreateUser", Name="ada", DisplayName="Another", Password="Sommer2026!")
        sandbox.s3.put_object(Bucket=BUCKET, Key="more", Body=b"more")
        sandbox.s3.delete_object(Bucket=BUCKET, Key="kept")
        sandbox.s3.create_bucket(Bucket="another-bucket")

    def test_can_be_gone_back_to(self, sandbox: TestSandbox, desk: Desk) -> None:
        sandbox.s3.put_object(Bucket=BUCKET, Key="kept", Body=b"body")
        sandbox.clock.freeze(1_800_000_000)
        before = sandbox.store.contents()
        desk.post("snapshot", name="before")
        for _ in range(2):
            self.change(sandbox)
            sandbox.clock.advance(60)
            desk.post("restore", name="before")
            assert sandbox.store.contents() == before
            assert sandbox.clock.now() == 1_800_000_000
            assert sandbox.call("DescribeUser", UserId="ada")["UserId"] == ADA
            assert [each["Name"] for each in sandbox.s3.list_buckets()["Buckets"]] == [BUCKET]
            listing = sandbox.s3.list_objects_v2(Bucket=BUCKET)["Contents"]
            assert [each["Key"] for each in listing] == ["kept"]
            assert sandbox.s3.get_object(Bucket=BUCKET, Key="kept")["Body"].read() == b"body"

    def test_are_gone_back_to_without_lag(self, sandbox: TestSandbox, desk: Desk) -> None:
        sandbox.faults.lag(3600)
        sandbox.call("DeregisterFromWorkMail", EntityId=ADA)
        desk.post("snapshot")
        sandbox.call("DeleteUser", UserId=ADA)
        desk.post("restore")
        assert sandbox.call("DescribeUser", UserId=ADA)["State"] == "DISABLED"

    def test_that_were_not_kept_are_refused(self, desk: Desk) -> None:
        assert desk.ask("POST", "restore", {"name": "never"}).status_code == 400

    def test_are_on_disk_when_they_are_restored(self, tmp_path: Path) -> None:
        with running_sandbox(tmp_path) as sandbox:
            Desk(sandbox).post("snapshot")
            self.change(sandbox)
            Desk(sandbox).post("restore")
        with running_sandbox(tmp_path, populate=False) as after:
            assert after.store.contents() == sandbox.store.contents()
            assert [each["Name"] for each in after.s3.list_buckets()["Buckets"]] == [BUCKET]

    def test_begin_anew(self, sandbox: TestSandbox, desk: Desk) -> None:
        self.change(sandbox)
        desk.post("throttle", rate=0)
        desk.post("clock", at=1000, frozen=True)
        desk.post("reset")
        assert people(sandbox) == list(BEGINNING)
        assert sandbox.call("DescribeUser", UserId="ada")["UserId"] == ADA
        assert [each["Name"] for each in sandbox.s3.list_buckets()["Buckets"]] == [BUCKET]
        assert {call.operation for call in sandbox.calls()} == {"ListUsers", "DescribeUser"}
        assert sandbox.clock.now() > 1_000_000


class TestWhatWorkMailHasNoOperationFor:
    def test_a_domain_is_verified_or_fails(self, sandbox: TestSandbox, desk: Desk) -> None:
        sandbox.call("RegisterMailDomain", DomainName="new.example")
        for status in ("FAILED", "VERIFIED"):
            desk.post("domains", organization="example", domain="new.example", ownership=status, dkim=status)
            shown = sandbox.call("GetMailDomain", DomainName="new.example")
            assert (shown["OwnershipVerificationStatus"], shown["DkimVerificationStatus"]) == (status, status)

    def test_a_directory_becomes_read_only(self, sandbox: TestSandbox, desk: Desk) -> None:
        desk.post("read-only", organization=sandbox.organization_id)
        with refused("UnsupportedOperationException"):
            sandbox.call("ResetPassword", UserId=ADA, Password="Sommer2026!")

    def test_a_person_makes_a_token(self, sandbox: TestSandbox, desk: Desk) -> None:
        token = {"organization": "example", "user": ADA, "name": "phone"}
        assert desk.ask("POST", "personal-access-tokens", token).status_code == 400  # they are not active
        sandbox.call(
            "PutIdentityProviderConfiguration",
            AuthenticationMode="IDENTITY_PROVIDER_AND_DIRECTORY",
            IdentityCenterConfiguration={
                "InstanceArn": "arn:aws:sso:::instance/ssoins-1234567890abcdef",
                "ApplicationArn": application(sandbox),
            },
            PersonalAccessTokenConfiguration={"Status": "ACTIVE", "LifetimeInDays": 30},
        )
        made = desk.post("personal-access-tokens", **token)["token_id"]
        shown = sandbox.call("GetPersonalAccessTokenMetadata", PersonalAccessTokenId=made)
        assert (shown["Name"], shown["UserId"]) == ("phone", ADA)

    def test_a_message_goes_through(self, sandbox: TestSandbox, desk: Desk) -> None:
        text = b"From: a@example.com\r\nSubject: h\xc3\xa4\r\n\r\nBody\r\n"
        content = b64encode(text).decode()
        sent = desk.post("messages", organization="example", content=content)["message_id"]
        flow = sandbox.client("workmailmessageflow")
        assert flow.get_raw_message_content(messageId=sent)["messageContent"].read() == text
        assert b64decode(desk.post("messages/deliver", message_id=sent)["content"]) == text
        assert desk.ask("POST", "messages/deliver", {"message_id": "nothing"}).status_code == 400


def application(sandbox: TestSandbox) -> Any:
    return sandbox.call(
        "CreateIdentityCenterApplication",
        Name="mail",
        InstanceArn="arn:aws:sso:::instance/ssoins-1234567890abcdef",
    )["ApplicationArn"]


class TestARequest:
    @pytest.mark.parametrize(
        ("method", "path", "body", "status"),
        [
            ("GET", "nothing", None, 404),
            ("POST", "health", {}, 405),
            ("POST", "throttle", [], 400),
            ("POST", "throttle", {}, 400),
            ("POST", "throttle", {"rate": True}, 400),
            ("POST", "throttle", {"rate": "5"}, 400),
            ("POST", "throttle", {"rate": -1}, 400),
            ("POST", "throttle", {"rate": 1e300}, 400),
            ("POST", "throttle", {"rate": 5, "colour": "blue"}, 400),
            ("POST", "fail", {"operation": "Nothing"}, 400),
            ("POST", "fail", {"operation": "CreateUser", "when": "during"}, 400),
            ("POST", "fail", {"operation": "CreateUser", "code": "Nothing"}, 400),
            ("POST", "lag", {"seconds": -1}, 400),
            ("POST", "clock", {"at": "now"}, 400),
            ("POST", "domains", {"organization": "nobody", "domain": "x.example"}, 400),
            ("POST", "domains", {"organization": "example", "domain": "x.example"}, 400),
            ("POST", "messages", {"organization": "example", "content": "no base64"}, 400),
            ("GET", "calls?colour=blue", None, 400),
        ],
    )
    def test_that_cannot_be_done_says_why(
        self, desk: Desk, method: str, path: str, body: Any, status: int
    ) -> None:
        response = desk.ask(method, path, body)
        assert response.status_code == status
        assert response.json is not None
        assert response.json["error"]

    @pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b'{"rate": 5} x'])
    def test_that_is_no_json_is_refused(self, desk: Desk, body: bytes) -> None:
        response = desk.client.post("/_sandbox/throttle", data=body)
        assert (response.status_code, response.json) == (400, {"error": "The body is not valid JSON"})

    def test_for_help_names_every_control(self, desk: Desk) -> None:
        usage = "\n".join(desk.get("")["usage"])
        assert all(f"{method:6} /_sandbox/{path}" in usage for method, path in ROUTES)


class TestWhoMayControl:
    @pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
    def test_is_this_machine(self, desk: Desk, address: str) -> None:
        assert desk.ask("GET", "faults", environ_base={"REMOTE_ADDR": address}).status_code == 200

    @pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
    def test_is_no_other_machine(self, sandbox: TestSandbox, desk: Desk, address: str) -> None:
        afar = {"REMOTE_ADDR": address}
        for method, path in ROUTES:
            expected = 200 if path == "health" else 403
            assert desk.ask(method, path, environ_base=afar).status_code == expected
        sandbox.sandbox.access = Access(controlled_from_afar=True)
        assert desk.ask("GET", "faults", environ_base=afar).status_code == 200

    @pytest.mark.parametrize(
        "headers", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "null"}]
    )
    def test_is_no_web_page(self, sandbox: TestSandbox, desk: Desk, headers: dict[str, str]) -> None:
        sandbox.sandbox.access = Access(controlled_from_afar=True)
        assert desk.ask("POST", "reset", {}, headers=headers).status_code == 403
        assert desk.ask("GET", "calls", headers=headers).status_code == 403


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    found = free_port()
    with server(tmp_path_factory.mktemp("state"), found):
        yield found


class TestBehindAPort:
    def ask(self, port: int, path: str, **body: Any) -> Any:
        data = json.dumps(body).encode() if body else None
        with urlopen(f"http://127.0.0.1:{port}/_sandbox/{path}", data) as answer:
            return json.load(answer)

    def test_a_connection_is_dropped(self, port: int) -> None:
        self.ask(port, "drop", operation="ListOrganizations")
        with pytest.raises(ConnectionClosedError):
            client(port).list_organizations()
        client(port).list_organizations()

    def test_a_call_takes_effect_whose_answer_is_lost(self, port: int) -> None:
        self.ask(port, "drop", operation="CreateOrganization", when="after")
        with pytest.raises(ConnectionClosedError):
            client(port).create_organization(Alias="lost")
        aliases = [each["Alias"] for each in client(port).list_organizations()["OrganizationSummaries"]]
        assert aliases == ["lost"]

    def test_a_call_that_is_held_ends_with_the_faults(self, port: int) -> None:
        self.ask(port, "time-out", operation="ListOrganizations", seconds=3600)
        with ThreadPoolExecutor(1) as pool:
            held = pool.submit(client(port).list_organizations)
            while self.ask(port, "faults")["planned"]:
                assert not held.done()
            urlopen(Request(f"http://127.0.0.1:{port}/_sandbox/faults", method="DELETE")).close()
            with pytest.raises(ConnectionClosedError):
                held.result()
