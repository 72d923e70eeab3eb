"""Which directories WorkMail may only read, what that makes impossible, and where it is done instead."""

import pytest

from console.mirror.directory_type import Directory, refusable_operations
from console.mirror.models import Organization
from console.sandbox import organization_setup, requirements
from console.sandbox.fixtures import TestSandbox
from tests.mirror.support import look

WRITABLE = ("VpcDirectory", "SimpleAD", "MicrosoftAD", "something new", "")
READ_ONLY = ("ADConnector", "AD Connector", "ADCONNECTOR")


class TestDirectory:
    @pytest.mark.parametrize("kind", WRITABLE)
    def test_that_workmail_writes_refuses_nothing(self, kind: str) -> None:
        directory = Directory(kind)
        assert (directory.refused, directory.why, directory.where) == ([], "", "")
        assert not directory.refuses("UpdateUser")
        assert directory.instead("UpdateUser") == ""

    @pytest.mark.parametrize("kind", READ_ONLY)
    def test_that_is_only_read_says_where_the_change_is_made(self, kind: str) -> None:
        directory = Directory(kind)
        assert directory.refuses("UpdateUser")
        assert "may only read" in directory.why
        assert "Active Directory" in directory.instead("UpdateUser")

    def test_behind_exchange_points_to_exchange_whatever_its_kind(self) -> None:
        directory = Directory("VpcDirectory", interoperates=True)
        assert directory.refuses("ResetPassword")
        assert "Exchange" in directory.instead("ResetPassword")
        assert "every four hours" in directory.meaning

    def test_tells_of_enabling_what_the_guide_and_the_api_say(self) -> None:
        assert "can be enabled all the same" in Directory("ADConnector").instead("RegisterToWorkMail")

    def test_leaves_settings_and_reads_alone(self) -> None:
        directory = Directory("ADConnector", interoperates=True)
        for operation in ("PutRetentionPolicy", "TagResource", "ListResources", "DescribeResource"):
            assert not directory.refuses(operation)

    def test_of_a_kind_that_nobody_knows_goes_by_its_own_word(self) -> None:
        assert Directory("Quantum").name == "Quantum"


def test_what_is_refused_is_what_the_sandbox_refuses() -> None:
    assert refusable_operations() == requirements.READ_ONLY_REFUSED


@pytest.mark.django_db
class TestTheMirror:
    def test_learns_of_interoperability(self, town: TestSandbox, organization: Organization) -> None:
        organization_setup.make_read_only(town.store, town.organization, interoperability=True)
        look(town, organization, "DescribeOrganization")
        organization.refresh_from_db()
        assert organization.interoperates
        assert organization.directory.is_read_only

    def test_is_not_taught_by_another_organization_of_the_account(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        look(town, organization, "DescribeOrganization")
        before = Organization.objects.values().get()
        other = organization_setup.add_active_organization(town.store, "other")
        look(town, organization, "DescribeOrganization", OrganizationId=other.organization_id)
        assert Organization.objects.values().get() == before
