"""The list of domains, the page of one, and what may be copied from it."""

import pytest
from dns import zone as zones

from console.mirror.models import Domain, Organization
from console.sandbox import organization_setup
from console.sandbox.fixtures import TestSandbox
from tests.areas.domains.conftest import BRANCH, IDLE, NEW, Desk, text, wanted


class TestListing:
    def test_shows_every_domain_with_what_aws_says_of_it(self, adam: Desk) -> None:
        page = text(adam.get("list"))
        assert all(each in page for each in ("example.com", "example.awsapps.com", BRANCH, NEW, IDLE))
        assert page.count(">Default</span>") == 1
        assert page.count(">Pending</span>") == 2  # ownership and DKIM of the new one

    def test_shows_a_narrowed_operator_hers_alone(self, bruno: Desk) -> None:
        page = text(bruno.get("list"))
        assert BRANCH in page
        assert not [each for each in (NEW, IDLE, "example.awsapps.com/mail/") if each in page]
        assert "Register a domain" not in page

    def test_names_the_region_s_addresses_for_mail_programs(self, adam: Desk) -> None:
        page = text(adam.get("list"))
        for each in (
            "imap.mail.us-east-1.awsapps.com",
            "smtp.mail.us-east-1.awsapps.com",
            "https://ews.mail.us-east-1.awsapps.com/EWS/Exchange.asmx",
            "https://mobile.mail.us-east-1.awsapps.com/Microsoft-Server-ActiveSync",
            "https://example.awsapps.com/mail",
        ):
            assert each in page

    def test_does_without_the_setting_that_aws_does_not_tell(self, adam: Desk, town: TestSandbox) -> None:
        town.faults.fail("DescribeInboundDmarcSettings", code="OrganizationStateException", times=9)
        page = adam.get("list")
        assert page.status_code == 200
        assert "The setting could not be read." in text(page)
        assert BRANCH in text(page)


class TestDetail:
    def test_shows_each_record_with_what_it_is_for(self, adam: Desk, organization: Organization) -> None:
        page = text(adam.get("detail", NEW))
        found = wanted(organization, NEW)
        assert len(found) == 8
        for each in found:
            assert f'data-copy="{each.hostname}"' in page
            assert f'data-copy="{each.value}"' in page
        assert "Until it is seen, nobody can have an address here." in page

    def test_learns_from_aws_that_the_domain_is_verified_by_now(self, adam: Desk, town: TestSandbox) -> None:
        assert ">Pending</span>" in text(adam.get("detail", NEW))
        organization_setup.settle_domain(
            town.store, town.organization, NEW, ownership="VERIFIED", dkim="VERIFIED"
        )
        page = text(adam.get("detail", NEW))
        assert ">Pending</span>" not in page
        assert ">Verified</span>" in page
        assert Domain.objects.get(name=NEW).ownership == "VERIFIED"

    def test_has_nothing_to_publish_for_the_test_domain(self, adam: Desk) -> None:
        page = text(adam.get("detail", "example.awsapps.com"))
        assert "there is nothing to publish" in page
        assert "Check DNS now" not in page
        assert "Deregister" not in page

    def test_says_whether_postmaster_and_abuse_reach_anybody(self, adam: Desk) -> None:
        page = text(adam.get("detail", BRANCH))
        assert f"postmaster@{BRANCH}" in page
        assert "Goes to Dee Ortiz." in page
        assert page.count("Goes to nobody.") == 1

    @pytest.mark.parametrize("name", ["elsewhere.example", "new", NEW.upper() + "x"])
    def test_of_a_domain_that_is_not_there_is_not_there(self, adam: Desk, name: str) -> None:
        assert adam.get("addresses", name).status_code == 404

    def test_of_another_domain_does_not_exist_for_the_narrowed(self, bruno: Desk) -> None:
        assert bruno.get("detail", BRANCH).status_code == 200
        for name in ("detail", "zone", "addresses", "checks"):
            assert bruno.get(name, NEW).status_code == 404
        assert bruno.post("check", NEW).status_code == 404


class TestZoneFile:
    def test_is_one_that_a_name_server_reads(self, adam: Desk, organization: Organization) -> None:
        answer = adam.get("zone", NEW)
        assert answer["Content-Type"].startswith("text/plain")
        assert 'filename="new_example.txt"' in answer["Content-Disposition"]
        read = zones.from_text(text(answer), origin=NEW, relativize=False, check_origin=False)
        found = {
            (name.to_text(omit_final_dot=True), data.to_text().strip('"').rstrip("."))
            for name, _, data in read.iterate_rdatas()
        }
        assert found == {(each.hostname, each.value) for each in wanted(organization, NEW)}
