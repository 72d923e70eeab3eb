"""The AWS CLI, unchanged, with the sandbox's port as its endpoint."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from console.sandbox.fixtures import BO, BUCKET, KEY, ROLE, running_sandbox
from tests.sandbox.test_persistence import free_port, server

ACCOUNT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


def aws(port: int, *arguments: str) -> str:
    command = [sys.executable, "-m", "awscli", "--endpoint-url", f"http://127.0.0.1:{port}", *arguments]
    done = subprocess.run(command, env={**os.environ, **ACCOUNT}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def workmail(port: int, command: str, *arguments: str) -> Any:
    return json.loads(aws(port, "workmail", command, "--output", "json", *arguments))


def test_the_cli_lists_describes_exports_and_finds_the_zip(tmp_path: Path) -> None:
    with running_sandbox(tmp_path) as prepared:
        named = ("--organization-id", prepared.organization_id)
    port = free_port()
    with server(tmp_path, port, "--export-seconds", "0"):
        assert {"ada", "bo"} < {user["Name"] for user in workmail(port, "list-users", *named)["Users"]}
        assert workmail(port, "describe-user", *named, "--user-id", "bo")["UserId"] == BO
        target = ("--role-arn", ROLE, "--kms-key-arn", KEY, "--s3-bucket-name", BUCKET, "--s3-prefix", "cli")
        job = workmail(port, "start-mailbox-export-job", *named, "--entity-id", "bo", *target)["JobId"]
        shown = workmail(port, "describe-mailbox-export-job", *named, "--job-id", job)
        assert shown["State"] == "COMPLETED"
        listing = aws(port, "s3", "ls", f"s3://{BUCKET}/cli/")
        assert f"{job}.zip" in listing
