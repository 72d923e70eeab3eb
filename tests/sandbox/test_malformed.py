"""Requests that no SDK would send, generated: each is refused in AWS's form, and none changes anything."""

import json
import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from werkzeug.test import Client, TestResponse

from console.aws import model
from console.sandbox import handler_registry
from console.sandbox.fixtures import TestSandbox, running_sandbox
from tests.sandbox.test_persistence import free_port, server
from tests.sandbox.test_wire import CREDENTIAL, HEADERS

OPERATIONS = sorted(name for name in handler_registry.HANDLERS if model.get_service_name(name) == "workmail")
HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: WorkMailService.ListOrganizations\r\n"
QUICK = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# A header ends at a line's end, which the HTTP of a server or a client sees to.
LINES = some.text(some.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"))
VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
)


@pytest.fixture(scope="module")
def town() -> Iterator[TestSandbox]:
    with running_sandbox() as sandbox:
        yield sandbox


def send(town: TestSandbox, body: bytes, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with_target = {**HEADERS, "X-Amz-Target": "WorkMailService.DescribeUser", **named}
    return Client(town.sandbox).post("/", data=body, headers=with_target)


def require_refused(response: TestResponse) -> str:
    """In AWS's form, and by the caller's fault."""
    answer = json.loads(response.data)
    assert 400 <= response.status_code < 500, answer
    assert answer["__type"].isalpha()
    assert (answer.get("Message") or answer.get("message")) is not None
    assert "Traceback" not in response.text
    assert response.headers["x-amzn-RequestId"]
    return str(answer["__type"])


def require_in_form(response: TestResponse) -> None:
    """A call that happens to be a good one is answered."""
    if response.status_code != 200:
        require_refused(response)


def names_of(operation: str) -> some.SearchStrategy[str]:
    return some.sampled_from(sorted(model.input_members(operation))) | some.text(max_size=8)


class TestAnyBytes:
    @QUICK
    @given(body=some.binary(max_size=400))
    def test_are_refused(self, town: TestSandbox, body: bytes) -> None:
        require_refused(send(town, body))

    @QUICK
    @given(data=some.data())
    def test_in_a_request_that_was_a_good_one_are_refused_or_answered(
        self, town: TestSandbox, data: Any
    ) -> None:
        body = bytearray(json.dumps({"OrganizationId": town.organization_id, "UserId": "ada"}).encode())
        for _ in range(data.draw(some.integers(1, 4))):
            body[data.draw(some.integers(0, len(body) - 1))] = data.draw(some.integers(0, 255))
        require_in_form(send(town, bytes(body)))


class TestAnyJson:
    @QUICK
    @given(data=some.data(), operation=some.sampled_from(OPERATIONS))
    def test_as_members_is_refused_or_answered(self, town: TestSandbox, data: Any, operation: str) -> None:
        given_members = data.draw(some.dictionaries(names_of(operation), VALUES, max_size=6))
        if data.draw(some.booleans()) and "OrganizationId" in model.input_members(operation):
            given_members["OrganizationId"] = town.organization_id
        body = json.dumps(given_members).encode()
        require_in_form(send(town, body, X_Amz_Target=f"WorkMailService.{operation}"))

    @QUICK
    @given(value=VALUES.filter(lambda value: not isinstance(value, dict)))
    def test_that_is_no_object_is_refused(self, town: TestSandbox, value: Any) -> None:
        assert require_refused(send(town, json.dumps(value).encode())) == "SerializationException"


class TestAnyHeader:
    @QUICK
    @given(target=LINES)
    def test_for_a_target_is_refused(self, town: TestSandbox, target: str) -> None:
        assert require_refused(send(town, b"{}", X_Amz_Target=target)) == "UnknownOperationException"

    @QUICK
    @given(name=LINES.filter(lambda name: name not in OPERATIONS))
    def test_for_an_operation_is_refused(self, town: TestSandbox, name: str) -> None:
        answer = send(town, b"{}", X_Amz_Target=f"WorkMailService.{name}")
        assert require_refused(answer) == "UnknownOperationException"

    @pytest.mark.parametrize("name", model.get_service_model("workmailmessageflow").operation_names)
    def test_for_another_service_s_operation_is_refused(self, town: TestSandbox, name: str) -> None:
        answer = send(town, b'{"messageId": "x"}', X_Amz_Target=f"WorkMailService.{name}")
        assert require_refused(answer) == "UnknownOperationException"

    @QUICK
    @given(authorization=LINES)
    def test_for_an_authorization_is_refused(self, town: TestSandbox, authorization: str) -> None:
        require_refused(send(town, b"{}", Authorization=authorization))

    @QUICK
    @given(method=some.sampled_from(["GET", "POST", "PUT", "DELETE"]), path=LINES)
    def test_for_an_address_of_message_flow_is_refused(
        self, town: TestSandbox, method: str, path: str
    ) -> None:
        headers = {"Authorization": CREDENTIAL.replace("/workmail/", "/workmailmessageflow/")}
        address = "/messages/" + path.replace("#", "").replace("?", "")
        answer = Client(town.sandbox).open(address, method=method, headers=headers, data=b"{}")
        require_refused(answer)


class TestDepthAndSize:
    @pytest.mark.parametrize("depth", [90, 500, 5_000, 200_000])
    @pytest.mark.parametrize(("opened", "closed"), [("[", "]"), ('{"a":', "}")])
    def test_of_a_member_are_refused(self, town: TestSandbox, depth: int, opened: str, closed: str) -> None:
        nested = opened * depth + "1" + closed * depth
        body = f'{{"OrganizationId": "{town.organization_id}", "UserId": {nested}}}'.encode()
        assert require_refused(send(town, body)) in (
            "SerializationException",
            "RequestEntityTooLargeException",
        )

    @pytest.mark.parametrize("depth", [90, 500, 900, 5_000])
    def test_of_a_member_that_nobody_knows_are_refused_or_answered(
        self, town: TestSandbox, depth: int
    ) -> None:
        nested = "[" * depth + "]" * depth
        body = f'{{"OrganizationId": "{town.organization_id}", "UserId": "ada", "Colour": {nested}}}'
        require_in_form(send(town, body.encode()))

    def test_of_a_number_are_refused(self, town: TestSandbox) -> None:
        for number in ("9" * 5_000, "1e999", "-" + "9" * 400):
            body = f'{{"OrganizationId": "{town.organization_id}", "MaxResults": {number}}}'.encode()
            require_refused(send(town, body, X_Amz_Target="WorkMailService.ListUsers"))

    def test_of_a_member_s_name_are_no_matter(self, town: TestSandbox) -> None:
        members = {"OrganizationId": town.organization_id, "UserId": "ada", "x" * 500_000: 1}
        assert send(town, json.dumps(members).encode()).status_code == 200

    def test_of_the_request_have_an_end(self, town: TestSandbox) -> None:
        members = {"OrganizationId": town.organization_id, "UserId": "ada", "x": "y" * 1024 * 1024}
        answer = send(town, json.dumps(members).encode())
        assert require_refused(answer) == "RequestEntityTooLargeException"
        assert answer.status_code == 413


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    found = free_port()
    with server(tmp_path_factory.mktemp("state"), found):
        yield found


class TestBytesOnAConnection:
    def answers(self, port: int, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    @pytest.mark.parametrize("length", ["x", "-1", "1e3", "0x10", "\u00b2", "3"])
    def test_of_another_length_are_refused(self, port: int, length: str) -> None:
        answer = self.answers(port, HEAD + f"Content-Length: {length}\r\n\r\n{{}}".encode())
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b"SerializationException" in answer

    @pytest.mark.parametrize(
        "chunk",
        [
            b"x\r\nabc",
            b"-5\r\nabc",
            b"f" * 16 + b"\r\nabc",
            b"5\r\nab",
            b"2\r\nabcd\r\n0\r\n\r\n",
            b"",
        ],
    )
    @pytest.mark.parametrize("encoding", [b"chunked", b"gzip"])
    def test_in_broken_chunks_are_refused(self, port: int, chunk: bytes, encoding: bytes) -> None:
        answer = self.answers(port, HEAD + b"Transfer-Encoding: " + encoding + b"\r\n\r\n" + chunk)
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b"SerializationException" in answer

    @pytest.mark.parametrize(
        "body",
        [
            b"Content-Length: 2\r\n\r\n{}",
            b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;a=b\r\n}\r\n0\r\nX-Trailer: x\r\n\r\n",
        ],
        ids=["whole", "chunked"],
    )
    def test_that_are_in_order_are_answered(self, port: int, body: bytes) -> None:
        signed = HEAD + f"Authorization: {CREDENTIAL}\r\n".encode() + body
        answers = self.answers(port, signed * 2)  # the second begins where the first ends
        assert answers.count(b"HTTP/1.1 200 OK") == answers.count(b'{"OrganizationSummaries":[]}') == 2

    @pytest.mark.parametrize("line", [b"\x00\x01", b"GET", b"POST / HTTP/9.9", b"GET /" + b"x" * 70_000])
    def test_that_are_no_http_are_refused(self, port: int, line: bytes) -> None:
        answer = self.answers(port, line + b"\r\n\r\n")
        assert b"Traceback" not in answer
        assert re.match(rb"HTTP/1.1 4|$", answer) or re.search(rb"Error code: (4|505)", answer)
