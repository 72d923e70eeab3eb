"""A narrowed operator on every page she may open: nobody outside her domain shows, not even in a count."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from console.gateway import gateway
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Entity, Membership, Organization
from console.operators import policy
from console.operators.models import Operator
from console.sandbox import seeds
from console.sandbox.fixtures import TestSandbox
from console.sandbox.records import User
from tests.addresses import addresses
from tests.areas import world
from tests.conftest import Variant

pytestmark = pytest.mark.django_db
HERS = "northwind-clinics.example"
PEOPLE = 60
WORDS = ("a", "an", "mar", "north", "health", "all", "@", "nw-research", "room", "son", "%", "_", '"')
PARAMS = (
    *(f"q={word}" for word in WORDS),
    *(f"sort={name}" for name in ("person", "-person", "email", "-size", "department", "-seq", "mailbox")),
    *("state=DISABLED", "state=DELETED", "deleted=shown", "role=USER", "role=SYSTEM_USER", "hidden=yes"),
    *(
        "domain=northwind-health.example",
        "domain=nw-research.example",
        f"domain={HERS}",
        "group=n",
        "group=a",
    ),
    *("stage=open", "stage=completed", "stage=problem", "outcome=done", "outcome=open", "kind=denied"),
    *("entity=all", "find=a", "find=north", "other=a", "page=2", "organization=harbor-legal"),
)
VIEWS = addresses()
OF_ALL = [name for name, view in VIEWS.items() if view.performs and world.arguments(name) == ["organization"]]
OF_ONE = [name for name in VIEWS if world.arguments(name)[1:] in (["user_id"], ["entity_id"])]
OF_DOMAIN = [name for name in VIEWS if world.arguments(name) == ["organization", "domain"]]
OF_A_GROUP = [
    name
    for name in VIEWS
    if name.startswith("groups:") and {"group_id", "entity_id"} & set(world.arguments(name))
]
ASKED = {
    *(
        "search",
        "search-palette",
        "users:list",
        "users:csv",
        "users:count",
        "groups:list",
        "groups:csv",
        "exports:list",
        "exports:csv",
        "exports:create",
    ),
    *("exports:mailboxes", "ledger:list", "ledger:csv"),
    *("resources:list", "resources:csv", "mailboxes:list", "mailboxes:csv", "mailboxes:access"),
}


@pytest.fixture
def organization() -> Iterator[Organization]:
    """The demo's larger company, small; ties between the domains are added to those that it has."""
    with world.sandbox() as made, world.unhurried():
        seeds.seed_demo(made.store, people=PEOPLE)
        town = TestSandbox(
            made, next(each for each in made.store.organizations if each.alias == seeds.NORTHWIND)
        )
        tie(town)
        yield world.mirrored(seeds.NORTHWIND_ID, seeds.NORTHWIND, name="Northwind Health")


def tie(town: TestSandbox) -> None:
    """Somebody of hers shares mailboxes, a group and a room with people elsewhere, in both directions."""
    live = [each for each in town.store.entities if each.organization_id == town.organization_id]
    people = [each for each in live if isinstance(each, User) and each.email]
    hers = [each.entity_id for each in people if each.email.endswith(HERS)]
    others = [each.entity_id for each in people if not each.email.endswith(HERS)]
    group = town.group("clinic-staff", email=f"clinic-staff@{HERS}")
    for member in (*hers[:3], *others[:3]):
        town.call("AssociateMemberToGroup", GroupId=group.entity_id, MemberId=member)
    for owner, grantee in ((hers[0], others[0]), (others[1], hers[0]), (hers[0], hers[1])):
        town.call(
            "PutMailboxPermissions", EntityId=owner, GranteeId=grantee, PermissionValues=["FULL_ACCESS"]
        )


@pytest.fixture
def nell(organization: Organization) -> Operator:
    """With every right there is, in one domain: she may open all that any narrowed operator may."""
    return world.operator("Owner", organization, HERS, name="nell")


@pytest.fixture
def client(nell: Operator) -> Client:
    return world.browser(nell)


@pytest.fixture
def hers(organization: Organization) -> list[Entity]:
    return list(Entity.objects.filter(organization=organization, domain=HERS))


