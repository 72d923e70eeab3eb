"""The catalogue against botocore's models: complete, and true where it names things."""

from importlib import import_module

import pytest

from console.aws import model
from console.aws.catalogue import AREAS, CATALOGUE, CONSOLE_ACTIONS, DESCRIBE, OPERATIONS, Access, Operation

every_operation = pytest.mark.parametrize("rule", CATALOGUE.values(), ids=CATALOGUE)
READING = ("Describe", "Get", "List", "Test")


class TestCatalogue:
    def test_holds_exactly_the_operations_of_both_models(self) -> None:
        assert set(CATALOGUE) == set(model.list_operations())

    def test_holds_each_operation_once(self) -> None:
        assert [rule.name for rule in OPERATIONS] == list(CATALOGUE)

    def test_has_a_module_for_each_area_with_its_operations(self) -> None:
        modules = {area: import_module(f"console.aws.catalogue.{area}") for area in AREAS}
        assert {area: {rule.area for rule in modules[area].OPERATIONS} for area in AREAS} == {
            area: {area} for area in AREAS
        }
        assert sum(len(module.OPERATIONS) for module in modules.values()) == len(CATALOGUE)

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
