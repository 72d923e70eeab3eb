"""Organizations: a directory with its domains, mailboxes and rules, made in minutes and never forgotten."""

import uuid
from dataclasses import replace

from console.sandbox import founding, standing
from console.sandbox.errors import ServiceError, invalid
from console.sandbox.handlers.domains import require_registrable
from console.sandbox.paging import page
from console.sandbox.records import AD_CONNECTOR, Organization, User, folded
from console.sandbox.registry import Call, Params, Result, advances, handles
from console.sandbox.repeats import once
from console.sandbox.store import Store

MOST_ORGANIZATIONS = 100  # of an account, unless AWS raises it [documented]


@handles("CreateOrganization")
def create_organization(call: Call, params: Params) -> Result:
    """It can be described at once, and becomes Active some time later."""
    return {"OrganizationId": once(call, params, lambda: created(call, params))}


def created(call: Call, params: Params) -> str:
    require_possible(call, params)
    interoperates = params.get("EnableInteroperability", False)
    digest = uuid.uuid4().hex
    new = Organization(
        organization_id=f"m-{digest}",
        account=call.account,
        region=call.region,
        alias=params["Alias"],
        directory_id=params.get("DirectoryId", f"d-{digest[:10]}"),
        requested=call.now,
        state="Requested",
        interoperability=interoperates,
    )
    if interoperates:
        new = replace(new, directory_type=AD_CONNECTOR)
    founding.begin(call.store, replace(new, default_domain=new.test_domain))
    for domain in params.get("Domains", []):
        founding.add_domain(call.store, new, domain["DomainName"], "PENDING")
    return new.organization_id


def require_possible(call: Call, params: Params) -> None:
    store = call.store
    if params.get("EnableInteroperability") and "DirectoryId" not in params:
        raise invalid(call.operation, "Interoperability needs the DirectoryId of an AD Connector")
    if store.organizations.claimed("alias", folded(params["Alias"])):
        raise ServiceError("NameAvailabilityException", f"The alias {params['Alias']} is taken")
    for domain in params.get("Domains", []):
        require_registrable(call, domain["DomainName"].lower())
        if store.domains.claimed("domain", domain["DomainName"].lower()):  # its error is [inferred]
            raise ServiceError("NameAvailabilityException", f"{domain['DomainName']} is in use")
    directory = ("directory", call.account, call.region, params.get("DirectoryId", ""))
    if store.organizations.count(*directory):
        message = f"The directory {params['DirectoryId']} is in use by another organization"
        raise ServiceError("DirectoryInUseException", message)
    if store.organizations.count("living", call.account, call.region) >= MOST_ORGANIZATIONS:
        raise ServiceError("LimitExceededException", f"An account has {MOST_ORGANIZATIONS} organizations")


@handles("DeleteOrganization", in_any_state=True)
def delete_organization(call: Call, params: Params) -> Result:
    """Deleting, and Deleted some time later; the same token again is answered in any state [inferred]."""
    organization_id = call.organization.organization_id
    state = once(call, params, lambda: deleted(call, params))
    return {"OrganizationId": organization_id, "State": state}


def deleted(call: Call, params: Params) -> str:
    """The directory itself is not the sandbox's, so whether it goes too makes no difference."""
    organization = call.organization
    standing.require_active(organization, call.operation)
    if has_enabled_users(call) and not params.get("ForceDelete"):  # its error is [inferred]
        message = f"Organization {organization.organization_id} has enabled users"
        raise ServiceError("OrganizationStateException", message)
    if params.get("DeleteIdentityCenterApplication"):
        provider = call.store.identity_providers.get(organization.organization_id)
        call.store.applications.delete(provider.application_arn if provider else "")
    gone = replace(organization, state="Deleting", deleted=call.now)
    return call.store.organizations.save(gone).state


def has_enabled_users(call: Call) -> bool:
    scope = (User.KIND, call.organization.organization_id, "state")
    return bool(call.store.entities.page(*scope, prefix=folded("ENABLED"), size=1))


@advances
def finish(store: Store) -> None:
    """Requested, Creating, Active; Deleting, Deleted; how long each takes is a setting."""
    for organization in store.organizations.all("pending"):
        if organization.deleted is None:
            proceed(store, organization)
        elif store.clock.now() - organization.deleted >= store.settings.organization_seconds:
            bury(store, organization)


def proceed(store: Store, organization: Organization) -> None:
    now, seconds = store.clock.now(), store.settings.organization_seconds
    age = now - organization.requested
    if age >= seconds:
        done = organization.requested + seconds
        store.organizations.save(replace(organization, state="Active", completed=done))
    elif age >= seconds / 3 and organization.state == "Requested":
        store.organizations.save(replace(organization, state="Creating"))


def bury(store: Store, organization: Organization) -> None:
    """Leave a tombstone [observed]; alias, domains, mailboxes and everything else are given free."""
    kept = (store.organizations, store.used_tokens)
    for table in store.tables.values():
        of_it = [each.key for each in table if belongs(each, organization)] if table not in kept else []
        for key in of_it:
            table.delete(key)
    store.organizations.save(replace(organization, state="Deleted"))


def belongs(record: object, organization: Organization) -> bool:
    return getattr(record, "organization_id", "") == organization.organization_id


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
