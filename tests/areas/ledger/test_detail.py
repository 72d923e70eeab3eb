"""One entry in full: what was sent, what it changed, what AWS said, and what was found out later."""

from typing import Any

import pytest
from django.test import Client

from console.actor import Actor
from console.aws import errors
from console.gateway import gateway
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators.models import Operator
from console.sandbox import fixtures
from tests.areas import world
from tests.areas.ledger.conftest import HANNAH, done, intend, person, record, to

pytestmark = pytest.mark.django_db
Kind, Outcome = Entry.Kind, Entry.Outcome


def page(client: Client, entry: Entry) -> str:
    return world.body(client.get(to("detail", entry.seq)))


class TestCall:
    def test_says_who_whom_why_and_from_where(self, reader: Client) -> None:
        text = page(reader, done(target="u-1", target_name="ada@example.com", reason="Moved", ticket="T-17"))
        for each in (HANNAH.name, "ada@example.com", "u-1", "Moved", "T-17", "192.0.2.7", "password+totp"):
            assert each in text

    def test_shows_before_and_after_of_what_changed_and_of_nothing_else(self, reader: Client) -> None:
        before = {"DescribeUser": {"DisplayName": "Ada", "Office": "Oslo"}}
        entry = intend(before=before)
        journal.record_outcome(
            entry, Outcome.DONE, after={"DescribeUser": {"DisplayName": "Ada K", "Office": "Oslo"}}
        )
        text = page(reader, entry)
        assert "<del>Ada</del>" in text
        assert "<ins>Ada K</ins>" in text
        assert "Oslo" not in text

    def test_shows_lists_line_by_line(self, reader: Client) -> None:
        before = {"ListAliases": {"Aliases": ["a@example.com"]}}
        entry = intend("CreateAlias", before=before)
        after = {"ListAliases": {"Aliases": ["a@example.com", "b@example.com"]}}
        journal.record_outcome(entry, Outcome.DONE, after=after)
        assert "<div>a@example.com</div><div>b@example.com</div>" in page(reader, entry)

    def test_shows_aws_request_id(self, reader: Client) -> None:
        entry = done()
        assert f"aws-{entry.seq}" in page(reader, entry)

    def test_an_outcomes_own_number_leads_to_the_same_page(self, reader: Client) -> None:
        entry = done(target_name="ada@example.com")
        assert f"<title>Entry {entry.seq} " in page(reader, Entry.objects.get(seq=entry.seq + 1))

    def test_refused_says_why_and_that_nothing_changed(self, reader: Client) -> None:
        entry = intend()
        error = {"code": "EntityStateException", "message": "The user is disabled."}
        journal.record_outcome(entry, Outcome.REFUSED, error=error)
        text = page(reader, entry)
        for each in ("Refused", "EntityStateException", "The user is disabled.", "Nothing was changed."):
            assert each in text

    def test_unknown_then_applied_tells_the_whole_story(self, reader: Client) -> None:
        entry = intend(before={"DescribeUser": {"Office": "Oslo"}})
        journal.record_outcome(
            entry, Outcome.UNKNOWN, error={"code": "ReadTimeoutError", "message": "Silence."}
        )
        assert "There was no answer" in page(reader, entry)
        journal.record_outcome(entry, Outcome.APPLIED, after={"DescribeUser": {"Office": "Bergen"}})
        text = page(reader, entry)
        assert "the console looked later, and it had happened" in text
        assert "<ins>Bergen</ins>" in text
        assert text.count("Outcome: ") == 2

    def test_open_says_that_nobody_knows_yet(self, reader: Client) -> None:
        assert "not known yet" in page(reader, intend())

    def test_through_the_gateway_everything_is_there(self, reader: Client, auditor: Operator) -> None:
        Organization.objects.all().delete()
        with world.town() as town:
            organization = world.mirrored(town.organization_id)
            owner = world.operator("Owner", organization)
            gateway.call(
                world.actor(owner),
                "UpdateUser",
                organization,
                UserId=fixtures.ADA,
                DisplayName="Ada Lovelace",
                reason="Married",
            )
            with pytest.raises(errors.CallFailed):
                gateway.call(world.actor(owner), "DeleteUser", organization, UserId=fixtures.ADA)
            client = world.browser(owner)
            updated, deleted = Entry.objects.filter(kind=Kind.INTENT).order_by("seq")
            text = page(client, updated)
            assert "<ins>Ada Lovelace</ins>" in text
            assert "Married" in text
            assert f'href="/o/example/users/{fixtures.ADA}/"' in text
            assert "Nothing was changed." in page(client, deleted)


