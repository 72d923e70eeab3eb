"""An address that the mirror does not know: WorkMail is asked on Enter, and the mirror learns it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from console.ledger.models import Entry
from console.mirror.models import Alias, Entity, Organization
from console.sandbox.fixtures import ADA, DOMAIN, TestSandbox
from tests.areas import world

pytestmark = pytest.mark.django_db
NEW = f"newcomer@{DOMAIN}"


@pytest.fixture
def town() -> Iterator[TestSandbox]:
    with world.town() as made:
        yield made


@pytest.fixture
def organization(town: TestSandbox) -> Organization:
    return world.mirrored(town.organization_id)


@pytest.fixture
def newcomer(town: TestSandbox, organization: Organization) -> str:
    """Somebody who was created past the console, after its last reading."""
    return town.enabled_user("newcomer", display_name="Nia Newcomer", email=NEW).entity_id


@pytest.fixture
def owner(organization: Organization) -> Client:
    return world.browser(world.operator("Owner", organization))


@pytest.fixture
def nell(organization: Organization) -> Client:
    return world.browser(world.operator("Owner", organization, DOMAIN, name="nell"))


def find(client: Client, text: str, **headers: str) -> Any:
    return client.get("/o/example/search/", {"q": text}, headers=headers)


class TestWhoIsNew:
    def test_is_asked_for_told_and_learnt(self, owner: Client, newcomer: str) -> None:
        with world.counted() as calls:
            page = world.body(find(owner, f"Nia <{NEW}>"))
        assert calls[0] == "DescribeEntity"
        assert calls.writes == []
        assert "Asked WorkMail: it belongs to" in page
        assert f"/o/example/users/{newcomer}/" in page
        assert Entity.objects.get(entity_id=newcomer).email == NEW

    def test_is_known_from_then_on(self, owner: Client, newcomer: str) -> None:
        find(owner, NEW)
        with world.counted() as calls:
            assert find(owner, NEW)["Location"] == f"/o/example/users/{newcomer}/"
        assert calls == []

    def test_by_a_new_alias_of_somebody_who_is_known(self, town: TestSandbox, owner: Client) -> None:
        town.call("CreateAlias", EntityId=ADA, Alias=f"fresh@{DOMAIN}")
        assert f"/o/example/users/{ADA}/" in world.body(find(owner, f"fresh@{DOMAIN}"))
        assert Alias.objects.filter(address=f"fresh@{DOMAIN}", entity__entity_id=ADA).exists()

    def test_a_group_is_learnt_as_one(self, town: TestSandbox, owner: Client) -> None:
        group = town.group("latecomers", email=f"latecomers@{DOMAIN}").entity_id
        assert "latecomers" in world.body(find(owner, f"latecomers@{DOMAIN}"))
        assert Entity.objects.get(entity_id=group).kind == "group"


class TestNobody:
    def test_is_told_as_such(self, owner: Client) -> None:
        assert "it does not know this address either" in world.body(find(owner, f"nobody@{DOMAIN}"))

    def test_a_failure_says_that_it_could_not_be_asked(self, town: TestSandbox, owner: Client) -> None:
        town.faults.fail("DescribeEntity", code="OrganizationStateException")
        assert "WorkMail could not be asked" in world.body(find(owner, f"nobody@{DOMAIN}"))


class TestWhenItIsNotAsked:
    @pytest.mark.parametrize("text", ["nobody", "nobody@", "@example.com", "a b@example.com", ""])
    def test_for_what_is_no_address(self, owner: Client, text: str) -> None:
        with world.counted() as calls:
            find(owner, text)
        assert calls == []

    def test_while_somebody_types(self, owner: Client, newcomer: str) -> None:
        with world.counted() as calls:
            owner.get("/o/example/search/palette/", {"q": NEW}, headers={"HX-Request": "true"})
        assert calls == []

    @pytest.mark.parametrize("header", [{"Sec-Purpose": "prefetch"}, {"HX-Preloaded": "true"}])
    def test_for_a_mouse_that_passes_by(self, owner: Client, newcomer: str, header: dict[str, str]) -> None:
        with world.counted() as calls:
            find(owner, NEW, **header)
        assert calls == []


class TestScope:
    def test_she_asks_about_her_own_domain(self, nell: Client, newcomer: str) -> None:
        assert f"/o/example/users/{newcomer}/" in world.body(find(nell, NEW))

    def test_and_about_no_other_nor_is_that_a_denial(self, town: TestSandbox, nell: Client) -> None:
        town.enabled_user("faraway", display_name="Fay Away", email=f"faraway@{world.ELSEWHERE}")
        with world.counted() as calls:
            page = world.body(find(nell, f"faraway@{world.ELSEWHERE}"))
        assert calls == []
        assert "Fay Away" not in page
        assert "Nobody and nothing here" in page
        assert not Entry.objects.filter(kind=Entry.Kind.DENIED).exists()

    @pytest.mark.parametrize("known", [False, True])
    def test_an_address_of_hers_that_is_somebody_elses_is_taken_by_nobody_she_learns_of(
        self, town: TestSandbox, organization: Organization, nell: Client, owner: Client, known: bool
    ) -> None:
        town.call("CreateAlias", EntityId=world.ZOE, Alias=f"shared@{DOMAIN}")
        if known:
            find(owner, f"shared@{DOMAIN}")
        page = world.body(find(nell, f"shared@{DOMAIN}"))
        assert "taken by somebody outside your mail domains" in page
        assert "Zoe" not in page
        assert world.ZOE not in page
