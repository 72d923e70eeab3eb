"""Organizations, their domains and their default rule as boto3 sees them."""

import pytest
from botocore.exceptions import ClientError

from console.sandbox.founding import add_domain, found
from console.sandbox.testing import TestSandbox
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
        found(sandbox.store, "ireland", region="eu-west-1")
        elsewhere = sandbox.client("workmail", region="eu-west-1")
        listed = elsewhere.list_organizations()["OrganizationSummaries"]
        assert [each["Alias"] for each in listed] == ["ireland"]
        with refused("OrganizationNotFoundException"):
            elsewhere.describe_organization(OrganizationId=sandbox.organization_id)

    def test_an_unknown_one_is_not_found(self, sandbox: TestSandbox) -> None:
        with refused("OrganizationNotFoundException"):
            sandbox.call("ListUsers", OrganizationId="m-" + "0" * 32)

    def test_entities_of_another_one_are_not_found(self, sandbox: TestSandbox) -> None:
        other = found(sandbox.store, "other", domains=["other.example"])
        guest = sandbox.store.entities.claimed("name", other.organization_id, "guest")
        assert guest is not None
        with refused("EntityNotFoundException"):
            sandbox.call("DescribeUser", UserId=guest.entity_id)


class TestDomains:
    def test_say_whether_they_are_default(self, sandbox: TestSandbox) -> None:
        shown = sandbox.call("GetMailDomain", DomainName="Example.com")
        assert (shown["IsDefault"], shown["IsTestDomain"]) == (True, False)
        test = sandbox.call("GetMailDomain", DomainName="example.awsapps.com")
        assert (test["IsDefault"], test["IsTestDomain"]) == (False, True)

    @pytest.mark.parametrize("status", ["PENDING", "VERIFIED", "FAILED"])
    def test_say_how_far_verification_is(self, sandbox: TestSandbox, status: str) -> None:
        add_domain(sandbox.store, sandbox.organization, "more.example", status)
        shown = sandbox.call("GetMailDomain", DomainName="more.example")
        assert shown["OwnershipVerificationStatus"] == shown["DkimVerificationStatus"] == status

    def test_name_their_eight_records(self, sandbox: TestSandbox) -> None:
        records = sandbox.call("GetMailDomain", DomainName="example.com")["Records"]
        assert [each["Type"] for each in records] == ["TXT", "MX", "CNAME", "TXT", "TXT", *["CNAME"] * 3]
        values = {each["Hostname"]: each["Value"] for each in records}
        assert len(values["_amazonses.example.com"]) == 44
        assert values["autodiscover.example.com"] == "autodiscover.mail.us-east-1.awsapps.com"
        assert {
            "Type": "MX",
            "Hostname": "example.com",
            "Value": "10 inbound-smtp.us-east-1.amazonaws.com",
        } in records
        keys = [each for each in records if "_domainkey" in each["Hostname"]]
        assert all(each["Value"] == each["Hostname"].split(".")[0] + ".dkim.amazonses.com" for each in keys)
        assert {len(each["Hostname"].split(".")[0]) for each in keys} == {32}

    def test_are_the_organization_s(self, sandbox: TestSandbox) -> None:
        found(sandbox.store, "other", domains=["other.example"])
        with refused("MailDomainNotFoundException"):
            sandbox.call("GetMailDomain", DomainName="other.example")
