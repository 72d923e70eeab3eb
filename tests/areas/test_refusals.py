"""A refused attempt leaves exactly one entry in the audit log, whichever page or job refuses it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path, reverse
from django.utils import timezone

from console import urls
from console.areas.exports import job_queue
from console.gateway import gateway
from console.ledger.models import Entry
from console.mirror.models import Entity, Organization
from console.operators import policy, refusals
from console.operators.access import ConsoleRequest, performs
from console.operators.models import OmittedRefusals, Operator, Role
from console.operators.tasks import enter_omitted_refusals
from console.sandbox import fixtures
from tests.addresses import addresses
from tests.areas import world
from tests.areas.test_access import INVALID
from tests.areas.world import Samples

pytestmark = pytest.mark.django_db
DENIED = Entry.Kind.DENIED


@pytest.fixture
def organization() -> Iterator[Organization]:
    with world.town() as made:
        yield world.mirrored(made.organization_id)


@pytest.fixture
def no_limit() -> Iterator[None]:
    with mock.patch.object(refusals, "MAX_ENTRIES", 10_000):
        yield


def without_rights(organization: Organization) -> Operator:
    operator = world.operator("Auditor", organization, name="powerless")
    Role.objects.filter(name="Auditor").update(permissions=[])
    return operator


def wrongly_entered(client: Client, targets: dict[str, str]) -> list[tuple[str, str, int, int]]:
    """Visit each address and return those whose refusal is not entered once, with status and entries."""
    wrong = []
    for name, url in targets.items():
        for method in ("GET", "POST"):
            before = Entry.objects.count()
            status = world.visit(client, url, method, INVALID).status_code
            entries = Entry.objects.order_by("-seq")[: Entry.objects.count() - before]
            denied = [each for each in entries if each.kind == DENIED]
            refused = status in (403, 404)
            if len(denied) != refused or any(not is_complete(each, url) for each in denied):
                wrong.append((name, method, status, len(denied)))
    return wrong


def is_complete(entry: Entry, url: str) -> bool:
    """Whether it says who, where, what and which page."""
    return bool(entry.operator and entry.organization and entry.operation) and entry.body["path"] == url


@pytest.mark.usefixtures("no_limit")
class TestEveryAddress:
    def targets(self, samples: Samples) -> dict[str, str]:
        return {name: samples.url(name) for name in addresses() if "organization" in world.arguments(name)}

    def test_without_any_right_and_from_another_organization(self, organization: Organization) -> None:
        targets = self.targets(Samples(organization, fixtures.ADA))
        elsewhere = Organization.objects.create(
            organization_id="m-" + "f" * 32, slug="foreign", region="us-east-1"
        )
        for operator in (without_rights(organization), world.operator("Owner", elsewhere)):
            assert wrongly_entered(world.browser(operator), targets) == []

    def test_outside_the_domains_of_a_narrowed_operator(self, organization: Organization) -> None:
        narrowed = world.operator("Owner", organization, fixtures.DOMAIN, name="narrowed")
        targets = self.targets(Samples(organization, world.ZOE))
        assert wrongly_entered(world.browser(narrowed), targets) == []


def swallowing(request: ConsoleRequest, organization: str) -> HttpResponse:
    try:
        policy.get_organization(request.actor, organization)
        policy.require_right(
            request.actor, "DeleteUser", Organization.objects.get(slug=organization), {"UserId": "x"}
        )
    except policy.Refusal:
        return HttpResponse("no", status=403)
    return HttpResponse("yes")


@performs("ReadOverview")
def doubling(request: ConsoleRequest) -> HttpResponse:
    try:
        gateway.call(request.actor, "DeleteUser", request.organization, UserId=fixtures.ADA)
    except policy.Refusal as refusal:
        raise policy.Denied(str(refusal)) from refusal
    return HttpResponse("yes")


planted = [
    path("o/<slug:organization>/swallowing/", swallowing, name="swallowing"),
    path("o/<slug:organization>/doubling/", doubling, name="doubling"),
]


def test_planted_views_that_swallow_or_double_a_refusal_are_found(
    organization: Organization, settings: Any
) -> None:
    class Planted:
        urlpatterns = [*planted, path("", include(urls))]

    settings.ROOT_URLCONF = Planted
    client = world.browser(world.operator("Helpdesk", organization))
    targets = {name: f"/o/{organization.slug}/{name}/" for name in ("swallowing", "doubling")}
    found = {(name, count) for name, _, _, count in wrongly_entered(client, targets)}
    assert found == {("swallowing", 0), ("doubling", 2)}


class TestWhatIsEntered:
    def test_what_does_not_exist_is_no_attempt(self, organization: Organization) -> None:
        client = world.browser(world.operator("Owner", organization))
        slug = organization.slug
        for url in (
            "/o/nowhere/",
            "/nowhere/",
            reverse("users:detail", args=[slug, "no-such-id"]),
            reverse("domains:detail", args=[slug, "none.example"]),
            reverse("changes:detail", args=[slug, 999]),
            reverse("exports:detail", args=[slug, 999]),
            reverse("ledger:detail", args=[slug, 999]),
            reverse("saved:edit", args=[slug, 999]),
        ):
            assert client.get(url).status_code == 404
        assert not Entry.objects.filter(kind=DENIED).exists()

    def test_one_of_the_gateway_in_a_request_has_the_page(self, organization: Organization) -> None:
        """The page's right is there, the one to what it calls is not."""
        operator = world.operator("Helpdesk", organization)
        Role.objects.filter(name="Helpdesk").update(permissions=["ListUsers", "GetMailDomain"])
        samples = Samples(organization, fixtures.ADA)
        with mock.patch.object(policy, "require_right", side_effect=policy.Denied("not now")):
            answer = world.browser(operator).get(samples.url("domains:detail"))
        assert answer.status_code == 403
        entry = Entry.objects.get(kind=DENIED)
        assert entry.body["path"] == samples.url("domains:detail")
        assert entry.operation == "GetMailDomain"

    def test_a_refusal_that_a_form_shows_is_entered_too(self, organization: Organization) -> None:
        client = world.browser(world.operator("Owner", organization))
        url = Samples(organization, fixtures.ADA).url("lifecycle:offboard")
        refused = policy.Denied("not on this user", operation="DeleteAlias", target="alias")
        with mock.patch("console.areas.lifecycle.offboard_plan.draft_offboarding", side_effect=refused):
            answer = client.post(url, {"what": ["disable"], "other": "bo"})
        assert (answer.status_code, "not on this user" in answer.content.decode()) == (422, True)
        entry = Entry.objects.get(kind=DENIED)
        assert (entry.operation, entry.target, entry.body["path"]) == ("DeleteAlias", "alias", url)


