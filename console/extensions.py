"""The points at which an area extends the packages below it.

An app calls these functions in `AppConfig.ready`, and nothing else changes the tables behind them: a
search for `extensions.register_` finds every place where the console treats an operation in another way
than its catalogue row says. They raise `KeyError` if the operation or member does not exist, and
`AlreadyRegistered` if another function has been registered for it.
"""

from collections.abc import MutableMapping
from typing import TypeVar

from console.aws.catalogue import CATALOGUE, OWNED_MEMBERS
from console.changes import execution, undo
from console.changes.execution import StepPerformer
from console.changes.undo import SpecialInverse
from console.mirror import effects
from console.mirror.effects import ReadEffect
from console.operators import policy
from console.operators.policy import OwnerFinder

Function = TypeVar("Function")


class AlreadyRegistered(Exception):
    """Another function has been registered for the same operation or member."""


def register_performer(operation: str, performer: StepPerformer) -> None:
    """Let `performer` run the steps of an operation in place of the call through the gateway.

    It returns the answer of the step, sends what it writes with `execution.send_write`, and raises
    `execution.RetryLater` if the step has to wait.
    """
    _register(execution.performers, CATALOGUE[operation].name, performer)


def register_inverse(find: SpecialInverse) -> None:
    """Ask `find` for the steps that undo a step; `None` leaves it to the operation's row.

    The first function that returns steps wins.
    """
    if find not in undo.special_inverses:
        undo.special_inverses.append(find)


def register_read_effect(operation: str, update: ReadEffect) -> None:
    """Pass every result of a read to `update`, which keeps what the area stores of it up to date."""
    _register(effects.HANDLERS, CATALOGUE[operation].name, update)


def register_owner_finder(member: str, find: OwnerFinder) -> None:
    """Let `find` tell the policy whose the thing is that one of `OWNED_MEMBERS` identifies.

    It returns the id of the entity, or "" if the owner is unknown: only a grant for the whole organization
    reaches that.
    """
    if member not in OWNED_MEMBERS:
        raise KeyError(member)
    _register(policy.owner_finders, member, find)


def _register(table: MutableMapping[str, Function], key: str, function: Function) -> None:
    if table.setdefault(key, function) is not function:
        raise AlreadyRegistered(key)
