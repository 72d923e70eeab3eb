"""The demonstration: two companies with everything in them, the same each time."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest

from console.aws import model
from console.sandbox import (
    botocore_hook,
    demo_integrations,
    dispatch,
    mailbox_content,
    rule_evaluation,
    seeds,
    transit_messages,
)
from console.sandbox.application import Sandbox
from console.sandbox.clock import DAY
from console.sandbox.organization_setup import ACCOUNT, REGION
from console.sandbox.records import Group, Membership, Resource, User
from console.sandbox.store import Store

DATES = ("enabled", "disabled", "provisioned", "created", "modified", "expires", "used", "sent")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox()
    seeds.seed_demo(sandbox.store)
    with botocore_hook.route_botocore(sandbox):
        yield sandbox
    sandbox.close()


@pytest.fixture
def store(sandbox: Sandbox) -> Store:
    return sandbox.store


def users(store: Store, organization: str = seeds.NORTHWIND_ID) -> list[User]:
    return [e for e in store.entities if isinstance(e, User) and e.organization_id == organization]


def people(store: Store) -> list[User]:
    return [user for user in users(store) if user.role != "SYSTEM_USER"]


def groups(store: Store) -> list[Group]:
    return [e for e in store.entities if isinstance(e, Group) and e.organization_id == seeds.NORTHWIND_ID]


def resources(store: Store) -> list[Resource]:
    return [e for e in store.entities if isinstance(e, Resource) and e.organization_id == seeds.NORTHWIND_ID]


def members(store: Store, group: Group) -> list[Membership]:
    return store.memberships.all("of", group.entity_id)


class TestTheDemonstration:
    def test_has_two_active_organizations_with_fixed_ids(self, store: Store) -> None:
        found = {each.organization_id: (each.alias, each.state) for each in store.organizations}
        assert found == {
            seeds.NORTHWIND_ID: ("northwind-health", "Active"),
            seeds.HARBOR_ID: ("harbor-legal", "Active"),
        }

    def test_has_as_many_people_as_asked_for(self, store: Store) -> None:
        assert len(people(store)) == 2000
        assert len([u for u in users(store, seeds.HARBOR_ID) if u.role != "SYSTEM_USER"]) == 40

    def test_is_the_same_each_time_but_for_dates(self) -> None:
        def seeded() -> list[dict[str, Any]]:
            sandbox = Sandbox()
            seeds.seed_demo(sandbox.store, 150)
            tables = [t for name, t in sandbox.store.tables.items() if name not in ("organizations",)]
            rows = [asdict(record) for table in tables for record in table]
            return [{name: value for name, value in row.items() if name not in DATES} for row in rows]

        assert seeded() == seeded()

    def test_has_the_same_first_people_in_a_larger_company(self, store: Store) -> None:
        small = Sandbox()
        seeds.seed_demo(small.store, 150)
        ids = {user.entity_id: user.display_name for user in people(store)}
        assert all(ids[user.entity_id] == user.display_name for user in people(small.store))

    @pytest.mark.parametrize("count", [0, 1, 7])
    def test_can_be_small(self, count: int) -> None:
        small = Sandbox()
        seeds.seed_demo(small.store, count)
        assert len(people(small.store)) == count

    def test_has_buckets_for_exports(self, sandbox: Sandbox) -> None:
        for bucket in (seeds.NORTHWIND_BUCKET, seeds.HARBOR_BUCKET):
            assert sandbox.neighbours.region(ACCOUNT, bucket) == REGION

    def test_has_constants_that_the_model_allows(self) -> None:
        wanted = {
            "RoleArn": seeds.EXPORT_ROLE_ARN,
            "KmsKeyArn": seeds.EXPORT_KEY_ARN,
            "S3BucketName": seeds.NORTHWIND_BUCKET,
            "OrganizationId": seeds.NORTHWIND_ID,
        }
        members = model.input_members("StartMailboxExportJob")
        assert not [p for name, value in wanted.items() for p in model.find_problems(members[name], value)]


class TestItsPeople:
    def test_are_on_three_domains(self, store: Store) -> None:
        found = Counter(user.email.partition("@")[2] for user in people(store) if user.email)
        assert found.keys() == seeds.NORTHWIND_DOMAINS.keys()
        assert min(found.values()) > 80

    def test_are_in_every_state(self, store: Store) -> None:
        found = Counter(user.state for user in people(store))
        assert 40 <= found["DISABLED"] <= 130
        assert 20 <= found["DELETED"] <= 70
        assert found["ENABLED"] > 1750

    def test_were_disabled_within_the_last_30_days_or_never_enabled(self, store: Store) -> None:
        now = store.clock.now()
        disabled = [user for user in people(store) if user.state == "DISABLED"]
        assert all(u.disabled is None or now - u.disabled < 30 * DAY for u in disabled)
        assert {u.enabled is None for u in disabled} == {True, False}
        assert all(u.disabled is None or u.enabled is None or u.enabled < u.disabled for u in people(store))

    def test_have_no_address_unless_they_are_enabled(self, store: Store) -> None:
        assert all(bool(user.email) == user.is_enabled for user in users(store))

    def test_include_remote_hidden_and_system_users(self, store: Store) -> None:
        roles = Counter(user.role for user in users(store))
        assert roles["SYSTEM_USER"] == 3
        assert roles["REMOTE_USER"] >= 5
        assert 30 < len([user for user in people(store) if user.hidden]) < 100
        assert not any(user.provisioned for user in people(store) if user.role == "REMOTE_USER")

    def test_have_aliases_up_to_the_limit(self, store: Store) -> None:
        counts = Counter(len(user.aliases) for user in people(store))
        assert counts[0] > 1000
        assert counts[1] > 100
        assert max(counts) == 100

    def test_have_mail_and_some_hardly_any_room_left(self, store: Store) -> None:
        filled = [user for user in people(store) if user.filled]
        shares = [mailbox_content.generate_size(user.entity_id) / user.quota for user in filled]
        assert len(filled) > 1900
        assert len([share for share in shares if 0.89 < share <= 1]) > 15
        assert max(user.quota for user in filled) == 51_200

    def test_share_mailboxes(self, store: Store) -> None:
        rights = Counter(
            value
            for user in users(store)
            for p in store.permissions.all("of", user.entity_id)
            for value in p.values
        )
        assert rights.keys() == {"FULL_ACCESS", "SEND_AS", "SEND_ON_BEHALF"}
        assert min(rights.values()) > 10


class TestItsGroups:
    def test_are_sixty_in_every_state(self, store: Store) -> None:
        assert len(groups(store)) == 60
        assert {group.state for group in groups(store)} == {"ENABLED", "DISABLED", "DELETED"}

    def test_are_partly_nested(self, store: Store) -> None:
        by_name = {group.name: group for group in groups(store)}
        inner = {link.other_id for link in members(store, by_name["All Staff"])}
        assert {by_name["Clinical"].entity_id, by_name["Corporate"].entity_id} <= inner

    def test_hold_the_people_of_each_department_and_office(self, store: Store) -> None:
        nursing = next(group for group in groups(store) if group.name == "Nursing")
        found = {store.entities.get(link.other_id) for link in members(store, nursing)}
        wanted = {u for u in people(store) if u.department == "Nursing" and u.is_enabled and u.role == "USER"}
        assert found == wanted

    def test_never_have_full_access_given_on_them(self, store: Store) -> None:
        given = [p.values for group in groups(store) for p in store.permissions.all("of", group.entity_id)]
        assert given
        assert not any("FULL_ACCESS" in values for values in given)


class TestItsResources:
    def test_are_forty_rooms_and_pieces_of_equipment(self, store: Store) -> None:
        kinds = Counter(resource.type for resource in resources(store))
        assert kinds.keys() == {"ROOM", "EQUIPMENT"}
        assert sum(kinds.values()) == 40

    def test_have_a_delegate_where_they_do_not_accept_by_themselves(self, store: Store) -> None:
        asking = [resource for resource in resources(store) if not resource.auto_accept]
        assert asking
        assert all(store.delegations.count("of", resource.entity_id) for resource in asking)


class TestThroughTheApi:
    """What the seed put there is what operations could have made: each answer fits the service's model."""

    def call(self, sandbox: Sandbox, operation: str, **params: Any) -> dict[str, Any]:
        params = {"OrganizationId": seeds.NORTHWIND_ID, **params}
        return dict(dispatch.answer_call(sandbox.store, operation, params, account=ACCOUNT, region=REGION))

    @pytest.mark.parametrize(
        ("listing", "items", "describing", "member"),
        [
            ("ListUsers", "Users", "DescribeUser", "UserId"),
            ("ListGroups", "Groups", "DescribeGroup", "GroupId"),
            ("ListResources", "Resources", "DescribeResource", "ResourceId"),
        ],
    )
    def test_everything_can_be_listed_and_described(
        self, sandbox: Sandbox, listing: str, items: str, describing: str, member: str
    ) -> None:
        page = self.call(sandbox, listing)
        found = page[items]
        while "NextToken" in page:
            page = self.call(sandbox, listing, NextToken=page["NextToken"])
            found += page[items]
        assert len({each["Id"] for each in found}) == len(found)
        for each in found:
            described = self.call(sandbox, describing, **{member: each["Id"]})
            assert (described["Name"], described["State"]) == (each["Name"], each["State"])

    def test_members_and_delegates_can_be_listed(self, sandbox: Sandbox) -> None:
        van = self.call(sandbox, "ListResourceDelegates", ResourceId="van-1")["Delegates"]
        assert {each["Type"] for each in van} == {"USER", "GROUP"}
        assert len(self.call(sandbox, "ListGroupMembers", GroupId="helpdesk")["Members"]) == 9

    def test_a_mailbox_near_its_quota_is_shown_so(self, sandbox: Sandbox) -> None:
        near = next(u for u in people(sandbox.store) if u.is_enabled and u.provisioned and u.quota < 5000)
        details = self.call(sandbox, "GetMailboxDetails", UserId=near.entity_id)
        assert 0.85 < details["MailboxSize"] / details["MailboxQuota"] <= 1


