"""Where somebody begins who has just signed in."""

import pytest
from django.test import Client

from console.mirror.models import Organization
from console.operators.models import Operator
from tests.areas import world

pytestmark = pytest.mark.django_db


class TestHome:
    def test_leads_to_the_overview_of_her_organization(self, owner: Client) -> None:
        assert owner.get("/")["Location"] == "/o/example/"

    def test_leads_to_the_first_of_several(self, organization: Organization) -> None:
        first = Organization.objects.create(organization_id="m-2", slug="zzz", name="Aardvark", region="x")
        somebody = world.operator("Owner", organization)
        grant = somebody.grants.get()
        grant.pk, grant.organization = None, first
        grant.save()
        assert world.browser(somebody).get("/")["Location"] == "/o/zzz/"

    def test_leads_to_none_that_is_deleted(self, organization: Organization, owner: Client) -> None:
        Organization.objects.update(state="Deleted")
        page = world.body(owner.get("/"))
        assert "You have no role in any organization yet." in page

    def test_leads_to_the_people_where_the_overview_is_not_hers(self, organization: Organization) -> None:
        somebody = world.operator("Helpdesk", organization)
        role = somebody.grants.get().role
        role.permissions = ["ListUsers", "DescribeUser"]
        role.save()
        assert world.browser(somebody).get("/")["Location"] == "/o/example/users/"

    def test_says_to_whom_nothing_is_granted_whom_to_ask(self, db: None) -> None:
        nobody = Operator.objects.create(email="new@desk.example", name="New")
        page = world.body(world.browser(nobody).get("/"))
        assert "You have no role in any organization yet." in page
        assert "Ask an owner of this console" in page
        assert "/o/" not in page

    def test_a_grant_that_has_ended_is_none(self, organization: Organization) -> None:
        somebody = world.operator("Owner", organization)
        somebody.grants.update(until="2020-01-01T00:00:00Z")
        assert "no role" in world.body(world.browser(somebody).get("/"))


class TestDeleted:
    @pytest.fixture
    def gone(self, organization: Organization) -> Client:
        """Has a role in an organization that is there, and in one that is deleted."""
        operator = world.operator("Owner", organization)
        deleted = Organization.objects.create(
            organization_id="m-2", slug="old", name="Old Ltd", region="us-east-1", state="Deleted"
        )
        grant = operator.grants.get()
        grant.pk, grant.organization = None, deleted
        grant.save()
        return world.browser(operator)

    def test_is_not_to_choose(self, gone: Client) -> None:
        assert "Old Ltd" not in world.body(gone.get("/o/example/"))

    def test_is_named_in_the_preferences_for_its_audit_log_alone(self, gone: Client) -> None:
        page = gone.get("/account/")
        assert [each.organization.slug for each in page.context["grants"]] == ["example"]
        assert '<a href="/o/old/ledger/">Old Ltd</a>' in world.body(page)
        log = gone.get("/o/old/ledger/")
        assert log.status_code == 200
        assert log.context["frame"].organization.slug == "old"