class TestOthers:
    def test_a_denied_attempt_names_the_page(self, reader: Client) -> None:
        entry = record(Kind.DENIED, operation="DeleteUser", target="u-1", path="/o/example/users/u-1/delete/")
        text = page(reader, entry)
        assert "Denied" in text
        assert "/o/example/users/u-1/delete/" in text

    @pytest.mark.parametrize("seq", [0, 7, 2**62, 2**63, 10**30])
    def test_a_number_that_is_none_does_not_exist(self, reader: Client, seq: int) -> None:
        assert reader.get(f"/o/example/ledger/{seq}/").status_code == 404

    def test_a_row_is_as_long_as_it_is(self, reader: Client, django_assert_max_num_queries: Any) -> None:
        entry = done(target="u-1")
        with django_assert_max_num_queries(13):
            page(reader, entry)


class TestNarrowed:
    """What was done to somebody within her domains may name somebody who is not."""

    @pytest.fixture
    def nell(self, organization: Organization) -> Client:
        return world.browser(world.operator("Auditor", organization, "example.com", name="nell"))

    def entry(self, organization: Organization) -> Entry:
        ada = person(organization, "ada")
        zoe = person(organization, "zoe", "far.example", display_name="Zoe Far")
        shown = {"Permissions": [{"GranteeId": zoe.entity_id, "PermissionValues": ["SEND_AS"]}]}
        groups = {"Groups": [{"GroupId": "id-of-club", "GroupName": "Club"}]}
        person(organization, "club", "far.example", kind="group", display_name="Club")
        params = {"EntityId": ada.entity_id, "GranteeId": zoe.entity_id, "Email": zoe.email}
        entry = intend("PutMailboxPermissions", target=ada.entity_id, target_name=ada.email, params=params)
        journal.record_outcome(
            entry,
            Outcome.REFUSED,
            error={"code": "EntityStateException", "message": f"zoe@far.example ({zoe.entity_id}) is gone"},
        )
        entry = intend(
            "DeleteMailboxPermissions",
            target=ada.entity_id,
            params={**params, "MemberId": "never-heard-of", "Name": "Zoe Far"},
            before={"ListMailboxPermissions": shown, "ListGroupsForEntity": groups},
        )
        after: Any = {"ListMailboxPermissions": {"Permissions": []}, "ListGroupsForEntity": {"Groups": []}}
        journal.record_outcome(entry, Outcome.DONE, after=after)
        return entry

    def test_whoever_is_outside_stays_nameless(self, organization: Organization, nell: Client) -> None:
        entry = self.entry(organization)
        for each in (entry, Entry.objects.get(seq=entry.seq - 2)):
            text = page(nell, each)
            assert "(outside your domains)" in text
            assert "id-of-ada" in text
            for secret in ("zoe", "Zoe", "far.example", "never-heard-of", "id-of-club", "Club"):
                assert secret not in text

    def test_who_reads_everything_sees_the_names(self, organization: Organization, reader: Client) -> None:
        text = page(reader, self.entry(organization))
        assert "id-of-zoe" in text
        assert "outside your domains" not in text

    def test_entries_about_others_do_not_exist(self, organization: Organization, nell: Client) -> None:
        about_zoe = done(target=person(organization, "zoe", "far.example").entity_id)
        about_nobody = record(Kind.CHANGED, operation="ManageExportDestinations")
        for entry in (about_zoe, about_nobody):
            assert nell.get(to("detail", entry.seq)).status_code == 404


class TestChangedOutside:
    @pytest.fixture
    def entry(self, db: None) -> Entry:
        return record(
            Kind.OBSERVED,
            actor=Actor.system("mirror"),
            target="u-1",
            target_name="ada@example.com",
            before={"JobTitle": "Countess", "Aliases": []},
            after={"JobTitle": "Enchantress", "Aliases": ["a@example.com"]},
            values={"JobTitle": "Enchantress", "address a@example.com": True},
        )

    def test_shows_each_field_in_words_before_and_after(self, reader: Client, entry: Entry) -> None:
        text = page(reader, entry)
        assert "Aliases, Job title <span" in text
        for each in (
            '<th scope="row">Job title</th>',
            "<del>Countess</del>",
            "<ins>Enchantress</ins>",
            "a@example.com",
        ):
            assert each in text
        assert "Outside the console" in text
        assert "address a@example.com" not in text

    def test_is_named_by_its_fields_in_the_list_and_in_the_file(self, reader: Client, entry: Entry) -> None:
        listed = world.body(reader.get(to("list")))
        assert "Aliases, Job title" in listed
        assert "Changed outside" in listed
        assert "Outside the console" in listed
        assert 'observed,"Aliases, Job title",ada@example.com' in world.body(reader.get(to("csv")))
