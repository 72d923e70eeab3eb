"""What came from npm is what the lock says, file by file, and says of no registry where it came from."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "static" / "vendor" / "vendor.lock.json").read_text()
LOCK: list[dict[str, Any]] = json.loads(TEXT)
ENTRIES = [(Path(package["into"]), entry) for package in LOCK for entry in package["files"]]
FILES = [(into / entry["dst"], entry["sha256"]) for into, entry in ENTRIES]
ICON = re.compile(r"""(?:\{% icon |\bicon\()["']([a-z0-9-]+)""")


@pytest.mark.parametrize(("path", "sha256"), FILES, ids=[str(path) for path, _ in FILES])
def test_each_file_is_the_locked_one(path: Path, sha256: str) -> None:
    assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == sha256


def test_nothing_else_lies_there() -> None:
    places = {Path(package["into"]).parent for package in LOCK}
    found = {
        file.relative_to(ROOT) for place in places for file in (ROOT / place).rglob("*") if file.is_file()
    }
    assert found - {Path("static/vendor/vendor.lock.json")} == {path for path, _ in FILES}


def test_every_package_has_its_licence_version_and_integrity() -> None:
    for package in LOCK:
        assert "LICENSE" in {entry["dst"] for entry in package["files"]}
        assert package["integrity"].startswith("sha512-")
        assert package["into"].endswith(package["version"])


def test_the_lock_names_no_host() -> None:
    assert "://" not in TEXT


def test_templates_ask_only_for_icons_of_the_sprite() -> None:
    icons = {name for _, entry in ENTRIES for name in entry.get("icons", ())}
    sources = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "console").rglob("*.py")]
    used = {name for source in sources for name in ICON.findall(source.read_text())}
    assert used <= icons
