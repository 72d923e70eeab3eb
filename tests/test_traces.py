"""A secret that is left behind anywhere is found there."""

import logging
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from console.celery import app
from console.mirror.models import Organization
from tests import traces

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "Kanarienvogel-77-fliegt"


def store() -> None:
    Organization.objects.create(organization_id="m-" + "0" * 32, slug="example", name=SECRET)


def put_in_session() -> None:
    session = Client().session
    session["typed"] = SECRET * 20  # long enough to be compressed
    session.save()


def put_in_cache() -> None:
    cache.set("form", {"typed": SECRET}, 60)


def name_cache_key() -> None:
    cache.set(SECRET, 1, 60)


def log(name: str) -> Callable[[], None]:
    return lambda: logging.getLogger(name).debug("sent %s", {"Password": SECRET})


def log_failure() -> None:
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger("console.changes.engine").exception("a step failed")


def publish_argument() -> None:
    app.send_task("console.changes.tasks.sweep", args=[SECRET])


def publish_header() -> None:
    app.send_task("console.changes.tasks.sweep", headers={"typed": SECRET})


LOGGERS = ["console.changes.engine", "django.request", "django.server", "celery.app", "kombu.common"]
FAULTS = [store, put_in_session, put_in_cache, name_cache_key, log_failure, publish_argument, publish_header]


@pytest.mark.parametrize(
    "fault", [*FAULTS, *map(log, LOGGERS)], ids=[*(f.__name__ for f in FAULTS), *LOGGERS]
)
def test_a_planted_secret_is_found(fault: Callable[[], None], caplog: pytest.LogCaptureFixture) -> None:
    for name in LOGGERS:
        logging.getLogger(name)
    with traces.collected(caplog) as collected:
        assert SECRET not in collected.text()
        fault()
        assert SECRET in collected.text()
    cache.clear()
    Client().get("/")  # another transaction can begin


@pytest.mark.parametrize("name", ["botocore.endpoint", "urllib3.connectionpool"])
def test_libraries_that_log_requests_are_kept_from_it(name: str, caplog: pytest.LogCaptureFixture) -> None:
    with traces.collected(caplog) as collected:
        logging.getLogger(name).debug("sent %s", SECRET)
        assert SECRET not in collected.text()
