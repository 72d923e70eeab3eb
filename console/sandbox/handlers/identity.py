"""Operations on IAM Identity Center and personal access tokens."""

import secrets

from console.sandbox import entity_lookup
from console.sandbox.errors import ServiceError, invalid_input_error
from console.sandbox.handler_registry import Call, Params, Result, handles
from console.sandbox.idempotency import run_once
from console.sandbox.organization_records import (
    IdentityCenterApplication,
    IdentityProvider,
    PersonalAccessToken,
)
from console.sandbox.paging import page_of_table

TOKEN_DAYS = 365  # unless something else is asked for [documented]


@handles("CreateIdentityCenterApplication")
def create_identity_center_application(call: Call, params: Params) -> Result:
    return {"ApplicationArn": run_once(call, params, lambda: add_application(call, params))}


def add_application(call: Call, params: Params) -> str:
    """Add an application; duplicates are allowed [unknown], and the instance is not verified."""
    instance = params["InstanceArn"]
    partition, instance_id = instance.split(":")[1], instance.rpartition("/")[2]
    new = IdentityCenterApplication(
        account=call.account,
        application_arn=(
            f"arn:{partition}:sso::{call.account}:application/{instance_id}/apl-{secrets.token_hex(8)}"
        ),
        instance_arn=instance,
        name=params["Name"],
    )
    return call.store.applications.save(new).application_arn


@handles("DeleteIdentityCenterApplication")
def delete_identity_center_application(call: Call, params: Params) -> None:
    """Delete an application, not its use [documented]; an unknown one is no error [inferred]."""
    found = find_application(call, params["ApplicationArn"])
    if found is not None:
        call.store.applications.delete(found.key)


def find_application(call: Call, arn: str) -> IdentityCenterApplication | None:
    found = call.store.applications.get(arn)
    return found if found is not None and found.account == call.account else None


@handles("PutIdentityProviderConfiguration")
def put_identity_provider_configuration(call: Call, params: Params) -> None:
    """Store the configuration; sign-in itself is not simulated, since there is no web mail."""
    center, tokens = params["IdentityCenterConfiguration"], params["PersonalAccessTokenConfiguration"]
    require_application(call, center["ApplicationArn"], center["InstanceArn"])
    days = tokens.get("LifetimeInDays")
    if tokens["Status"] == "ACTIVE" and days is None:
        days = TOKEN_DAYS
    call.store.identity_providers.save(
        IdentityProvider(
            organization_id=call.organization.organization_id,
            mode=params["AuthenticationMode"],
            instance_arn=center["InstanceArn"],
            application_arn=center["ApplicationArn"],
            token_status=tokens["Status"],
            token_days=days,
        )
    )


def require_application(call: Call, application_arn: str, instance_arn: str) -> None:
    """Raise unless CreateIdentityCenterApplication created the application in this instance [inferred]."""
    found = find_application(call, application_arn)
    if found is None:
        raise ServiceError("ResourceNotFoundException", f"There is no application {application_arn}")
    if found.instance_arn != instance_arn:
        raise invalid_input_error(
            call.operation, f"{application_arn} is not an application of {instance_arn}"
        )


@handles("DescribeIdentityProviderConfiguration")
def describe_identity_provider_configuration(call: Call, params: Params) -> Result:
    found = call.store.identity_providers.get(call.organization.organization_id)
    if found is None:
        message = "The organization has no identity provider configuration"
        raise ServiceError("ResourceNotFoundException", message)
    tokens = {"Status": found.token_status, "LifetimeInDays": found.token_days}
    return {
        "AuthenticationMode": found.mode,
        "IdentityCenterConfiguration": {
            "InstanceArn": found.instance_arn,
            "ApplicationArn": found.application_arn,
        },
        "PersonalAccessTokenConfiguration": {k: v for k, v in tokens.items() if v is not None},
    }


@handles("DeleteIdentityProviderConfiguration")
def delete_identity_provider_configuration(call: Call, params: Params) -> None:
    """Delete the configuration; a missing one is no error, and tokens stay without use [inferred]."""
    call.store.identity_providers.delete(call.organization.organization_id)


@handles("ListPersonalAccessTokens")
def list_personal_access_tokens(call: Call, params: Params) -> Result:
    """List tokens of a user or of all, oldest first, with expired ones [unknown]."""
    scope = ("token", call.organization.organization_id)
    if "UserId" in params:
        scope = ("of", entity_lookup.get_user(call, params).entity_id)
    tokens, following = page_of_table(call, params, call.store.personal_access_tokens, *scope)
    return {"PersonalAccessTokenSummaries": [show_token(each) for each in tokens], "NextToken": following}


@handles("GetPersonalAccessTokenMetadata")
def get_personal_access_token_metadata(call: Call, params: Params) -> Result:
    token_id = params["PersonalAccessTokenId"]
    found = find_token(call, token_id)
    if found is None:
        raise ServiceError("ResourceNotFoundException", f"There is no personal access token {token_id}")
    return show_token(found)


@handles("DeletePersonalAccessToken")
def delete_personal_access_token(call: Call, params: Params) -> None:
    """Delete a token; a missing one is no error [inferred]."""
    if found := find_token(call, params["PersonalAccessTokenId"]):
        call.store.personal_access_tokens.delete(found.key)


def find_token(call: Call, token_id: str) -> PersonalAccessToken | None:
    found = call.store.personal_access_tokens.get(token_id)
    own = found is not None and found.organization_id == call.organization.organization_id
    return found if own else None


def show_token(found: PersonalAccessToken) -> Result:
    return {
        "PersonalAccessTokenId": found.token_id,
        "UserId": found.user_id,
        "Name": found.name,
        "DateCreated": found.created,
        "DateLastUsed": found.used,
        "ExpiresTime": found.expires,
        "Scopes": list(found.scopes),
    }
