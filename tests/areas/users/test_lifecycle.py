"""Create, enable, disable, delete: what is said before, what is done, and where it is taken up again."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from console.areas.lifecycle.models import OnboardingTemplate
from console.changes import engine
from console.changes.models import Change, Conditions
from console.mirror.models import Domain, Entity
from console.sandbox.fixtures import ADA, BO, CY, TestSandbox
from tests.areas import world
from tests.areas.users.conftest import BRANCH, DEE, NURSES, TEAM, Desk, Wire, written


def text(response: Any) -> str:
    return world.body(response)


def new(desk: Desk, **values: str) -> dict[str, str]:
    once = re.search(r'name="once" value="([^"]+)"', desk.get("create").content.decode())
    assert once is not None
    person = {"DisplayName": "Nele Novak", "Name": "nele", "Role": "USER", "how": "generated"}
    return {**person, "once": once[1], "enable": "on", **values}


class TestEnabling:
    def test_proposes_the_username_on_the_default_domain(self, adam: Desk) -> None:
        assert 'value="cy@example.com"' in text(adam.get("enable", CY))

    def test_offers_the_domains_that_are_verified(self, adam: Desk) -> None:
        Domain.objects.filter(name=BRANCH).update(ownership="PENDING")
        assert BRANCH not in text(adam.get("enable", CY))
        page = adam.post("enable", CY, data={"Email": f"cy@{BRANCH}"})
        assert page.status_code == 422
        assert f"{BRANCH} is not one of the domains here" in text(page)

    def test_makes_the_mailbox(self, adam: Desk, town: TestSandbox) -> None:
        page = adam.post("enable", CY, data={"Email": f"cy@{BRANCH}", "ticket": "T-7"})
        assert page.status_code == 303
        assert town.call("DescribeUser", UserId=CY)["State"] == "ENABLED"
        assert Entity.objects.get(entity_id=CY).email == f"cy@{BRANCH}"
        assert [entry.ticket for entry in written("RegisterToWorkMail")] == ["T-7"]

    @pytest.mark.parametrize("address", ["ada@example.com", "countess@example.com"])
    def test_says_that_an_address_is_taken(self, adam: Desk, address: str) -> None:
        page = adam.post("enable", CY, data={"Email": address})
        assert page.status_code == 422
        assert "This address is taken" in str(page.context["form"].errors["Email"])


class TestDisabling:
    def test_says_what_it_means_and_until_when(self, adam: Desk) -> None:
        page = text(adam.get("disable", ADA))
        assert f"{timezone.now() + timedelta(days=30):%-d %B %Y}" in page
        assert [
            each for each in ("ada@example.com", "countess@example.com", "nurses") if each not in page
        ] == []

    def test_takes_the_mailbox_away(self, adam: Desk, town: TestSandbox) -> None:
        page = adam.client.post(adam.url("disable", ADA), {"reason": "left"}, follow=True)
        assert "Ada Çelik is disabled." in text(page)
        assert town.call("DescribeUser", UserId=ADA)["State"] == "DISABLED"
        assert [entry.reason for entry in written("DeregisterFromWorkMail")] == ["left"]

    def test_ends_in_the_list_if_the_person_is_out_of_sight_then(self, adam: Desk, town: TestSandbox) -> None:
        adam.operator.grants.update(domains=[BRANCH])
        page = adam.post("disable", DEE)
        assert page.status_code == 303
        assert page["Location"] == adam.url("list")


class TestDeleting:
    def test_is_for_the_disabled_alone(self, adam: Desk, wire: Wire) -> None:
        page = adam.post("delete", ADA, data={"typed": "ada"})
        assert page.status_code == 409
        assert "Disable first" in text(page)
        assert wire.calls == []

    @pytest.mark.parametrize("typed", ["", "CY", "yes"])
    def test_wants_the_name_typed(self, adam: Desk, typed: str, wire: Wire) -> None:
        assert adam.post("delete", CY, data={"typed": typed}).status_code == 422
        assert "DeleteUser" not in wire.calls

    def test_says_what_cannot_come_back(self, adam: Desk) -> None:
        page = text(adam.get("delete", CY))
        assert "cannot be undone" in page
        assert "<code>cy</code>" in page

    def test_is_for_good(self, adam: Desk, town: TestSandbox) -> None:
        assert adam.post("delete", CY, data={"typed": "cy"}).status_code == 303
        assert town.call("DescribeUser", UserId=CY)["State"] == "DELETED"
        assert Entity.objects.get(entity_id=CY).state == "DELETED"
        assert "cy" not in str(adam.get("list", data={"q": "ahn"}).context["page"].values)

    def test_a_refusal_is_said(self, adam: Desk, wire: Wire) -> None:
        wire.refused["DeleteUser"] = "EntityStateException"
        page = adam.post("delete", CY, data={"typed": "cy"})
        assert page.status_code == 422
        assert "in the state" in text(page)


class TestCreating:
    def test_makes_a_person_with_a_mailbox_and_shows_the_password_once(
        self, adam: Desk, town: TestSandbox
    ) -> None:
        page = adam.post("create", data=new(adam, FirstName="Nele", reason="starts on Monday"))
        assert page.status_code == 200
        assert "created and enabled" in text(page)
        person = Entity.objects.get(name="nele")
        shown = town.call("DescribeUser", UserId=person.entity_id)
        assert (shown["State"], shown["Email"], shown["FirstName"]) == ("ENABLED", "nele@example.com", "Nele")
        assert re.search(r'id="password"[^>]* value="[^"]{19}"', text(page))
        assert [entry.reason for entry in written("CreateUser")] == ["starts on Monday"]

    def test_stops_where_enabling_fails_and_says_how_to_go_on(self, adam: Desk, wire: Wire) -> None:
        wire.refused["RegisterToWorkMail"] = "MailDomainStateException"
        page = adam.post("create", data=new(adam, Email=f"nele.novak@{BRANCH}"))
        assert page.status_code == 200
        assert "Not enabled yet." in text(page)
        assert re.search(r'id="password"[^>]* value="[^"]{19}"', text(page))
        person = Entity.objects.get(name="nele")
        assert person.state == "DISABLED"
        resume = page.context["resume"]
        assert resume in text(page)
        del wire.refused["RegisterToWorkMail"]
        assert "Try again what failed" in text(adam.client.get(resume))
        adam.client.post(f"{resume}retry/")
        engine.sweep()
        person.refresh_from_db()
        assert (person.state, person.email) == ("ENABLED", f"nele.novak@{BRANCH}")
        assert wire.calls.count("CreateUser") == 1

    def test_gives_her_all_that_a_person_begins_with(self, adam: Desk, town: TestSandbox) -> None:
        asked = {
            "groups": "nurses\nteam@branch.example",
            "aliases": "n.novak@example.com",
            "quota": "5000",
            "JobTitle": "Nurse",
            "Department": "Ward 3",
            "Office": "12",
        }
        page = adam.post("create", data=new(adam, **asked))
        assert page.status_code == 200, page.context["form"].errors
        assert "Not all of it" not in text(page)
        made = Entity.objects.get(name="nele").entity_id
        assert town.call("DescribeUser", UserId=made)["JobTitle"] == "Nurse"
        assert "n.novak@example.com" in town.call("ListAliases", EntityId=made)["Aliases"]
        assert town.call("GetMailboxDetails", UserId=made)["MailboxQuota"] == 5000
        groups = town.call("ListGroupsForEntity", EntityId=made)["Groups"]
        assert {each["GroupId"] for each in groups} == {NURSES, TEAM}

    def test_begins_with_a_template(self, adam: Desk, town: TestSandbox) -> None:
        template = OnboardingTemplate.objects.create(
            organization=adam.organization,
            name="Ward",
            domain=BRANCH,
            groups=[NURSES],
            quota=700,
            hidden=True,
        )
        page = adam.get("create", data={"template": template.pk})
        assert "Filled in from Ward" in text(page)
        form = page.context["form"]
        assert form["groups"].value() == "nurses@example.com"
        assert (form["quota"].value(), form["HiddenFromGlobalAddressList"].value()) == (700, True)
        assert f"username@{BRANCH}" in text(page)

    def test_that_awaits_approval_stores_no_password(self, adam: Desk, wire: Wire) -> None:
        Conditions.objects.create(organization=adam.organization, approve_operations=["RegisterToWorkMail"])
        page = adam.client.post(adam.url("create"), new(adam), follow=True)
        assert "Only the requester can run this change" in text(page)
        assert "CreateUser" not in wire.calls
        assert Change.objects.get().state == "awaiting"

    def test_leaves_a_person_disabled_if_asked_to(self, adam: Desk, wire: Wire) -> None:
        assert adam.post("create", data=new(adam, enable="")).status_code == 200
        assert "RegisterToWorkMail" not in wire.calls

    def test_a_remote_user_needs_no_password(self, adam: Desk, town: TestSandbox) -> None:
        page = adam.post("create", data=new(adam, Role="REMOTE_USER", how="none", enable=""))
        assert page.status_code == 303
        person = Entity.objects.get(name="nele")
        assert town.call("DescribeUser", UserId=person.entity_id)["UserRole"] == "REMOTE_USER"

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"how": "none"}, "how"),
            ({"Name": "with space"}, "Name"),
            ({"DisplayName": ""}, "DisplayName"),
            ({"Email": "nele@elsewhere.example"}, "Email"),
            ({"how": "typed", "Password": "short"}, "Password"),
            ({"Name": "ada"}, "Name"),
            ({"groups": "nobody-knows-it"}, "groups"),
            ({"aliases": "nele@elsewhere.example"}, "aliases"),
            ({"quota": "0"}, "quota"),
        ],
    )
    def test_what_does_not_fit_comes_back_at_its_field(
        self, adam: Desk, values: dict[str, str], field: str
    ) -> None:
        page = adam.post("create", data=new(adam, **values))
        assert page.status_code == 422
        assert page.context["form"].errors.keys() == {field}

    def test_a_form_that_is_sent_twice_makes_one_person(self, adam: Desk, wire: Wire) -> None:
        sent = new(adam)
        adam.post("create", data=sent)
        assert adam.post("create", data=sent).status_code == 409
        assert wire.calls.count("CreateUser") == 1

    def test_silence_is_said_as_what_it_is(self, adam: Desk, wire: Wire) -> None:
        wire.lost.add("CreateUser")
        page = adam.post("create", data=new(adam))
        assert page.status_code == 503
        assert "this may have been done" in text(page)
        assert "RegisterToWorkMail" not in wire.calls


class TestRights:
    @pytest.mark.parametrize("name", ["enable", "disable", "delete"])
    def test_the_helpdesk_has_none_of_these(self, helga: Desk, bruno: Desk, name: str, wire: Wire) -> None:
        assert helga.get(name, BO).status_code == 403
        assert bruno.post(name, DEE).status_code == 403
        assert helga.get("create").status_code == 403
        assert wire.calls == []
