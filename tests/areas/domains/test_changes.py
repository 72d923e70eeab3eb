"""Registering, the default, deregistering, and the inbound DMARC setting: what is asked, done and refused."""

from typing import Any

import pytest

from console.changes import engine
from console.changes.models import Change
from console.mirror.models import Domain, Entity, Organization
from console.sandbox import organization_setup
from console.sandbox.fixtures import ADA, TestSandbox
from tests.areas.domains.conftest import BRANCH, DEE, IDLE, NEW, Desk, text, written


def names(town: TestSandbox) -> set[str]:
    return {each["DomainName"] for each in town.call("ListMailDomains")["MailDomains"]}


class TestRegistering:
    def test_leads_to_the_records_to_publish(self, adam: Desk, town: TestSandbox) -> None:
        data = {"DomainName": " Shop.Example. ", "ticket": "T-1"}
        answer = adam.client.post(adam.url("register"), data, follow=True)
        page = text(answer)
        assert answer.redirect_chain == [(adam.url("detail", "shop.example"), 303)]
        assert "shop.example is registered." in page
        assert "_amazonses.shop.example" in page
        assert "shop.example" in names(town)
        assert [(each.target, each.ticket) for each in written("RegisterMailDomain")] == [
            ("shop.example", "T-1")
        ]

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("", "required"),
            ("localhost", "Write the name of a domain"),
            ("-a.example", "Write the name of a domain"),
            ("bücher.example", "DomainName"),
            ("other.awsapps.com", "WorkMail&#x27;s own"),
        ],
    )
    def test_takes_only_names_of_domains(self, adam: Desk, town: TestSandbox, name: str, said: str) -> None:
        page = adam.post("register", data={"DomainName": name, "reason": "kept"})
        assert page.status_code == 422
        assert said in text(page)
        assert 'value="kept"' in text(page)
        assert town.calls("RegisterMailDomain") == []

    def test_says_whose_it_is_already(self, adam: Desk, town: TestSandbox) -> None:
        organization_setup.add_active_organization(town.store, "other", domains=["taken.example"])
        page = adam.post("register", data={"DomainName": "taken.example"})
        assert page.status_code == 422
        assert "The domain is in use" in str(page.context["form"].errors["DomainName"])


class TestDefault:
    def test_changes_for_aws_and_for_the_console(
        self, adam: Desk, town: TestSandbox, organization: Organization
    ) -> None:
        assert "stay as they are" in text(adam.get("default", BRANCH))
        assert adam.post("default", BRANCH).status_code == 303
        assert town.call("GetMailDomain", DomainName=BRANCH)["IsDefault"]
        assert list(Domain.objects.filter(is_default=True).values_list("name", flat=True)) == [BRANCH]
        organization.refresh_from_db()
        assert organization.default_domain == BRANCH

    def test_has_to_be_verified(self, adam: Desk, town: TestSandbox) -> None:
        page = adam.post("default", NEW)
        assert (page.status_code, "is not verified" in text(page)) == (409, True)
        organization_setup.settle_domain(town.store, town.organization, NEW, ownership="VERIFIED")
        assert adam.post("default", NEW).status_code == 303

    def test_is_told_where_it_is_so_already(self, adam: Desk) -> None:
        assert "the default domain already" in text(adam.get("default", "example.com"))


class TestDeregistering:
    def test_of_an_unused_domain_takes_its_name(self, adam: Desk, town: TestSandbox) -> None:
        assert f"<code>{IDLE}</code>" in text(adam.get("deregister", IDLE))
        assert adam.post("deregister", IDLE, data={"typed": "idle"}).status_code == 422
        assert IDLE in names(town)
        page = adam.client.post(adam.url("deregister", IDLE), {"typed": IDLE}, follow=True)
        assert f"{IDLE} is deregistered." in text(page)
        assert IDLE not in names(town)
        assert not Domain.objects.filter(name=IDLE).exists()

    def test_is_refused_while_somebody_has_an_address(self, adam: Desk, town: TestSandbox) -> None:
        for page in (adam.get("deregister", BRANCH), adam.post("deregister", BRANCH, data={"typed": BRANCH})):
            assert page.status_code == 409
            assert "3 still have an address on branch.example" in text(page)
        assert town.calls("DeregisterMailDomain") == []

    def test_of_the_default_and_the_test_domain_is_refused(self, adam: Desk) -> None:
        assert "Make another domain the default one first." in text(adam.get("deregister", "example.com"))
        assert "cannot be removed" in text(adam.get("deregister", "example.awsapps.com"))

    def test_says_what_the_mirror_did_not_know(self, adam: Desk, town: TestSandbox) -> None:
        town.enabled_user("fay", email=f"fay@{IDLE}")
        page = adam.post("deregister", IDLE, data={"typed": IDLE})
        assert page.status_code == 422
        assert "an address that is still on it" in text(page)

    def test_of_what_somebody_changed_in_ses_is_explained(self, adam: Desk, town: TestSandbox) -> None:
        organization_setup.settle_domain(town.store, town.organization, IDLE, customized=True)
        assert "receipt rule in Amazon SES" in text(adam.post("deregister", IDLE, data={"typed": IDLE}))


