"""`python -m console.sandbox`: WorkMail and its neighbours on one port of this machine."""

import argparse
import gc
import signal
import socket
import sys
from pathlib import Path

from console.sandbox import seed
from console.sandbox.doors import Sandbox
from console.sandbox.journal import StateUnusable
from console.sandbox.server import PortTaken, listening, serve
from console.sandbox.settings import Settings

DESCRIPTION = """\
A sandbox of Amazon WorkMail: its API (AWS JSON 1.1) on a local port, and behind the same port
S3, KMS, IAM and STS by moto. Any AWS SDK and the AWS CLI can talk to it, with any credentials:

  aws --endpoint-url http://127.0.0.1:4600 workmail list-organizations
  boto3.client("workmail", endpoint_url="http://127.0.0.1:4600", region_name="us-east-1")

Nothing of it reaches AWS. GET /_sandbox/health answers 200 as soon as it is ready.
"""


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m console.sandbox",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--port", type=int, default=4600, metavar="N", help="port to listen on (4600)")
    add(
        "--host",
        default="127.0.0.1",
        help="address to listen on (127.0.0.1); nobody is asked for a password",
    )
    add("--state", type=Path, metavar="DIR", help="folder that keeps everything; without it, memory does")
    add(
        "--seed",
        choices=("demo", "empty"),
        default="empty",
        help="what a new state begins with: two companies with people and mail, or nothing (empty)",
    )
    add("--people", type=int, default=2000, metavar="N", help="how many people the demo company has (2000)")
    add(
        "--export-seconds",
        type=float,
        default=Settings.export_seconds,
        metavar="S",
        help="how long the export of a small mailbox takes (8); of 4 GB, twice as long",
    )
    return parser


def main(argv: list[str] | None = None) -> int:
    options = arguments().parse_args(argv)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run(options)
    except KeyboardInterrupt:
        pass  # everything that was acknowledged is on disk
    except (PortTaken, StateUnusable) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


def run(options: argparse.Namespace) -> None:
    gc.disable()  # a large organization is millions of objects, none of them garbage
    listener = listening(options.host, options.port)
    sandbox = Sandbox(options.state, settings=Settings(export_seconds=options.export_seconds))
    if not len(sandbox.store.organizations):
        seeded(sandbox, options.seed, options.people)
    gc.freeze()
    gc.enable()
    sys.stdout.write(f"WorkMail sandbox on {address(listener)}, {kept(options.state)}\n")
    sys.stdout.flush()
    serve(listener, sandbox)


def address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def kept(state: Path | None) -> str:
    return f"state in {state}" if state else "state in memory"


def seeded(sandbox: Sandbox, name: str, people: int) -> None:
    """All or nothing: a process that is killed meanwhile begins anew."""
    with sandbox.store.transaction():
        if name == "demo":
            seed.demo(sandbox.store, people=people)
        else:
            seed.empty(sandbox.store)


if __name__ == "__main__":
    sys.exit(main())
