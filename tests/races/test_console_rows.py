"""Rows of the console that two commands, workers or readings write at the same moment."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from console.actor import Actor
from console.areas.access_rules.forms import ProtectedUserForm
from console.areas.access_rules.models import ProtectedPerson
from console.areas.exports import zip_check
from console.areas.exports.models import ExportJob
from console.areas.organizations import registration
from console.ledger.models import Entry
from console.mirror import effects
from console.mirror.models import Entity, Organization
from console.operators import encryption, policy, refusals
from console.operators.models import Grant, OmittedRefusals, Operator
from console.sandbox.fixtures import ADA, BO, TestSandbox
from console.sync.management.commands.organization import _store_organization
from tests.areas import world
from tests.areas.exports.conftest import organization, sandbox
from tests.races.harness import TRIES, at_once, on_postgresql, results_at_once

__all__ = ["organization", "sandbox"]
pytestmark = [pytest.mark.django_db(transaction=True), on_postgresql]
ID = "m-" + "0123456789abcdef" * 2
ROLE = "arn:aws:iam::111122223333:role/workmail-console"
OPTIONS = {
    "organization_id": ID,
    "slug": "",
    "name": "",
    "role_arn": "",
    "external_id": "",
    "region": "eu-west-1",
}


@pytest.fixture
def olga(organization: Organization) -> Operator:
    return world.operator("Owner", organization, name="olga")


def failures(results: list[Any], kind: type[Exception]) -> list[bool]:
    """Which of the results are failures of the kind; any other failure is raised."""
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, kind):
            raise result
    return [isinstance(result, kind) for result in results]


class TestOrganizationCommand:
    def test_keeps_what_each_of_two_runs_was_given(self, db: None) -> None:
        _store_organization(OPTIONS)
        for number in range(TRIES):
            slug, name = f"slug-{number}", f"name-{number}"
            results_at_once(
                partial(_store_organization, {**OPTIONS, "slug": slug}),
                partial(_store_organization, {**OPTIONS, "name": name}),
            )
            assert Organization.objects.values_list("slug", "name").get() == (slug, name)

    def test_makes_one_external_id(self, db: None) -> None:
        for _ in range(TRIES):
            Organization.objects.all().delete()
            _store_organization(OPTIONS)
            made = results_at_once(*[partial(_store_organization, {**OPTIONS, "role_arn": ROLE})] * 2)
            assert {each.external_id for each in made} == {Organization.objects.get().external_id}

    def test_adds_an_organization_once(self, db: None) -> None:
        for _ in range(TRIES):
            Organization.objects.all().delete()
            results = at_once(*[partial(_store_organization, OPTIONS)] * 2)
            failures(results, CommandError)
            assert Organization.objects.count() == 1


class TestAdoption:
    def test_adds_an_organization_and_its_grants_once(
        self, organization: Organization, olga: Operator
    ) -> None:
        for _ in range(TRIES):
            Organization.objects.filter(organization_id=ID).delete()
            arn = f"arn:aws:workmail:us-east-1:111122223333:organization/{ID}"
            adopt = partial(
                registration.register_organization, world.actor(olga), olga, organization, ID, "adopted", arn
            )
            assert sorted(failures(at_once(adopt, adopt), ValidationError)) == [False, True]
            adopted = Organization.objects.get(organization_id=ID)
            assert Grant.objects.filter(organization=adopted).count() == 1
        assert Entry.objects.filter(operation="ManageOrganizations", target=ID).count() == TRIES


class TestProtectedUsers:
    def test_are_protected_once(self, organization: Organization, olga: Operator) -> None:
        for _ in range(TRIES):
            ProtectedPerson.objects.all().delete()
            assert sorted(results_at_once(*[partial(self.protect, organization, olga)] * 2)) == [False, True]
            assert ProtectedPerson.objects.count() == 1
        assert Entry.objects.filter(operation="ManageProtectedPeople").count() == TRIES

    def protect(self, organization: Organization, operator: Operator) -> bool:
        form = ProtectedUserForm(
            {"other": ADA},
            instance=ProtectedPerson(organization=organization),
            people=Entity.objects.filter(organization=organization),
            suggest="",
        )
        return form.is_valid() and form.save_recorded(world.actor(operator))


class TestRefusals:
    def test_are_entered_or_counted_each(
        self, organization: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(refusals, "MAX_ENTRIES", 5)
        actor = Actor(1, "eve@desk.example")

        def refuse() -> None:
            refusals.record_refusal(actor, policy.Denied("no"), organization, "DeleteUser")

        for _ in range(TRIES):
            results_at_once(refuse, refuse)
        counted = sum(OmittedRefusals.objects.values_list("count", flat=True))
        entered = sum(entry.body.get("count", 1) for entry in Entry.objects.filter(kind=Entry.Kind.DENIED))
        assert entered + counted == 2 * TRIES
        assert counted


class TestVerifying:
    def test_is_claimed_by_one_worker(self, organization: Organization) -> None:
        ada = Entity.objects.get(entity_id=ADA)
        job = world.exported(
            organization, ada, state=ExportJob.State.COMPLETED, path="a.zip", finished_at=timezone.now()
        )
        for _ in range(TRIES):
            ExportJob.objects.update(lease_until=None)
            claimed = [each for each in results_at_once(*[zip_check.claim_next_job] * 2) if each]
            assert [each.pk for each in claimed] == [job.pk]


class TestReadings:
    """Of two equal readings at once, one finds what others changed."""

    def observed(self, target: str) -> int:
        return Entry.objects.filter(kind=Entry.Kind.OBSERVED, target=target).count()

    def read_twice(
        self, organization: Organization, operation: str, params: dict[str, Any], result: dict[str, Any]
    ) -> None:
        act = partial(effects.store_result, organization, operation, params, result)
        results_at_once(act, act)

    @pytest.mark.parametrize(
        ("operation", "target", "result"),
        [
            ("ListAliases", ADA, lambda number: {"Aliases": [f"alias{number}@example.com"]}),
            (
                "ListMailboxPermissions",
                ADA,
                lambda number: {
                    "Permissions": [
                        {"GranteeId": BO, "GranteeType": "USER", "PermissionValues": [f"VALUE{number}"]}
                    ]
                },
            ),
        ],
    )
    def test_of_one_entity_enter_a_change_once(
        self,
        operation: str,
        target: str,
        result: Callable[[int], dict[str, Any]],
        organization: Organization,
    ) -> None:
        Entity.objects.update(detailed_at=timezone.now())
        for number in range(TRIES // 2):
            self.read_twice(organization, operation, {"EntityId": target}, result(number))
            assert self.observed(target) == number + 1

    def test_of_a_listing_enter_a_change_once(self, organization: Organization, sandbox: TestSandbox) -> None:
        effects.store_result(organization, "DescribeUser", {}, sandbox.call("DescribeUser", UserId=ADA))
        Entity.objects.update(described_at="2020-01-01T00:00:00Z")
        (shown,) = [each for each in sandbox.call("ListUsers")["Users"] if each["Id"] == ADA]
        for number in range(TRIES):
            self.read_twice(
                organization, "ListUsers", {}, {"Users": [{**shown, "DisplayName": f"Ada {number}"}]}
            )
            assert Entity.objects.get(entity_id=ADA).display_name == f"Ada {number}"
            assert self.observed(ADA) == number + 1

    def test_of_a_listing_insert_an_entity_once(self, organization: Organization) -> None:
        for number in range(TRIES):
            shown = {"Id": f"new-{number}", "Name": f"new{number}", "State": "ENABLED", "UserRole": "USER"}
            self.read_twice(organization, "ListUsers", {}, {"Users": [shown]})
            assert Entity.objects.filter(entity_id=shown["Id"]).count() == 1


class TestReseal:
    def test_twice_at_once_loses_no_secret(self, olga: Operator, settings: Any) -> None:
        sealed = {"secret": encryption.seal(b"SEED").decode()}
        factor = Authenticator.objects.create(user=olga, type=Authenticator.Type.TOTP, data=sealed)
        for number in range(TRIES):
            settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
            settings.SECRET_KEY = f"{number:02}" * 25
            results_at_once(*[partial(call_command, "reseal", skip_checks=True)] * 2)
            settings.SECRET_KEY_FALLBACKS = []
            factor.refresh_from_db()
            assert encryption.unseal(factor.data["secret"].encode()) == b"SEED"
