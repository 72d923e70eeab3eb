"""IAM Identity Center: WorkMail's application there, how an organization signs in, and personal tokens."""

import secrets

from console.sandbox import lookup
from console.sandbox.errors import ServiceError, invalid
from console.sandbox.paging import page
from console.sandbox.records_organization import (
    IdentityCenterApplication,
    IdentityProvider,
    PersonalAccessToken,
)
from console.sandbox.registry import Call, Params, Result, handles
from console.sandbox.repeats import once

TOKEN_DAYS = 365  # unless something else is asked for [documented]


@handles("CreateIdentityCenterApplication")
def create_identity_center_application(call: Call, params: Params) -> Result:
    return {"ApplicationArn": once(call, params, lambda: created(call, params))}


def created(call: Call, params: Params) -> str:
    """Several may have one name or one instance [unknown]; whether the instance exists nobody examines."""
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
    """Organizations that use it keep their settings [documented]; an unknown one is no error [inferred]."""
    found = application(call, params["ApplicationArn"])
    if found is not None:
        call.store.applications.delete(found.key)


def application(call: Call, arn: str) -> IdentityCenterApplication | None:
    found = call.store.applications.get(arn)
    return found if found is not None and found.account == call.account else None


@handles("PutIdentityProviderConfiguration")
def put_identity_provider_configuration(call: Call, params: Params) -> None:
    """Which mode lets whom in is not played: the sandbox has no webmail."""
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
    """It was made by CreateIdentityCenterApplication, in that instance [inferred]."""
    found = application(call, application_arn)
    if found is None:
        raise ServiceError("ResourceNotFoundException", f"There is no application {application_arn}")
    if found.instance_arn != instance_arn:
        raise invalid(call.operation, f"{application_arn} is not an application of {instance_arn}")


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
    """One that is not there is no error [inferred]; tokens stay, and are of no use [inferred]."""
    call.store.identity_providers.delete(call.organization.organization_id)


@handles("ListPersonalAccessTokens")
def list_personal_access_tokens(call: Call, params: Params) -> Result:
    """Of one user or of everybody, the oldest first, expired ones too [unknown]."""
    scope = ("token", call.organization.organization_id)
    if "UserId" in params:
        scope = ("of", lookup.user(call, params).entity_id)
    tokens, following = page(call, params, call.store.personal_access_tokens, *scope)
    return {"PersonalAccessTokenSummaries": [shown(each) for each in tokens], "NextToken": following}


@handles("GetPersonalAccessTokenMetadata")
def get_personal_access_token_metadata(call: Call, params: Params) -> Result:
    token_id = params["PersonalAccessTokenId"]
    found = token(call, token_id)
    if found is None:
        raise ServiceError("ResourceNotFoundException", f"There is no personal access token {token_id}")
    return shown(found)


@handles("DeletePersonalAccessToken")
def delete_personal_access_token(call: Call, params: Params) -> None:
    """One that is not there is no error [inferred]."""
    if found := token(call, params["PersonalAccessTokenId"]):
        call.store.personal_access_tokens.delete(found.key)


def token(call: Call, token_id: str) -> PersonalAccessToken | None:
    found = call.store.personal_access_tokens.get(token_id)
    own = found is not None and found.organization_id == call.organization.organization_id
    return found if own else None


def shown(found: PersonalAccessToken) -> Result:
    return {
        "PersonalAccessTokenId": found.token_id,
        "UserId": found.user_id,
        "Name": found.name,
        "DateCreated": found.created,
        "DateLastUsed": found.used,
        "ExpiresTime": found.expires,
        "Scopes": list(found.scopes),
    }
