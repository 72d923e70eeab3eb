"""What the retention policy deletes, said before and after; changing it by way of a draft."""

from datetime import date
from typing import Any

import pytest

from console.areas.retention import display
from console.changes.models import Change
from console.mirror.models import Entity
from console.sandbox.fixtures import ADA, TestSandbox
from tests.areas import world
from tests.areas.settled import Desk, loaded, written

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 31)
JUNK = {"Name": "JUNK_EMAIL", "Action": "PERMANENTLY_DELETE", "Period": 30}


def typed(desk: Desk, **changed: Any) -> dict[str, Any]:
    """The form as it was loaded, with some of it changed."""
    page = desk.get("retention:edit")
    given = {field.name: field.value() or "" for field in page.context["form"]}
    return {**given, "loaded": loaded(page), **changed}


class TestWords:
    @pytest.mark.parametrize(
        ("action", "days", "said"),
        [
            ("NONE", None, "Inbox: everything is kept."),
            ("DELETE", 1, "older than 1 day are deleted, and the owner can recover them"),
            ("PERMANENTLY_DELETE", 30, "older than 30 days are deleted for good"),
            ("DELETE", 31, "from before 28 February 2026"),
            ("DELETE", None, "WorkMail does not say"),
        ],
    )
    def test_say_what_becomes_of_a_folder(self, action: str, days: int | None, said: str) -> None:
        assert said in display.describe_folder("INBOX", action, days, TODAY)

    def test_a_folder_that_the_policy_does_not_name_is_kept(self) -> None:
        rows = display.build_rows([JUNK], TODAY)
        assert [row.name for row in rows] == display.list_folder_names()
        assert [row.name for row in rows if row.deletes] == ["JUNK_EMAIL"]

    def test_a_folder_that_nobody_knew_when_this_was_written_has_a_name(self) -> None:
        assert display.folder_label("SOME_NEW_ONE") == "Some new one"


class TestDetail:
    def test_says_that_there_is_none(self, aude: Desk) -> None:
        page = aude.page("retention:detail")
        assert "There is no retention policy." in page
        assert "48 hours" in page
        assert "Make a policy" not in page

    def test_says_what_it_deletes(self, olga: Desk, town: TestSandbox) -> None:
        town.call("PutRetentionPolicy", Name="default", FolderConfigurations=[JUNK])
        page = olga.page("retention:detail")
        assert "Junk e-mail: items older than 30 days are deleted for good" in page
        assert "Inbox: everything is kept." in page

    def test_says_why_it_cannot_be_read(self, olga: Desk, town: TestSandbox) -> None:
        town.faults.fail("GetDefaultRetentionPolicy", code="AccessDeniedException")
        page = olga.page("retention:detail")
        assert "own AWS role may not do this" in page
        assert "There is no retention policy" not in page


class TestChanging:
    def test_goes_by_a_draft_that_has_done_nothing_yet(self, adam: Desk, town: TestSandbox) -> None:
        answer = adam.post(
            "retention:edit",
            data=typed(adam, **{"action-DRAFTS": "DELETE", "days-DRAFTS": "90", "reason": "tidy"}),
        )
        change = Change.objects.get()
        assert answer["Location"] == adam.url("changes:detail", str(change.pk))
        assert (change.title, change.reason) == ("Retention: drafts after 90 days", "tidy")
        assert not town.calls("PutRetentionPolicy")

    def test_its_preview_and_its_run_show_and_do_it(self, adam: Desk, town: TestSandbox) -> None:
        town.call("PutRetentionPolicy", Id="p-1", Name="default", FolderConfigurations=[JUNK])
        adam.post("retention:edit", data=typed(adam, **{"days-JUNK_EMAIL": "60"}))
        change = Change.objects.get()
        assert "60" in adam.page("changes:detail", str(change.pk))
        adam.post("changes:run", str(change.pk))
        policy = town.call("GetDefaultRetentionPolicy")
        assert policy["Id"] == "p-1"
        kept = {each["Name"]: each for each in policy["FolderConfigurations"]}
        assert (kept["JUNK_EMAIL"]["Period"], kept["INBOX"]["Action"]) == (60, "NONE")
        assert len(written("PutRetentionPolicy")) == 1

    def test_says_beforehand_what_it_does_and_what_no_export_has(self, adam: Desk, town: TestSandbox) -> None:
        world.exported(adam.organization, Entity.objects.get(entity_id=ADA), state="completed")
        data = typed(adam, **{"action-INBOX": "PERMANENTLY_DELETE", "days-INBOX": "10"})
        answer = adam.post("retention:edit", data={**data, "look": "1"})
        page = world.body(answer)
        assert answer.status_code == 200
        assert "Inbox: items older than 10 days are deleted for good" in page
        assert "It holds in 2 mailboxes." in page
        assert "Of 1 of them there is no completed export" in page
        assert 'value="10"' in page
        assert not Change.objects.exists()

    @pytest.mark.parametrize("days", ["", "0", "731", "some"])
    def test_wants_days_that_workmail_takes_and_loses_nothing(self, adam: Desk, days: str) -> None:
        data = typed(adam, **{"action-INBOX": "DELETE", "days-INBOX": days, "Description": "Kept short"})
        answer = adam.post("retention:edit", data=data)
        assert answer.status_code == 422
        assert "days-INBOX" in answer.context["form"].errors
        assert "Kept short" in world.body(answer)
        assert not Change.objects.exists()

    def test_shows_what_somebody_else_changed_meanwhile(self, adam: Desk, town: TestSandbox) -> None:
        data = typed(adam, **{"action-INBOX": "DELETE", "days-INBOX": "10"})
        town.call("PutRetentionPolicy", Name="default", FolderConfigurations=[JUNK])
        answer = adam.post("retention:edit", data=data)
        assert answer.status_code == 422
        changed = [each.field for each in answer.context["form"].differences]
        assert changed == ["action-JUNK_EMAIL", "days-JUNK_EMAIL"]


class TestDeleting:
    def test_takes_the_id_from_what_is_there_now(self, adam: Desk, town: TestSandbox) -> None:
        town.call("PutRetentionPolicy", Id="p-1", Name="default", FolderConfigurations=[JUNK])
        assert "does not come back" in adam.page("retention:delete")
        answer = adam.post("retention:delete", data={"reason": "no longer wanted"})
        assert answer["Location"] == adam.url("retention:detail")
        assert "There is no retention policy." in adam.page("retention:detail")
        (entry,) = written("DeleteRetentionPolicy")
        assert (entry.target, entry.reason) == ("p-1", "no longer wanted")

    def test_what_is_gone_already_is_said_to_be(self, adam: Desk, town: TestSandbox) -> None:
        assert adam.post("retention:delete")["Location"] == adam.url("retention:detail")
        assert not town.calls("DeleteRetentionPolicy")
