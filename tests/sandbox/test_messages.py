"""Message Flow: messages in transit are read and replaced, over the real wire of REST-JSON."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from werkzeug.test import Client, TestResponse

from console.sandbox import message_validation, organization_setup, transit_messages
from console.sandbox.clock import DAY
from console.sandbox.fixtures import BUCKET, TestSandbox, running_sandbox
from tests.sandbox.refusals import refused

HEAD = b"From: ada@example.com\r\nDate: Sat, 21 Nov 2026 08:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n"
MAIL = HEAD + b"Subject: Hello\r\n\r\nHello, \xe9\x00\xff.\r\n"
NEW = HEAD + b"Subject: Changed\r\n\r\nGood bye.\r\n"
CREDENTIAL = (
    "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/workmailmessageflow/aws4_request, Signature=0"
)


def sent(sandbox: TestSandbox, content: bytes = MAIL, **fields: Any) -> str:
    return transit_messages.put_in_transit(sandbox.store, sandbox.organization, content, **fields).message_id


def read(sandbox: TestSandbox, message_id: str) -> bytes:
    body: bytes = sandbox.call("GetRawMessageContent", messageId=message_id)["messageContent"].read()
    return body


def put(sandbox: TestSandbox, message_id: str, content: bytes = NEW, **reference: str) -> None:
    """Upload the new text and refer to it."""
    sandbox.s3.put_object(Bucket=BUCKET, Key="updates/new", Body=content)
    refer(sandbox, message_id, **reference)


def refer(sandbox: TestSandbox, message_id: str, **reference: str) -> None:
    content = {"s3Reference": {"bucket": BUCKET, "key": "updates/new", **reference}}
    sandbox.call("PutRawMessageContent", messageId=message_id, content=content)


class TestAMessage:
    def test_is_read_byte_by_byte(self, sandbox: TestSandbox) -> None:
        assert read(sandbox, sent(sandbox)) == MAIL

    @pytest.mark.parametrize("direction", ["incoming", "outgoing"])
    def test_is_read_as_it_was_updated(self, sandbox: TestSandbox, direction: str) -> None:
        message = sent(sandbox, direction=direction)
        put(sandbox, message)
        assert read(sandbox, message) == NEW
        assert transit_messages.deliver_message(sandbox.store, message) == NEW

    def test_is_there_for_a_day(self, sandbox: TestSandbox) -> None:
        sandbox.clock.freeze()
        message = sent(sandbox)
        sandbox.clock.advance(DAY - 1)
        later = sent(sandbox)
        assert read(sandbox, message) == MAIL
        sandbox.clock.advance(1)
        for operation in (read, put):
            with refused("ResourceNotFoundException"):
                operation(sandbox, message)
        assert read(sandbox, later) == MAIL
        assert len(sandbox.store.transit_messages) == 1

    def test_that_has_arrived_is_updated_for_readers_of_the_api_alone(self, sandbox: TestSandbox) -> None:
        message = sent(sandbox)
        assert transit_messages.deliver_message(sandbox.store, message) == MAIL
        put(sandbox, message)
        assert read(sandbox, message) == NEW
        assert transit_messages.deliver_message(sandbox.store, message) == MAIL

    def test_that_is_frozen_is_read_and_not_updated(self, sandbox: TestSandbox) -> None:
        message = sent(sandbox, frozen=True)
        with refused("MessageFrozen"):
            put(sandbox, message)
        assert read(sandbox, message) == MAIL

    def test_is_its_account_s_and_region_s(self, sandbox: TestSandbox) -> None:
        ireland = organization_setup.add_active_organization(sandbox.store, "ireland", region="eu-west-1")
        message = transit_messages.put_in_transit(sandbox.store, ireland, MAIL).message_id
        with refused("ResourceNotFoundException"):
            read(sandbox, message)
        elsewhere = sandbox.client("workmailmessageflow", region="eu-west-1")
        assert elsewhere.get_raw_message_content(messageId=message)["messageContent"].read() == MAIL

    def test_goes_with_its_organization(self, sandbox: TestSandbox) -> None:
        message = sent(sandbox)
        sandbox.call("DeleteOrganization", DeleteDirectory=True, ForceDelete=True)
        sandbox.clock.advance(60)
        with refused("ResourceNotFoundException"):
            read(sandbox, message)

    def test_is_kept_over_a_restart(self, tmp_path: Path) -> None:
        with running_sandbox(tmp_path) as before:
            message = sent(before)
        with running_sandbox(tmp_path) as after:
            assert read(after, message) == MAIL

    def test_has_an_id_and_a_direction_that_there_are(self, sandbox: TestSandbox) -> None:
        for wrong in ("Über", "x" * 121):
            with pytest.raises(ValueError, match="not the id of a message"):
                sent(sandbox, message_id=wrong)
        with pytest.raises(ValueError, match="incoming or outgoing"):
            sent(sandbox, direction="sideways")
        with pytest.raises(LookupError):
            transit_messages.deliver_message(sandbox.store, "unknown")


class TestAContentLocation:
    def test_may_name_a_version(self, sandbox: TestSandbox) -> None:
        enabled = {"Status": "Enabled"}
        sandbox.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration=enabled)
        old = sandbox.s3.put_object(Bucket=BUCKET, Key="updates/new", Body=NEW)["VersionId"]
        message = sent(sandbox)
        put(sandbox, message, NEW + b"later\r\n", objectVersion=old)
        assert read(sandbox, message) == NEW
        with refused("InvalidContentLocation"):
            refer(sandbox, message, objectVersion="unknown")

    @pytest.mark.parametrize("reference", [{"bucket": "nobody-s-bucket"}, {"key": "no/such/object"}])
    def test_that_leads_nowhere_is_refused(self, sandbox: TestSandbox, reference: dict[str, str]) -> None:
        message = sent(sandbox)
        with refused("InvalidContentLocation"):
            put(sandbox, message, NEW, **reference)

    def test_in_another_region_or_account_is_refused(self, sandbox: TestSandbox) -> None:
        message = sent(sandbox)
        for account, region in (("123456789012", "eu-west-1"), ("999988887777", "us-east-1")):
            bucket = f"bucket-{account}"
            sandbox.sandbox.neighbours.make_bucket(account, bucket, region)
            sandbox.sandbox.neighbours.put(account, bucket, "updates/new", NEW)
            with refused("InvalidContentLocation"):
                refer(sandbox, message, bucket=bucket)

    @pytest.mark.parametrize(
        "reference",
        [{"key": "new.eml"}, {"key": "new_mail"}, {"key": "a b"}, {"bucket": "a.b"}, {"bucket": "ab"}],
    )
    def test_of_the_model_s_narrow_form_alone_is_taken(
        self, sandbox: TestSandbox, reference: dict[str, str]
    ) -> None:
        with refused("ValidationException"):
            refer(sandbox, sent(sandbox), **reference)


class TestARejectedMessage:
    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (NEW + b"x" * 999 + b"\r\n", "longer than 1000"),
            (NEW + b"x" * 999, "longer than 1000"),
            (NEW.replace(b"Date: ", b"X-Date: "), "Date is missing"),
            (NEW.replace(b"From: ", b"X-From: "), "From is missing"),
            (b"Subject: twice\r\n" + NEW, "Subject appears more than once"),
            (NEW.replace(b"ada@", b"eve@"), "From was changed"),
            (NEW.replace(b"<1@", b"<2@"), "Message-ID was changed"),
            (NEW.replace(b"\r\n\r\n", b"\r\nContent-Type: multipart/mixed\r\n\r\n"), "malformed"),
            (
                NEW.replace(b"\r\n\r\n", b'\r\nContent-Disposition: attachment; filename="Run.EXE"\r\n\r\n'),
                "type .exe",
            ),
            (b"", "missing"),
        ],
    )
    def test_says_why_and_changes_nothing(self, sandbox: TestSandbox, content: bytes, why: str) -> None:
        message = sent(sandbox)
        with pytest.raises(ClientError, match=why) as caught:
            put(sandbox, message, content)
        assert caught.value.response["Error"]["Code"] == "MessageRejected"
        assert read(sandbox, message) == MAIL

    def test_is_not_one_whose_lines_just_fit(self, sandbox: TestSandbox) -> None:
        message = sent(sandbox)
        fitting = NEW + b"x" * 998 + b"\r\n" + b"y" * 998 + b"\n" + b"z" * 998
        put(sandbox, message, fitting)
        assert read(sandbox, message) == fitting

    def test_is_not_one_whose_headers_are_folded_anew(self, sandbox: TestSandbox) -> None:
        put(sandbox, sent(sandbox), NEW.replace(b"Message-ID: <1@", b"Message-ID:\r\n <1@"))

    def test_is_one_of_more_than_forty_megabytes(self) -> None:
        line = b"x" * 62 + b"\r\n"
        assert (
            message_validation.find_objection(NEW + line * (40 * 1024 * 1024 // 64), MAIL)
            == "The message is larger than 40 MB"
        )

    @pytest.mark.parametrize("ending", ["ade", "js", "jse", "mdb", "msh1xml", "ps2xml", "vsw", "xnk", "bat"])
    def test_has_an_attachment_that_ses_does_not_take(self, ending: str) -> None:
        part = f'Content-Disposition: attachment; filename="a.{ending}"'.encode()
        assert ending in message_validation.find_objection(
            NEW.replace(b"\r\n\r\n", b"\r\n" + part + b"\r\n\r\n"), MAIL
        )

    @pytest.mark.parametrize("ending", ["pdf", "json", "md", "txt", "docx", "zip", "jsx", "ps"])
    def test_is_not_one_with_other_attachments(self, ending: str) -> None:
        part = f'Content-Disposition: attachment; filename="a.{ending}"'.encode()
        assert (
            message_validation.find_objection(NEW.replace(b"\r\n\r\n", b"\r\n" + part + b"\r\n\r\n"), MAIL)
            == ""
        )


class TestTheWire:
    def ask(self, sandbox: TestSandbox, method: str, path: str, body: bytes | str = b"") -> TestResponse:
        headers = {"Authorization": CREDENTIAL, "Content-Type": "application/json"}
        return Client(sandbox.sandbox).open(path, method=method, data=body, headers=headers)

    def test_carries_the_message_as_it_is(self, sandbox: TestSandbox) -> None:
        response = self.ask(sandbox, "GET", f"/messages/{sent(sandbox)}")
        assert (response.status_code, response.data) == (200, MAIL)
        assert response.headers["Content-Type"] == "application/json"  # so AWS's own example
        assert len(response.headers["x-amzn-RequestId"]) == 36

    def test_answers_an_update_with_an_empty_object(self, sandbox: TestSandbox) -> None:
        sandbox.s3.put_object(Bucket=BUCKET, Key="new", Body=NEW)
        body = json.dumps({"content": {"s3Reference": {"bucket": BUCKET, "key": "new"}}})
        response = self.ask(sandbox, "POST", f"/messages/{sent(sandbox)}", body)
        assert (response.status_code, response.data) == (200, b"{}")

    def test_says_not_found_as_the_model_does(self, sandbox: TestSandbox) -> None:
        response = self.ask(sandbox, "GET", "/messages/unknown")
        assert response.status_code == 404
        assert response.headers["x-amzn-ErrorType"] == "ResourceNotFoundException"
        answer = json.loads(response.data)
        assert answer.keys() == {"__type", "message"}
        assert answer["__type"] == "ResourceNotFoundException"

    def test_says_what_else_is_wrong_with_400(self, sandbox: TestSandbox) -> None:
        response = self.ask(
            sandbox,
            "POST",
            f"/messages/{sent(sandbox, frozen=True)}",
            '{"content": {"s3Reference": {"bucket": "bucket", "key": "k"}}}',
        )
        assert response.status_code == 400
        assert json.loads(response.data).keys() == {"__type", "message"}

    @pytest.mark.parametrize(
        ("method", "path", "body", "code"),
        [
            ("GET", "/messages", b"", "UnknownOperationException"),
            ("GET", "/messages/", b"", "UnknownOperationException"),
            ("GET", "/messages/a/b", b"", "UnknownOperationException"),
            ("DELETE", "/messages/a", b"", "UnknownOperationException"),
            ("GET", "/messages/UPPER", b"", "ValidationException"),
            ("GET", "/messages/" + "x" * 121, b"", "ValidationException"),
            ("GET", "/messages/a%20b", b"", "ValidationException"),
            ("POST", "/messages/a", b"", "ValidationException"),
            ("POST", "/messages/a", b"{", "SerializationException"),
            ("POST", "/messages/a", b'{"content": 5}', "SerializationException"),
            ("POST", "/messages/a", b" " * (1024 * 1024 + 1), "RequestEntityTooLargeException"),
        ],
    )
    def test_refuses_what_is_no_request(
        self, sandbox: TestSandbox, method: str, path: str, body: bytes, code: str
    ) -> None:
        response = self.ask(sandbox, method, path, body)
        assert 400 <= response.status_code < 500
        assert json.loads(response.data)["__type"] == code

    def test_takes_the_id_from_the_address_alone(self, sandbox: TestSandbox) -> None:
        message = sent(sandbox)
        sandbox.s3.put_object(Bucket=BUCKET, Key="new", Body=NEW)
        body = {"messageId": message, "content": {"s3Reference": {"bucket": BUCKET, "key": "new"}}}
        assert self.ask(sandbox, "POST", "/messages/unknown", json.dumps(body)).status_code == 404
        assert read(sandbox, message) == MAIL
