"""Rows that several readings, workers or operators write at once."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from console.areas.lifecycle.access_block import block_rules, block_status
from console.areas.lifecycle.models import Frozen
from console.changes.models import Change, Step
from console.gateway import target_leases
from console.jobs import LeaseLost
from console.ledger.models import Entry
from console.mirror import descriptions, effects
from console.mirror.models import Entity, Organization
from console.mirror.read_result import ReadResult
from console.sandbox.fixtures import ADA, BO, TestSandbox
from tests.areas import world
from tests.areas.exports.conftest import organization, sandbox
from tests.races.harness import TRIES, at_once, on_postgresql, results_at_once

__all__ = ["organization", "sandbox"]
pytestmark = pytest.mark.django_db(transaction=True)
OBSERVED = Entry.Kind.OBSERVED


def read(
    organization: Organization, operation: str, params: dict[str, Any], result: Any
) -> Callable[[], None]:
    return partial(effects.store_result, organization, operation, params, result)


@on_postgresql
class TestReadings:
    def test_enter_a_change_of_a_quota_once(self, organization: Organization) -> None:
        Entity.objects.filter(entity_id=ADA).update(mailbox_quota=1, mailbox_size=0)
        for quota in range(2, TRIES + 2):
            shown = {"MailboxSize": 0, "MailboxQuota": quota}
            results_at_once(*[read(organization, "GetMailboxDetails", {"UserId": ADA}, shown)] * 2)
        assert Entry.objects.filter(kind=OBSERVED, target=ADA).count() == TRIES

    def test_enter_a_deletion_once(self, organization: Organization, sandbox: TestSandbox) -> None:
        effects.store_result(organization, "DescribeUser", {}, sandbox.call("DescribeUser", UserId=ADA))
        for number in range(TRIES):
            Entity.objects.filter(entity_id=ADA).update(state="ENABLED")
            reading = ReadResult(organization, "DescribeUser", {}, {})
            results_at_once(*[partial(descriptions.mark_deleted, reading, ADA)] * 2)
            assert Entry.objects.filter(kind=OBSERVED, target=ADA).count() == number + 1

    def test_enter_a_change_of_aliases_once(self, organization: Organization) -> None:
        Entity.objects.filter(entity_id=ADA).update(detailed_at=timezone.now())
        for number in range(TRIES):
            shown = {"Aliases": [f"alias{number}@example.com"]}
            results_at_once(*[read(organization, "ListAliases", {"EntityId": ADA}, shown)] * 2)
            assert Entry.objects.filter(kind=OBSERVED, target=ADA).count() == number + 1

    def test_enter_a_membership_that_both_sides_show_once(
        self, organization: Organization, sandbox: TestSandbox
    ) -> None:
        group = sandbox.group("staff").entity_id
        effects.store_result(organization, "DescribeGroup", {}, sandbox.call("DescribeGroup", GroupId=group))
        Entity.objects.filter(entity_id__in=[ADA, group]).update(detailed_at=timezone.now())
        for number in range(TRIES):
            is_member = number % 2 == 0
            results_at_once(
                read(
                    organization,
                    "ListGroupMembers",
                    {"GroupId": group},
                    {"Members": [{"Id": ADA}] if is_member else []},
                ),
                read(
                    organization,
                    "ListGroupsForEntity",
                    {"EntityId": ADA},
                    {"Groups": [{"GroupId": group}] if is_member else []},
                ),
            )
            assert Entry.objects.filter(kind=OBSERVED).count() == number + 1

    def test_of_aliases_and_of_the_name_are_both_found_by_search(
        self, organization: Organization, sandbox: TestSandbox
    ) -> None:
        described = sandbox.call("DescribeUser", UserId=ADA)
        for number in range(TRIES):
            results_at_once(
                read(organization, "DescribeUser", {}, {**described, "DisplayName": f"Name{number}"}),
                read(
                    organization,
                    "ListAliases",
                    {"EntityId": ADA},
                    {"Aliases": [f"alias{number}@example.com"]},
                ),
            )
            found = Entity.objects.get(entity_id=ADA)
            assert f"name{number}" in found.search_text
            assert f"alias{number}" in found.search_text

    def test_of_rules_leave_what_they_both_show(self, organization: Organization) -> None:
        def rules(number: int) -> dict[str, Any]:
            return {"Rules": [{"Name": f"frozen-{number}", "UserIds": [ADA, BO]}]}

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(block_rules, "is_block_rule", lambda _: True)
            patch.setattr(block_rules, "get_user_ids", lambda rule: rule["UserIds"])
            for number in range(TRIES):
                reading = ReadResult(organization, "ListAccessControlRules", {}, rules(number))
                results_at_once(*[partial(block_status.update_blocked_users, reading)] * 2)
                assert sorted(Frozen.objects.values_list("entity_id", "rule")) == [
                    (each, f"frozen-{number}") for each in sorted([ADA, BO])
                ]


class TestLeases:
    def test_of_an_organization_that_is_not_there_is_a_fault(self, organization: Organization) -> None:
        """It was taken for a busy target, and waited for."""
        organization.pk += 1
        with pytest.raises(IntegrityError), target_leases.hold_targets(organization, ["one"]):
            pytest.fail("the lease was given")


class TestSteps:
    def test_take_no_result_of_a_worker_that_lost_them(self, organization: Organization) -> None:
        change = Change.objects.create(organization=organization, title="test", state=Change.State.RUNNING)
        Step.objects.create(change=change, position=0, operation="StartMailboxExportJob")
        late = change.steps.get()
        assert late.begin()
        late.store_result({"Job": 1})
        Change.objects.filter(pk=change.pk).update(attempt=change.attempt + 1)
        with pytest.raises(LeaseLost):
            late.store_result({"Job": 2})
        assert change.steps.get().result == {"Job": 1}


@on_postgresql
class TestAvailability:
    def test_is_saved_for_one_of_two_operators(
        self, organization: Organization, sandbox: TestSandbox
    ) -> None:
        ews = {"EwsEndpoint": "https://ews.example/0", "EwsUsername": "svc", "EwsPassword": "secret"}
        sandbox.call("CreateAvailabilityConfiguration", DomainName="partner.example", EwsProvider=ews)
        edit = reverse("availability:edit", args=["example", "partner.example"])
        browsers = [
            world.browser(world.operator("Owner", organization, name=name)) for name in ("olga", "oleg")
        ]
        for number in range(4):
            loaded = world.loaded(browsers[0], edit)
            posts = [
                partial(
                    browser.post,
                    edit,
                    {
                        "EwsProvider.EwsEndpoint": f"https://ews.example/{number}/{side}",
                        "EwsProvider.EwsUsername": "svc",
                        "EwsProvider.EwsPassword": "secret",
                        **loaded,
                    },
                )
                for side, browser in enumerate(browsers)
            ]
            answers = at_once(*posts)
            assert sorted(each.status_code for each in answers)[0] == 303, answers
            assert [each.status_code for each in answers] != [303, 303]
