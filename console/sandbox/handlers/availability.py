"""Operations on availability configurations."""

from dataclasses import replace

from console.sandbox.availability_test import (
    ExchangeServer,
    LambdaFunction,
    find_failure,
    is_accepted_password,
)
from console.sandbox.errors import ServiceError, invalid_input_error
from console.sandbox.handler_registry import Call, Params, Result, handles
from console.sandbox.idempotency import run_once
from console.sandbox.organization_records import AvailabilityConfiguration
from console.sandbox.paging import page_of_table

PROVIDERS = ("EwsProvider", "LambdaProvider")


@handles("CreateAvailabilityConfiguration")
def create_availability_configuration(call: Call, params: Params) -> None:
    run_once(call, params, lambda: add_configuration(call, params))


def add_configuration(call: Call, params: Params) -> str:
    configured = build_configuration(call, params)
    table = call.store.availability_configurations
    if table.get(configured.key):
        message = f"{configured.domain} has an availability configuration"
        raise ServiceError("NameAvailabilityException", message)
    most = call.store.settings.availability_configurations
    if table.count("availability", configured.organization_id) >= most:
        message = f"An organization can have {most} availability configurations"
        raise ServiceError("LimitExceededException", message)
    return table.save(configured).domain


def build_configuration(call: Call, params: Params) -> AvailabilityConfiguration:
    """Return the configuration of exactly one provider; domains are compared without case [inferred]."""
    require_one_provider(call, [name for name in PROVIDERS if name in params])
    new = AvailabilityConfiguration(
        organization_id=call.organization.organization_id,
        domain=params["DomainName"].lower(),
        created=call.now,
        modified=call.now,
    )
    if "LambdaProvider" in params:
        return replace(new, function_arn=params["LambdaProvider"]["LambdaArn"])
    given = params["EwsProvider"]
    return replace(
        new,
        endpoint=given["EwsEndpoint"],
        username=given["EwsUsername"],
        password_fits=is_accepted_password(given["EwsPassword"]),
    )


def require_one_provider(call: Call, given: list[str]) -> None:
    if len(given) != 1:
        raise invalid_input_error(call.operation, "The request must contain exactly one provider definition")


@handles("UpdateAvailabilityConfiguration")
def update_availability_configuration(call: Call, params: Params) -> None:
    """Replace the provider, whatever its kind was."""
    earlier, configured = get_configuration(call, params["DomainName"]), build_configuration(call, params)
    call.store.availability_configurations.save(replace(configured, created=earlier.created))


@handles("DeleteAvailabilityConfiguration")
def delete_availability_configuration(call: Call, params: Params) -> None:
    """Delete a configuration; a missing one is no error [inferred]."""
    call.store.availability_configurations.delete(configuration_key(call, params["DomainName"]))


@handles("ListAvailabilityConfigurations")
def list_availability_configurations(call: Call, params: Params) -> Result:
    scope = ("availability", call.organization.organization_id)
    configurations, token = page_of_table(call, params, call.store.availability_configurations, *scope)
    return {
        "AvailabilityConfigurations": [show_configuration(each) for each in configurations],
        "NextToken": token,
    }


def show_configuration(configuration: AvailabilityConfiguration) -> Result:
    """Return the configuration without the password, which is never returned [documented]."""
    common = {
        "DomainName": configuration.domain,
        "DateCreated": configuration.created,
        "DateModified": configuration.modified,
    }
    if configuration.function_arn:
        return {
            **common,
            "ProviderType": "LAMBDA",
            "LambdaProvider": {"LambdaArn": configuration.function_arn},
        }
    server = {"EwsEndpoint": configuration.endpoint, "EwsUsername": configuration.username}
    return {**common, "ProviderType": "EWS", "EwsProvider": server}


@handles("TestAvailabilityConfiguration")
def test_availability_configuration(call: Call, params: Params) -> Result:
    """Test the provider in the request, or the one stored for a domain."""
    require_one_provider(call, [name for name in (*PROVIDERS, "DomainName") if name in params])
    if "DomainName" in params:
        configuration = get_configuration(call, params["DomainName"])
    else:
        configuration = build_configuration(call, {**params, "DomainName": "unsaved"})
    reason = find_failure(build_provider(configuration))
    return {"TestPassed": not reason, "FailureReason": reason or None}


def build_provider(configuration: AvailabilityConfiguration) -> LambdaFunction | ExchangeServer:
    if configuration.function_arn:
        return LambdaFunction(configuration.function_arn)
    return ExchangeServer(configuration.endpoint, configuration.username, configuration.password_fits)


def get_configuration(call: Call, domain: str) -> AvailabilityConfiguration:
    configuration = call.store.availability_configurations.get(configuration_key(call, domain))
    if configuration is None:
        raise ServiceError("ResourceNotFoundException", f"{domain} has no availability configuration")
    return configuration


def configuration_key(call: Call, domain: str) -> str:
    return f"{call.organization.organization_id}/{domain.lower()}"
