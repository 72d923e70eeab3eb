"""Where a secret could be left behind: rows, sessions, cache, log and messages to workers."""

import base64
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import kombu
import pytest
from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.db import connection

from console.operators.models import Session


class Traces:
    """All that the console stored, logged or published since `collected` began."""

    def __init__(self, log: pytest.LogCaptureFixture) -> None:
        self.log = log
        self.published: list[str] = []

    def text(self) -> str:
        return "\n".join([stored(), sessions(), cached(), self.log.text, *self.published])


@contextmanager
def collected(log: pytest.LogCaptureFixture) -> Iterator[Traces]:
    """Collect log records as with LOG_LEVEL=DEBUG, and all messages that are given to the broker."""
    traces = Traces(log)
    publish = kombu.Producer.publish

    def note_and_publish(producer: kombu.Producer, body: Any, *args: Any, **kwargs: Any) -> Any:
        traces.published.append(repr((body, args, kwargs)))
        return publish(producer, body, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch, log.at_level(logging.DEBUG):
        patch.setattr(kombu.Producer, "publish", note_and_publish)
        for logger in _open_loggers():
            patch.setattr(logger, "level", logging.DEBUG)
            patch.setattr(logger, "propagate", True)
            patch.setattr(logger, "_cache", {})
        yield traces


def _open_loggers() -> list[logging.Logger]:
    """Return all loggers but those that the settings keep at a level, whatever LOG_LEVEL is."""
    named = [each for each in logging.root.manager.loggerDict.values() if isinstance(each, logging.Logger)]
    kept = set(settings.LOGGING["loggers"])  # type: ignore[call-overload]  # a dict of dicts
    return [each for each in named if each.name.partition(".")[0] not in kept]


def stored() -> str:
    """Return every row of the console's own tables."""
    tables = connection.introspection.table_names()
    models = [each for each in apps.get_models() if each._meta.db_table in tables]
    return "".join(serializers.serialize("json", each._default_manager.all()) for each in models)


def sessions() -> str:
    """Return what the sessions hold, which their rows have compressed."""
    return "".join(str(each.get_decoded()) for each in Session.objects.all())


def cached() -> str:
    """Return the keys and values of the cache, which its table has pickled and in Base64."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM cache")
        rows = cursor.fetchall()
    return "".join(f"{key} {base64.b64decode(value).decode(errors='replace')}\n" for key, value in rows)
