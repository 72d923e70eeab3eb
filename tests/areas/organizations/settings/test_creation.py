"""A new organization beside an existing one: followed until it works, then taken into the console."""

import re
from dataclasses import replace
from typing import Any

import pytest

from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators.models import Grant
from console.sandbox import organization_setup
from console.sandbox.fixtures import TestSandbox
from tests.areas import world
from tests.areas.settled import Desk, written

pytestmark = pytest.mark.django_db
CREATES = "CreateOrganization"


def typed(desk: Desk, **changed: str) -> dict[str, str]:
    page = desk.get("organizations:create").content.decode()
    once = re.search(r'name="once" value="([^"]+)"', page)
    assert once is not None
    return {"Alias": "branch", "once": once[1], "reason": "a new site", **changed}


def made(desk: Desk, town: TestSandbox) -> str:
    """The id of one that was just made."""
    answer = desk.post("organizations:create", data=typed(desk))
    assert answer.status_code == 303
    return str(answer["Location"].strip("/").rpartition("/")[2])


class TestMaking:
    def test_leads_to_where_it_is_followed(self, olga: Desk, town: TestSandbox) -> None:
        answer = olga.post("organizations:create", data=typed(olga, domains="branch.example\n\nb.example Z1"))
        (call,) = town.calls(CREATES)
        assert call.params["Domains"] == [
            {"DomainName": "branch.example"},
            {"DomainName": "b.example", "HostedZoneId": "Z1"},
        ]
        assert call.params["ClientToken"]
        assert "DirectoryId" not in call.params
        listed = town.call("ListOrganizations")["OrganizationSummaries"]
        new = next(each for each in listed if each["Alias"] == "branch")
        assert answer["Location"] == olga.url("organizations:follow", new["OrganizationId"])
        assert written(CREATES)[0].reason == "a new site"

    @pytest.mark.parametrize("alias", ["", "d-branch", "my branch", "-branch", "branch-", "a" * 63, "br_nch"])
    def test_wants_an_alias_that_workmail_takes(self, alias: str, olga: Desk, town: TestSandbox) -> None:
        answer = olga.post("organizations:create", data=typed(olga, Alias=alias, domains="kept.example"))
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == ["Alias"]
        assert "kept.example" in world.body(answer)
        assert not town.calls(CREATES)

    @pytest.mark.parametrize(
        ("member", "value"),
        [
            ("domains", "one.example Z1 more"),
            ("domains", "under_score.example"),
            ("domains", "\n".join(f"d{number}.example" for number in range(6))),
            ("DirectoryId", "directory"),
            ("KmsKeyArn", "key"),
        ],
    )
    def test_wants_everything_else_as_the_model_has_it(
        self, member: str, value: str, olga: Desk, town: TestSandbox
    ) -> None:
        answer = olga.post("organizations:create", data=typed(olga, **{member: value}))
        assert answer.status_code == 422
        assert member in answer.context["form"].errors
        assert not town.calls(CREATES)

    def test_interoperability_wants_a_directory(self, olga: Desk) -> None:
        answer = olga.post("organizations:create", data=typed(olga, EnableInteroperability="on"))
        assert "AD Connector" in str(answer.context["form"].errors["DirectoryId"])

    def test_an_alias_that_is_taken_is_said_to_be(self, olga: Desk, town: TestSandbox) -> None:
        organization_setup.add_active_organization(town.store, "branch")
        answer = olga.post("organizations:create", data=typed(olga))
        assert answer.status_code == 422
        assert "take another one" in str(answer.context["form"].errors["Alias"])

    def test_a_double_click_makes_one(self, olga: Desk, town: TestSandbox) -> None:
        data = typed(olga)
        for _ in range(2):
            olga.post("organizations:create", data=data)
        assert len(town.calls(CREATES)) == 1


