"""Run the handler of an operation, with input and output validated by the service model."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from console.aws import model
from console.sandbox import handler_registry, requirements
from console.sandbox.errors import (
    COMMON_ERRORS,
    SandboxBug,
    ServiceError,
    invalid_input_error,
    is_listed_error,
)
from console.sandbox.handler_registry import Call, Params, Result
from console.sandbox.records import Organization
from console.sandbox.store import Store

Around = Callable[[Call], AbstractContextManager[None]]

handler_registry.load_handlers()


def no_context(call: Call) -> AbstractContextManager[None]:
    return nullcontext()


def answer_call(
    store: Store, operation: str, params: Params, *, account: str, region: str, around: Around = no_context
) -> Result:
    """Return the members of the operation's answer; raise ServiceError as the service would.

    `around` is what the handler runs in. Whatever the operation changed is on disk when this returns, and
    nothing is changed when it raises.
    """
    if operation not in handler_registry.HANDLERS:
        raise ServiceError("UnknownOperationException", f"The sandbox knows no operation {operation!r}")
    require_valid(operation, params)
    given = {name: value for name, value in params.items() if value is not None}
    try:
        run_advances(store)
        with store.transaction():
            call = Call(store, operation, account, region)
            call = Call(store, operation, account, region, get_organization(call, given))
            with around(call):
                result = handler_registry.HANDLERS[operation](call, given)
    except ServiceError as error:
        raise modelled_error(operation, error) from error
    return validate_result(operation, result or {})


def run_advances(store: Store) -> None:
    """Bring everything that depends on time up to date."""
    with store.transaction():
        for function in handler_registry.ADVANCES:
            function(store)


def require_valid(operation: str, params: Params) -> None:
    """Raise for invalid parameters; members that the model does not know are ignored, as AWS JSON does."""
    problems = [each for each in model.find_input_problems(operation, params) if each.code != "unknown"]
    wrong_type = [each for each in problems if each.code == "type"]
    if wrong_type:
        raise ServiceError("SerializationException", f"{wrong_type[0].field} {wrong_type[0].message}")
    if problems:
        raise invalid_input_error(
            operation, "; ".join(f"{each.field} {each.message}" for each in problems[:5])
        )


def get_organization(call: Call, params: Params) -> Organization | None:
    """Return the request's organization; raise if it is missing, foreign or may not answer."""
    organization_id = params.get("OrganizationId")
    if organization_id is None:
        return None
    found = call.store.organizations.get(organization_id)
    if found is None or (found.account, found.region) != (call.account, call.region):
        raise ServiceError("OrganizationNotFoundException", f"Organization {organization_id} does not exist")
    if call.operation not in handler_registry.IN_ANY_STATE:
        requirements.require_active(found, call.operation)
    requirements.require_writable(found, call.operation)
    return found


def modelled_error(operation: str, error: ServiceError) -> ServiceError:
    """Return the error if the operation's model lists it, else a SandboxBug."""
    if is_listed_error(operation, error.code) or error.code in COMMON_ERRORS:
        return error
    raise SandboxBug(f"{operation} does not list {error.code}") from error


def validate_result(operation: str, result: Mapping[str, Any]) -> Result:
    given = {name: drop_absent(value) for name, value in result.items() if value is not None}
    problems = model.find_output_problems(operation, given)
    if problems:
        raise SandboxBug(f"{operation} answered {problems[0].field}, which {problems[0].message}")
    return given


def drop_absent(value: Any) -> Any:
    """Return the value without structure members that are `None`."""
    if isinstance(value, list):
        return [drop_absent(member) for member in value]
    if isinstance(value, dict):
        return {name: member for name, member in value.items() if member is not None}
    return value
