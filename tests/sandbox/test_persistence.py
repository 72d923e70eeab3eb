"""What the sandbox keeps when it ends: everything that it acknowledged, however it ends."""

import http.client
import io
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from console.sandbox.application import Sandbox
from console.sandbox.errors import SandboxBug
from console.sandbox.fixtures import ADA, BUCKET, CY, DOMAIN, KEY, ROLE, TestSandbox, running_sandbox
from console.sandbox.records import User
from console.sandbox.state_file import StateUnusable
from console.sandbox.store import Store
from tests.sandbox.refusals import refused

EXPORT = {
    "RoleArn": ROLE,
    "KmsKeyArn": KEY,
    "S3BucketName": BUCKET,
    "S3Prefix": "kept",
    "ClientToken": "once",
}


class TestAStateFolder:
    def test_brings_everything_back(self, tmp_path: Path) -> None:
        with running_sandbox(tmp_path) as before:
            before.call("RegisterToWorkMail", EntityId=CY, Email="cy@example.com")
            before.call("PutMailboxPermissions", EntityId=ADA, GranteeId=CY, PermissionValues=["SEND_AS"])
            before.call("UpdateUser", UserId=ADA, Department="Finanzbuchhaltung & Löhne")
            shown = [before.call("DescribeUser", UserId=each) for each in (ADA, CY)]
            tables = {name: sorted(map(repr, table)) for name, table in before.store.tables.items()}
        with running_sandbox(tmp_path) as after:
            assert [after.call("DescribeUser", UserId=each) for each in (ADA, CY)] == shown
            assert {name: sorted(map(repr, table)) for name, table in after.store.tables.items()} == tables

    def test_keeps_exports_and_their_objects(self, tmp_path: Path) -> None:
        with running_sandbox(tmp_path) as before:
            job = before.call("StartMailboxExportJob", EntityId=ADA, **EXPORT)["JobId"]
            before.clock.advance(60)
            assert before.call("DescribeMailboxExportJob", JobId=job)["State"] == "COMPLETED"
        with running_sandbox(tmp_path) as after:
            content = after.s3.get_object(Bucket=BUCKET, Key=f"kept/{job}.zip")["Body"].read()
            assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
            assert after.call("StartMailboxExportJob", EntityId=ADA, **EXPORT)["JobId"] == job

    def test_keeps_what_others_do_in_s3(self, tmp_path: Path) -> None:
        with running_sandbox(tmp_path) as before:
            before.s3.create_bucket(Bucket="another-bucket")
            for key in ("kept/ü b", "gone", "gone as well"):
                before.s3.put_object(Bucket="another-bucket", Key=key, Body=key.encode())
            before.s3.delete_object(Bucket="another-bucket", Key="gone")
            objects = {"Objects": [{"Key": "gone as well"}]}
            before.s3.delete_objects(Bucket="another-bucket", Delete=objects)
            before.s3.delete_bucket(Bucket=BUCKET)
        with running_sandbox(tmp_path) as after:
            assert [each["Name"] for each in after.s3.list_buckets()["Buckets"]] == ["another-bucket"]
            listing = after.s3.list_objects_v2(Bucket="another-bucket")["Contents"]
            assert [each["Key"] for each in listing] == ["kept/ü b"]

    def test_keeps_tokens_good(self, tmp_path: Path) -> None:
        with running_sandbox(tmp_path) as before:
            token = before.call("ListUsers", MaxResults=2)["NextToken"]
        with running_sandbox(tmp_path) as after:
            assert after.call("ListUsers", NextToken=token)["Users"]

    def test_belongs_to_one_sandbox_at_a_time(self, tmp_path: Path) -> None:
        with running_sandbox(tmp_path), pytest.raises(StateUnusable, match="Another sandbox"):
            Store(tmp_path)

    def test_of_a_newer_version_is_refused(self, tmp_path: Path) -> None:
        Store(tmp_path).close()
        with sqlite3.connect(tmp_path / "store.sqlite3") as database:
            database.execute("UPDATE meta SET value = '999' WHERE name = 'version'")
        with pytest.raises(StateUnusable, match="newer version"):
            Store(tmp_path)

    def test_that_is_no_database_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "store.sqlite3").write_bytes(b"something else entirely" * 99)
        with pytest.raises(StateUnusable, match="cannot be read"):
            Store(tmp_path)

    def test_whose_objects_are_no_database_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "objects.sqlite3").write_bytes(b"something else entirely" * 99)
        with pytest.raises(StateUnusable, match="cannot be read"):
            Sandbox(tmp_path)


