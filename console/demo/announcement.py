"""Print the address and the operators once the console answers."""

import http.client
import sys
import time

from console.demo.environment import DemoLayout

START_TIMEOUT = 120.0


def print_line(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def announce_start(place: DemoLayout, operators: str, begun: float) -> None:
    """Wait for the first answer of `/readyz`, then print the address and the table of operators."""
    while time.monotonic() - begun < START_TIMEOUT:
        if is_ready(place.port):
            print_line(format_announcement(place, operators, time.monotonic() - begun))
            return
        time.sleep(0.1)
    print_line(f"The console does not answer after {START_TIMEOUT:.0f} s; what it printed above may say why.")


def is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def format_announcement(place: DemoLayout, operators: str, seconds: float) -> str:
    return f"""
WorkMail Console   {place.address}   (ready after {seconds:.1f} s)
Sandbox of AWS     {place.sandbox}
State              {place.var}

{operators}
Ctrl-C ends it; the state stays.
"""
