"""Register the handler of each operation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, TypeVar

from console.aws import model
from console.sandbox.errors import SandboxBug
from console.sandbox.records import Organization
from console.sandbox.store import Store

Params = Mapping[str, Any]
Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A validated request; `account` and `region` come from its signature."""

    store: Store
    operation: str
    account: str
    region: str
    found: Organization | None = None

    @property
    def organization(self) -> Organization:
        """Return the organization of the request, which exists and may answer."""
        if self.found is None:
            raise SandboxBug(f"{self.operation} names no organization")
        return self.found

    @property
    def now(self) -> float:
        return self.store.clock.now()


Handler = Callable[[Call, Params], Result | None]
Advance = Callable[[Store], None]
HandlerFunction = TypeVar("HandlerFunction", bound=Handler)
AdvanceFunction = TypeVar("AdvanceFunction", bound=Advance)

HANDLERS: dict[str, Handler] = {}
ADVANCES: list[Advance] = []
IN_ANY_STATE: set[str] = set()


def handles(operation: str, *, in_any_state: bool = False) -> Callable[[HandlerFunction], HandlerFunction]:
    """Register the decorated function for one operation.

    It runs under the store's lock in a transaction and returns the members of the answer, those that are
    absent as None; an operation whose answer has no members returns nothing. The organization is Active,
    unless the function looks at its state itself.
    """
    model.get_operation(operation)

    def register(handler: HandlerFunction) -> HandlerFunction:
        if HANDLERS.setdefault(operation, handler) is not handler:
            raise SandboxBug(f"{operation} has two handlers")
        if in_any_state:
            IN_ANY_STATE.add(operation)
        return handler

    return register


def advances(function: AdvanceFunction) -> AdvanceFunction:
    """Register a function that brings what depends on time up to date.

    It runs before every request and now and then, so it must cost only what is under way.
    """
    ADVANCES.append(function)
    return function


def load_handlers() -> None:
    """Import every module of handlers, which registers them."""
    package = import_module("console.sandbox.handlers")
    for module in iter_modules(package.__path__):
        import_module(f"{package.__name__}.{module.name}")
