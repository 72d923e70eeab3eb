"""`python -m tests.crash.server PORT STATE PEOPLE`: a sandbox that writes down each write it is asked for."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from console.aws.catalogue import CATALOGUE
from console.sandbox import fixtures
from console.sandbox.application import Sandbox
from console.sandbox.server import open_listener, serve
from console.sandbox.settings import Settings

SETTINGS = Settings(export_seconds=0.3)


class Counting(Sandbox):
    """Each write is a line in `writes`, whatever comes of it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, settings=SETTINGS)
        self.writes = (folder / "writes").open("a", buffering=1)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        if operation in CATALOGUE and not CATALOGUE[operation].is_read:
            self.writes.write(f"{operation}\n")
        return super().__call__(environ, start_response)


def main(port: str, state: str, people: str) -> None:
    listener = open_listener("127.0.0.1", int(port))
    sandbox = Counting(Path(state))
    town = fixtures.build_test_sandbox(sandbox)
    for number in range(int(people)):
        town.enabled_user(f"person{number}")
    serve(listener, sandbox)


if __name__ == "__main__":
    main(*sys.argv[1:])
