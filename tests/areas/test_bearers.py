"""No bearer is in the database as it was handed out: it is hashed, sealed, or in no row.

What is in clear there and lets nobody in: the external id of an organization's role (AWS says that it is no
secret, and the role's trust policy names the console's own account), client tokens of calls and leases (they
repeat a call, and only from within), and the number of a form, which is spent when its digest is stored.
"""

import base64
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from console.actor import Actor
from console.celery import app
from console.mirror.models import Organization
from console.operators import accounts
from console.operators.models import Role
from console.sandbox import fixtures
from tests.areas import world
from tests.areas.availability.test_pages import CANARY, EWS
from tests.areas.world import Samples

PASSWORD = "correct horse battery staple"  # of `world.operator`
TYPED = "Typed-by-0livia"
BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")


@pytest.fixture
def organization() -> Iterator[Organization]:
    with world.town() as made:
        yield world.mirrored(made.organization_id)


def stored() -> str:
    """Every column of every table, and what is encoded in it."""
    with connection.cursor() as cursor:
        text = "\n".join(_rows(cursor, table) for table in connection.introspection.table_names(cursor))
    decoded = (_decoded(match[0]) for match in BASE64.finditer(text))
    return "\n".join([text, *decoded])


def _rows(cursor: Any, table: str) -> str:
    cursor.execute(f'SELECT * FROM "{table}"')
    return f"{table}\n" + "\n".join(str(row) for row in cursor.fetchall())


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text).decode("latin-1")
    except ValueError:
        return ""


def found_in(pattern: str, page: Any) -> str:
    match = re.search(pattern, page.content.decode())
    assert match is not None, pattern
    return match[1]


def once(client: Client, url: str) -> str:
    return found_in(r'name="once" value="([^"]+)"', client.get(url))


def signed_in(email: str) -> tuple[Client, dict[str, str]]:
    """An operator with a second factor, and what the browser was given on the way."""
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    target = "/accounts/2fa/totp/activate/"
    client.post(client.get(target)["Location"], {"password": PASSWORD, "next": target})
    pending = found_in(r'id="authenticator_secret">(\w+)<', client.get(target))
    assert pending not in stored(), "the seed of an app that is not confirmed yet"
    code = format_hotp_value(hotp_value(pending, int(time.time()) // 30))
    codes = client.post(target, {"code": code})["Location"]
    recovery = re.findall(r"<li>(\d+)</li>", client.get(codes).content.decode())
    assert len(recovery) == 10
    bearers = {f"recovery code {number}": each for number, each in enumerate(recovery)}
    bearers |= {"seed": pending, "password": PASSWORD}
    return client, bearers | {f"cookie {name}": each.value for name, each in client.cookies.items()}


@pytest.mark.django_db(transaction=True)
def test_no_bearer_that_was_handed_out_is_stored_as_it_is(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    olga = world.operator("Owner", organization, name="olga")
    client, bearers = signed_in(olga.email)
    samples = Samples(organization, fixtures.ADA)

    bearers["new operator"] = accounts.add_operator(Actor.system("test"), "new@desk.example", "New")[1]

    url = samples.url("users:password")
    number = bearers["number of a form"] = once(client, url)
    page: Any = client.post(url, {"how": "generated", "once": number, "reason": "lost"})
    bearers["generated password"] = found_in(r'id="password"[^>]* value="([^"]+)"', page)
    typed = {"how": "typed", "Password": TYPED, "once": once(client, url), "reason": "lost"}
    assert client.post(url, typed).status_code == 200
    bearers["typed password"] = TYPED

    url = samples.url("impersonation:assume")
    page = client.post(url, {"once": once(client, url), "reason": "migration test"})
    bearers["impersonation token"] = found_in(r'id="token"[^>]* value="([^"]+)"', page)

    url = reverse("availability:create", args=[organization.slug])
    made = client.post(
        url, {**EWS, "DomainName": "other.example", "test_first": "", "once": once(client, url)}
    )
    assert made.status_code == 303
    bearers["password of another server"] = CANARY

    samples.job.state, samples.job.bucket, samples.job.path = "completed", fixtures.BUCKET, "ada.zip"
    samples.job.save()
    monkeypatch.setattr("console.aws.storage.get_object_size", lambda *_: 7)
    page = client.post(samples.url("exports:download"))
    bearers["link to an export"] = page.context["link"]
    bearers["signature of the link"] = re.split(r"[Ss]ignature=", page.context["link"])[1].partition("&")[0]

    bearers["console's key"] = settings.SECRET_KEY
    everything = stored()
    assert settings.SESSION_COOKIE_NAME in client.cookies
    assert {name for name, bearer in bearers.items() if bearer in everything} == set()
    assert all(bearers.values())


@pytest.mark.django_db
def test_what_is_stored_in_clear_or_encoded_is_found() -> None:
    cache.set("planted", "a-bearer-in-the-cache", 60)
    Role.objects.create(name="a-bearer-in-a-column")
    assert "a-bearer-in-the-cache" in stored()
    assert "a-bearer-in-a-column" in stored()


def test_what_workers_are_told_carries_nothing() -> None:
    """The names of tasks, and no arguments: a broker that is read tells nothing."""
    app.loader.import_default_modules()
    ours = [task for name, task in app.tasks.items() if name.startswith("console.")]
    assert ours
    assert [task.name for task in ours if task.run.__code__.co_argcount] == []
