"""An organization that was just added: nothing that was half read is shown as a fact, nor confirmed."""

import html
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from console.areas.health_checks import runner
from console.areas.health_checks.models import Finding, Tone
from console.areas.health_checks.registry import CHECKS
from console.areas.retention.impact import describe_losses
from console.mirror.models import Entity, Organization, Sync
from console.sandbox import fixtures
from console.sandbox.fixtures import TestSandbox
from console.sync import listing_pass, worker
from console.sync.completeness import Completeness, Figure, get_completeness
from console.sync.leases import LISTING_STAGES, Stage
from tests.areas import world

pytestmark = pytest.mark.django_db
MANY = 12  # more than a page of each listing has here
PAGES = (
    *("organizations:overview", "users:list", "groups:list", "resources:list", "mailboxes:list"),
    *("mailboxes:access", "organizations:delete", "posture:overview", "exports:create"),
    *("domains:list", "identity:detail", "identity:configure", "retention:detail", "search"),
)
OTHERS = ("access_rules:list", "mobile:list", "changes:list", "ledger:list", "users:create", "exports:list")
NOUNS = r"users?|people|persons?|groups?|resources?|rooms?|mailbox(?:es)?|members?|in this list|in total"
FACT = re.compile(rf"\b\d[\d,]*\+? (?:of \d[\d,]* )?(?:{NOUNS})\b(?! \(still being read\))", re.IGNORECASE)
PROGRESS = re.compile(rf'<div class="progress-text"><span>(?:{"|".join(Stage.labels)})</span>.*?</div>')
NOTHING = re.compile(
    r"Nothing right now|Every mailbox|Nobody is enabled|No mailbox (?:fits|is)|no mailbox yet|Nobody may"
    r"|Nobody fits|nobody here yet|: none|receive no mail"
)


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestSandbox]:
    """More users, groups and rooms than one page of a listing shows; nobody answers for the rooms."""
    monkeypatch.setattr(listing_pass, "PAGE_SIZE", 10)
    monkeypatch.setattr(worker, "SLICE_SECONDS", 0.0)
    with world.sandbox() as empty, world.unhurried():
        made = fixtures.build_test_sandbox(empty)
        for number in range(MANY):
            made.enabled_user(f"user{number:02}")
            made.group(f"group{number:02}")
            made.resource(f"room{number:02}", auto_accept=False)
        yield made


@pytest.fixture
def organization(db: None, town: TestSandbox) -> Organization:
    cache.clear()
    return Organization.objects.create(
        organization_id=town.organization_id, slug="example", region="us-east-1", name="Example"
    )


@pytest.fixture
def olga(organization: Organization) -> Client:
    return world.browser(world.operator("Owner", organization, name="olga"))


def nothing(organization: Organization) -> None:
    """Not even the first page of a listing."""


def one_page(organization: Organization) -> None:
    """The first page of each listing."""
    for _ in LISTING_STAGES:
        assert worker.run_slice(organization)
    kinds = Entity.objects.filter(organization=organization).values_list("kind", flat=True)
    assert Counter(kinds) == {"user": 10, "group": 10, "resource": 10}


def everything(organization: Organization) -> None:
    while worker.run_slice(organization):
        pass
    organization.refresh_from_db()


def text_of(answer: Any) -> str:
    """What a reader sees of the page's main part, but for how far the reading itself is."""
    main = world.body(answer).partition("<main")[2].partition("</main>")[0]
    main = PROGRESS.sub("", main)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", main)))


def stats(answer: Any) -> list[str]:
    return re.findall(r'<div class="stat-value">(.*?)</div>', world.body(answer), re.DOTALL)


def numbers(answer: Any) -> list[str]:
    """Return the cells that hold numbers."""
    return re.findall(r'<td class="[^"]*\bnumeric\b[^"]*"[^>]*>(.*?)</td>', world.body(answer), re.DOTALL)


def walk(client: Client) -> Iterator[tuple[str, Any]]:
    for name in PAGES:
        answer = client.get(reverse(name, args=["example"]))
        assert answer.status_code in (200, 409), name
        yield name, answer