class TestFollowing:
    def test_asks_again_until_it_works(self, olga: Desk, town: TestSandbox) -> None:
        new = made(olga, town)
        page = olga.page("organizations:follow", new)
        assert "every 2s" in page
        assert "Requested" in page
        assert "Add it to the console" not in page
        town.clock.advance(3600)
        page = olga.page("organizations:follow", new)
        assert "every 2s" not in page
        assert "Active" in page
        assert "Add it to the console" in page

    def test_gives_htmx_the_card_alone(self, olga: Desk, town: TestSandbox) -> None:
        answer = olga.get("organizations:follow", made(olga, town), **{"HX-Request": "true"})
        assert "<html" not in world.body(answer)
        assert 'id="progress"' in world.body(answer)

    def test_says_what_went_wrong(self, olga: Desk, town: TestSandbox) -> None:
        new = made(olga, town)
        record = town.store.organizations.get(new)
        assert record is not None
        with town.store.transaction():
            failed = replace(record, state="Failed", error_message="The directory is full")
            town.store.organizations.save(failed)
        page = olga.page("organizations:follow", new)
        assert "The directory is full" in page
        assert "every 2s" not in page

    def test_teaches_the_console_nothing_of_the_organization_it_goes_through(
        self, olga: Desk, town: TestSandbox
    ) -> None:
        before = Organization.objects.values().get()
        olga.page("organizations:follow", made(olga, town))
        assert Organization.objects.values().get() == before

    def test_shows_only_what_was_made_from_here(self, olga: Desk, town: TestSandbox) -> None:
        other = organization_setup.add_active_organization(town.store, "others")
        with world.counted() as calls:
            assert olga.get("organizations:follow", other.organization_id).status_code == 404
            answer = olga.post("organizations:adopt", other.organization_id, data={"slug": "mine"})
        assert answer.status_code == 404
        assert calls == []
        assert not Organization.objects.filter(slug="mine").exists()


class TestAdding:
    @pytest.fixture
    def new(self, olga: Desk, town: TestSandbox) -> str:
        found = made(olga, town)
        town.clock.advance(3600)
        return found

    def test_serves_it_as_its_origin_and_makes_her_what_she_is_there(self, new: str, olga: Desk) -> None:
        Organization.objects.update(endpoint_url="https://workmail.example")
        answer = olga.post("organizations:adopt", new, data={"slug": "branch"})
        assert answer["Location"] == "/o/branch/"
        added = Organization.objects.get(organization_id=new)
        assert (added.region, added.endpoint_url) == ("us-east-1", "https://workmail.example")
        assert added.arn.endswith(new)
        grants = Grant.objects.filter(organization=added)
        assert [(each.operator.email, each.role.name, each.domains) for each in grants] == [
            ("olga@desk.example", "Owner", [])
        ]

    def test_enters_both_in_the_ledger(self, new: str, olga: Desk) -> None:
        olga.post("organizations:adopt", new, data={"slug": "branch"})
        entries = Entry.objects.filter(organization=new, kind=Entry.Kind.CHANGED)
        assert {each.operation for each in entries} == {"ManageOrganizations", "ManageOperators"}

    def test_gives_only_the_roles_that_let_her_make_it_and_for_as_long(self, new: str, olga: Desk) -> None:
        until = "2099-01-01T00:00:00Z"
        Grant.objects.update(until=until)
        world.operator("Auditor", olga.organization, name="other")
        audit = Grant.objects.get(role__name="Auditor")
        audit.operator = olga.operator
        audit.save()
        olga.post("organizations:adopt", new, data={"slug": "branch"})
        given = Grant.objects.get(organization__slug="branch")
        assert (given.role.name, given.until and given.until.year) == ("Owner", 2099)

    @pytest.mark.parametrize(
        ("slug", "said"), [("example", "is taken"), ("no good", "letters"), ("", "letters")]
    )
    def test_wants_a_word_that_is_free(self, slug: str, said: str, new: str, olga: Desk) -> None:
        answer: Any = olga.client.post(olga.url("organizations:adopt", new), {"slug": slug}, follow=True)
        assert said in world.body(answer)
        assert not Organization.objects.filter(organization_id=new).exists()

    def test_waits_until_it_works(self, olga: Desk, town: TestSandbox) -> None:
        young = made(olga, town)
        olga.post("organizations:adopt", young, data={"slug": "branch"})
        assert not Organization.objects.filter(organization_id=young).exists()

    def test_happens_once(self, new: str, olga: Desk) -> None:
        for slug in ("branch", "branch-2"):
            olga.post("organizations:adopt", new, data={"slug": slug})
        assert Organization.objects.filter(organization_id=new).count() == 1
        assert "It is in the console already" in olga.page("organizations:follow", new)