class TestATransaction:
    def add(self, store: Store, name: str, entity_id: str) -> User:
        record = User(organization_id="m", entity_id=entity_id, name=name)
        store.entities.save(record)
        return record

    def change_and_fail(self, store: Store) -> None:
        with store.transaction():
            self.add(store, "ada lovelace", "1")
            self.add(store, "bo", "2")
            store.entities.delete("1")
            raise RuntimeError("enough")

    def test_is_taken_back_whole(self, tmp_path: Path) -> None:
        store = Store(tmp_path)
        with store.transaction():
            kept = self.add(store, "ada", "1")
        with pytest.raises(RuntimeError, match="enough"):
            self.change_and_fail(store)
        assert list(store.entities) == [kept]
        assert store.entities.claimed("name", "m", "ada") == kept
        assert store.entities.claimed("name", "m", "bo") is None
        assert [record for _, record in store.entities.page("user", "m", "name")] == [kept]
        store.close()
        assert list(Store(tmp_path).entities) == [kept]

    def test_gives_no_claim_twice(self) -> None:
        store = Store()
        with pytest.raises(SandboxBug, match="belongs to straße"), store.transaction():
            [self.add(store, name, name) for name in ("1", "2", "straße", "STRASSE")]
        assert len(store.entities) == 0

    def test_is_needed_for_a_change(self) -> None:
        with pytest.raises(RuntimeError, match="transaction"):
            self.add(Store(), "ada", "1")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(state: Path, port: int, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A sandbox in a process of its own, ready."""
    command = [
        sys.executable,
        "-m",
        "console.sandbox",
        "--port",
        str(port),
        "--state",
        str(state),
        *arguments,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"WorkMail sandbox on http://127.0.0.1")
        yield process
    finally:
        process.kill()
        process.communicate()


def client(port: int, service: str = "workmail") -> Any:
    config = Config(retries={"total_max_attempts": 1}, read_timeout=20)
    session: Any = boto3.Session("test", "secret", region_name="us-east-1")
    return session.client(service, endpoint_url=f"http://127.0.0.1:{port}", config=config)


def write_until_killed(port: int, organization: str, acknowledged: SimpleQueue[tuple[str, str]]) -> None:
    workmail = client(port)
    try:
        for number in range(10_000):
            name = f"person{number}"
            made = workmail.create_user(
                OrganizationId=organization, Name=name, DisplayName=name, Password="Sommer2026!"
            )
            acknowledged.put((made["UserId"], "DISABLED"))
            address = f"{name}@{DOMAIN}"
            workmail.register_to_work_mail(OrganizationId=organization, EntityId=name, Email=address)
            acknowledged.put((made["UserId"], "ENABLED"))
    except (BotoCoreError, ClientError):
        return


class TestAServer:
    @pytest.mark.parametrize("writes", [1, 15, 40])
    def test_that_is_killed_has_lost_nothing_that_it_acknowledged(self, tmp_path: Path, writes: int) -> None:
        with running_sandbox(tmp_path) as prepared:
            organization = prepared.organization_id
        port, acknowledged = free_port(), SimpleQueue[tuple[str, str]]()
        seen: dict[str, str] = {}
        with server(tmp_path, port) as process:
            writer = Thread(target=write_until_killed, args=(port, organization, acknowledged))
            writer.start()
            seen |= dict(acknowledged.get() for _ in range(writes))
            os.kill(process.pid, signal.SIGKILL)
            writer.join()
        seen |= dict(acknowledged.get() for _ in range(acknowledged.qsize()))
        with running_sandbox(tmp_path) as after:
            *others, last = seen.items()
            for user_id, state in others:
                assert after.call("DescribeUser", UserId=user_id)["State"] == state
            # The last one may have been enabled without anybody hearing of it.
            assert after.call("DescribeUser", UserId=last[0])["State"] in (last[1], "ENABLED")

    def test_that_is_killed_during_an_export_ends_it_after_a_restart(self, tmp_path: Path) -> None:
        with running_sandbox(tmp_path) as prepared:
            organization = {"OrganizationId": prepared.organization_id}
        port = free_port()
        with server(tmp_path, port, "--export-seconds", "600") as process:
            job = client(port).start_mailbox_export_job(**organization, EntityId=ADA, **EXPORT)["JobId"]
            os.kill(process.pid, signal.SIGKILL)
        with running_sandbox(tmp_path) as after:
            assert after.call("DescribeMailboxExportJob", JobId=job)["State"] == "RUNNING"
            after.clock.advance(700)
            assert after.call("DescribeMailboxExportJob", JobId=job)["State"] == "COMPLETED"
            assert after.s3.head_object(Bucket=BUCKET, Key=f"kept/{job}.zip")["ContentLength"] > 0

    def test_ends_an_export_without_being_asked(self, tmp_path: Path) -> None:
        with running_sandbox(tmp_path) as prepared:
            organization = {"OrganizationId": prepared.organization_id}
        port = free_port()
        with server(tmp_path, port, "--export-seconds", "0") as _:
            job = client(port).start_mailbox_export_job(**organization, EntityId=ADA, **EXPORT)["JobId"]
            database = sqlite3.connect(tmp_path / "store.sqlite3")
            query = "SELECT body FROM records WHERE key = ?"
            # Another process writes this, so there is nothing but to look again.
            while json.loads(database.execute(query, (job,)).fetchone()[0]).get("state") != "COMPLETED":
                time.sleep(0.05)

    def test_keeps_a_connection_open_and_serves_the_services_beside_it(self, tmp_path: Path) -> None:
        port = free_port()
        with server(tmp_path, port, "--seed", "empty"):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            for _ in range(3):
                connection.request("POST", "/", b"{}", {"X-Amz-Target": "WorkMailService.ListUsers"})
                assert json.loads(connection.getresponse().read())["__type"]
            connection.request("POST", "/", iter([b"{", b"}"]), encode_chunked=True)
            assert connection.getresponse().read()
            for length in ("-1", "many"):
                broken = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
                broken.request("POST", "/", headers={"Content-Length": length, "Authorization": "x"})
                assert broken.getresponse().status >= 400
            s3 = client(port, "s3")
            s3.create_bucket(Bucket="some-bucket")
            s3.put_object(Bucket="some-bucket", Key="large", Body=b"x" * 3_000_000, Metadata={"a_b": "c"})
            found = s3.get_object(Bucket="some-bucket", Key="large")
            assert len(found["Body"].read()) == 3_000_000
            assert found["Metadata"] == {"a_b": "c"}
            with refused("404"):
                s3.head_object(Bucket="some-bucket", Key="missing")

    def test_ends_when_it_is_asked_to(self, tmp_path: Path) -> None:
        with server(tmp_path, free_port(), "--seed", "empty") as process:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == 0
            assert process.stderr is not None
            assert process.stderr.read() == b""

    def test_says_in_one_line_why_it_cannot_start(self, tmp_path: Path) -> None:
        port = free_port()
        command = [sys.executable, "-m", "console.sandbox", "--state", str(tmp_path), "--port"]
        with server(tmp_path, port, "--seed", "empty"):
            taken = subprocess.run([*command, str(port)], capture_output=True, text=True, check=False)
            locked = subprocess.run([*command, str(free_port())], capture_output=True, text=True, check=False)
        assert (taken.returncode, locked.returncode) == (1, 1)
        assert taken.stderr.startswith(f"Port {port} of 127.0.0.1 cannot be used")
        assert locked.stderr == f"Another sandbox runs on the state in {tmp_path}\n"


def test_a_sandbox_in_memory_writes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with running_sandbox() as sandbox:
        assert isinstance(sandbox, TestSandbox)
        sandbox.call("UpdateUser", UserId=ADA, City="Izmir")
    assert list(tmp_path.iterdir()) == []
