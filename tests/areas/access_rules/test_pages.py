"""The list in sentences, the tester, named networks and protected people; and who sees whom on them."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from console.areas.access_rules import rule_groups
from console.areas.access_rules.models import NamedNetwork, ProtectedPerson
from console.areas.access_rules.wording import RuleWording
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.sandbox.fixtures import ADA, BO, TestSandbox
from tests.areas import world
from tests.areas.access_rules.conftest import INSIDE, OFFICE, OUTSIDE, Desk, deny, save
from tests.areas.world import ZOE

WORDS = RuleWording(
    people={ADA: "Ada Çelik", BO: "Bo Ek"},
    networks={"the office network": [OFFICE], "VPN": ["198.51.100.0/24", "192.0.2.0/24"]},
    roles={"r-1": "Migration"},
)


class TestSentences:
    @pytest.mark.parametrize(
        ("rule", "sentence"),
        [
            ({"Effect": "ALLOW"}, "Allow everything for everybody"),
            (
                {
                    "Effect": "DENY",
                    "Actions": ["IMAP", "SMTP"],
                    "UserIds": [ADA, BO, ZOE],
                    "NotIpRanges": [OFFICE],
                },
                "Deny IMAP and SMTP for 3 people outside the office network",
            ),
            ({"Effect": "DENY", "UserIds": [ADA, BO]}, "Deny everything for Ada Çelik and Bo Ek"),
            ({"Effect": "ALLOW", "NotUserIds": [ADA]}, "Allow everything for everybody but Ada Çelik"),
            ({"Effect": "DENY", "NotActions": ["WebMail"]}, "Deny everything but WebMail for everybody"),
            (
                {"Effect": "ALLOW", "ImpersonationRoleIds": ["r-1"], "Actions": ["EWS"]},
                "Allow EWS for the role Migration",
            ),
            (
                {"Effect": "DENY", "IpRanges": ["192.0.2.0/24", "198.51.100.0/24", "10.0.0.0/8"]},
                "Deny everything for everybody from VPN and 10.0.0.0/8",
            ),
            (
                {"Effect": "DENY", "IpRanges": [f"10.{n}.0.0/16" for n in range(9)]},
                "Deny everything for everybody from 10.0.0.0/16 and 8 other networks",
            ),
            (
                {"Effect": "DENY", "UserIds": ["gone"]},
                "Deny everything for somebody who is not in the directory",
            ),
        ],
    )
    def test_read_as_people_speak(self, rule: dict[str, Any], sentence: str) -> None:
        assert WORDS.sentence(rule) == sentence


class TestParts:
    def test_stay_apart_when_one_was_changed(self) -> None:
        parts = rule_groups.split_rule(
            {"Name": "no", "Effect": "DENY", "UserIds": [f"user-{n:09}" for n in range(15)]}
        )
        assert [group.name for group in rule_groups.group_rules(parts)] == ["no"]
        changed = [parts[0], {**parts[1], "Effect": "ALLOW"}]
        assert [group.name for group in rule_groups.group_rules(changed)] == ["no-part1", "no-part2"]


class TestList:
    def test_says_that_rules_have_no_order(self, aude: Desk) -> None:
        body = world.body(aude.get("list"))
        assert "Rules have no order" in body
        assert "Allow everything for everybody" in body
        assert "New rule" not in body

    def test_costs_as_many_queries_whatever_the_rules(self, adam: Desk, town: TestSandbox) -> None:
        def price() -> int:
            with CaptureQueriesContext(connection) as made:
                adam.get("list")
            return len(made)

        town.call("PutAccessControlRule", Name="r", Effect="DENY", Description="x", UserIds=[BO])
        price()
        before = price()
        for n in range(5):
            town.call("PutAccessControlRule", Name=f"r{n}", Effect="DENY", Description="x", UserIds=[ADA, BO])
        assert price() == before

    def test_says_what_aws_says_when_it_shows_nothing(self, adam: Desk) -> None:
        Organization.objects.update(organization_id="m-" + "0" * 32)
        page = adam.get("list")
        assert page.status_code == 502
        assert "WorkMail does not know this organization" in world.body(page)


class TestScope:
    @pytest.fixture(autouse=True)
    def rule(self, town: TestSandbox) -> None:
        town.call("PutAccessControlRule", Name="two", Effect="DENY", Description="x", UserIds=[ADA, ZOE])
        town.call("PutAccessControlRule", Name="zoe", Effect="DENY", Description="x", UserIds=[ZOE])

    def test_people_outside_are_counted_and_nameless(self, nell: Desk) -> None:
        body = world.body(nell.get("list"))
        assert "Ada Çelik" in body
        assert "1 outside your domains" in body
        assert "Zoe" not in body
        assert ZOE not in body

    def test_protected_people_outside_too(self, nell: Desk) -> None:
        for entity_id in (ADA, ZOE):
            ProtectedPerson.objects.create(organization=nell.organization, entity_id=entity_id)
        body = world.body(nell.get("protected"))
        assert "Ada Çelik" in body
        assert "1 outside your domains" in body
        assert ZOE not in body

    def test_nobody_narrowed_writes_a_rule(self, nell: Desk) -> None:
        for name in ("create", "network-create", "protect"):
            assert nell.get(name).status_code == 403
        assert nell.get("edit", "two").status_code == 403
        assert nell.get("delete", "two").status_code == 403

    def test_nobody_outside_can_be_tested(self, nell: Desk) -> None:
        page = nell.get("test", data={"other": "zoe", "Action": "IMAP", "IpAddress": OUTSIDE})
        assert page.status_code == 422
        assert "answer" not in page.context
        inside = nell.get("test", data={"other": "ada", "Action": "IMAP", "IpAddress": OUTSIDE})
        assert inside.context["answer"].effect == "DENY"
        assert "Zoe" not in world.body(inside)


class TestTester:
    def test_says_what_workmail_says_and_why_each_rule_does_or_does_not_apply(self, adam: Desk) -> None:
        save(adam, "create", data=deny())
        answer = adam.get("test", data={"other": "ada", "Action": "IMAP", "IpAddress": OUTSIDE}).context[
            "answer"
        ]
        assert (answer.effect, answer.agrees) == ("DENY", True)
        assert {line.name: line.said for line in answer.lines} == {
            "no-imap": "decides",
            "default": "applies, and is overruled by a rule that denies",
        }
        inside = adam.get("test", data={"other": "ada", "Action": "IMAP", "IpAddress": INSIDE}).context[
            "answer"
        ]
        assert inside.allowed
        assert inside.lines[1].said == "does not apply: the address is in a network that it leaves out"

    def test_says_what_is_wrong_with_the_question(self, adam: Desk) -> None:
        page = adam.get("test", data={"other": "ada", "Action": "IMAP", "IpAddress": "10.0.0"})
        assert page.status_code == 422


class TestFinder:
    def test_offers_people_whose_names_begin_alike(self, adam: Desk) -> None:
        data = {"to": "id_UserIds", "find": "ada"}
        body = world.body(adam.get("people", data=data, **{"HX-Request": "true"}))
        assert 'data-append="ada@example.com"' in body
        assert 'data-to="id_UserIds"' in body


class TestNetworks:
    def test_are_kept_with_what_was_before_in_the_ledger(self, adam: Desk, office: NamedNetwork) -> None:
        given = {"name": "Office", "ranges": "203.0.113.9/24\n10.0.0.1"}
        given |= world.loaded(adam.client, adam.url("network-edit", office.pk))
        sent = adam.post("network-edit", office.pk, **given)
        assert sent.status_code == 303
        office.refresh_from_db()
        assert office.ranges == [OFFICE, "10.0.0.1/32"]
        entry = Entry.objects.get(operation="ManageNetworks")
        assert entry.body["before"]["ranges"] == [OFFICE]

    @pytest.mark.parametrize(
        "data", [{"name": "office", "ranges": OFFICE}, {"name": "A", "ranges": "all"}, {"name": "A"}]
    )
    def test_are_refused_with_what_is_wrong(self, adam: Desk, data: dict[str, str]) -> None:
        assert adam.post("network-create", **data).status_code == 422

    def test_are_forgotten(self, adam: Desk, office: NamedNetwork) -> None:
        assert adam.post("network-delete", office.pk).status_code == 303
        assert not NamedNetwork.objects.exists()


class TestProtectedPeople:
    def test_are_added_and_removed_and_the_ledger_knows(self, adam: Desk) -> None:
        assert adam.post("protect", other="bo", note="on call").status_code == 303
        assert adam.post("protect", other="bo").status_code == 422
        kept = ProtectedPerson.objects.get()
        assert "on call" in world.body(adam.get("protected"))
        assert adam.post("unprotect", kept.pk).status_code == 303
        assert not ProtectedPerson.objects.exists()
        assert Entry.objects.filter(operation="ManageProtectedPeople", target=BO).count() == 2
