"""A sandbox that hears every write arrive, and asks at that moment whether the ledger knows of it."""

import json
from collections import Counter
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from console.aws.catalogue import CATALOGUE
from console.ledger.models import Entry
from console.sandbox.application import Sandbox


class Hearing:
    """A WSGI application; `unannounced` are targets of writes that came without an intent of their own."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.writes: Counter[tuple[str, str]] = Counter()
        self.unannounced: list[str] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        if operation in CATALOGUE and not CATALOGUE[operation].is_read:
            body = environ["wsgi.input"].read()
            environ = {**environ, "wsgi.input": BytesIO(body)}
            self.hear(operation, json.loads(body))
        return self.sandbox(environ, start_response)

    def hear(self, operation: str, params: dict[str, str]) -> None:
        target = CATALOGUE[operation].target_of(params)
        self.writes[operation, target] += 1
        entries = Entry.objects.filter(organization=params["OrganizationId"], target=target)
        intents = entries.filter(kind=Entry.Kind.INTENT, operation=operation)
        if intents.count() < self.writes[operation, target]:
            self.unannounced.append(target)
