"""Says where the console is and who may sign in, once it answers."""

import http.client
import sys
import time

from console.demo.environment import Place

PATIENCE = 120.0


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def announce(place: Place, operators: str, begun: float) -> None:
    """Wait for the first answer of `/readyz`, then print the address and the table of operators."""
    while time.monotonic() - begun < PATIENCE:
        if healthy(place.port):
            say(text(place, operators, time.monotonic() - begun))
            return
        time.sleep(0.1)
    say(f"The console does not answer after {PATIENCE:.0f} s; what it printed above may say why.")


def healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def text(place: Place, operators: str, seconds: float) -> str:
    return f"""
WorkMail Console   {place.address}   (ready after {seconds:.1f} s)
Sandbox of AWS     {place.sandbox}
State              {place.var}

{operators}
Ctrl-C ends it; the state stays.
"""
