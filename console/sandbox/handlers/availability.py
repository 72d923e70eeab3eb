"""Availability configurations: whom WorkMail asks when people of another domain are free or busy."""

from dataclasses import replace

from console.sandbox.availability import Lambda, Server, obstacle, takes
from console.sandbox.errors import ServiceError, invalid
from console.sandbox.paging import page
from console.sandbox.records_organization import AvailabilityConfiguration
from console.sandbox.registry import Call, Params, Result, handles
from console.sandbox.repeats import once

PROVIDERS = ("EwsProvider", "LambdaProvider")


@handles("CreateAvailabilityConfiguration")
def create_availability_configuration(call: Call, params: Params) -> None:
    once(call, params, lambda: created(call, params))


def created(call: Call, params: Params) -> str:
    configured = wanted(call, params)
    table = call.store.availability_configurations
    if table.get(configured.key):
        message = f"{configured.domain} has an availability configuration"
        raise ServiceError("NameAvailabilityException", message)
    most = call.store.settings.availability_configurations
    if table.count("availability", configured.organization_id) >= most:
        message = f"An organization can have {most} availability configurations"
        raise ServiceError("LimitExceededException", message)
    return table.save(configured).domain


def wanted(call: Call, params: Params) -> AvailabilityConfiguration:
    """The configuration of exactly one provider; domains are compared without regard to case [inferred]."""
    require_one(call, [name for name in PROVIDERS if name in params])
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
        password_fits=takes(given["EwsPassword"]),
    )


def require_one(call: Call, given: list[str]) -> None:
    if len(given) != 1:
        raise invalid(call.operation, "The request must contain exactly one provider definition")


@handles("UpdateAvailabilityConfiguration")
def update_availability_configuration(call: Call, params: Params) -> None:
    """The provider takes the place of the one before, of whichever kind."""
    earlier, configured = found(call, params["DomainName"]), wanted(call, params)
    call.store.availability_configurations.save(replace(configured, created=earlier.created))


@handles("DeleteAvailabilityConfiguration")
def delete_availability_configuration(call: Call, params: Params) -> None:
    """One that is not there is no error [inferred]."""
    call.store.availability_configurations.delete(key(call, params["DomainName"]))


@handles("ListAvailabilityConfigurations")
def list_availability_configurations(call: Call, params: Params) -> Result:
    scope = ("availability", call.organization.organization_id)
    configurations, token = page(call, params, call.store.availability_configurations, *scope)
    return {"AvailabilityConfigurations": [shown(each) for each in configurations], "NextToken": token}


def shown(configuration: AvailabilityConfiguration) -> Result:
    """Without the password, which never comes back [documented]."""
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
    """Of a provider in the request, or of the one that is stored for a domain."""
    require_one(call, [name for name in (*PROVIDERS, "DomainName") if name in params])
    if "DomainName" in params:
        configuration = found(call, params["DomainName"])
    else:
        configuration = wanted(call, {**params, "DomainName": "unsaved"})
    reason = obstacle(provider(configuration))
    return {"TestPassed": not reason, "FailureReason": reason or None}


def provider(configuration: AvailabilityConfiguration) -> Lambda | Server:
    if configuration.function_arn:
        return Lambda(configuration.function_arn)
    return Server(configuration.endpoint, configuration.username, configuration.password_fits)


def found(call: Call, domain: str) -> AvailabilityConfiguration:
    configuration = call.store.availability_configurations.get(key(call, domain))
    if configuration is None:
        raise ServiceError("ResourceNotFoundException", f"{domain} has no availability configuration")
    return configuration


def key(call: Call, domain: str) -> str:
    return f"{call.organization.organization_id}/{domain.lower()}"
