"""The backend that the settings name: every wait for the server asks from time to time whether it is alive.

Neither `connect_timeout` (two seconds at least) nor `statement_timeout` (kept by the server) nor keepalives
(kept by its kernel) end the wait for a server that is frozen.
"""

import time
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg import IsolationLevel
from psycopg.abc import PQGen

from console.breaker import Breaker
from console.postgresql.probe import is_alive

# A server that is silent is not asked again for a moment: other threads fail at once instead of waiting, too.
silence = Breaker(1.0)


class ServerSilent(psycopg.OperationalError):
    """The server keeps its connections open and does not answer."""


class PatientConnection(psycopg.Connection[Any]):
    """Waits for an answer as long as the server is alive; after each `patience` seconds it finds out."""

    patience = 10.0

    def wait(self, gen: PQGen[Any], *args: Any, **kwargs: Any) -> Any:
        return super().wait(self._watched(gen), *args, **kwargs)

    def _watched(self, gen: PQGen[Any]) -> PQGen[Any]:
        """Pass the generator's waits through; psycopg wakes it up ten times a second."""
        begun = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() - begun >= self.patience:
                    self._require_life()
                    begun = time.monotonic()
                wanted = gen.send(ready)
        except StopIteration as end:
            return end.value

    def _require_life(self) -> None:
        host, port = self.pgconn.hostaddr or self.pgconn.host, int(self.pgconn.port)
        if not silence.is_open and is_alive(host.decode(), port, self.patience / 2):
            return
        silence.trip()
        self.pgconn.finish()  # in the middle of an answer it is of no use to anyone
        raise ServerSilent("the server is silent")


class DatabaseWrapper(base.DatabaseWrapper):
    """`patience` in OPTIONS is how many seconds of silence are waited for."""

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        params.pop("patience", None)
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> PatientConnection:
        patience = float(self.settings_dict["OPTIONS"].get("patience", PatientConnection.patience))
        self._require_life(conn_params, patience)
        self.isolation_level = IsolationLevel.READ_COMMITTED
        connection = PatientConnection.connect(**conn_params)
        connection.patience = patience
        return connection

    def _require_life(self, params: dict[str, Any], patience: float) -> None:
        """One host only: of several, libpq tries each in turn. A refusal is left for libpq to word."""
        host = str(params.get("host") or "")
        if not host or "," in host:
            return
        if silence.is_open:
            raise ServerSilent("the server is silent")
        begun = time.monotonic()
        alive = is_alive(host, int(params.get("port") or 5432), patience)
        if not alive and time.monotonic() - begun >= patience:
            silence.trip()
            raise ServerSilent("the server is silent")


__all__ = ["DatabaseWrapper", "PatientConnection"]
