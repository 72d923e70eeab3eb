"""Bring the pinned files of npm packages into the tree, each checked against `vendor.lock.json`.

Run it after changing a version or a list in the lock: a new package needs `npm`, `version`,
`integrity` (from `npm view NAME@VERSION dist.integrity`) and its `files`; the script fills in the
hashes of the files. `tests/ui/test_vendor.py` recomputes them without a network.
"""

import base64
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "static" / "vendor" / "vendor.lock.json"
WRAPPER = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
BOUNDS = re.compile(r'\s*<path stroke="none" d="M0 0h24v24H0z" fill="none" />')


def main() -> None:
    lock = json.loads(LOCK.read_text())
    for package in lock:
        members = unpack(tarball(package))
        for entry in package["files"]:
            content = build(package, entry, members)
            entry["sha256"] = hashlib.sha256(content).hexdigest()
            write(ROOT / package["into"] / entry["dst"], content)
        sys.stdout.write(f"{package['npm']} {package['version']}: {len(package['files'])} files\n")
    LOCK.write_text(json.dumps(lock, indent=2) + "\n")


def tarball(package: dict[str, Any]) -> bytes:
    """The package as npm delivers it, refused unless it is the one that the lock names."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is not on PATH")
    with tempfile.TemporaryDirectory() as folder:
        name = f"{package['npm']}@{package['version']}"
        subprocess.run(  # noqa: S603 - arguments come from the lock file, there is no shell
            [npm, "pack", name, "--silent", "--pack-destination", folder],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        (path,) = Path(folder).iterdir()
        content = path.read_bytes()
    if integrity(content) != package["integrity"]:
        raise SystemExit(f"{name}: the package is not the one in the lock")
    return content


def integrity(content: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def unpack(content: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        files = [member for member in archive.getmembers() if member.isfile()]
        return {each.name.partition("/")[2]: archive.extractfile(each).read() for each in files}  # type: ignore[union-attr] # only files have content, and these are files


def build(package: dict[str, Any], entry: dict[str, Any], members: dict[str, bytes]) -> bytes:
    """A file of the package, a sprite of its icons, or (a licence that it lacks) the file already here."""
    if "icons" in entry:
        return sprite(package, entry["icons"], members)
    if "src" in entry:
        return members[str(entry["src"])]
    return Path(ROOT, package["into"], entry["dst"]).read_bytes()


def sprite(package: dict[str, Any], icons: list[str], members: dict[str, bytes]) -> bytes:
    symbols = (symbol(name, members[f"icons/outline/{name}.svg"].decode()) for name in sorted(set(icons)))
    head = f"<!-- {package['npm']} {package['version']}, MIT: see LICENSE -->\n"
    svg = '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
    return (head + svg).encode()


def symbol(name: str, svg: str) -> str:
    """The drawing alone: stroke, colour and size are the page's."""
    found = WRAPPER.search(svg)
    if found is None:
        raise SystemExit(f"{name}.svg is not an icon")
    drawing = "".join(line.strip() for line in BOUNDS.sub("", found[1]).splitlines())
    return f'<symbol id="{name}" viewBox="0 0 24 24">{drawing}</symbol>'


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


if __name__ == "__main__":
    main()