class TestTheEmptySeed:
    def test_has_a_bucket_and_nothing_else(self) -> None:
        sandbox = Sandbox()
        seeds.seed_empty(sandbox.store)
        assert not len(sandbox.store.organizations)
        assert sandbox.neighbours.region(ACCOUNT, seeds.NORTHWIND_BUCKET) == REGION


class TestItsPrograms:
    """What the pages of impersonation, sign-in and messages have to show."""

    def test_one_acts_as_everybody_but_two_and_one_as_two(self, sandbox: Sandbox, store: Store) -> None:
        roles = {each.name: each for each in store.impersonation_roles}
        assert {name: each.type for name, each in roles.items()} == {
            "Mail archive": "READ_ONLY",
            "Room booking": "FULL_ACCESS",
        }
        first, *_, other = [user for user in people(store) if user.state == "ENABLED"]
        archive = roles["Mail archive"].rules
        assert rule_evaluation.evaluate_impersonation(archive, first.entity_id).effect == "DENY"
        assert rule_evaluation.evaluate_impersonation(archive, other.entity_id).effect == "ALLOW"

    def test_tokens_are_old_and_new_used_and_forgotten(self, store: Store) -> None:
        tokens, now = list(store.personal_access_tokens), store.clock.now()
        assert any(each.expires is not None and each.expires < now for each in tokens)
        assert any(each.used is None for each in tokens)
        assert len({each.user_id for each in tokens}) == len(tokens) - 1

    def test_a_message_waits(self, store: Store) -> None:
        message = transit_messages.find_message(store, demo_integrations.MESSAGE_ID)
        assert message is not None
        assert b"Your mailbox is almost full" in message.body
