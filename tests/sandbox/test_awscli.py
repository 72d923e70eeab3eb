"""The AWS CLI, as anybody has it, against a sandbox on a port: people, an export, the zip in its bucket."""

import email
import email.policy
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from console.sandbox import seeds
from console.sandbox.application import HEALTH_PATH

ROOT = Path(__file__).resolve().parents[2]
AWS = Path(sys.executable).with_name("aws")
PATIENCE = 90.0
PLACE = {"organization-id": seeds.NORTHWIND_ID}


# The CLI's own `main`, command after command: its start takes most of the time of a command.
COMMANDS = """
import contextlib, io, json, sys
from awscli.clidriver import create_clidriver
driver = create_clidriver()
for line in sys.stdin:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = driver.main(json.loads(line))
    print(json.dumps([code, out.getvalue(), err.getvalue()]), flush=True)
"""


class Shell:
    """The AWS CLI with an endpoint, in an environment that knows no other account."""

    def __init__(self, endpoint: str, home: Path) -> None:
        self.command = [str(AWS), "--endpoint-url", endpoint, "--region", "us-east-1", "--output", "json"]
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "anything",
            "AWS_PAGER": "",
        }

        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMANDS],
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run_again(self, *arguments: str) -> str:
        """Run one more command in the process that has run the others."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([*self.command[1:], *arguments]) + "\n")
        self.process.stdin.flush()
        code, printed, errors = json.loads(self.process.stdout.readline())
        assert code == 0, errors
        return str(printed)

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self.command, *arguments], env=self.environ, capture_output=True, text=True, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def workmail(self, command: str, **options: str) -> Any:
        given = {**PLACE, **{name.replace("_", "-"): value for name, value in options.items()}}
        words = [word for name, value in given.items() for word in (f"--{name}", value)]
        return json.loads(self.run_again("workmail", command, *words) or "null")


def eventually(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("awscli")
    port = free_port()
    options = ("--port", port, "--state", str(folder / "state"), "--seed", "demo", "--people", "50")
    command = [sys.executable, "-m", "console.sandbox", *options, "--export-seconds", "0.2"]
    with subprocess.Popen(command, cwd=ROOT) as server:
        try:
            eventually(lambda: answers(f"http://127.0.0.1:{port}{HEALTH_PATH}"))
            shell = Shell(f"http://127.0.0.1:{port}", folder)
            yield shell
            shell.process.kill()
            shell.process.wait()
        finally:
            server.kill()


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="module")
def person(shell: Shell) -> dict[str, Any]:
    """Somebody with a mailbox."""
    people: list[dict[str, Any]] = shell.workmail("list-users")["Users"]
    return next(each for each in people if each["State"] == "ENABLED" and each["UserRole"] == "USER")


class TestDirectory:
    def test_its_people_are_listed_across_pages(self, shell: Shell) -> None:
        people = shell.workmail("list-users", page_size="20")["Users"]
        assert len({each["Id"] for each in people}) == len(people) > 50

    def test_a_person_is_described(self, shell: Shell, person: dict[str, Any]) -> None:
        shown = shell.workmail("describe-user", user_id=person["Id"])
        assert (shown["UserId"], shown["Email"]) == (person["Id"], person["Email"])

    def test_somebody_who_is_not_there_is_an_error_of_the_services(self, shell: Shell) -> None:
        with pytest.raises(AssertionError, match=r"\(EntityNotFoundException\).*DescribeUser"):
            shell.workmail("describe-user", user_id="nobody-of-this-name")


@pytest.fixture(scope="module")
def job(shell: Shell, person: dict[str, Any]) -> dict[str, Any]:
    """A finished export, started twice with one token."""
    started = [start(shell, person)["JobId"] for _ in range(2)]
    assert len(set(started)) == 1
    shown: dict[str, Any] = {}

    def is_over() -> bool:
        shown.update(shell.workmail("describe-mailbox-export-job", job_id=started[0]))
        return bool(shown["State"] != "RUNNING")

    eventually(is_over)
    return shown


def start(shell: Shell, person: dict[str, Any]) -> Any:
    return shell.workmail(
        "start-mailbox-export-job",
        client_token="the-same-token",
        entity_id=person["Id"],
        role_arn=seeds.EXPORT_ROLE_ARN,
        kms_key_arn=seeds.EXPORT_KEY_ARN,
        s3_bucket_name=seeds.NORTHWIND_BUCKET,
        s3_prefix="from-the-cli",
    )


class TestExport:
    def test_comes_to_its_end(self, job: dict[str, Any]) -> None:
        assert (job["State"], job["EstimatedProgress"]) == ("COMPLETED", 100)

    def test_lies_in_its_bucket(self, shell: Shell, job: dict[str, Any]) -> None:
        listed = shell.run("s3", "ls", f"s3://{seeds.NORTHWIND_BUCKET}/from-the-cli/", "--recursive")
        assert job["S3Path"] in {line.split()[-1] for line in listed.splitlines()}

    def test_is_a_zip_of_real_messages(
        self, shell: Shell, person: dict[str, Any], job: dict[str, Any], tmp_path: Path
    ) -> None:
        shell.run("s3", "cp", f"s3://{seeds.NORTHWIND_BUCKET}/{job['S3Path']}", str(tmp_path / "mail.zip"))
        with zipfile.ZipFile(tmp_path / "mail.zip") as archive:
            assert archive.testzip() is None
            names = [name for name in archive.namelist() if name.endswith(".eml")]
            messages = [
                email.message_from_bytes(archive.read(name), policy=email.policy.default) for name in names
            ]
        assert messages
        assert all(message["From"] and message["Date"] for message in messages)
        assert any(person["Email"] in str(message["To"]) for message in messages)
        assert any(message.get_body() for message in messages)


class TestAStory:
    """Twenty calls: somebody comes, works with others, and leaves."""

    def test_of_a_person_and_a_group(self, shell: Shell) -> None:
        say, domain = shell.workmail, "northwind-health.example"
        user = say("create-user", name="cli", display_name="Clí", password="Sommer2026!")["UserId"]
        say("register-to-work-mail", entity_id=user, email=f"cli@{domain}")
        say("update-user", user_id="cli", job_title="Clerk", department="出納")
        say("create-alias", entity_id=user, alias=f"c@{domain}")
        shown = say("describe-user", user_id=f"c@{domain}")
        assert (shown["UserId"], shown["State"], shown["Department"]) == (user, "ENABLED", "出納")
        assert say("list-aliases", entity_id=user)["Aliases"] == [f"cli@{domain}", f"c@{domain}"]
        say("reset-password", user_id=user, password="Winter2026!")
        group = say("create-group", name="clerks")["GroupId"]
        say("register-to-work-mail", entity_id=group, email=f"clerks@{domain}")
        say("associate-member-to-group", group_id=group, member_id=user)
        assert [each["Id"] for each in say("list-group-members", group_id=group)["Members"]] == [user]
        permission = {"entity_id": user, "grantee_id": group}
        say("put-mailbox-permissions", **permission, permission_values="SEND_AS")
        listed = say("list-mailbox-permissions", entity_id=user)["Permissions"]
        assert [each["GranteeId"] for each in listed] == [group]
        say("delete-mailbox-permissions", **permission)
        say("update-mailbox-quota", user_id=user, mailbox_quota="1000")
        assert say("get-mailbox-details", user_id=user)["MailboxQuota"] == 1000
        say("disassociate-member-from-group", group_id=group, member_id=user)
        say("deregister-from-work-mail", entity_id=user)
        say("delete-user", user_id=user)
        assert say("describe-user", user_id=user)["State"] == "DELETED"