@pytest.fixture
def history(organization: Organization, hers: list[Entity]) -> None:
    """Exports and entries of everybody, those of her people naming others, too."""
    owner = world.actor(world.operator("Owner", organization))
    outside = list(Entity.objects.filter(organization=organization).exclude(domain=HERS))
    for number, entity in enumerate((*hers, *outside[:20])):
        state = ("queued", "running", "completed", "failed")[number % 4]
        world.exported(organization, entity, state=state, job_id=f"job-{number}")
        other = outside[number]
        entry = journal.record_intent(
            owner,
            "PutMailboxPermissions",
            organization.organization_id,
            target=entity.entity_id,
            target_name=entity.email or entity.name,
            params={"EntityId": entity.entity_id, "GranteeId": other.entity_id},
            before={"ListMailboxPermissions": {"Permissions": [{"GranteeId": other.entity_id}]}},
        )
        if number % 3:
            error = {
                "code": "EntityStateException",
                "message": f"{other.email or other.entity_id} is not enabled",
            }
            journal.record_outcome(entry, Entry.Outcome.REFUSED, error=error)


class Outside:
    """Whatever identifies somebody outside her domain and nobody within it."""

    def __init__(self, organization: Organization, hers: Iterable[Entity]) -> None:
        mine = " ".join(text for each in hers for text in texts(each)).casefold()
        outside = Entity.objects.filter(organization=organization).exclude(domain=HERS)
        named = {text.strip() for each in outside for text in identifiers(each)}
        self.names = {text for text in named if len(text) > 3 and text.casefold() not in mine}

    def seen_in(self, body: str) -> set[str]:
        """A pattern of all names takes longer than the page itself, so it has those that are in the text."""
        lowered = body.lower()
        suspected = sorted((each for each in self.names if each.lower() in lowered), key=len, reverse=True)
        if not suspected:
            return set()
        every = "|".join(re.escape(text) for text in suspected)
        return set(re.findall(rf"(?<![\w.@-])({every})(?![\w@-]|\.\w)", body, re.IGNORECASE))


def identifiers(entity: Entity) -> Iterator[str]:
    yield from (entity.entity_id, entity.name, entity.display_name, entity.email)
    yield from entity.aliases.values_list("address", flat=True)


def texts(entity: Entity) -> Iterator[str]:
    yield from identifiers(entity)
    yield from (str(each) for each in entity.details.values())


@pytest.fixture
def outside(organization: Organization, hers: list[Entity]) -> Outside:
    return Outside(organization, hers)


def leaks(client: Client, url: str, outside: Outside) -> set[str]:
    """Names on a page and in the fragment that htmx would ask for."""
    found = set()
    for headers in ({}, {"HX-Request": "true"}):
        answer: Any = client.get(url, headers=headers)
        assert answer.status_code in (200, 302, 403, 404, 405, 409), f"{answer.status_code} {url}"
        found |= outside.seen_in(world.body(answer) + str(dict(answer.headers)))
    return found


class TestTheTestItself:
    def test_it_knows_many_names_and_finds_them(self, organization: Organization, outside: Outside) -> None:
        assert len(outside.names) > 300
        owner = world.browser(world.operator("Owner", organization))
        seen = outside.seen_in(world.body(owner.get(reverse("users:list", args=[organization.slug]))))
        assert len(seen) > 50

    def test_its_world_has_ties_across_the_border(
        self, organization: Organization, hers: list[Entity]
    ) -> None:
        people = [each for each in hers if each.kind == "user"]
        assert len(people) > 5
        assert Entity.objects.filter(memberships__group__domain=HERS).exclude(domain=HERS).exists()
        assert any(each.permissions.exclude(grantee_id__in=[o.entity_id for o in hers]) for each in people)


