"""Letting somebody in: the command, the demo's operators, and what an operator sets for herself."""

import json
import stat
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from console.demo import operators
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators import accounts, policy
from console.operators.models import Grant, Operator
from tests.operators.conftest import signed_in as browser
from tests.operators.people import actor, operator, organization

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.operators.urls")]


def add(email: str, *options: str) -> str:
    said = StringIO()
    call_command("operator", "add", email, *options, stdout=said)
    return said.getvalue()


class TestCommand:
    def test_it_says_the_password_once_and_it_opens_the_console(self) -> None:
        organization("acme")
        said = add("New@Example.com", "--name", "New One", "--role", "helpdesk", "--organization", "acme")
        password = said.rpartition(": ")[2].strip()
        client = Client()
        client.post("/accounts/login/", {"login": "new@example.com", "password": password})
        assert client.get("/o/acme/users/").status_code == 200
        again = add("new@example.com", "--role", "Auditor", "--organization", "m-acme")
        assert "Password" not in again
        somebody = Operator.objects.get(email="new@example.com")
        assert set(somebody.grants.values_list("role__name", flat=True)) == {"Helpdesk", "Auditor"}

    def test_the_password_is_nowhere_but_in_what_it_said(self) -> None:
        organization("acme")
        said = add("new@example.com", "--role", "Owner", "--organization", "acme")
        password = said.rpartition(": ")[2].strip()
        kept = " ".join(str(vars(row)) for row in (*Entry.objects.all(), *Operator.objects.all()))
        assert password not in kept

    def test_it_narrows_to_domains(self) -> None:
        organization("acme")
        options = ("--domain", "A.example", "--domain", "b.example")
        add("new@example.com", "--role", "Helpdesk", "--organization", "acme", *options)
        assert Grant.objects.get().domains == ["a.example", "b.example"]

    def test_the_ledger_knows(self) -> None:
        organization("acme")
        add("new@example.com", "--role", "Helpdesk", "--organization", "acme")
        entries = Entry.objects.filter(operation="ManageOperators").order_by("seq")
        assert [entry.body["what"] for entry in entries] == ["operator added", "role granted"]
        assert entries[1].organization == "m-acme"

    @pytest.mark.parametrize(
        ("email", "role", "where"),
        [
            ("no address", "Owner", "acme"),
            ("a@example.com", "King", "acme"),
            ("a@example.com", "Owner", "none"),
        ],
    )
    def test_what_makes_no_sense_changes_nothing(self, email: str, role: str, where: str) -> None:
        organization("acme")
        with pytest.raises(CommandError):
            add(email, "--role", role, "--organization", where)
        assert not Operator.objects.exists()

    def test_passwords_are_never_the_same_and_long_enough(self) -> None:
        made = {accounts.generate_password() for _ in range(200)}
        assert len(made) == 200
        assert {len(each) for each in made} == {24}


class TestDemo:
    @pytest.fixture(autouse=True)
    def _folder(self, settings: object, tmp_path: Path) -> None:
        settings.VAR = tmp_path  # type: ignore[attr-defined]  # a fixture without types

    def test_everybody_can_sign_in_with_what_is_printed(self) -> None:
        rows = operators.seed()
        assert len(rows) == 7
        for email, password, _, _ in rows:
            assert Operator.objects.get(email=email).check_password(password)

    def test_the_next_start_prints_the_same_and_writes_nothing(self) -> None:
        first, entries = operators.seed(), Entry.objects.count()
        assert operators.seed() == first
        assert Entry.objects.count() == entries
        assert Organization.objects.count() == 2

    def test_another_folder_has_other_passwords(self, settings: object, tmp_path: Path) -> None:
        first = operators.seed()
        Operator.objects.all().delete()
        settings.VAR = tmp_path / "other"  # type: ignore[attr-defined]  # a fixture without types
        settings.VAR.mkdir()  # type: ignore[attr-defined]  # the same
        assert not {row[1] for row in first} & {row[1] for row in operators.seed()}

    def test_a_lost_database_gets_the_passwords_that_are_kept(self) -> None:
        first = operators.seed()
        Operator.objects.all().delete()
        assert operators.seed() == first
        assert Operator.objects.get(email=first[0][0]).check_password(first[0][1])

    def test_a_lost_file_gets_new_passwords_that_work(self, tmp_path: Path) -> None:
        operators.seed()
        (tmp_path / "demo-operators.json").unlink()
        email, password, _, _ = operators.seed()[0]
        assert Operator.objects.get(email=email).check_password(password)

    def test_only_the_owner_of_the_folder_may_read_them(self, tmp_path: Path) -> None:
        rows = operators.seed()
        path = tmp_path / "demo-operators.json"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert json.loads(path.read_text()) == {row[0]: row[1] for row in rows}

    def test_each_sees_what_the_table_says(self) -> None:
        operators.seed()
        seen = {
            each.email.partition("@")[0]: set(
                policy.visible_organizations(actor(each)).values_list("slug", flat=True)
            )
            for each in Operator.objects.all()
        }
        assert seen["harbor"] == {"harbor-legal"}
        assert seen["owner"] == {"harbor-legal", "northwind-health"}
        assert seen["helpdesk"] == seen["branch"] == {"northwind-health"}
        branch = actor(Operator.objects.get(email="branch@console.example"))
        northwind = Organization.objects.get(slug="northwind-health")
        assert policy.allows(branch, "UpdateUser", northwind)
        assert not policy.covers_organization(branch, "UpdateUser", northwind)


class TestPreferences:
    def test_she_sees_her_address_and_what_she_may_do(self) -> None:
        somebody = operator("Helpdesk", domains=("acme.example",))
        page = browser(somebody).get("/account/").content.decode()
        for text in (somebody.email, "Helpdesk", "Acme", "acme.example"):
            assert text in page

    def test_she_sets_her_name_and_theme(self) -> None:
        somebody = operator()
        client = browser(somebody)
        response = client.post("/account/", {"name": "New Name", "theme": "dark"})
        assert (response.status_code, response["Location"]) == (303, "/account/")
        page = client.get("/account/").content.decode()
        assert 'data-bs-theme="dark"' in page
        assert "New Name" in page

    def test_what_is_no_theme_is_refused_and_kept_out_of_the_frame(self) -> None:
        somebody = operator()
        response = browser(somebody).post("/account/", {"name": "", "theme": "pink"})
        assert response.status_code == 422
        assert "pink" not in response.content.decode().partition("<head>")[0]
        somebody.refresh_from_db()
        assert (somebody.name, somebody.theme) == ("Some Body", "auto")

    def test_nothing_else_of_her_can_be_set(self) -> None:
        somebody = operator()
        extra = {"is_superuser": "on", "is_staff": "on", "email": "evil@example.com", "role": "Owner"}
        browser(somebody).post("/account/", {"name": "N", "theme": "auto", **extra})
        after = Operator.objects.get(pk=somebody.pk)
        assert (after.is_superuser, after.is_staff, after.email) == (False, False, somebody.email)
        assert not after.grants.exists()


class TestAddresses:
    def test_there_is_one_operator_to_an_address_in_whatever_case(self) -> None:
        from django.db import IntegrityError, transaction

        Operator.objects.create_user("ada@example.com")
        with pytest.raises(IntegrityError), transaction.atomic():
            Operator.objects.create_user("ADA@Example.com")
        with pytest.raises(IntegrityError), transaction.atomic():
            Operator.objects.bulk_create([Operator(email="Ada@example.com", name="x")])