class TestAddresses:
    def test_lists_people_and_groups_primary_or_alias_with_links(self, adam: Desk) -> None:
        page = text(adam.get("addresses", BRANCH))
        for each in (
            "Dee Ortiz",
            f"dee@{BRANCH}",
            f"postmaster@{BRANCH}",
            "Eli Roth",
            f"eli@{BRANCH}",
            "team",
        ):
            assert each in page
        assert f"/o/example/users/{DEE}/" in page
        assert "eli@example.com" not in page
        assert adam.url("move", BRANCH) in page

    def test_leaves_out_whom_the_operator_may_not_see(self, bruno: Desk) -> None:
        page = text(bruno.get("addresses", BRANCH))
        assert "Dee Ortiz" in page
        assert "Eli Roth" not in page

    def test_is_empty_where_nobody_is(self, adam: Desk) -> None:
        assert "Nobody has an address on this domain." in text(adam.get("addresses", IDLE))


class TestInboundDmarc:
    def sent(self, desk: Desk, **data: str) -> dict[str, Any]:
        loaded = desk.get("dmarc").context["form"]
        return {"loaded": loaded.snapshot.sign(loaded.current), **data}

    def test_is_shown_with_what_it_means(self, adam: Desk, aude: Desk) -> None:
        for desk in (adam, aude):
            page = text(desk.get("list"))
            assert ">Enforced</span>" in page
            assert "refused or goes to the junk folder" in page
        assert adam.url("dmarc") in text(adam.get("list"))
        assert aude.url("dmarc") not in text(aude.get("list"))

    def test_is_changed_by_a_form(self, adam: Desk, town: TestSandbox) -> None:
        assert adam.post("dmarc", data=self.sent(adam, reason="a test")).status_code == 303
        assert town.call("DescribeInboundDmarcSettings") == {"Enforced": False}
        assert "Not enforced" in text(adam.get("list"))
        assert [each.reason for each in written("PutInboundDmarcSettings")] == ["a test"]

    def test_does_not_overwrite_what_somebody_else_changed(self, adam: Desk, town: TestSandbox) -> None:
        sent = self.sent(adam, Enforced="on")
        town.call("PutInboundDmarcSettings", Enforced=False)
        page = adam.post("dmarc", data=sent)
        assert (page.status_code, "This was changed after you opened it" in text(page)) == (422, True)
        assert town.call("DescribeInboundDmarcSettings") == {"Enforced": False}


class TestMoving:
    """Everybody off the branch's domain, in one change."""

    def drafted(self, desk: Desk, **data: str) -> Change:
        answer = desk.client.post(desk.url("move", BRANCH), {"target": "example.com", **data}, follow=True)
        assert answer.status_code == 200
        assert "Nothing has happened yet." in text(answer)
        return Change.objects.get(kind="move")

    def steps(self, change: Change) -> list[tuple[Any, ...]]:
        return [
            (each.operation, each.params.get("Email") or each.params["Alias"], each.needs)
            for each in change.steps.order_by("position")
        ]

    def test_shows_each_step_and_does_nothing_yet(self, adam: Desk, town: TestSandbox) -> None:
        assert "3 have an address on branch.example" in text(adam.get("move", BRANCH))
        change = self.drafted(adam, keep_aliases="on", ticket="T-9")
        assert self.steps(change) == [
            ("UpdatePrimaryEmailAddress", "dee@example.com", None),
            ("DeleteAlias", f"dee@{BRANCH}", 0),
            ("CreateAlias", "postmaster@example.com", None),
            ("DeleteAlias", f"postmaster@{BRANCH}", 2),
            ("DeleteAlias", f"eli@{BRANCH}", None),  # she has eli@example.com already
            ("UpdatePrimaryEmailAddress", "team@example.com", None),
            ("DeleteAlias", f"team@{BRANCH}", 5),
        ]
        assert change.ticket == "T-9"
        assert town.calls("DeleteAlias") == []

    def test_without_the_aliases_only_takes_those_away(self, adam: Desk) -> None:
        operations = [each for each, *_ in self.steps(self.drafted(adam))]
        assert operations.count("CreateAlias") == 0
        assert operations.count("DeleteAlias") == 4

    def test_lets_the_domain_go_once_it_has_run(self, adam: Desk, town: TestSandbox) -> None:
        engine.start_change(self.drafted(adam, keep_aliases="on"))
        assert Change.objects.get(kind="move").state == Change.State.DONE
        assert town.call("DescribeUser", UserId=DEE)["Email"] == "dee@example.com"
        assert adam.post("deregister", BRANCH, data={"typed": BRANCH}).status_code == 303
        assert BRANCH not in names(town)

    def test_leaves_out_whose_name_is_taken_there_and_says_so(
        self, adam: Desk, organization: Organization, town: TestSandbox
    ) -> None:
        Entity.objects.filter(entity_id=ADA).update(email="dee@example.com")
        page = adam.client.post(adam.url("move", BRANCH), {"target": "example.com"}, follow=True)
        assert "another user has the same name on example.com: dee@branch.example." in text(page)
        assert ("UpdatePrimaryEmailAddress", "dee@example.com", None) not in self.steps(Change.objects.get())

    def test_has_nobody_to_move_from_an_unused_domain(self, adam: Desk) -> None:
        assert "Nobody whom you may move" in text(adam.get("move", IDLE))
        assert adam.post("move", IDLE, data={"target": "example.com"}).status_code == 422

    def test_goes_to_verified_domains_alone(self, adam: Desk) -> None:
        assert adam.post("move", BRANCH, data={"target": NEW}).status_code == 422
