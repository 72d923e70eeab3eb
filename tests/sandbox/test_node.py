"""AWS's SDK for JavaScript, as npm has it, tells a story to a sandbox that verifies its signatures."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from console.sandbox.fixtures import running_sandbox
from tests import services
from tests.sandbox.test_persistence import free_port, server

STORY = Path(__file__).with_name("node") / "story.mjs"
PACKAGE = "@aws-sdk/client-workmail"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the SDK in it; nothing is written beside the tests."""
    folder = tmp_path_factory.mktemp("node")
    options = ("--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--prefix", str(folder))
    command = [services.npm(), "install", *options, PACKAGE]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=200, check=False)
    if done.returncode:
        services.missing(f"npm could not install {PACKAGE}")
    return folder


def test_the_sdk_for_javascript_works_with_people_and_groups(modules: Path, tmp_path: Path) -> None:
    with running_sandbox(tmp_path) as prepared:
        organization = prepared.organization_id
    port = free_port()
    with server(tmp_path, port, "--verify-signatures", SECRET):
        story = [services.node(), str(STORY), f"http://127.0.0.1:{port}", organization]
        environ = {**os.environ, "SECRET": SECRET}
        done = subprocess.run(
            story, cwd=modules, env=environ, capture_output=True, text=True, timeout=100, check=False
        )
    assert done.returncode == 0, done.stderr
    learnt = json.loads(done.stdout)
    assert learnt["calls"] >= 20
    assert (learnt["State"], learnt["people"]) == ("DELETED", 7)