class TestEveryPage:
    @pytest.mark.parametrize("read", [nothing, one_page])
    def test_shows_nothing_half_read_as_a_fact(
        self, olga: Client, organization: Organization, read: Callable[[Organization], None]
    ) -> None:
        world.destination(organization)  # without one there is no form for an export
        read(organization)
        runner.run_review(organization, "olga")
        told = {}
        for name, answer in walk(olga):
            text = text_of(answer)
            assert "still being read" in text, name
            told[name] = FACT.findall(text) + NOTHING.findall(text)
            if name == "organizations:overview":
                told[name] += [each for each in stats(answer) if "still being read" not in each]
            if name == "domains:list":
                told[name] += [each for each in numbers(answer) if "still being read" not in each]
        assert {name: facts for name, facts in told.items() if facts} == {}

    @pytest.mark.parametrize("name", OTHERS)
    def test_says_nothing_of_it_where_no_figure_depends_on_it(
        self, olga: Client, organization: Organization, name: str
    ) -> None:
        one_page(organization)
        assert "still being read" not in text_of(olga.get(reverse(name, args=["example"])))

    def test_shows_figures_once_all_is_read(self, olga: Client, organization: Organization) -> None:
        everything(organization)
        runner.run_review(organization, "olga")
        told = dict(walk(olga))
        assert not [name for name, answer in told.items() if "still being read" in text_of(answer)]
        assert FACT.findall(text_of(told["organizations:delete"]))
        assert [each.strip() for each in stats(told["organizations:overview"])] == ["18", "4", "12", "12"]
        assert "38" in [each.strip() for each in numbers(told["domains:list"])]


class TestDeletion:
    """Nobody confirms what the console cannot count."""

    @pytest.mark.parametrize("read", [nothing, one_page])
    @pytest.mark.parametrize("page", ["organizations:delete", "organizations:delete-confirm"])
    def test_is_refused_until_the_lists_are_read(
        self,
        olga: Client,
        organization: Organization,
        town: TestSandbox,
        read: Callable[[Organization], None],
        page: str,
    ) -> None:
        read(organization)
        typed = {"typed": "example", "reason": "ends", "ForceDelete": "on"}
        answer = olga.post(reverse(page, args=["example"]), typed)
        assert answer.status_code == 409
        assert "The organization was not deleted." in text_of(answer)
        assert not town.calls("DeleteOrganization")

    def test_is_refused_if_one_list_is_missing(self, olga: Client, organization: Organization) -> None:
        everything(organization)
        first = reverse("organizations:delete", args=["example"])
        assert olga.get(first).status_code == 200
        Organization.objects.update(listed_at=None)
        Sync.objects.filter(stage=Stage.RESOURCES).update(finished_at=None)
        assert olga.get(first).status_code == 409


class TestHealthChecks:
    def test_wait_for_what_they_count(self, organization: Organization) -> None:
        one_page(organization)
        runner.run_review(organization, "olga")
        tones = dict(Finding.objects.values_list("check_id", "tone"))
        waiting = [check for check in CHECKS if check.reads]
        assert len(waiting) >= 9
        assert {tones[check.id] for check in waiting if check.id != "dkim"} == {Tone.UNKNOWN.value}
        everything(organization)
        review = runner.run_review(organization, "olga")
        assert review.findings.get(check_id="rooms").count == MANY


def test_a_retention_policy_is_not_measured_before(organization: Organization) -> None:
    one_page(organization)
    rule = [{"Name": "INBOX", "Action": "DELETE", "Period": 30}]
    (said,) = describe_losses(organization, rule)
    assert "not known yet" in said
    everything(organization)
    assert describe_losses(organization, rule)[0] == f"It holds in {2 + MANY + MANY} mailboxes."


def test_a_figure_says_that_it_is_not_complete(organization: Organization) -> None:
    known = get_completeness(organization)
    assert str(known.figure(1234, Stage.USERS)) == "1,234 (still being read)"
    assert Completeness(frozenset({Stage.USERS})).figure(1234, Stage.USERS) == Figure(1234, is_complete=True)
