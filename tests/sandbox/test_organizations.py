"""Organizations from their request to their tombstone, and their tags, as boto3 sees them."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from console.sandbox.fixtures import ADA, TestSandbox, running_sandbox
from console.sandbox.organization_setup import add_active_organization
from tests.sandbox.refusals import refused


def created(sandbox: TestSandbox, alias: str = "newcomer", **params: object) -> str:
    answer = sandbox.workmail.create_organization(Alias=alias, **params)
    return str(answer["OrganizationId"])


class TestCreateOrganization:
    def test_goes_through_its_states(self, sandbox: TestSandbox) -> None:
        sandbox.clock.freeze()
        new = created(sandbox)
        states = []
        for _ in range(4):
            states.append(sandbox.call("DescribeOrganization", OrganizationId=new)["State"])
            sandbox.clock.advance(2)
        assert states == ["Requested", "Creating", "Creating", "Active"]

    def test_answers_nothing_else_before_it_is_active(self, sandbox: TestSandbox) -> None:
        sandbox.clock.freeze()
        new = created(sandbox)
        with pytest.raises(
            ClientError, match=f"Organization {new} is not Active, state: Requested"
        ) as caught:
            sandbox.call("ListUsers", OrganizationId=new)
        assert caught.value.response["Error"]["Code"] == "OrganizationStateException"

    def test_ends_with_test_domain_default_rule_and_system_users(self, sandbox: TestSandbox) -> None:
        new = created(sandbox, Domains=[{"DomainName": "new.example"}])
        sandbox.clock.advance(60)
        shown = sandbox.call("DescribeOrganization", OrganizationId=new)
        assert shown["DefaultMailDomain"] == "newcomer.awsapps.com"
        assert shown["ARN"] == f"arn:aws:workmail:us-east-1:123456789012:organization/{new}"
        assert "CompletedDate" in shown
        domains = sandbox.call("ListMailDomains", OrganizationId=new)["MailDomains"]
        assert {each["DomainName"]: each["DefaultDomain"] for each in domains} == {
            "newcomer.awsapps.com": True,
            "new.example": False,
        }
        rule = sandbox.call("ListAccessControlRules", OrganizationId=new)["Rules"][0]
        assert (rule["Name"], rule["Effect"], rule["DateCreated"].timestamp()) == ("default", "ALLOW", 0)
        users = sandbox.call("ListUsers", OrganizationId=new)["Users"]
        assert {user["UserRole"] for user in users} == {"SYSTEM_USER"}

    def test_refuses_a_taken_alias_and_domain(self, sandbox: TestSandbox) -> None:
        with refused("NameAvailabilityException"):
            created(sandbox, "Example")
        with refused("NameAvailabilityException"):
            created(sandbox, Domains=[{"DomainName": "example.com"}])

    @pytest.mark.parametrize("alias", ["d-x", "-a", "a--b", "a_b", "x" * 63])
    def test_refuses_an_alias_of_another_form(self, sandbox: TestSandbox, alias: str) -> None:
        with refused("InvalidParameterException"):
            created(sandbox, alias)

    def test_makes_one_for_one_token(self, sandbox: TestSandbox) -> None:
        first = created(sandbox, ClientToken="once")
        assert created(sandbox, ClientToken="once") == first
        with refused("InvalidParameterException"):
            created(sandbox, "another", ClientToken="once")
        with refused("InvalidParameterException"):
            created(sandbox, ClientToken="once", Domains=[{"DomainName": "more.example"}])

    def test_refuses_a_directory_that_is_in_use(self, sandbox: TestSandbox) -> None:
        created(sandbox, DirectoryId="d-0123456789")
        with refused("DirectoryInUseException"):
            created(sandbox, "second", DirectoryId="d-0123456789")

    def test_needs_a_directory_for_interoperability(self, sandbox: TestSandbox) -> None:
        with refused("InvalidParameterException"):
            created(sandbox, EnableInteroperability=True)


class TestWhoSeesAnOrganization:
    def test_only_its_account_does(self, sandbox: TestSandbox) -> None:
        role = "arn:aws:iam::999988887777:role/Console"
        answer = sandbox.client("sts").assume_role(RoleArn=role, RoleSessionName="test")
        foreign = sandbox.client("workmail", access_key=answer["Credentials"]["AccessKeyId"])
        assert foreign.list_organizations()["OrganizationSummaries"] == []
        with refused("OrganizationNotFoundException"):
            foreign.list_users(OrganizationId=sandbox.organization_id)

    def test_only_its_region_does(self, sandbox: TestSandbox) -> None:
        add_active_organization(sandbox.store, "ireland", region="eu-west-1")
        elsewhere = sandbox.client("workmail", region="eu-west-1")
        listed = elsewhere.list_organizations()["OrganizationSummaries"]
        assert [each["Alias"] for each in listed] == ["ireland"]
        with refused("OrganizationNotFoundException"):
            elsewhere.describe_organization(OrganizationId=sandbox.organization_id)

    def test_an_unknown_one_is_not_found(self, sandbox: TestSandbox) -> None:
        with refused("OrganizationNotFoundException"):
            sandbox.call("ListUsers", OrganizationId="m-" + "0" * 32)

    def test_entities_of_another_one_are_not_found(self, sandbox: TestSandbox) -> None:
        other = add_active_organization(sandbox.store, "other", domains=["other.example"])
        guest = sandbox.store.entities.claimed("name", other.organization_id, "guest")
        assert guest is not None
        with refused("EntityNotFoundException"):
            sandbox.call("DescribeUser", UserId=guest.entity_id)


def delete(sandbox: TestSandbox, **params: Any) -> dict[str, Any]:
    return sandbox.call("DeleteOrganization", **{"DeleteDirectory": True, "ForceDelete": True, **params})


def state(sandbox: TestSandbox) -> str:
    return str(sandbox.call("DescribeOrganization")["State"])


class TestDeleteOrganization:
    def test_goes_through_its_states(self, sandbox: TestSandbox) -> None:
        sandbox.clock.freeze()
        answer = delete(sandbox)
        assert answer == {"OrganizationId": sandbox.organization_id, "State": "Deleting"}
        assert state(sandbox) == "Deleting"
        sandbox.clock.advance(60)
        assert state(sandbox) == "Deleted"

    def test_leaves_a_tombstone_that_is_listed_and_described(self, sandbox: TestSandbox) -> None:
        delete(sandbox)
        sandbox.clock.advance(60)
        listed = sandbox.workmail.list_organizations()["OrganizationSummaries"]
        assert [(each["Alias"], each["State"]) for each in listed] == [("example", "Deleted")]
        with pytest.raises(ClientError, match="is not Active, state: Deleted") as caught:
            sandbox.call("ListUsers")
        assert caught.value.response["Error"]["Code"] == "OrganizationStateException"

    def test_answers_nothing_else_while_it_goes(self, sandbox: TestSandbox) -> None:
        sandbox.clock.freeze()
        delete(sandbox)
        for operation, params in (("ListUsers", {}), ("DeleteUser", {"UserId": ADA})):
            with refused("OrganizationStateException"):
                sandbox.call(operation, **params)

    def test_needs_force_while_users_are_enabled(self, sandbox: TestSandbox) -> None:
        with refused("OrganizationStateException"):
            delete(sandbox, ForceDelete=False)
        assert state(sandbox) == "Active"
        for name in ("ada", "bo"):
            sandbox.call("DeregisterFromWorkMail", EntityId=name)
        assert delete(sandbox, ForceDelete=False)["State"] == "Deleting"

    def test_is_harmless_when_repeated_with_its_token(self, sandbox: TestSandbox) -> None:
        first = delete(sandbox, ClientToken="once")
        sandbox.clock.advance(60)
        assert delete(sandbox, ClientToken="once") == first
        with refused("OrganizationStateException"):
            delete(sandbox, ClientToken="twice")
        with refused("InvalidParameterException"):
            delete(sandbox, ClientToken="once", DeleteDirectory=False)

    def test_gives_alias_and_domains_free(self, sandbox: TestSandbox) -> None:
        delete(sandbox)
        with refused("NameAvailabilityException"):
            created(sandbox, "example")
        sandbox.clock.advance(60)
        new = created(sandbox, "example", Domains=[{"DomainName": "example.com"}])
        sandbox.clock.advance(60)
        users = sandbox.call("ListUsers", OrganizationId=new)["Users"]
        assert {user["UserRole"] for user in users} == {"SYSTEM_USER"}
        left = {name: len(table) for name, table in sandbox.store.tables.items()}
        assert (left["entities"], left["domains"], left["organizations"]) == (3, 2, 2)

    def test_takes_the_application_along_if_asked(self, sandbox: TestSandbox) -> None:
        instance = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
        application = sandbox.call("CreateIdentityCenterApplication", Name="mail", InstanceArn=instance)
        sandbox.call(
            "PutIdentityProviderConfiguration",
            AuthenticationMode="IDENTITY_PROVIDER_ONLY",
            IdentityCenterConfiguration={"InstanceArn": instance, **application},
            PersonalAccessTokenConfiguration={"Status": "INACTIVE"},
        )
        delete(sandbox, DeleteIdentityCenterApplication=True)
        assert len(sandbox.store.applications) == 0

    def test_is_kept_over_a_restart(self, tmp_path: Path) -> None:
        with running_sandbox(tmp_path) as before:
            delete(before)
        with running_sandbox(tmp_path) as after:
            assert state(after) == "Deleting"
            after.clock.advance(60)
            assert state(after) == "Deleted"
        with running_sandbox(tmp_path) as later:
            assert state(later) == "Deleted"
            assert len(later.store.entities) == 0


def tags(**values: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in values.items()]


class TestTags:
    def tag(self, sandbox: TestSandbox, **values: str) -> None:
        sandbox.call("TagResource", ResourceARN=sandbox.organization.arn, Tags=tags(**values))

    def listed(self, sandbox: TestSandbox) -> dict[str, str]:
        found = sandbox.call("ListTagsForResource", ResourceARN=sandbox.organization.arn)["Tags"]
        return {tag["Key"]: tag["Value"] for tag in found}

    def test_are_added_replaced_and_taken_away(self, sandbox: TestSandbox) -> None:
        assert self.listed(sandbox) == {}
        self.tag(sandbox, team="mail", cost="12")
        self.tag(sandbox, cost="")
        assert self.listed(sandbox) == {"team": "mail", "cost": ""}
        sandbox.call("UntagResource", ResourceARN=sandbox.organization.arn, TagKeys=["team", "unknown"])
        assert self.listed(sandbox) == {"cost": ""}

    def test_differ_in_case(self, sandbox: TestSandbox) -> None:
        self.tag(sandbox, Team="a", team="b")
        assert self.listed(sandbox) == {"Team": "a", "team": "b"}

    def test_are_fifty_at_most(self, sandbox: TestSandbox) -> None:
        self.tag(sandbox, **{f"k{number}": "v" for number in range(50)})
        self.tag(sandbox, k7="another value")
        with refused("TooManyTagsException"):
            self.tag(sandbox, one="more")
        assert len(self.listed(sandbox)) == 50

    def test_must_not_be_given_twice_or_be_aws_s(self, sandbox: TestSandbox) -> None:
        for given in ([*tags(a="1"), *tags(a="2")], tags(**{"aws:team": "x"}), tags(**{"": "x"})):
            with refused("InvalidParameterException"):
                sandbox.call("TagResource", ResourceARN=sandbox.organization.arn, Tags=given)

    @pytest.mark.parametrize("operation", ["TagResource", "UntagResource", "ListTagsForResource"])
    def test_are_of_organizations_that_exist(self, sandbox: TestSandbox, operation: str) -> None:
        ireland = add_active_organization(sandbox.store, "ireland", region="eu-west-1").arn
        arn = sandbox.organization.arn
        extra: dict[str, Any] = {"TagResource": {"Tags": []}, "UntagResource": {"TagKeys": []}}
        for other in (ireland, arn[:-1], arn + "/user/" + ADA, arn.replace("123456789012", "999988887777")):
            with refused("ResourceNotFoundException"):
                sandbox.call(operation, ResourceARN=other, **extra.get(operation, {}))

    def test_go_with_their_organization(self, sandbox: TestSandbox) -> None:
        self.tag(sandbox, team="mail")
        sandbox.clock.freeze()
        delete(sandbox)
        with refused("OrganizationStateException"):
            self.tag(sandbox, late="yes")
        sandbox.clock.advance(60)
        with refused("ResourceNotFoundException"):
            self.listed(sandbox)
