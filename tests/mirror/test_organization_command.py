"""`manage.py organization`: the console learns of an organization, and the ledger of that."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from console.ledger.models import Entry
from console.mirror.models import Organization
from console.sandbox.fixtures import TestSandbox

ID = "m-" + "0123456789abcdef" * 2
ROLE = "arn:aws:iam::111122223333:role/workmail-console"

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("organization", *arguments, stdout=out)
    return out.getvalue()


def add(*arguments: str) -> Organization:
    run("add", ID, "--region", "eu-west-1", *arguments)
    return Organization.objects.get(organization_id=ID)


class TestAdding:
    def test_a_role_gets_an_external_id_that_is_said(self) -> None:
        said = run("add", ID, "--region", "eu-west-1", "--slug", "example", "--role-arn", ROLE)
        organization = Organization.objects.get(slug="example")
        assert len(organization.external_id) >= 32
        assert organization.external_id in said

    def test_the_sessions_policy_will_name_the_one_organization(self) -> None:
        assert add("--role-arn", ROLE).arn == f"arn:aws:workmail:eu-west-1:111122223333:organization/{ID}"

    def test_two_organizations_do_not_share_an_external_id(self) -> None:
        one = add("--role-arn", ROLE)
        run("add", ID[:-1] + "0", "--region", "eu-west-1", "--role-arn", ROLE)
        assert Organization.objects.exclude(pk=one.pk).get().external_id != one.external_id

    def test_adding_again_changes_only_what_is_given(self) -> None:
        before = add("--role-arn", ROLE, "--slug", "example")
        after = add("--name", "Example")
        assert (after.pk, after.slug, after.external_id) == (before.pk, "example", before.external_id)
        assert after.name == "Example"

    def test_without_a_role_it_is_reached_with_the_consoles_own_identity(self) -> None:
        organization = add()
        assert (organization.role_arn, organization.external_id) == ("", "")
        assert organization.slug == ID

    def test_the_ledger_says_so_and_holds_no_external_id(self) -> None:
        organization = add("--role-arn", ROLE)
        entry = Entry.objects.get(kind=Entry.Kind.CHANGED)
        assert (entry.operation, entry.target) == ("ManageOrganizations", ID)
        assert organization.external_id not in str(entry.body)


class TestRefusing:
    @pytest.mark.parametrize("wrong", ["m-123", "x" * 34, ID.upper()])
    def test_what_is_no_organizations_id(self, wrong: str) -> None:
        with pytest.raises(CommandError, match="no organization's id"):
            run("add", wrong, "--region", "eu-west-1")

    def test_what_is_no_role(self) -> None:
        with pytest.raises(CommandError, match="is no role"):
            add("--role-arn", "arn:aws:iam::111122223333:user/anna")

    def test_a_slug_that_another_organization_has(self) -> None:
        add("--slug", "example")
        with pytest.raises(CommandError, match="Slug"):
            run("add", ID[:-1] + "0", "--region", "eu-west-1", "--slug", "example")
        assert Organization.objects.count() == 1

    def test_checking_one_that_is_not_known(self) -> None:
        with pytest.raises(CommandError, match="there are: none"):
            run("check", "nobody")


class TestChecking:
    def test_it_asks_aws_and_says_what_it_found(self, organization: Organization) -> None:
        assert run("check", organization.slug).startswith("example: Active, default domain ")

    def test_one_that_aws_does_not_know_is_refused_with_its_reason(self, organization: Organization) -> None:
        run("add", ID, "--region", "us-east-1", "--slug", "elsewhere")
        with pytest.raises(CommandError, match=r"^elsewhere: OrganizationNotFoundException, "):
            run("check", "elsewhere")


class TestRemoving:
    def test_one_that_workmail_still_has_stays(self, organization: Organization) -> None:
        with pytest.raises(CommandError, match="still has example"):
            run("remove", "example", "--yes")
        assert Organization.objects.exists()

    def test_one_that_is_deleted_is_removed_after_it_was_shown(
        self, organization: Organization, town: TestSandbox
    ) -> None:
        town.call("DeleteOrganization", DeleteDirectory=True, ForceDelete=True)
        town.clock.advance(3600)
        assert "--yes" in run("remove", "example")
        assert Organization.objects.exists()
        assert "removed" in run("remove", "example", "--yes")
        assert not Organization.objects.exists()
        entry = Entry.objects.latest("seq")
        assert (entry.target, entry.body["what"]) == (town.organization_id, "organization removed")

    def test_one_that_workmail_does_not_show_stays_while_it_was_read_before(
        self, organization: Organization
    ) -> None:
        added = add("--slug", "elsewhere")
        Organization.objects.filter(pk=added.pk).update(region="us-east-1", listed_at=timezone.now())
        with pytest.raises(CommandError, match="OrganizationNotFoundException"):
            run("remove", "elsewhere", "--yes")
        Organization.objects.filter(pk=added.pk).update(state="Deleted")
        assert "removed" in run("remove", "elsewhere", "--yes")


class TestListing:
    def test_each_is_shown_with_how_it_is_reached(self) -> None:
        add("--slug", "example", "--role-arn", ROLE)
        assert run("list") == f"example  {ID}  eu-west-1  {ROLE}\n"