class TestFlood:
    def test_is_cut_off_and_its_size_entered_once(self, organization: Organization) -> None:
        client = world.browser(world.operator("Helpdesk", organization))
        url = reverse("ledger:list", args=[organization.slug])
        noon = timezone.now().replace(second=5)
        with mock.patch("django.utils.timezone.now", return_value=noon):
            for _ in range(refusals.MAX_ENTRIES + 12):
                assert client.get(url).status_code == 403
            enter_omitted_refusals()
        assert Entry.objects.filter(kind=DENIED).count() == refusals.MAX_ENTRIES
        with mock.patch("django.utils.timezone.now", return_value=noon + timedelta(minutes=1)):
            for _ in range(2):
                enter_omitted_refusals()
        summary = Entry.objects.filter(kind=DENIED).latest("seq")
        assert Entry.objects.filter(kind=DENIED).count() == refusals.MAX_ENTRIES + 1
        assert summary.organization == organization.organization_id
        assert summary.body["count"] == 12
        assert summary.sentence == "helpdesk@desk.example was denied 12 more attempts, not entered one by one"
        assert not OmittedRefusals.objects.exists()

    def test_of_one_operator_hides_nothing_of_another(self, organization: Organization) -> None:
        flooding, other = (world.operator("Helpdesk", organization, name=name) for name in ("a", "b"))
        url = reverse("ledger:list", args=[organization.slug])
        with mock.patch.object(refusals, "MAX_ENTRIES", 2):
            for operator in (flooding, flooding, flooding, other):
                world.browser(operator).get(url)
        assert Entry.objects.filter(kind=DENIED, operator_id=other.pk).count() == 1
        assert Entry.objects.filter(kind=DENIED, operator_id=flooding.pk).count() == 2


def test_a_job_that_is_refused_leaves_an_entry(organization: Organization) -> None:
    operator = world.operator("Auditor", organization)
    actor = world.actor(operator).through("worker")
    with pytest.raises(policy.Denied):
        gateway.call(actor, "DeleteUser", organization, UserId=fixtures.ADA)
    entry = Entry.objects.get(kind=DENIED)
    assert (entry.operator, entry.operation, entry.target) == (operator.email, "DeleteUser", fixtures.ADA)
    assert "path" not in entry.body


def test_a_step_that_queues_an_export_is_entered_too(organization: Organization) -> None:
    actor = world.actor(world.operator("Auditor", organization)).through("worker")
    ada = Entity.objects.get(organization=organization, entity_id=fixtures.ADA)
    with pytest.raises(policy.Denied):
        job_queue.queue_exports(actor, world.destination(organization), [ada], reason="")
    assert Entry.objects.get(kind=DENIED).target == fixtures.ADA
