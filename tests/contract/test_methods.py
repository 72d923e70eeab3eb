"""No address of the console answers to a method other than GET, HEAD and POST."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.addresses import addresses
from tests.areas import world

pytestmark = pytest.mark.django_db
METHODS = ("TRACE", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "PROPFIND")


def test_other_methods_are_refused_at_every_address(client: Client) -> None:
    paths = {"/static/js/app.js", "/no/such/page"}
    for name in addresses():
        given = world.arguments(name)
        if set(given) <= {"organization"}:
            paths.add(reverse(name, args=["example"] * len(given)))
    assert len(paths) > 60
    answers = [(client.generic(method, path), method, path) for path in paths for method in METHODS]
    assert [(method, path) for answer, method, path in answers if answer.status_code != 405] == []
    assert {answer.headers["Allow"] for answer, _, _ in answers} == {"GET, HEAD, POST"}
    assert not any(answer.content for answer, _, _ in answers)
