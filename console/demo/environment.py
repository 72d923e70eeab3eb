"""Paths and ports of the demo, and the environment of its processes."""

import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# What reaches the demo of the environment it is started in. Settings of another deployment never do.
INHERITED = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "LANGUAGE", "TZ", "TMPDIR", "PYTHONPATH"),
    *("LD_LIBRARY_PATH", "SYSTEMROOT", "NO_COLOR", "COVERAGE_PROCESS_START", "PORT", "DNS_RESOLVER"),
)
# A socket's path holds 107 bytes (sockaddr_un).
MAX_SOCKET_PATH = 100


@dataclass(frozen=True)
class DemoLayout:
    """The state folder and the two ports."""

    var: Path
    port: int
    sandbox_port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def redis(self) -> Path:
        return self.var / "redis"

    @property
    def file_broker(self) -> tuple[Path, Path]:
        return self.var / "broker", self.var / "broker-control"

    @property
    def broker_socket(self) -> Path:
        path = self.redis / "redis.sock"
        if len(str(path)) <= MAX_SOCKET_PATH:
            return path
        return Path(tempfile.gettempdir()) / f"console-{os.getuid()}-{self.port}" / "redis.sock"


class PortTaken(Exception):
    """The requested port is in use."""


def choose_layout(environ: Mapping[str, str]) -> DemoLayout:
    layout = default_layout(environ)
    if not _is_free(layout.port):
        raise PortTaken(f"Port {layout.port} is taken; choose another: make demo PORT={layout.port + 10}")
    return layout if _is_free(layout.sandbox_port) else replace(layout, sandbox_port=_any_port())


def default_layout(environ: Mapping[str, str]) -> DemoLayout:
    """Return the layout of a demo that got the ports it asks for."""
    port = int(environ.get("PORT") or 8000)
    return DemoLayout(Path(environ.get("VAR_DIR") or ROOT / "var").resolve(), port, port + 1)


def make_private_folder(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)


def process_environment(place: DemoLayout, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of every process: inherited variables and the demo's own settings."""
    return {
        **{name: value for name, value in environ.items() if name in INHERITED or name.startswith("LC_")},
        **_read_secrets(place.var / "secrets.env"),
        "DJANGO_SETTINGS_MODULE": "console.settings",
        "VAR_DIR": str(place.var),
        "INSECURE_HTTP": "1",  # it serves http://127.0.0.1, where browsers keep no Secure cookie
        "STATIC_ROOT": str(place.var / "static"),
        "STATICFILES_BACKEND": "console.demo.storage.GzipStaticFilesStorage",
        "WORKMAIL_ENDPOINT_URL": place.sandbox,
        # While the first sync writes, a loaded laptop may not get SQLite's lock within the default of 1.5 s.
        "WEB_LOCK_SECONDS": "10",
        "MIRROR_CALLS_PER_SECOND": environ.get("MIRROR_CALLS_PER_SECOND") or "60",
        "WORKMAIL_REGION": "us-east-1",
        "BROKER_URL": _broker_url(place),
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONUNBUFFERED": "1",
    }


def broker_program() -> str:
    return shutil.which("redis-server") or shutil.which("valkey-server") or ""


def _broker_url(place: DemoLayout) -> str:
    return f"redis+socket://{place.broker_socket}" if broker_program() else "filesystem://"


def _read_secrets(path: Path) -> dict[str, str]:
    """Return the keys of this state folder, created once; its audit log depends on them."""
    if not path.exists():
        text = f"SECRET_KEY={secrets.token_urlsafe(48)}\nLEDGER_KEYS=k1={secrets.token_hex(32)}\n"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
