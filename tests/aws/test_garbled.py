"""Answers that are none of Amazon WorkMail's: what a proxy, a cut connection or another service sends."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from django.utils import timezone

from console.actor import Actor
from console.aws import errors, model, response_checks, transport
from console.aws.catalogue import CATALOGUE
from console.gateway import gateway
from console.ledger.models import Entry
from console.mirror.models import Entity, Organization, Sync
from console.sandbox import application, botocore_hook
from console.sandbox.fixtures import TestSandbox
from console.sync import mirror_refresh, worker

pytestmark = pytest.mark.django_db
PAGE = b"<html><head><title>Sign in to the guest network</title></head></html>"
ID = ("x-amzn-RequestId", "7f2b1c9e-0000-4000-8000-000000000000")
JSON = ("Content-Type", "application/x-amz-json-1.1")
Garbling = tuple[str, list[tuple[str, str]], bytes]
# Status, headers and body in place of the answer; the call itself is carried out.
GARBLED: dict[str, Garbling] = {
    "a page of a proxy": ("200 OK", [("Content-Type", "text/html")], PAGE),
    "a page with a request id": ("200 OK", [ID], PAGE),
    "an empty body": ("200 OK", [JSON], b""),
    "an empty object": ("200 OK", [JSON], b"{}"),
    "a list": ("200 OK", [JSON, ID], b"[]"),
    "null": ("200 OK", [JSON, ID], b"null"),
    "a cut body": ("200 OK", [JSON, ID], b'{"UserId": "a0'),
    "compressed bytes": ("200 OK", [JSON, ID], b"\x1f\x8b\x08\x00garbage"),
    "a redirect": ("302 Found", [("Location", "https://guest.example/")], PAGE),
    "a proxy's refusal": ("403 Forbidden", [("Content-Type", "text/html")], PAGE),
    "a gateway's failure": ("502 Bad Gateway", [], PAGE),
}
# With a request id and an object, these tell nothing only where the operation answers with a member.
OBJECTS = {"another operation's answer": ("200 OK", [JSON, ID], b'{"Answer": 42}')}


class Garbler:
    """A WSGI application that carries a call out and answers with something else."""

    def __init__(self, sandbox: application.Sandbox) -> None:
        self.sandbox = sandbox
        self.answer: Garbling | None = None
        self.only = ""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        if self.answer is None or (self.only and operation != self.only):
            return self.sandbox(environ, start_response)
        self.sandbox(environ, lambda *_: None)
        status, headers, body = self.answer
        start_response(status, [*headers, ("Content-Length", str(len(body)))])
        return [body]


@pytest.fixture
def garbler(sandbox: TestSandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Garbler]:
    monkeypatch.setattr("console.aws.transport.PAUSE", 0)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    made = Garbler(sandbox.sandbox)
    with botocore_hook.route_botocore(cast(application.Sandbox, made)):
        yield made


def sample(operation: str) -> dict[str, Any]:
    """The smallest input that the model takes; whether WorkMail would do it does not matter here."""
    shape = model.get_operation(operation).input_shape
    return cast("dict[str, Any]", _value(shape)) if shape is not None else {}


def _value(shape: Any) -> Any:
    match shape.type_name:
        case "structure":
            return {name: _value(shape.members[name]) for name in shape.required_members}
        case "list":
            return [_value(shape.member)]
        case "map":
            return {}
        case "string":
            return (shape.metadata.get("enum") or ["x" * max(int(shape.metadata.get("min") or 1), 1)])[0]
        case "integer" | "long":
            return int(shape.metadata.get("min") or 1)
        case "boolean":
            return True
        case _:
            return b"x" if shape.type_name == "blob" else 1


def outcome_of(operation: str, organization: Organization) -> errors.CallFailed | None:
    rule = CATALOGUE[operation]
    try:
        transport.send_call(rule, organization, sample(operation), None if rule.is_read else 1)
    except errors.CallFailed as failure:
        return failure
    return None


@pytest.mark.parametrize("kind", [*GARBLED, *OBJECTS])
def test_is_no_answer_of_any_operation(kind: str, garbler: Garbler, organization: Organization) -> None:
    """A write's outcome is unknown then, and a read was not answered."""
    garbler.answer = (GARBLED | OBJECTS)[kind]
    wrong = []
    for operation in model.list_operations():
        if kind in OBJECTS and not response_checks.main_member(operation):
            continue
        if model.streaming_member(operation) and kind in ("a list", "null", "a cut body", "compressed bytes"):
            continue  # the message itself: any bytes
        if model.streaming_member(operation) and kind in ("a page with a request id", *OBJECTS):
            continue
        failure = outcome_of(operation, organization)
        writes = not CATALOGUE[operation].is_read
        if not isinstance(failure, errors.Unreachable) or failure.sent != writes:
            wrong.append((operation, failure))
    assert wrong == []


