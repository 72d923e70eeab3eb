"""Commands of the demo's processes."""

import sys
from shlex import join

from console.demo.environment import DemoLayout, broker_program

GUNICORN = (
    "--preload",
    "--no-control-socket",
    "-k",
    "gthread",
    "-w",
    "2",
    "--threads",
    "4",
    "--log-level",
    "warning",
)
# Reading the directory takes up to two at once for half a minute; exports and settling must not wait for it.
WORKER = ("--pool", "prefork", "-c", "4", "--without-gossip", "--without-mingle", "-l", "WARNING")
# It keeps hints: a row in the database is the job, so it may lose its last second.
BROKER = ("--port", "0", "--unixsocketperm", "600", "--appendonly", "yes", "--save", "")
BROKER_MEMORY = ("--maxmemory-policy", "noeviction")

NEEDED_BY_OTHERS = ("redis", "sandbox")


def process_commands(place: DemoLayout) -> dict[str, str]:
    state = str(place.var / "sandbox")
    return {
        **broker_command(place),
        "sandbox": python_command(
            "console.sandbox", "--port", str(place.sandbox_port), "--state", state, "--seed", "demo"
        ),
        "web": python_command("gunicorn", "console.wsgi", "--bind", f"127.0.0.1:{place.port}", *GUNICORN),
        "worker": python_command("celery", "-q", "-A", "console", "worker", *WORKER),
        "beat": python_command("celery", "-q", "-A", "console", "beat", "-l", "WARNING", "--pidfile="),
    }


def broker_command(place: DemoLayout) -> dict[str, str]:
    """Return the command of a private Redis, if installed; the file system broker needs no process."""
    program = broker_program()
    if not program:
        return {}
    paths = ("--unixsocket", str(place.broker_socket), "--logfile", str(place.redis / "redis.log"))
    return {"redis": join([program, "--dir", str(place.redis), *paths, *BROKER, *BROKER_MEMORY])}


def python_command(*arguments: str) -> str:
    return join([sys.executable, "-m", *arguments])
