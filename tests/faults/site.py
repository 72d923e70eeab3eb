"""A web server of the console in a process of its own, and a browser that measures its answers."""

import http.cookiejar
import os
import re
import resource
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from tests.crash.processes import ROOT, free_port
from tests.faults.servers import wait_until

EMAIL, PASSWORD = "owner@desk.example", "correct horse battery staple"
THREADS = 8
HANGS = 20.0  # seconds after which an answer is not waited for
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` 0 is no answer within `HANGS`."""

    status: int
    text: str
    headers: Mapping[str, str]
    seconds: float


class Browser:
    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.cookies), NoRedirect
        )

    def get(self, path: str) -> Answer:
        return self._send(path, None)

    def load(self, path: str) -> dict[str, str]:
        """The hidden fields of a page's forms."""
        return dict(HIDDEN.findall(self.get(path).text))

    def post(self, path: str, form: Mapping[str, str], **typed: str) -> Answer:
        return self._send(path, urlencode({**form, **typed}).encode())

    def sign_in(self) -> Answer:
        path = "/accounts/login/"
        return self.post(path, self.load(path), login=EMAIL, password=PASSWORD)

    def _send(self, path: str, data: bytes | None) -> Answer:
        request = urllib.request.Request(self.base + path, data, {"Origin": self.base, "Referer": self.base})
        began = time.monotonic()
        try:
            with self.opener.open(request, timeout=HANGS) as answer:
                text, status, headers = answer.read().decode(), answer.status, answer.headers
        except urllib.error.HTTPError as answer:
            text, status, headers = answer.read().decode(), answer.code, answer.headers
        except OSError as failure:
            text, status, headers = str(failure), 0, {}
        return Answer(status, text, dict(headers), round(time.monotonic() - began, 2))


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


class Site:
    """gunicorn with one worker of eight threads, as in production one of its two."""

    def __init__(self, folder: Path, database: str, broker: str = "memory://", endpoint: str = "") -> None:
        self.port = free_port()
        self.environ = {
            **os.environ,
            "DATABASE_URL": database,
            "BROKER_URL": broker,
            "WORKMAIL_ENDPOINT_URL": endpoint,
            "VAR_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "console.settings",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Migrate, and make an organization and its owner."""
        self._run("manage.py", "migrate", "-v", "0")
        self._run("-m", "tests.faults.site")

    def _run(self, *command: str) -> None:
        subprocess.run([sys.executable, *command], cwd=ROOT, env=self.environ, check=True)

    def start(self) -> None:
        options = ("--worker-class", "gthread", "--workers", "1", "--threads", str(THREADS))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "console.wsgi", "-b", f"127.0.0.1:{self.port}", *options],
            cwd=ROOT,
            env=self.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until(lambda: Browser(self.port).get("/healthz").status == 200, "the web server")

    def limit_files(self, size: int | None) -> None:
        """Let no file that this server writes grow beyond `size` bytes: its disk is full. `None` lifts it."""
        assert self.process is not None
        for pid in workers(self.process.pid):
            _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most if size is None else size, most))

    def browser(self) -> Browser:
        return Browser(self.port)

    def stop(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def workers(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def at_once(browser: Browser, path: str) -> list[Answer]:
    """As many requests as the server has threads."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(browser.get, [path] * THREADS))


def populate() -> None:
    """In the process that `Site.prepare` starts."""
    import django

    django.setup()
    from console.mirror.models import Domain, Entity, Organization
    from console.sandbox import fixtures
    from tests.areas import world

    place = Organization.objects.create(
        organization_id=fixtures.ORGANIZATION_ID, slug="example", region="us-east-1"
    )
    Domain.objects.create(organization=place, name=fixtures.DOMAIN, is_default=True, ownership="VERIFIED")
    ada = {"name": "ada", "email": f"ada@{fixtures.DOMAIN}", "domain": fixtures.DOMAIN, "state": "ENABLED"}
    Entity.objects.create(organization=place, kind="user", entity_id=fixtures.ADA, **ada)
    assert world.operator("Owner", place, name="owner").email == EMAIL


if __name__ == "__main__":
    import tests.environment  # noqa: F401  # before Django reads its settings

    populate()
