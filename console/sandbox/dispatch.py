"""From a request's parameters to its answer, both held to the service's model."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from console.aws import model
from console.sandbox import registry, standing
from console.sandbox.errors import COMMON, SandboxBug, ServiceError, invalid, listed
from console.sandbox.records import Organization
from console.sandbox.registry import Call, Params, Result
from console.sandbox.store import Store

Around = Callable[[Call], AbstractContextManager[None]]

registry.load()


def undisturbed(call: Call) -> AbstractContextManager[None]:
    return nullcontext()


def answer(
    store: Store, operation: str, params: Params, *, account: str, region: str, around: Around = undisturbed
) -> Result:
    """The members of the operation's answer; raises ServiceError as the service would.

    `around` is what the handler runs in. Whatever the operation changed is on disk when this returns, and
    nothing is changed when it raises.
    """
    if operation not in registry.HANDLERS:
        raise ServiceError("UnknownOperationException", f"The sandbox knows no operation {operation!r}")
    require_valid(operation, params)
    given = {name: value for name, value in params.items() if value is not None}
    try:
        advance(store)
        with store.transaction():
            call = Call(store, operation, account, region)
            call = Call(store, operation, account, region, organization(call, given))
            with around(call):
                result = registry.HANDLERS[operation](call, given)
    except ServiceError as error:
        raise possible(operation, error) from error
    return checked(operation, result or {})


def advance(store: Store) -> None:
    """Let happen what is due by the store's clock."""
    with store.transaction():
        for function in registry.ADVANCES:
            function(store)


def require_valid(operation: str, params: Params) -> None:
    """Raise for the first problems; members that the model does not know are ignored, as AWS JSON does."""
    problems = [each for each in model.find_input_problems(operation, params) if each.code != "unknown"]
    wrong_type = [each for each in problems if each.code == "type"]
    if wrong_type:
        raise ServiceError("SerializationException", f"{wrong_type[0].field} {wrong_type[0].message}")
    if problems:
        raise invalid(operation, "; ".join(f"{each.field} {each.message}" for each in problems[:5]))


def organization(call: Call, params: Params) -> Organization | None:
    """The organization that the request names, if it exists, belongs to the caller and may answer."""
    organization_id = params.get("OrganizationId")
    if organization_id is None:
        return None
    found = call.store.organizations.get(organization_id)
    if found is None or (found.account, found.region) != (call.account, call.region):
        raise ServiceError("OrganizationNotFoundException", f"Organization {organization_id} does not exist")
    if call.operation not in registry.IN_ANY_STATE:
        standing.require_active(found, call.operation)
    standing.require_writable(found, call.operation)
    return found


def possible(operation: str, error: ServiceError) -> ServiceError:
    """The error, if the operation can answer it."""
    if listed(operation, error.code) or error.code in COMMON:
        return error
    raise SandboxBug(f"{operation} does not list {error.code}") from error


def checked(operation: str, result: Mapping[str, Any]) -> Result:
    given = {name: without_absent(value) for name, value in result.items() if value is not None}
    problems = model.find_output_problems(operation, given)
    if problems:
        raise SandboxBug(f"{operation} answered {problems[0].field}, which {problems[0].message}")
    return given


def without_absent(value: Any) -> Any:
    """Lists of structures without those members that are None."""
    if isinstance(value, list):
        return [without_absent(member) for member in value]
    if isinstance(value, dict):
        return {name: member for name, member in value.items() if member is not None}
    return value
