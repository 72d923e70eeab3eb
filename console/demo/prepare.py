"""Prepare database, static files and demo data in one process."""

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path

import django
from django.conf import settings
from django.core.management import CommandError, call_command

from console.demo import seeds


def prepare_demo() -> str:
    """Update database, static files and demo data; return the table of operators."""
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    collect_static(Path(settings.STATIC_ROOT) / ".digest")
    return seeds.seed_demo()


def collect_static(mark: Path) -> None:
    """Collect the static files if any has changed, since this takes long."""
    digest = hash_files(Path(folder) for folder in settings.STATICFILES_DIRS)
    if not mark.exists() or mark.read_text() != digest:
        call_command("collectstatic", verbosity=0, interactive=False)
        mark.write_text(digest)


def hash_files(folders: Iterable[Path]) -> str:
    digest = hashlib.sha256(django.__version__.encode())
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    try:
        sys.stdout.write(prepare_demo())
    except CommandError as error:
        sys.exit(str(error))
