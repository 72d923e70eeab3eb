"""What stands in front of a view: sign-in, organization, right; and what the ledger hears of it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from console.ledger.models import Entry
from console.operators.access import performs, public, signed_in
from console.operators.models import Grant, Operator
from tests.operators.conftest import signed_in as browser
from tests.operators.people import entity, operator, organization

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.operators.urls")]

EDIT = "/o/acme/users/in/edit/"


class TestSignedOut:
    @pytest.mark.parametrize("path", ["/", "/account/", "/o/acme/users/", "/o/nowhere/users/", EDIT])
    def test_she_is_sent_to_sign_in_and_back(self, path: str) -> None:
        response = Client().get(path)
        assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={path}")

    def test_after_a_post_she_comes_back_to_the_first_page(self) -> None:
        assert Client().post(EDIT)["Location"] == "/accounts/login/?next=/"

    def test_htmx_takes_the_whole_page_to_sign_in(self) -> None:
        headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/o/acme/users/?q=a"}
        response = Client().get("/o/acme/users/", headers=headers)
        assert response.status_code == 200
        assert response["HX-Redirect"] == "/accounts/login/?next=/o/acme/users/%3Fq%3Da"
        assert response.content == b""


class TestRights:
    def test_with_the_right_she_gets_the_page(self) -> None:
        entity("in", "her@acme.example")
        response = browser(operator("Helpdesk")).get(EDIT)
        assert (response.status_code, response.content) == (200, b"her@acme.example")

    def test_without_it_she_gets_403_and_the_ledger_an_entry(self) -> None:
        somebody = operator("Auditor")
        response = browser(somebody).get(EDIT, headers={"X-Request-ID": "from-the-proxy"})
        assert response.status_code == 403
        entry = Entry.objects.get(kind=Entry.Kind.DENIED)
        assert (entry.operator_id, entry.operator) == (somebody.pk, somebody.email)
        assert (entry.organization, entry.operation, entry.target) == ("m-acme", "UpdateUser", "in")
        assert (entry.address, entry.request_id) == ("127.0.0.1", "from-the-proxy")
        assert len(entry.session) == 32
        assert entry.body["path"] == EDIT

    @pytest.mark.parametrize("path", ["/o/second/users/", "/o/nowhere/users/", "/o/second/users/in/edit/"])
    def test_an_organization_without_a_grant_is_404_whether_it_exists_or_not(self, path: str) -> None:
        organization("second")
        response = browser(operator("Owner")).get(path)
        assert response.status_code == 404
        assert Entry.objects.filter(kind=Entry.Kind.DENIED).exists() is ("/second/" in path)

    def test_a_person_out_of_scope_is_404(self) -> None:
        entity("in", "her@acme.example")
        narrowed = operator("Helpdesk", domains=("other.example",))
        assert browser(narrowed).get(EDIT).status_code == 404

    def test_a_list_holds_those_within_scope(self) -> None:
        entity("in", "her@acme.example")
        entity("out", "him@other.example")
        narrowed = operator("Helpdesk", domains=("acme.example",))
        assert browser(narrowed).get("/o/acme/users/").content == b"in"
        assert browser(operator("Helpdesk")).get("/o/acme/users/").content == b"in out"


class TestCost:
    def test_a_page_reads_the_grants_once_however_often_it_asks(self) -> None:
        entity("in", "her@acme.example")
        client = browser(operator("Helpdesk"))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(EDIT).status_code == 200
        assert len([query for query in queries if '"operators_grant"' in query["sql"]]) == 1


class TestTakenAway:
    """Nothing is kept between two requests."""

    def test_a_revoked_grant_is_gone_with_the_next_request(self) -> None:
        somebody = operator("Helpdesk")
        client = browser(somebody)
        assert client.get("/o/acme/users/").status_code == 200
        Grant.objects.all().delete()
        assert client.get("/o/acme/users/").status_code == 404

    def test_a_lesser_role_counts_with_the_next_request(self) -> None:
        entity("in", "her@acme.example")
        somebody = operator("Helpdesk")
        client = browser(somebody)
        assert client.get(EDIT).status_code == 200
        role = somebody.grants.get().role
        role.permissions = ["*:read"]
        role.save()
        assert client.get(EDIT).status_code == 403

    def test_an_operator_who_may_no_longer_enter_is_signed_out(self) -> None:
        somebody = operator("Owner")
        client = browser(somebody)
        assert client.get("/").status_code == 200
        Operator.objects.filter(pk=somebody.pk).update(is_active=False)
        assert client.get("/")["Location"].startswith("/accounts/login/")


class TestDeclared:
    def test_a_view_says_what_it_performs_or_why_it_needs_no_right(self) -> None:
        def view(*_: object) -> None: ...

        assert performs("UpdateUser")(view).performs == "UpdateUser"  # type: ignore[arg-type]  # never called
        assert signed_in("a reason")(view).exempt == "a reason"  # type: ignore[type-var]  # never called
        assert public("a reason")(view).exempt == "a reason"  # type: ignore[type-var]  # never called

    def test_a_misspelt_operation_is_found_when_the_module_is_read(self) -> None:
        with pytest.raises(KeyError):
            performs("UpdateUsers")
