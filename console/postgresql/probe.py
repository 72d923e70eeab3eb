"""Ask a PostgreSQL server for a sign of life without a connection of its own: one byte, and no rights."""

import socket
import struct

# SSLRequest: the server answers it at once with one byte, before it asks who is there, also when it is full.
SSL_REQUEST = struct.pack("!ii", 8, 80877103)


def is_alive(host: str, port: int, seconds: float) -> bool:
    """Return whether the server at this address, or in this folder of sockets, says anything in time."""
    try:
        with _connect(host, port, seconds) as connection:
            connection.sendall(SSL_REQUEST)
            return bool(connection.recv(1))
    except OSError:
        return False


def _connect(host: str, port: int, seconds: float) -> socket.socket:
    if not host.startswith("/"):
        connection = socket.create_connection((host, port), timeout=seconds)
        connection.settimeout(seconds)
        return connection
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(seconds)
    connection.connect(f"{host}/.s.PGSQL.{port}")
    return connection