@pytest.mark.usefixtures("history")
class TestNobodyElseShows:
    @pytest.mark.parametrize("name", sorted(ASKED & set(OF_ALL)))
    def test_in_lists_files_and_searches_however_they_are_asked(
        self, name: str, client: Client, organization: Organization, outside: Outside
    ) -> None:
        url = reverse(name, args=[organization.slug])
        for params in PARAMS:
            assert not leaks(client, f"{url}?{params}", outside), params

    def test_on_any_page_of_the_organization(
        self, client: Client, organization: Organization, outside: Outside, variant: Variant
    ) -> None:
        for name in OF_ALL:
            with variant(page=name):
                assert not leaks(client, reverse(name, args=[organization.slug]), outside)

    @pytest.mark.parametrize("kind", ["groups", "all"])
    def test_in_suggestions(
        self, kind: str, client: Client, organization: Organization, outside: Outside
    ) -> None:
        url = reverse("users:suggestions", args=[organization.slug, kind])
        for word in WORDS:
            for field in ("group", "other"):
                assert not leaks(client, f"{url}?{field}={word}", outside), word

    def test_on_the_pages_of_her_own_people(
        self, client: Client, organization: Organization, hers: list[Entity], outside: Outside
    ) -> None:
        for entity in hers:
            if entity.kind != "user":
                continue
            for name in OF_ONE:
                url = reverse(name, args=[organization.slug, entity.entity_id])
                assert not leaks(client, url, outside), url

    def test_on_the_pages_of_her_own_groups(
        self, client: Client, organization: Organization, hers: list[Entity], outside: Outside
    ) -> None:
        groups = [entity for entity in hers if entity.kind == "group"]
        assert any(Membership.objects.filter(group=each).exclude(member__domain=HERS) for each in groups)
        for group in groups:
            for name in OF_A_GROUP:
                url = reverse(name, args=[organization.slug, group.entity_id])
                assert not leaks(client, url, outside), url

    def test_on_the_pages_of_their_exports_and_entries(
        self, client: Client, organization: Organization, hers: list[Entity], outside: Outside
    ) -> None:
        ids = [entity.entity_id for entity in hers]
        slug, urls = organization.slug, []
        for job in organization.exports.filter(entity_id__in=ids):
            urls += [reverse(f"exports:{page}", args=[slug, job.pk]) for page in ("detail", "cancel")]
        for entry in Entry.objects.filter(target__in=ids):
            urls.append(reverse("ledger:detail", args=[slug, entry.seq]))
        assert len(urls) > len(ids)
        for url in urls:
            assert not leaks(client, url, outside), url

    def test_on_the_pages_of_her_mail_domain(
        self, client: Client, organization: Organization, outside: Outside, variant: Variant
    ) -> None:
        for name in OF_DOMAIN:
            with variant(page=name):
                url = reverse(name, args=[organization.slug, HERS])
                assert not leaks(client, url, outside)
                assert client.get(url.replace(HERS, "nw-research.example")).status_code in (403, 404, 405)

    def test_behind_a_place_in_somebody_elses_list(
        self, client: Client, organization: Organization, outside: Outside
    ) -> None:
        """Cursors of who sees everything lead her to places in her own list."""
        owner = world.browser(world.operator("Administrator", organization))
        for name in ("users:list", "ledger:list", "exports:list"):
            url = reverse(name, args=[organization.slug])
            for sort in ("person", "-email", "name", "-seq", "mailbox"):
                page: Any = owner.get(f"{url}?sort={sort}").context["page"]
                if page.next:
                    assert not leaks(client, url + page.next, outside)

    def test_nor_to_the_helpdesk_which_sees_less(
        self, organization: Organization, hers: list[Entity], outside: Outside
    ) -> None:
        client = world.browser(world.operator("Helpdesk", organization, HERS, name="helga"))
        person = next(each for each in hers if each.permissions.count() > 1)
        urls = [reverse(name, args=[organization.slug]) for name in OF_ALL]
        urls += [reverse(name, args=[organization.slug, person.entity_id]) for name in OF_ONE]
        for url in urls:
            assert not leaks(client, url, outside), url

    def test_when_she_asks_for_somebody_by_everything_there_is(
        self, client: Client, organization: Organization, outside: Outside
    ) -> None:
        """What she typed comes back to her; nothing that goes with it does."""
        slug = organization.slug
        strangers = Entity.objects.filter(organization=organization).exclude(domain=HERS)
        for stranger in strangers.order_by("?")[:10]:
            for typed in filter(None, set(identifiers(stranger))):
                for name in (
                    "search",
                    "search-palette",
                    "users:list",
                    "users:csv",
                    "exports:list",
                    "ledger:list",
                ):
                    answer: Any = client.get(reverse(name, args=[slug]), {"q": typed, "group": typed})
                    seen = outside.seen_in(world.body(answer).replace(typed, ""))
                    assert not {each for each in seen if each.casefold() not in typed.casefold()}, name

    def test_other_organizations_are_not_even_in_the_menu(
        self, client: Client, organization: Organization
    ) -> None:
        Organization.objects.create(organization_id=seeds.HARBOR_ID, slug="harbor-legal", name="Harbor Legal")
        body = world.body(client.get(reverse("users:list", args=[organization.slug])))
        assert "harbor" not in body.casefold()


