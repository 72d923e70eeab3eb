"""Forms over the console's own rows: two equal creates, and two edits of one row, at the same moment."""

from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from console.actor import Actor
from console.areas.access_rules.models import NamedNetwork
from console.areas.exports.models import Destination
from console.areas.lifecycle.models import OnboardingTemplate, Preset
from console.areas.saved.models import SavedView
from console.constraints import as_validation_error
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators import accounts
from console.operators.models import Operator
from console.sandbox.organization_setup import ACCOUNT, REGION
from console.web import record_forms
from tests.areas import world
from tests.areas.exports.conftest import organization, sandbox
from tests.races.harness import at_once, on_postgresql

__all__ = ["organization", "sandbox"]
pytestmark = pytest.mark.django_db(transaction=True)
TRIES = 10  # of each form
ROLE = f"arn:aws:iam::{ACCOUNT}:role/exports"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"
FORMS: dict[str, tuple[Any, str, dict[str, Any]]] = {
    "network": (NamedNetwork, "access_rules:network", {"ranges": "203.0.113.0/24"}),
    "destination": (
        Destination,
        "exports:destination",
        {"role_arn": ROLE, "kms_key_arn": KEY, "bucket": "exports-bucket", "prefix": "exports"},
    ),
    "preset": (Preset, "lifecycle:preset", {"parts": ["disable"], "delete_after": "30"}),
    "template": (OnboardingTemplate, "lifecycle:template", {"password": "generated"}),
    "saved view": (SavedView, "saved", {"page": "users:list", "query": "state=DISABLED"}),
}


@pytest.fixture
def olga(organization: Organization) -> Client:
    return world.browser(world.operator("Owner", organization, name="olga"))


@pytest.fixture
def oleg(kind: str, organization: Organization, olga: Client) -> Client:
    """A second browser; of the same operator, where the rows are the operator's own."""
    if kind == "saved view":
        return world.browser(Operator.objects.get())
    return world.browser(world.operator("Owner", organization, name="oleg"))


def url(prefix: str, act: str, *args: Any) -> str:
    name = f"{prefix}:{act}" if ":" not in prefix else f"{prefix}-{act}"
    return reverse(name, args=["example", *args])


