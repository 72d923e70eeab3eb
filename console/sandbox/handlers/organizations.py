"""Organizations: a directory with its domains, mailboxes and rules, made in minutes and never forgotten."""

import uuid
from dataclasses import replace

from console.sandbox import founding
from console.sandbox.errors import ServiceError, invalid
from console.sandbox.paging import page
from console.sandbox.records import Organization, folded
from console.sandbox.registry import Call, Params, Result, advances, handles
from console.sandbox.store import Store

MOST_ORGANIZATIONS = 100  # of an account, unless AWS raises it [documented]


@handles("CreateOrganization")
def create_organization(call: Call, params: Params) -> Result:
    """It can be described at once, and becomes Active some time later."""
    if earlier := repeated(call, params):
        return {"OrganizationId": earlier.organization_id}
    require_possible(call, params)
    digest = uuid.uuid4().hex
    new = Organization(
        organization_id=f"m-{digest}",
        account=call.account,
        region=call.region,
        alias=params["Alias"],
        directory_id=params.get("DirectoryId", f"d-{digest[:10]}"),
        requested=call.now,
        state="Requested",
        interoperability=params.get("EnableInteroperability", False),
        client_token=params.get("ClientToken", ""),
    )
    founding.begin(call.store, replace(new, default_domain=new.test_domain))
    for domain in params.get("Domains", []):
        founding.add_domain(call.store, new, domain["DomainName"], "PENDING")
    return {"OrganizationId": new.organization_id}


def repeated(call: Call, params: Params) -> Organization | None:
    """The organization that the same token made before; with another alias it is a conflict [inferred]."""
    token = params.get("ClientToken", "")
    earlier = call.store.organizations.claimed("client_token", call.account, call.region, token)
    if earlier is not None and earlier.alias != params["Alias"]:
        raise invalid(call.operation, "The ClientToken was used with other parameters")
    return earlier


def require_possible(call: Call, params: Params) -> None:
    store = call.store
    if params.get("EnableInteroperability") and "DirectoryId" not in params:
        raise invalid(call.operation, "Interoperability needs the DirectoryId of an AD Connector")
    if store.organizations.claimed("alias", folded(params["Alias"])):
        raise ServiceError("NameAvailabilityException", f"The alias {params['Alias']} is taken")
    for domain in params.get("Domains", []):
        if store.domains.claimed("domain", domain["DomainName"].lower()):  # its error is [inferred]
            raise ServiceError("NameAvailabilityException", f"{domain['DomainName']} is in use")
    if store.organizations.count("organization", call.account, call.region) >= MOST_ORGANIZATIONS:
        raise ServiceError("LimitExceededException", f"An account has {MOST_ORGANIZATIONS} organizations")


@advances
def finish(store: Store) -> None:
    """Requested, then Creating, then Active; how long each takes is a setting."""
    now, seconds = store.clock.now(), store.settings.organization_seconds
    for organization in store.organizations.all("pending"):
        age = now - organization.requested
        if age >= seconds:
            done = organization.requested + seconds
            store.organizations.save(replace(organization, state="Active", completed=done))
        elif age >= seconds / 3 and organization.state == "Requested":
            store.organizations.save(replace(organization, state="Creating"))


@handles("DescribeOrganization")
def describe_organization(call: Call, params: Params) -> Result:
    organization = call.organization
    return {
        **summary(organization),
        "DirectoryId": organization.directory_id,
        "DirectoryType": organization.directory_type,
        "CompletedDate": organization.completed,
        "ARN": organization.arn,
        "InteroperabilityEnabled": organization.interoperability,
    }


@handles("ListOrganizations")
def list_organizations(call: Call, params: Params) -> Result:
    """Those of the caller's account and region, deleted ones too [observed]."""
    scope = ("organization", call.account, call.region)
    organizations, token = page(call, params, call.store.organizations, *scope)
    return {"OrganizationSummaries": [summary(each) for each in organizations], "NextToken": token}


def summary(organization: Organization) -> Result:
    return {
        "OrganizationId": organization.organization_id,
        "Alias": organization.alias,
        "DefaultMailDomain": organization.default_domain or None,
        "ErrorMessage": organization.error_message or None,
        "State": organization.state,
    }
