"""Any sequence of operations leaves an organization consistent, as the operations themselves show it.

Hypothesis invents the sequences over few names and addresses, so that they collide; after each step
everything that can be listed is compared with everything that can be described.
"""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from console.sandbox.fixtures import DOMAIN, TestSandbox, running_sandbox

NAMES = some.sampled_from(["ann", "Ann", "ben", "staff", "room"])
ADDRESSES = some.sampled_from([f"{name}@{DOMAIN}" for name in ("ann", "ANN", "ben", "team", "ada", "x")])
PICK = some.integers(0, 30)
KINDS = {"user": "User", "group": "Group", "resource": "Resource"}
DESCRIPTION = ("Name", "State", "Email", "EnabledDate", "DisabledDate")
STATES = {"ENABLED", "DISABLED", "DELETED"}
STEPS = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


class Organization(RuleBasedStateMachine):
    """What its steps are told, it remembers: which ids there ever were, and how each call ended."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = running_sandbox()
        self.town: TestSandbox = self.opened.__enter__()
        self.town.clock.freeze()
        self.ever: dict[str, str] = {each["Id"]: kind for kind in KINDS for each in self.listed(kind)}

    def teardown(self) -> None:
        self.opened.__exit__(None, None, None)

    def call(self, operation: str, **params: Any) -> dict[str, Any] | None:
        """The answer, or None for a refusal; a refusal must have changed nothing."""
        before = self.town.store.contents()
        try:
            return self.town.call(operation, **params)
        except ClientError:
            refused = self.town.calls()[-1]
        assert refused.status == 400
        assert self.town.store.contents() == before
        return None

    def some_id(self, pick: int) -> str:
        return sorted(self.ever)[pick % len(self.ever)]

    def listed(self, kind: str, **filters: str) -> list[dict[str, Any]]:
        """Across all pages, which are short so that there are several."""
        found: list[dict[str, Any]] = []
        token: dict[str, str] = {}
        while True:
            more = {"Filters": filters} if filters else {}
            page = self.town.call(f"List{KINDS[kind]}s", MaxResults=3, **more, **token)
            found += page[f"{KINDS[kind]}s"]
            if "NextToken" not in page:
                return found
            token = {"NextToken": page["NextToken"]}

    def described(self, kind: str, identifier: str) -> dict[str, Any]:
        return self.town.call(f"Describe{KINDS[kind]}", **{f"{KINDS[kind]}Id": identifier})

    @rule(name=NAMES, kind=some.sampled_from(sorted(KINDS)))
    def create(self, name: str, kind: str) -> None:
        more: dict[str, Any] = {
            "user": {"DisplayName": name, "Password": "Sommer2026!"},
            "group": {},
            "resource": {"Type": "ROOM"},
        }[kind]
        taken = {
            each["Name"].casefold() for of in KINDS for each in self.listed(of) if each["State"] != "DELETED"
        }
        made = self.call(f"Create{KINDS[kind]}", Name=name, **more)
        assert (made is None) == (name.casefold() in taken)
        if made is not None:
            assert made[f"{KINDS[kind]}Id"] not in self.ever
            self.ever[made[f"{KINDS[kind]}Id"]] = kind

    @rule(pick=PICK, address=ADDRESSES)
    def register(self, pick: int, address: str) -> None:
        self.call("RegisterToWorkMail", EntityId=self.some_id(pick), Email=address)

    @rule(pick=PICK)
    def deregister(self, pick: int) -> None:
        self.call("DeregisterFromWorkMail", EntityId=self.some_id(pick))

    @rule(pick=PICK)
    def delete(self, pick: int) -> None:
        identifier = self.some_id(pick)
        kind = self.ever[identifier]
        self.call(f"Delete{KINDS[kind]}", **{f"{KINDS[kind]}Id": identifier})

    @rule(pick=PICK, address=ADDRESSES)
    def add_alias(self, pick: int, address: str) -> None:
        self.call("CreateAlias", EntityId=self.some_id(pick), Alias=address)

    @rule(pick=PICK, address=ADDRESSES)
    def remove_alias(self, pick: int, address: str) -> None:
        self.call("DeleteAlias", EntityId=self.some_id(pick), Alias=address)

    @rule(pick=PICK, address=ADDRESSES)
    def change_primary(self, pick: int, address: str) -> None:
        self.call("UpdatePrimaryEmailAddress", EntityId=self.some_id(pick), Email=address)

    @rule(group=PICK, member=PICK, joins=some.booleans())
    def change_membership(self, group: int, member: int, joins: bool) -> None:
        operation = "AssociateMemberToGroup" if joins else "DisassociateMemberFromGroup"
        self.call(operation, GroupId=self.some_id(group), MemberId=self.some_id(member))

    @rule(owner=PICK, grantee=PICK, values=some.sets(some.sampled_from(["SEND_AS", "FULL_ACCESS"])))
    def permit(self, owner: int, grantee: int, values: set[str]) -> None:
        params = {"EntityId": self.some_id(owner), "GranteeId": self.some_id(grantee)}
        if self.call("PutMailboxPermissions", **params, PermissionValues=sorted(values)) is None:
            return
        listed = self.town.call("ListMailboxPermissions", EntityId=params["EntityId"])["Permissions"]
        given = {each["GranteeId"]: set(each["PermissionValues"]) for each in listed}
        assert given.get(params["GranteeId"], set()) == values

    @rule(seconds=some.sampled_from([1, 3600, 31 * 86400]))
    def let_time_pass(self, seconds: int) -> None:
        self.town.clock.advance(seconds)

    @precondition(lambda self: not self.town.sandbox.snapshots.taken)
    @rule()
    def keep(self) -> None:
        self.town.sandbox.snapshots.take("kept")
        self.kept = dict(self.ever)

    @precondition(lambda self: self.town.sandbox.snapshots.taken)
    @rule()
    def go_back(self) -> None:
        self.town.sandbox.snapshots.restore("kept")
        self.ever = dict(self.kept)

    @invariant()
    def everything_listed_is_described_alike(self) -> None:
        for kind in KINDS:
            listed = self.listed(kind)
            assert len({each["Id"] for each in listed}) == len(listed)
            assert {each["Id"] for each in listed} == {key for key, of in self.ever.items() if of == kind}
            for each in listed:
                shown = self.described(kind, each["Id"])
                assert [shown.get(name) for name in DESCRIPTION] == [each.get(name) for name in DESCRIPTION]

    @invariant()
    def states_agree_with_addresses_and_filters(self) -> None:
        for kind in KINDS:
            listed = self.listed(kind)
            for state in STATES:
                ids = {each["Id"] for each in listed if each["State"] == state}
                assert {each["Id"] for each in self.listed(kind, State=state)} == ids
            for each in listed:
                assert each["State"] in STATES
                assert ("Email" in each) == (each["State"] == "ENABLED")

    @invariant()
    def names_and_addresses_belong_to_one(self) -> None:
        living = [each for kind in KINDS for each in self.listed(kind) if each["State"] != "DELETED"]
        names = [each["Name"].casefold() for each in living]
        assert len(set(names)) == len(names)
        held = [(each["Id"], address) for each in living for address in self.addresses(each)]
        folded = [address.casefold() for _, address in held]
        assert len(set(folded)) == len(folded)
        for holder, address in held:
            assert self.town.call("DescribeEntity", Email=address)["EntityId"] == holder

    def addresses(self, entity: dict[str, Any]) -> list[str]:
        aliases: list[str] = self.town.call("ListAliases", EntityId=entity["Id"])["Aliases"]
        assert aliases[:1] == ([entity["Email"]] if "Email" in entity else [])
        return aliases

    @invariant()
    def groups_and_their_members_know_each_other(self) -> None:
        living = {each["Id"] for kind in KINDS for each in self.listed(kind) if each["State"] != "DELETED"}
        links = set()
        for group in [each for each in self.listed("group") if each["Id"] in living]:
            members = self.town.call("ListGroupMembers", GroupId=group["Id"])["Members"]
            links |= {(group["Id"], member["Id"]) for member in members}
        assert {member for _, member in links} <= living
        for member in [key for key, kind in self.ever.items() if kind != "resource" and key in living]:
            groups = self.town.call("ListGroupsForEntity", EntityId=member)["Groups"]
            assert {each["GroupId"] for each in groups} == {group for group, of in links if of == member}


TestAnySequence = pytest.mark.timeout(600)(Organization.TestCase)
TestAnySequence.settings = STEPS
