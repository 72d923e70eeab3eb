"""What the pages of groups cost in queries: few, the same however many groups there are, and none of AWS."""

import pytest

from console.mirror.models import Entity, Membership, Organization
from tests.areas.desk import Desk
from tests.areas.groups.conftest import NURSES, STAFF, TEAM
from tests.areas.users.conftest import BRANCH, Wire
from tests.areas.users.test_queries import queries

LIST = 6  # session, operator, rights, domains, rows, saved views
PAGE, MEMBERS = 20, 7
ASKED = [
    {},
    {"q": "nurses"},
    {"q": "a"},
    {"sort": "-email"},
    {"state": "DISABLED"},
    {"deleted": "shown"},
    {"hidden": "yes"},
    {"members": "none"},
    {"nested": "yes"},
    {"domain": BRANCH},
]


def price(desk: Desk, name: str, *args: str, **asked: str) -> int:
    """Of a page that was shown before: the first one counts what every later one finds ready."""
    assert desk.get(name, *args, data=asked).status_code == 200
    return queries(lambda: desk.get(name, *args, data=asked))


def crowd(organization: Organization, count: int = 120) -> None:
    """Groups that every search finds, each with a member, and people who all join the nurses."""
    team, nurses = (Entity.objects.get(entity_id=each) for each in (TEAM, NURSES))
    groups = [_made(organization, number, "group") for number in range(count)]
    people = [_made(organization, number, "user") for number in range(count)]
    Entity.objects.bulk_create([*groups, *people])
    pairs = [(group, team) for group in groups] + [(nurses, person) for person in people]
    Membership.objects.bulk_create(
        Membership(organization=organization, group=group, member=member) for group, member in pairs
    )


def _made(organization: Organization, number: int, kind: str) -> Entity:
    made = Entity(organization=organization, entity_id=f"{kind}-{number}", kind=kind, name=f"nurses{number}")
    made.state, made.email = "ENABLED", f"nurses{number}.{kind}@{BRANCH}"
    made.derive([])
    return made


class TestTheList:
    @pytest.mark.parametrize("asked", ASKED)
    def test_takes_as_many_for_a_crowd(self, helga: Desk, asked: dict[str, str]) -> None:
        before = price(helga, "list", **asked)
        crowd(helga.organization)
        assert price(helga, "list", **asked) == before <= LIST + ("q" in asked)

    def test_costs_a_narrowed_operator_no_more(self, branwen: Desk) -> None:
        before = price(branwen, "list")
        crowd(branwen.organization)
        assert price(branwen, "list") == before <= LIST

    def test_a_further_page_costs_what_the_first_costs(self, helga: Desk) -> None:
        crowd(helga.organization)
        first = price(helga, "list")
        onwards = f"{helga.url('list')}{helga.get('list').context['page'].next}"
        assert queries(lambda: helga.client.get(onwards)) == first


class TestAGroup:
    def test_costs_the_same_in_a_crowd(self, helga: Desk) -> None:
        before = price(helga, "detail", NURSES)
        crowd(helga.organization)
        assert price(helga, "detail", NURSES) <= before + 1 <= PAGE + 1  # and one to count its members

    def test_its_members_cost_the_same_in_a_crowd(self, helga: Desk) -> None:
        before = price(helga, "members", NURSES)
        crowd(helga.organization)
        assert price(helga, "members", NURSES) == before <= MEMBERS

    def test_everybody_costs_a_query_for_each_level(self, helga: Desk) -> None:
        before = price(helga, "everybody", STAFF)
        crowd(helga.organization)
        assert price(helga, "everybody", STAFF) == before


def test_aws_is_asked_nothing_by_any_of_them(helga: Desk, wire: Wire) -> None:
    for asked in ASKED:
        helga.get("list", data=asked)
    for name in ("detail", "members", "members-csv", "everybody"):
        helga.get(name, NURSES)
    assert wire.calls == []
