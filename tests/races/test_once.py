"""A form that is sent twice acts once, and both requests lead to the result of the first."""

import re
from functools import partial
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.template import Context, Template
from django.test import Client
from django.urls import reverse

from console.areas.access_rules.models import NamedNetwork
from console.changes.models import Change
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators import form_submissions
from console.sandbox.fixtures import ADA, TestSandbox
from console.ui import form_tokens
from console.ui.templatetags import ui
from tests.addresses import addresses
from tests.areas import world
from tests.areas.exports.conftest import organization, sandbox
from tests.races.harness import TRIES, on_postgresql, results_at_once

__all__ = ["organization", "sandbox"]
pytestmark = pytest.mark.django_db(transaction=True)
RANGES = {"ranges": "203.0.113.0/24"}


@pytest.fixture
def olga(organization: Organization) -> Client:
    return world.browser(world.operator("Owner", organization, name="olga"))


@pytest.fixture
def again(olga: Client) -> Client:
    """The same browser: Django's test client is not made for two threads."""
    second = Client()
    second.cookies = olga.cookies
    return second


def url(name: str, *args: Any) -> str:
    return reverse(name, args=["example", *args])


def number(client: Client, address: str) -> dict[str, str]:
    """The number that a page's first form carries."""
    found = re.search(r'name="once" value="([^"]+)"', client.get(address).content.decode())
    assert found, address
    return {"once": found[1]}


class TestSentTwice:
    def test_leads_to_the_result_of_the_first(self, olga: Client) -> None:
        create = url("access_rules:network-create")
        given = {"name": "Office", **RANGES, **number(olga, create)}
        first, second = olga.post(create, given), olga.post(create, given)
        assert (first.status_code, second.status_code) == (303, 303)
        assert first["Location"] == second["Location"]
        assert NamedNetwork.objects.count() == 1
        assert Entry.objects.filter(operation="ManageNetworks").count() == 1

    def test_leads_there_for_htmx_too(self, olga: Client) -> None:
        create = url("access_rules:network-create")
        given = {"name": "Office", **RANGES, **number(olga, create)}
        first = olga.post(create, given)
        second = olga.post(create, given, headers={"HX-Request": "true"})
        assert second["HX-Redirect"] == first["Location"]

    def test_with_other_values_is_another_request(self, olga: Client) -> None:
        create = url("access_rules:network-create")
        carried = number(olga, create)
        for name in ("Office", "Warehouse"):
            assert olga.post(create, {"name": name, **RANGES, **carried}).status_code == 303
        assert NamedNetwork.objects.count() == 2

    def test_after_a_refusal_may_be_sent_again(self, olga: Client) -> None:
        create = url("access_rules:network-create")
        given = {"name": "Office", **RANGES, **number(olga, create)}
        NamedNetwork.objects.create(organization=Organization.objects.get(), name="Office")
        assert olga.post(create, given).status_code == 422
        NamedNetwork.objects.all().delete()
        assert olga.post(create, given).status_code == 303

    def test_shows_no_secret_again(self, olga: Client, sandbox: TestSandbox) -> None:
        reset = url("users:password", ADA)
        given = {"how": "generated", "reason": "lost", **number(olga, reset)}
        first, second = olga.post(reset, given), olga.post(reset, given)
        assert (first.status_code, second.status_code) == (200, 409)
        assert "already submitted" in second.content.decode()
        assert Entry.objects.filter(operation="ResetPassword", kind=Entry.Kind.INTENT).count() == 1

    def test_by_another_operator_is_another_request(self, olga: Client, organization: Organization) -> None:
        oleg = world.browser(world.operator("Owner", organization, name="oleg"))
        create = url("saved:create")
        given = {"name": "Mine", "page": "users:list", **number(olga, create)}
        assert [each.post(create, given).status_code for each in (olga, oleg)] == [303, 303]

    def test_of_which_the_first_is_still_running_says_so(
        self, olga: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(form_submissions, "MAX_WAIT_SECONDS", 0.0)
        monkeypatch.setattr(form_submissions, "store_result", lambda *_: None)  # as after a crash
        create = url("access_rules:network-create")
        given = {"name": "Office", **RANGES, **number(olga, create)}
        assert olga.post(create, given).status_code == 303
        second = olga.post(create, given)
        assert second.status_code == 409
        assert "still running, or was interrupted" in second.content.decode()

    def test_keeps_its_answer_where_the_result_cannot_be_stored(
        self, olga: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        create = url("access_rules:network-create")
        given = {"name": "Office", **RANGES, **number(olga, create)}

        def fail(*_: Any) -> None:
            raise OperationalError("disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(cache, "set", fail)
            assert olga.post(create, given).status_code == 303


@on_postgresql
class TestAtOnce:
    def test_acts_once(self, olga: Client, again: Client) -> None:
        assert doubled(olga, again) == 0

    def test_would_act_twice_without_the_number(
        self, olga: Client, again: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The planted fault."""
        monkeypatch.setattr("console.operators.access.form_submissions.answer_repeat", lambda _: None)
        assert doubled(olga, again) > 0


def doubled(olga: Client, again: Client) -> int:
    """How many drafts too many double clicks made."""
    draft = url("users:bulk-disable")
    for _ in range(TRIES):
        given = {"selected": [ADA], "asked": "yes", "once": form_tokens.new_form_token()}
        answers = results_at_once(partial(olga.post, draft, given), partial(again.post, draft, given))
        assert [each.status_code for each in answers] == [303, 303], answers
    return Change.objects.count() - TRIES


class TestEveryForm:
    def test_carries_a_number_with_its_csrf_token(self) -> None:
        """`test_every_form_that_posts_is_protected` finds a form without the tag."""
        page = Template("{% csrf_token %}{% csrf_token %}").render(Context({"csrf_token": "x" * 64}))
        numbers = re.findall(r'name="once" value="([^"]{22})"', page)
        assert len(set(numbers)) == 2

    def test_without_a_number_would_be_found(self, olga: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        """The planted fault: a form with the plain tag."""
        assert forms_without_number(olga) == []
        monkeypatch.setattr(ui, "new_form_token", lambda: "")
        assert forms_without_number(olga)

    def test_leads_to_a_view_that_spends_it(self) -> None:
        unguarded = {name for name, view in addresses().items() if not getattr(view, "acts_once", False)}
        reading = {"healthz", "readyz", "mfa_index", "mfa_view_recovery_codes"}
        assert unguarded - reading <= set(form_submissions.REPEATABLE_VIEWS), unguarded

    def test_is_exempt_with_a_reason(self) -> None:
        assert set(form_submissions.REPEATABLE_VIEWS) <= set(addresses())
        assert all(len(reason.split()) > 3 for reason in form_submissions.REPEATABLE_VIEWS.values())


def forms_without_number(client: Client) -> list[str]:
    """Forms of some pages that post and have no number."""
    pages = [url("access_rules:network-create"), url("users:create"), url("users:password", ADA)]
    forms = [
        form
        for page in pages
        for form in re.findall(r'<form[^>]*method="post".*?</form>', client.get(page).content.decode(), re.S)
    ]
    return [form for form in forms if not re.search(r'name="once" value="[^"]+"', form)]
