"""What pages ask of entries: a sentence, what changed, and what a call came to."""

from typing import Any

import pytest

from console.ledger import journal
from console.ledger.differences import Difference, find_differences
from console.ledger.models import Entry
from tests.ledger.support import ADA, ORGANIZATION, intend

Kind, Outcome = Entry.Kind, Entry.Outcome
BEFORE = {"DescribeUser": {"DisplayName": "Grace", "Office": "1.01"}}
AFTER = {"DescribeUser": {"DisplayName": "Grace Hopper", "Office": "1.01"}}


class TestDifferences:
    @pytest.mark.parametrize(
        ("before", "after", "found"),
        [
            ({}, {}, []),
            ({"a": 1}, {"a": 1}, []),
            ({"a": 1}, {"a": 2}, [("a", 1, 2)]),
            ({"a": 1}, {}, [("a", 1, None)]),
            ({}, {"a": None}, []),
            ({"r": {"a": 1, "b": 2}}, {"r": {"a": 1, "b": 3}}, [("r.b", 2, 3)]),
            ({"r": {"a": {"x": 1}}}, {"r": {"a": {"x": 2}}}, [("r.a", {"x": 1}, {"x": 2})]),
            ({"r": {"a": 1}}, {"r": ["a"]}, [("r.a", 1, None), ("r", None, ["a"])]),
        ],
    )
    def test_are_by_field_one_level_deep(
        self, before: dict[str, Any], after: dict[str, Any], found: list[tuple[str, Any, Any]]
    ) -> None:
        assert find_differences(before, after) == [Difference(*each) for each in found]


@pytest.mark.django_db
class TestChanges:
    changed = [Difference("DescribeUser.DisplayName", "Grace", "Grace Hopper")]

    def test_join_the_intents_before_with_its_outcomes_after(self) -> None:
        intent = intend(before=BEFORE)
        outcome = journal.record_outcome(intent, Outcome.DONE, after=AFTER)
        assert intent.changes == outcome.changes == self.changed

    def test_take_the_latest_that_was_found_out(self) -> None:
        intent = intend(before=BEFORE)
        journal.record_outcome(intent, Outcome.UNKNOWN)
        journal.record_outcome(intent, Outcome.APPLIED, after=AFTER)
        assert intent.changes == self.changed

    def test_are_none_while_nobody_looked(self) -> None:
        intent = intend(before=BEFORE)
        assert journal.record_outcome(intent, Outcome.REFUSED).changes == []

    def test_of_a_record_are_its_own(self) -> None:
        entry = journal.record_entry(ADA, Kind.OBSERVED, before=BEFORE, after=AFTER)
        assert entry.changes == self.changed


@pytest.mark.django_db
class TestTheResultOfACall:
    def result(self, *outcomes: str) -> str:
        intent = intend()
        for each in outcomes:
            journal.record_outcome(intent, each)
        results = {entry.result for entry in Entry.objects.of_call(intent.call).with_result()}  # type: ignore[attr-defined]  # annotated
        assert len(results) == 1
        return str(results.pop())

    @pytest.mark.parametrize(
        ("outcomes", "result"),
        [
            ([], ""),
            (["done"], "done"),
            (["unknown"], "unknown"),
            (["unknown", "applied"], "applied"),
            (["not_applied", "unknown"], "not_applied"),
        ],
    )
    def test_is_the_latest_that_is_known(self, outcomes: list[str], result: str) -> None:
        assert self.result(*outcomes) == result


@pytest.mark.django_db
class TestSentences:
    def test_say_what_was_asked_for_and_what_came_of_it(self) -> None:
        intent = intend(target_name="Grace Hopper")
        outcome = journal.record_outcome(intent, Outcome.DONE)
        assert intent.sentence == "ada@example.com asked for UpdateUser on Grace Hopper"
        assert outcome.sentence == "UpdateUser on Grace Hopper, asked for by ada@example.com: done"
        assert str(intent) == f"1: {intent.sentence}"

    @pytest.mark.parametrize(
        ("kind", "sentence"),
        [
            (Kind.DENIED, "ada@example.com was denied DeleteUser on S-1"),
            (Kind.REVEALED, "ada@example.com was shown what DeleteUser on S-1 gives"),
            (Kind.OBSERVED, "Changed outside the console: DeleteUser of S-1"),
            (Kind.CHANGED, "ada@example.com changed DeleteUser on S-1"),
        ],
    )
    def test_of_other_kinds(self, kind: str, sentence: str) -> None:
        entry = journal.record_entry(
            ADA, kind, organization=ORGANIZATION, operation="DeleteUser", target="S-1"
        )
        assert entry.sentence == sentence

    def test_of_a_download(self) -> None:
        said: dict[str, Any] = {"file": "users.csv", "rows": 444, "filter": "state is enabled"}
        entry = journal.record_entry(ADA, Kind.DOWNLOADED, organization=ORGANIZATION, **said)
        assert entry.sentence == "ada@example.com downloaded users.csv, 444 rows, filter: state is enabled"

    @pytest.mark.parametrize("kind", Kind.values)
    def test_there_is_one_for_every_kind(self, kind: str) -> None:
        assert Entry(kind=kind, operator="ada@example.com", target_name="eve", text="{}").sentence
