"""`python -m console.sandbox`: serve the WorkMail API and other AWS services on a local port."""

import argparse
import gc
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from console.sandbox import seeds
from console.sandbox.application import Sandbox
from console.sandbox.control_api import describe_controls
from console.sandbox.server import PortTaken, open_listener, serve
from console.sandbox.settings import Settings
from console.sandbox.state import Access, FillStore
from console.sandbox.state_file import StateUnusable

DESCRIPTION = """\
A sandbox of Amazon WorkMail: its API with every operation on a port of this machine, and behind the
same port S3, KMS, IAM and STS by moto. Nothing of it reaches AWS, and nothing costs anything.

To begin, start it with two invented companies in a folder that keeps everything:

  python -m console.sandbox --seed demo --state my-sandbox

and talk to it with any AWS SDK or the AWS CLI. They want credentials: any will do, such as
AWS_ACCESS_KEY_ID=test and AWS_SECRET_ACCESS_KEY=test.

  aws --endpoint-url http://127.0.0.1:4600 --region us-east-1 workmail list-organizations
  boto3.client("workmail", endpoint_url="http://127.0.0.1:4600", region_name="us-east-1")

Ctrl-C ends it; whatever it had answered is in the folder and there at the next start.
"""

EPILOG = """\
What AWS and time do to a program can be had on request, by JSON on the same port:

  curl http://127.0.0.1:4600/_sandbox/fail -d '{"operation": "CreateUser", "when": "after"}'
  curl http://127.0.0.1:4600/_sandbox/clock -d '{"advance": 86400}'

{usage}

Who reaches the port from another machine (--host) may not control it, unless --control-from-afar is
given; no web page ever may.
"""


def parse_port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError("a port is a number up to 65535")
    return int(text)


def parse_count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError("must be a whole number, not negative")
    return int(text)


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m console.sandbox",
        description=DESCRIPTION,
        epilog=EPILOG.replace("{usage}", "\n".join(f"  {line}" for line in describe_controls())),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_state_options(parser.add_argument)
    add_access_options(parser.add_argument)
    return parser


def add_state_options(add: Callable[..., argparse.Action]) -> None:
    """Add options for the address, the state and its initial content, and the export duration."""
    add("--port", type=parse_port, default=4600, metavar="N", help="port to listen on (4600)")
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
    add(
        "--people",
        type=parse_count,
        default=2000,
        metavar="N",
        help="how many people the demo company has (2000)",
    )
    add(
        "--export-seconds",
        type=float,
        default=Settings.export_seconds,
        metavar="S",
        help="how long the export of a small mailbox takes (8); of 4 GB, twice as long",
    )


def add_access_options(add: Callable[..., argparse.Action]) -> None:
    """Add options for who may call."""
    add(
        "--verify-signatures",
        default="",
        metavar="SECRET",
        help="refuse calls to WorkMail that are not signed with this secret key, or with one that the"
        " sandbox's STS or IAM gave out; without it any signature is taken",
    )
    add(
        "--allowed-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a further name by which the sandbox is called, beside localhost and addresses",
    )
    add(
        "--control-from-afar",
        action="store_true",
        help="let other machines control the sandbox too, not only this one",
    )


def main(argv: list[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run_sandbox(options)
    except KeyboardInterrupt:
        pass  # everything that was acknowledged is on disk
    except (PortTaken, StateUnusable) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


def run_sandbox(options: argparse.Namespace) -> None:
    gc.disable()  # a large organization is millions of objects, none of them garbage
    listener = open_listener(options.host, options.port)
    sandbox = Sandbox(
        options.state,
        settings=Settings(export_seconds=options.export_seconds),
        access=Access(
            options.verify_signatures, options.control_from_afar, tuple(map(str.lower, options.allowed_host))
        ),
        beginning=choose_seed(options.seed, options.people),
    )
    gc.freeze()
    gc.enable()
    sys.stdout.write(f"WorkMail sandbox on {listener_url(listener)}, {describe_state(options.state)}\n")
    sys.stdout.flush()
    serve(listener, sandbox)


def listener_url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def describe_state(state: Path | None) -> str:
    return f"state in {state}" if state else "state in memory"


def choose_seed(name: str, people: int) -> FillStore:
    return partial(seeds.seed_demo, people=people) if name == "demo" else seeds.seed_empty


if __name__ == "__main__":
    sys.exit(main())
