"""Parse a message in a process without credentials, with limits on processor time and memory.

A message is written by strangers, and neither Python's parser nor nh3 bounds what one may cost.
The process gets the message and nothing else: no settings, no credentials, no database.
"""

import json
import os
import resource
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from console.areas.messages.message_parser import Attachment, ParsedMessage, parse_message
from console.areas.messages.safe_html import MessageLink

ROOT = Path(__file__).resolve().parents[3]
CPU_SECONDS = 5  # an ordinary message of 25 MB takes less than two
ELAPSED_SECONDS = 25  # on a machine that is busy
MEMORY_BYTES = 640 << 20  # an ordinary message of 25 MB takes 250 MB
TOO_COSTLY = (
    "The console stopped reading this message because that takes too much processor time, which ordinary"
    " messages never do. Nothing was changed. Download it to read it as it is."
)
UNREADABLE = "The console cannot read this message. Nothing was changed. Download it to read it as it is."


def run_parser(content: bytes) -> ParsedMessage:
    """Return the parsed message; never raise, whatever the bytes are."""
    try:
        done = subprocess.run(  # noqa: S603  # this interpreter and this module
            [sys.executable, "-m", __name__, str(CPU_SECONDS)],
            input=content,
            capture_output=True,
            cwd=ROOT,
            env={"PATH": os.defpath, "PYTHONUTF8": "1"},
            timeout=ELAPSED_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return ParsedMessage(size=len(content), trouble=[TOO_COSTLY])
    if done.returncode:
        was_stopped = done.returncode in (-signal.SIGXCPU, -signal.SIGKILL)
        return ParsedMessage(size=len(content), trouble=[TOO_COSTLY if was_stopped else UNREADABLE])
    found = json.loads(done.stdout)
    found["links"] = [MessageLink(**each) for each in found["links"]]
    found["attachments"] = [Attachment(**each) for each in found["attachments"]]
    for name in ("named", "headers"):
        found[name] = [(header, value) for header, value in found[name]]
    return ParsedMessage(**found)


def main(cpu_seconds: str) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_seconds), int(cpu_seconds)))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    json.dump(asdict(parse_message(sys.stdin.buffer.read())), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
