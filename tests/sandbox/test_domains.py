"""Mail domains: their records, how they are verified, registered and given up, and DMARC."""

import pytest

from console.sandbox.fixtures import ADA, CY, TestSandbox
from console.sandbox.organization_setup import add_active_organization, add_domain, settle_domain
from tests.sandbox.refusals import refused


def statuses(sandbox: TestSandbox, name: str) -> tuple[str, str]:
    shown = sandbox.call("GetMailDomain", DomainName=name)
    return shown["OwnershipVerificationStatus"], shown["DkimVerificationStatus"]


def names(sandbox: TestSandbox) -> list[str]:
    return [each["DomainName"] for each in sandbox.call("ListMailDomains")["MailDomains"]]


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
        add_active_organization(sandbox.store, "other", domains=["other.example"])
        with refused("MailDomainNotFoundException"):
            sandbox.call("GetMailDomain", DomainName="other.example")

    def test_name_hosts_of_the_organization_s_region(self, sandbox: TestSandbox) -> None:
        ireland = add_active_organization(
            sandbox.store, "ireland", region="eu-west-1", domains=["ie.example"]
        )
        records = sandbox.client("workmail", region="eu-west-1").get_mail_domain(
            OrganizationId=ireland.organization_id, DomainName="ie.example"
        )["Records"]
        values = {each["Value"] for each in records}
        assert {
            "10 inbound-smtp.eu-west-1.amazonaws.com",
            "autodiscover.mail.eu-west-1.awsapps.com",
        } <= values


class TestRegisterMailDomain:
    def test_adds_a_pending_domain_of_eight_records(self, sandbox: TestSandbox) -> None:
        sandbox.call("RegisterMailDomain", DomainName="New.Example")
        assert "new.example" in names(sandbox)
        assert statuses(sandbox, "new.example") == ("PENDING", "PENDING")
        assert len(sandbox.call("GetMailDomain", DomainName="new.example")["Records"]) == 8

    def test_changes_nothing_where_the_domain_is_there(self, sandbox: TestSandbox) -> None:
        before = sandbox.call("GetMailDomain", DomainName="example.com")
        sandbox.call("RegisterMailDomain", DomainName="example.com")
        assert sandbox.call("GetMailDomain", DomainName="example.com") == before

    def test_refuses_a_domain_of_another_organization(self, sandbox: TestSandbox) -> None:
        add_active_organization(sandbox.store, "other", domains=["other.example"])
        for name in ("other.example", "OTHER.example"):
            with refused("MailDomainInUseException"):
                sandbox.call("RegisterMailDomain", DomainName=name)

    @pytest.mark.parametrize(
        "name", ["localhost", "a..b", "-a.example", "a.example.", "mine.awsapps.com", "a b"]
    )
    def test_refuses_what_is_no_domain(self, sandbox: TestSandbox, name: str) -> None:
        with refused("InvalidParameterException"):
            sandbox.call("RegisterMailDomain", DomainName=name)

    def test_counts_to_a_thousand(self, sandbox: TestSandbox) -> None:
        with sandbox.store.transaction():
            for number in range(998):
                add_domain(sandbox.store, sandbox.organization, f"d{number}.example")
        with refused("LimitExceededException"):
            sandbox.call("RegisterMailDomain", DomainName="one-more.example")
        sandbox.call("DeregisterMailDomain", DomainName="d1.example")
        sandbox.call("RegisterMailDomain", DomainName="one-more.example")

    def test_counts_a_token_once(self, sandbox: TestSandbox) -> None:
        sandbox.call("RegisterMailDomain", DomainName="new.example", ClientToken="once")
        sandbox.call("DeregisterMailDomain", DomainName="new.example")
        sandbox.call("RegisterMailDomain", DomainName="new.example", ClientToken="once")
        assert "new.example" not in names(sandbox)
        with refused("InvalidParameterException"):
            sandbox.call("RegisterMailDomain", DomainName="another.example", ClientToken="once")


class TestVerification:
    def test_ends_as_it_is_settled(self, sandbox: TestSandbox) -> None:
        sandbox.call("RegisterMailDomain", DomainName="new.example")
        settle_domain(sandbox.store, sandbox.organization, "NEW.example", ownership="VERIFIED")
        assert statuses(sandbox, "new.example") == ("VERIFIED", "PENDING")
        settle_domain(sandbox.store, sandbox.organization, "new.example", dkim="FAILED")
        assert statuses(sandbox, "new.example") == ("VERIFIED", "FAILED")

    def test_decides_whether_addresses_are_given(self, sandbox: TestSandbox) -> None:
        sandbox.call("RegisterMailDomain", DomainName="new.example")
        with refused("MailDomainStateException"):
            sandbox.call("RegisterToWorkMail", EntityId=CY, Email="cy@new.example")
        settle_domain(sandbox.store, sandbox.organization, "new.example", ownership="VERIFIED")
        sandbox.call("RegisterToWorkMail", EntityId=CY, Email="cy@new.example")

    def test_is_of_domains_and_ends_that_there_are(self, sandbox: TestSandbox) -> None:
        with pytest.raises(LookupError):
            settle_domain(sandbox.store, sandbox.organization, "unknown.example", ownership="VERIFIED")
        with pytest.raises(ValueError, match="not verified"):
            settle_domain(sandbox.store, sandbox.organization, "example.com", dkim="verified")