@pytest.mark.parametrize("kind", FORMS)
class TestOneForm:
    def test_saves_no_change_that_nobody_saw(self, kind: str, olga: Client, oleg: Client) -> None:
        model, prefix, values = FORMS[kind]
        assert olga.post(url(prefix, "create"), {"name": "first", **values}).status_code == 303
        row = model.objects.get()
        edit = url(prefix, "edit", row.pk)
        seen = world.loaded(oleg, edit)
        given = {"name": "olga's", **values, **world.loaded(olga, edit)}
        assert olga.post(edit, given).status_code == 303
        refused = oleg.post(edit, {"name": "oleg's", **values, **seen})
        text = refused.content.decode()
        assert refused.status_code == 422
        assert "This was changed after you opened it." in text
        assert "<del>first</del>" in text
        assert "oleg&#x27;s" in text
        row.refresh_from_db()
        assert row.name == "olga's"
        fresh = {"loaded": text.partition('name="loaded" value="')[2].partition('"')[0]}
        assert oleg.post(edit, {"name": "oleg's", **values, **fresh}).status_code == 303
        row.refresh_from_db()
        assert row.name == "oleg's"

    def test_restores_no_deleted_row(self, kind: str, olga: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        model, prefix, values = FORMS[kind]
        olga.post(url(prefix, "create"), {"name": "first", **values})
        edit = url(prefix, "edit", model.objects.get().pk)
        given = {"name": "second", **values, **world.loaded(olga, edit)}
        valid = record_forms.RecordForm.is_valid

        def delete_first(form: record_forms.RecordForm) -> bool:
            model.objects.all().delete()
            return valid(form)

        monkeypatch.setattr(record_forms.RecordForm, "is_valid", delete_first)
        assert "deleted by another operator" in olga.post(edit, given).content.decode()
        assert not model.objects.exists()

    @on_postgresql
    def test_creates_one_of_two_equal_rows(self, kind: str, olga: Client, oleg: Client) -> None:
        model, prefix, values = FORMS[kind]
        for number in range(TRIES):
            post = (url(prefix, "create"), {"name": f"row {number}", **values})
            answers = at_once(partial(olga.post, *post), partial(oleg.post, *post))
            assert sorted(each.status_code for each in answers) == [303, 422], answers
            assert model.objects.count() == number + 1

    @on_postgresql
    def test_enters_one_of_two_deletions(self, kind: str, olga: Client, oleg: Client) -> None:
        model, prefix, values = FORMS[kind]
        for _ in range(TRIES):
            olga.post(url(prefix, "create"), {"name": "first", **values})
            delete = url(prefix, "delete", model.objects.get().pk)
            entries = Entry.objects.count()
            answers = at_once(partial(olga.post, delete), partial(oleg.post, delete))
            assert {each.status_code for each in answers} <= {303, 404}, answers
            assert not model.objects.exists()
            assert Entry.objects.count() == entries + (kind != "saved view"), answers

    @on_postgresql
    def test_saves_one_of_two_edits(self, kind: str, olga: Client, oleg: Client) -> None:
        assert lost_edits(kind, olga, oleg) == 0

    @on_postgresql
    def test_would_lose_one_without_the_comparison(
        self, kind: str, olga: Client, oleg: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The planted fault."""
        monkeypatch.setattr(record_forms.RecordForm, "_compare", lambda self: None)
        assert lost_edits(kind, olga, oleg) > 0


def lost_edits(kind: str, olga: Client, oleg: Client) -> int:
    """How often both operators were told that their edit of one row was saved."""
    model, prefix, values = FORMS[kind]
    olga.post(url(prefix, "create"), {"name": "first", **values})
    edit = url(prefix, "edit", model.objects.get().pk)
    lost = 0
    for number in range(TRIES):
        seen = world.loaded(olga, edit)
        left, right = ({"name": f"{side} {number}", **values, **seen} for side in ("left", "right"))
        answers = at_once(partial(olga.post, edit, left), partial(oleg.post, edit, right))
        lost += [each.status_code for each in answers] == [303, 303]
    return lost


@on_postgresql
class TestOutsideOfPages:
    def test_an_operator_is_added_once(self, settings: Any) -> None:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # in no time
        for number in range(TRIES):
            email = f"new-{number}@example.com"
            made = at_once(*[partial(accounts.add_operator, Actor.system("test"), email, "New")] * 2)
            assert sorted(bool(password) for _, password in made) == [False, True], made
            assert Operator.objects.filter(email=email).count() == 1
            assert Entry.objects.filter(target_name=email).count() == 1

    def test_another_integrity_error_stays_one(self, organization: Organization) -> None:
        """A foreign key that leads nowhere is no second row."""
        lost = Preset(organization_id=organization.pk + 1, name="lost")
        with pytest.raises(IntegrityError), as_validation_error(lost):
            save_and_check(lost)


def save_and_check(row: Preset) -> None:
    row.save()
    connection.check_constraints()


@on_postgresql
@pytest.mark.parametrize("kind", ["preset"])
def test_a_second_row_would_be_a_fault_without_the_conversion(
    kind: str, olga: Client, oleg: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault."""

    @contextmanager
    def plain(_: Any) -> Any:
        with transaction.atomic():
            yield

    monkeypatch.setattr(record_forms, "as_validation_error", plain)
    _, prefix, values = FORMS[kind]
    post = (url(prefix, "create"), {"name": "same", **values})
    answers = at_once(partial(olga.post, *post), partial(oleg.post, *post))
    assert any(isinstance(each, IntegrityError) for each in answers)
