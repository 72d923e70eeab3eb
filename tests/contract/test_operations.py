"""`manage.py operations`: no operation of AWS without a page, a handler and a word about undoing it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from console.aws import model
from console.changes.management.commands import operations


def test_the_table_has_every_operation_and_no_hole() -> None:
    out = StringIO()
    call_command("operations", "--check", stdout=out)
    assert f"{len(model.list_operations())} operations, 0 holes" in out.getvalue()


@pytest.mark.parametrize("part", ["find_pages", "find_handlers"])
def test_a_hole_is_named_and_fails(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = getattr(operations, part)
    monkeypatch.setattr(operations, part, lambda: {k: v for k, v in real().items() if k != "UpdateUser"})
    monkeypatch.setattr(operations, "find_named_operations", dict)
    with pytest.raises(CommandError, match="UpdateUser has no"):
        call_command("operations", "--check", stdout=StringIO())