class TestDeregisterMailDomain:
    def test_takes_the_domain_away_and_gives_it_free(self, sandbox: TestSandbox) -> None:
        add_domain(sandbox.store, sandbox.organization, "spare.example")
        sandbox.call("DeregisterMailDomain", DomainName="Spare.example")
        with refused("MailDomainNotFoundException"):
            sandbox.call("GetMailDomain", DomainName="spare.example")
        add_active_organization(sandbox.store, "other", domains=["spare.example"])

    def test_waits_for_the_last_address(self, sandbox: TestSandbox) -> None:
        add_domain(sandbox.store, sandbox.organization, "spare.example")
        sandbox.call("CreateAlias", EntityId=ADA, Alias="ada@Spare.example")
        with refused("MailDomainInUseException"):
            sandbox.call("DeregisterMailDomain", DomainName="spare.example")
        sandbox.call("DeregisterFromWorkMail", EntityId="ada")
        sandbox.call("DeregisterMailDomain", DomainName="spare.example")

    def test_is_not_kept_by_addresses_of_a_subdomain(self, sandbox: TestSandbox) -> None:
        for name in ("spare.example", "sub.spare.example"):
            add_domain(sandbox.store, sandbox.organization, name)
        sandbox.call("RegisterToWorkMail", EntityId=CY, Email="cy@sub.spare.example")
        sandbox.call("DeregisterMailDomain", DomainName="spare.example")

    def test_leaves_the_default_and_the_test_domain(self, sandbox: TestSandbox) -> None:
        add_domain(sandbox.store, sandbox.organization, "spare.example")
        sandbox.call("UpdateDefaultMailDomain", DomainName="spare.example")
        with refused("MailDomainInUseException"):
            sandbox.call("DeregisterMailDomain", DomainName="spare.example")
        with refused("InvalidParameterException"):
            sandbox.call("DeregisterMailDomain", DomainName="example.awsapps.com")

    def test_fails_over_rules_that_somebody_changed(self, sandbox: TestSandbox) -> None:
        add_domain(sandbox.store, sandbox.organization, "spare.example")
        settle_domain(sandbox.store, sandbox.organization, "spare.example", customized=True)
        with refused("InvalidCustomSesConfigurationException"):
            sandbox.call("DeregisterMailDomain", DomainName="spare.example")

    def test_of_an_unknown_domain_is_no_error(self, sandbox: TestSandbox) -> None:
        add_active_organization(sandbox.store, "other", domains=["other.example"])
        for name in ("unknown.example", "other.example"):
            sandbox.call("DeregisterMailDomain", DomainName=name)
        assert sandbox.store.domains.claimed("domain", "other.example") is not None


class TestUpdateDefaultMailDomain:
    def test_moves_the_default(self, sandbox: TestSandbox) -> None:
        sandbox.call("UpdateDefaultMailDomain", DomainName="Example.awsapps.com")
        assert sandbox.call("DescribeOrganization")["DefaultMailDomain"] == "example.awsapps.com"
        listed = sandbox.call("ListMailDomains")["MailDomains"]
        defaults = [each["DomainName"] for each in listed if each["DefaultDomain"]]
        assert defaults == ["example.awsapps.com"]
        assert sandbox.call("DescribeUser", UserId="ada")["Email"] == "ada@example.com"

    @pytest.mark.parametrize("status", ["PENDING", "FAILED"])
    def test_refuses_a_domain_that_is_not_verified(self, sandbox: TestSandbox, status: str) -> None:
        add_domain(sandbox.store, sandbox.organization, "more.example", status)
        with refused("MailDomainStateException"):
            sandbox.call("UpdateDefaultMailDomain", DomainName="more.example")

    def test_refuses_an_unknown_domain(self, sandbox: TestSandbox) -> None:
        with refused("MailDomainNotFoundException"):
            sandbox.call("UpdateDefaultMailDomain", DomainName="unknown.example")


class TestInboundDmarc:
    def test_is_enforced_until_somebody_says_otherwise(self, sandbox: TestSandbox) -> None:
        assert sandbox.call("DescribeInboundDmarcSettings") == {"Enforced": True}
        sandbox.call("PutInboundDmarcSettings", Enforced=False)
        assert sandbox.call("DescribeInboundDmarcSettings") == {"Enforced": False}

    def test_is_each_organization_s_own(self, sandbox: TestSandbox) -> None:
        other = add_active_organization(sandbox.store, "other").organization_id
        sandbox.call("PutInboundDmarcSettings", Enforced=False)
        assert sandbox.call("DescribeInboundDmarcSettings", OrganizationId=other) == {"Enforced": True}
