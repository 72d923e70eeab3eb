"""The catalogue against botocore's models: complete, and true where it names things."""

import pytest

from console.aws import model
from console.aws.catalogue import CATALOGUE, CONSOLE_ACTIONS, DESCRIBE, Access, Operation

AREAS = {
    "organizations": 7,
    "users": 6,
    "groups": 8,
    "resources": 8,
    "mailboxes": 13,
    "exports": 4,
    "domains": 7,
    "access_rules": 4,
    "mobile": 9,
    "impersonation": 7,
    "retention": 3,
    "availability": 5,
    "monitoring": 3,
    "identity": 8,
    "messages": 2,
}
every_operation = pytest.mark.parametrize("rule", CATALOGUE.values(), ids=CATALOGUE)
READING = ("Describe", "Get", "List", "Test")


class TestCatalogue:
    def test_holds_exactly_the_operations_of_both_models(self) -> None:
        assert set(CATALOGUE) == set(model.list_operations())
        assert len(CATALOGUE) == 94

    def test_gives_each_area_its_operations(self) -> None:
        found = {area: sum(rule.area == area for rule in CATALOGUE.values()) for area in AREAS}
        assert found == AREAS
        assert sum(AREAS.values()) == len(CATALOGUE)

    def test_names_of_the_consoles_own_actions_are_not_awss(self) -> None:
        assert not set(CONSOLE_ACTIONS) & set(CATALOGUE)

    @every_operation
    def test_access_agrees_with_the_verb(self, rule: Operation) -> None:
        reading = rule.name.startswith(READING) and rule.access is not Access.SECRET
        assert rule.is_read == reading

    @every_operation
    def test_target_is_a_member_of_the_input(self, rule: Operation) -> None:
        assert not rule.target or rule.target in model.input_members(rule.name)

    @every_operation
    def test_what_it_creates_is_a_member_of_the_output(self, rule: Operation) -> None:
        assert not rule.creates or rule.creates in model.output_members(rule.name)

    @every_operation
    def test_its_reads_are_reads_that_can_be_made_from_its_parameters(self, rule: Operation) -> None:
        for read in rule.reads:
            if read.operation == DESCRIBE:
                continue
            assert CATALOGUE[read.operation].is_read
            for inner, outer in read.members.items():
                assert inner in model.input_members(read.operation)
                assert outer in model.input_members(rule.name)

    @every_operation
    def test_its_inverse_is_a_write(self, rule: Operation) -> None:
        inverse = rule.undo.operation if rule.undo else ""
        assert not inverse or CATALOGUE[inverse].access is Access.WRITE

    def test_an_operation_that_aws_adds_is_noticed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        known = {**model.list_operations(), "ListEverything": model.get_operation("ListUsers")}
        monkeypatch.setattr(model, "list_operations", lambda: known)
        assert set(CATALOGUE) != set(model.list_operations())