def test_the_check_sees_what_botocore_does_not(
    garbler: Garbler, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: without the check, a page of a proxy is an empty directory."""
    monkeypatch.setattr(response_checks, "require_complete", lambda *_: None)
    monkeypatch.setattr(response_checks, "require_json", lambda *_: None)
    garbler.answer = GARBLED["a page of a proxy"]
    assert transport.send_call(CATALOGUE["ListUsers"], organization, sample("ListUsers")).result == {}


def test_every_answer_of_the_sandbox_passes(sandbox: TestSandbox, organization: Organization) -> None:
    """Each operation that answers with members has one that is always there, or a reason in the table."""
    undeclared = [
        name
        for name in model.list_operations()
        if model.output_members(name)
        and CATALOGUE[name].required_member is None
        and not response_checks.main_member(name)
    ]
    assert undeclared == []
    assert [
        name
        for name, rule in CATALOGUE.items()
        if rule.required_member and rule.required_member not in model.output_members(name)
    ] == []


def read(organization: Organization) -> None:
    """Let the mirror read everything that is due, and what failed before."""
    mirror_refresh.schedule_sync(organization)
    Sync.objects.update(due_at=timezone.now(), lease_until=None)
    for _ in range(60):
        if not worker.run_slice(organization):
            return


class TestTheMirror:
    def test_keeps_its_directory(
        self, garbler: Garbler, sandbox: TestSandbox, organization: Organization
    ) -> None:
        read(organization)
        living = Entity.objects.exclude(state=Entity.State.DELETED).count()
        assert living > 0
        for kind, answer in (GARBLED | OBJECTS).items():
            garbler.answer = answer
            read(organization)
            assert Entity.objects.exclude(state=Entity.State.DELETED).count() == living, kind


class TestAPassword:
    @pytest.mark.parametrize("kind", GARBLED)
    def test_is_not_said_to_be_reset(
        self, kind: str, garbler: Garbler, owner: Actor, organization: Organization, sandbox: TestSandbox
    ) -> None:
        person = sandbox.enabled_user("pat", filled=False)
        garbler.answer, garbler.only = GARBLED[kind], "ResetPassword"
        with pytest.raises(errors.Unreachable) as failure:
            gateway.call(
                owner, "ResetPassword", organization, UserId=person.entity_id, Password="Secret123!x"
            )
        assert failure.value.sent
        assert Entry.objects.get(kind=Entry.Kind.OUTCOME).outcome == Entry.Outcome.UNKNOWN


class TestWhatWasNotSent:
    def test_credentials_that_cannot_be_renewed(
        self, garbler: Garbler, organization: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """botocore raises a bare RuntimeError for them, before anything is sent."""

        def expired(*_: Any, **__: Any) -> None:
            raise RuntimeError("Credentials were refreshed, but the refreshed credentials are still expired.")

        monkeypatch.setattr("botocore.signers.RequestSigner.sign", expired)
        failure = outcome_of("ResetPassword", organization)
        assert isinstance(failure, errors.Unreachable)
        assert not failure.sent

    def test_a_role_that_may_not_be_assumed(
        self, garbler: Garbler, organization: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refused(*_: Any, **__: Any) -> None:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "AssumeRole")

        monkeypatch.setattr("botocore.signers.RequestSigner.sign", refused)
        failure = outcome_of("ResetPassword", organization)
        assert isinstance(failure, errors.Refused)
