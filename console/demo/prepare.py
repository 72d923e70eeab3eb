"""Everything that Django must do before the first request, in one process, for each costs a second."""

import hashlib
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

SEEDS = ("console.operators.demo", "console.areas.exports.demo")


def prepare() -> None:
    """Bring database and static files up to date and add what the demo starts with; repeatable."""
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    collect_static()
    for name in SEEDS:
        seed(name)


def seed(name: str) -> None:
    if find_spec(name):
        import_module(name).seed()


def collect_static() -> None:
    """Compressing takes longer than all the rest, so only when a file has changed."""
    mark = Path(settings.STATIC_ROOT) / ".digest"
    digest = _digest(Path(folder) for folder in settings.STATICFILES_DIRS)
    if not mark.exists() or mark.read_text() != digest:
        call_command("collectstatic", verbosity=0, interactive=False)
        mark.write_text(digest)


def _digest(folders: Iterable[Path]) -> str:
    digest = hashlib.sha256(django.__version__.encode())
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path}\0".encode() + path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    prepare()
