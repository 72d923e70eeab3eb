"""The demo's processes: what each is called and how it is started."""

import sys
from shlex import join

from console.demo.environment import Place, broker_program

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


def commands(place: Place) -> dict[str, str]:
    state = str(place.var / "sandbox")
    return {
        **broker(place),
        "sandbox": python(
            "console.sandbox", "--port", str(place.sandbox_port), "--state", state, "--seed", "demo"
        ),
        "web": python("gunicorn", "console.wsgi", "--bind", f"127.0.0.1:{place.port}", *GUNICORN),
        "worker": python("celery", "-q", "-A", "console", "worker", *WORKER),
        "beat": python("celery", "-q", "-A", "console", "beat", "-l", "WARNING", "--pidfile="),
    }


def broker(place: Place) -> dict[str, str]:
    """Redis on a private socket, if there is a Redis; the file system needs no process."""
    program = broker_program()
    if not program:
        return {}
    paths = ("--unixsocket", str(place.broker_socket), "--logfile", str(place.redis / "redis.log"))
    return {"redis": join([program, "--dir", str(place.redis), *paths, *BROKER, *BROKER_MEMORY])}


def python(*arguments: str) -> str:
    return join([sys.executable, "-m", *arguments])