@pytest.mark.usefixtures("history")
class TestCounts:
    def test_the_overview_counts_whom_she_sees(
        self, client: Client, nell: Operator, organization: Organization, hers: list[Entity]
    ) -> None:
        page: Any = client.get(reverse("organizations:overview", args=[organization.slug]))
        counts = {name: figure.count for name, figure in page.context["counts"].items()}
        kinds = [each.kind for each in hers if each.state != "DELETED"]
        assert counts["people"] == kinds.count("user") == people_listed(client, organization)
        assert counts["groups"] == kinds.count("group")
        assert counts["resources"] == kinds.count("resource")
        everywhere = Entity.objects.filter(organization=organization, kind="user").count()
        assert counts["people"] < everywhere / 3

    def test_exports_are_counted_as_they_are_listed(
        self, client: Client, nell: Operator, organization: Organization
    ) -> None:
        page: Any = client.get(reverse("exports:list", args=[organization.slug]))
        counts = page.context["counts"]
        listed = len(page.context["page"])
        assert sum(counts[name] for name in ("queued", "running", "completed", "problems")) == listed

    def test_the_freshness_tells_no_number_of_everybody(
        self, client: Client, organization: Organization
    ) -> None:
        organization.syncs.filter(stage="users").update(
            done=4321,
            total=8765,
            finished_at=None,
            error="EntityNotFoundException: nobody@nw-research.example",
        )
        body = world.body(client.get(reverse("organizations:freshness", args=[organization.slug])))
        for secret in ("4321", "4,321", "8765", "8,765", "nw-research"):
            assert secret not in body


class TestTies:
    """What joins somebody of hers with others is counted, and nameless."""

    def test_memberships_and_access_outside_are_counted(
        self, client: Client, organization: Organization, hers: list[Entity]
    ) -> None:
        person = next(each for each in hers if each.permissions.count() > 1)
        ids = [each.entity_id for each in hers]
        groups = person.memberships.exclude(group__domain=HERS).count()
        readers = person.permissions.exclude(grantee_id__in=ids).count()
        body = world.body(client.get(reverse("users:detail", args=[organization.slug, person.entity_id])))
        assert groups
        assert f"{groups} outside your domains" in body
        assert f"{readers} outside your domains" in body


def people_listed(client: Client, organization: Organization) -> int:
    rows = world.body(client.get(reverse("users:csv", args=[organization.slug]))).strip().splitlines()
    return len(rows) - 1


def test_a_write_that_reaches_outside_is_refused_before_aws_is_asked(
    organization: Organization, hers: list[Entity]
) -> None:
    actor = world.actor(world.operator("Owner", organization, HERS, name="nell"))
    mine = next(each for each in hers if each.kind == "user")
    stranger = Entity.objects.filter(organization=organization, kind="user", state="ENABLED").exclude(
        domain=HERS
    )[0]
    for owner, grantee in ((mine, stranger), (stranger, mine)):
        with world.counted() as calls, pytest.raises(policy.OutOfScope):
            gateway.call(
                actor,
                "PutMailboxPermissions",
                organization,
                EntityId=owner.entity_id,
                GranteeId=grantee.entity_id,
                PermissionValues=["FULL_ACCESS"],
            )
        assert calls == []
