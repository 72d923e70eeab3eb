"""`console.extensions`: what the areas register, and that nothing else changes the tables."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from console import extensions
from console.areas.exports import change_step
from console.areas.exports import scope as export_scope
from console.areas.identity import access_tokens
from console.areas.lifecycle.access_block import block_status, rule_merge
from console.aws.catalogue import OWNED_MEMBERS
from console.changes import execution, undo
from console.mirror import effects
from console.operators import policy

CONSOLE = Path(extensions.__file__).parent
TABLES = {"performers", "special_inverses", "HANDLERS", "owner_finders"}
MUTATORS = {"append", "insert", "extend", "setdefault", "update"}


class TestRegistered:
    def test_are_the_performers_of_exports_and_access_rules(self) -> None:
        assert execution.performers == {
            "StartMailboxExportJob": change_step.perform_export,
            "PutAccessControlRule": rule_merge.write_rule,
            "DeleteAccessControlRule": rule_merge.write_rule,
        }

    def test_is_the_inverse_of_block_rules(self) -> None:
        assert undo.special_inverses == [rule_merge.plan_undo]

    def test_is_the_effect_of_reading_access_rules(self) -> None:
        assert effects.HANDLERS["ListAccessControlRules"] is block_status.update_blocked_users

    def test_are_the_owners_of_everything_that_is_owned(self) -> None:
        assert policy.owner_finders == {
            "JobId": export_scope.find_mailbox_owner,
            "PersonalAccessTokenId": access_tokens.find_owner_id,
        }
        assert set(policy.owner_finders) == set(OWNED_MEMBERS)


class TestRegistering:
    @pytest.mark.parametrize(
        "register",
        [
            lambda: extensions.register_performer("PutAccessControlRule", change_step.perform_export),
            lambda: extensions.register_read_effect("ListUsers", block_status.update_blocked_users),
            lambda: extensions.register_owner_finder("JobId", access_tokens.find_owner_id),
        ],
    )
    def test_a_second_function_for_one_thing_is_an_error(self, register: Callable[[], None]) -> None:
        with pytest.raises(extensions.AlreadyRegistered):
            register()
        TestRegistered().test_are_the_performers_of_exports_and_access_rules()

    @pytest.mark.parametrize(
        "register",
        [
            lambda: extensions.register_performer("PutAccessRule", change_step.perform_export),
            lambda: extensions.register_read_effect("ListRules", block_status.update_blocked_users),
            lambda: extensions.register_owner_finder("UserId", access_tokens.find_owner_id),
        ],
    )
    def test_an_unknown_name_is_an_error(self, register: Callable[[], None]) -> None:
        with pytest.raises(KeyError):
            register()

    def test_the_same_function_twice_is_no_error(self) -> None:
        extensions.register_inverse(rule_merge.plan_undo)
        extensions.register_performer("PutAccessControlRule", rule_merge.write_rule)
        TestRegistered().test_is_the_inverse_of_block_rules()


def changes_of_tables(source: str) -> list[str]:
    """The tables of extension points that a module changes."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            found.append(node.value)
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS
        ):
            found.append(node.func.value)
    return [name for each in found if (name := getattr(each, "attr", getattr(each, "id", ""))) in TABLES]


class TestTables:
    def test_are_changed_through_this_module_alone(self) -> None:
        paths = (path for path in CONSOLE.rglob("*.py") if "sandbox" not in path.relative_to(CONSOLE).parts)
        found = {str(path.relative_to(CONSOLE)): changes_of_tables(path.read_text()) for path in paths}
        assert {path: names for path, names in found.items() if names} == {
            "extensions.py": ["special_inverses"]
        }, "Use console.extensions.register_…"

    @pytest.mark.parametrize(
        "source",
        ["execution.performers['X'] = f", "undo.special_inverses.append(f)", "owner_finders.update(x=f)"],
    )
    def test_a_change_elsewhere_is_seen(self, source: str) -> None:
        assert changes_of_tables(source)
