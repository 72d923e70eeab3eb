"""Store sessions under the hash of their key."""

import hashlib
from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from console import clock
from console.operators.models import Session


def hash_key(session_key: str) -> str:
    """Return the hash that identifies the row. A plain hash is enough for 165 random bits."""
    return hashlib.sha256(session_key.encode()).hexdigest()


class SessionStore(DatabaseStore):
    """A database session store whose rows have the hash of the key. Synchronous only."""

    read_at: datetime | None = None  # when the row was looked for, by the database's clock

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        if not self.session_key:
            return None
        self.read_at = clock.recent()
        hashed = hash_key(self.session_key)
        session = Session.objects.filter(session_key=hashed, expire_date__gt=self.read_at).first()
        if session is None:
            self._session_key = None
        return session

    def exists(self, session_key: str | None = None) -> bool:
        return bool(session_key) and Session.objects.filter(session_key=hash_key(str(session_key))).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        operator_id = data.get(SESSION_KEY)
        return Session(
            session_key=hash_key(str(self._get_or_create_session_key())),  # type: ignore[attr-defined]  # Django's
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(modification=clock.recent()),
            operator_id=int(operator_id) if operator_id else None,
        )

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            Session.objects.filter(session_key=hash_key(key)).delete()
