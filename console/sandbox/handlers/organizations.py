"""Operations on organizations."""

import uuid
from dataclasses import replace

from console.sandbox import organization_setup, requirements
from console.sandbox.errors import ServiceError, invalid_input_error
from console.sandbox.handler_registry import Call, Params, Result, advances, handles
from console.sandbox.handlers.domains import require_registrable
from console.sandbox.idempotency import run_once
from console.sandbox.paging import page_of_table
from console.sandbox.records import AD_CONNECTOR, Organization, User, fold_case
from console.sandbox.store import Store

MOST_ORGANIZATIONS = 100  # of an account, unless AWS raises it [documented]


@handles("CreateOrganization")
def create_organization(call: Call, params: Params) -> Result:
    """Create an organization, which can be described at once and becomes Active later."""
    return {"OrganizationId": run_once(call, params, lambda: start_creation(call, params))}


def start_creation(call: Call, params: Params) -> str:
    require_creatable(call, params)
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
    organization_setup.add_organization(call.store, replace(new, default_domain=new.test_domain))
    for domain in params.get("Domains", []):
        organization_setup.add_domain(call.store, new, domain["DomainName"], "PENDING")
    return new.organization_id


def require_creatable(call: Call, params: Params) -> None:
    store = call.store
    if params.get("EnableInteroperability") and "DirectoryId" not in params:
        raise invalid_input_error(call.operation, "Interoperability needs the DirectoryId of an AD Connector")
    if store.organizations.claimed("alias", fold_case(params["Alias"])):
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
    """Start the deletion; the same token is answered in any state [inferred]."""
    organization_id = call.organization.organization_id
    state = run_once(call, params, lambda: start_deletion(call, params))
    return {"OrganizationId": organization_id, "State": state}


def start_deletion(call: Call, params: Params) -> str:
    """Start the deletion; the directory is outside the sandbox, so DeleteDirectory has no effect."""
    organization = call.organization
    requirements.require_active(organization, call.operation)
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
    return bool(call.store.entities.page(*scope, prefix=fold_case("ENABLED"), size=1))


@advances
def advance_organizations(store: Store) -> None:
    """Move organizations through Requested, Creating, Active and Deleting, Deleted over time."""
    for organization in store.organizations.all("pending"):
        if organization.deleted is None:
            advance_organization(store, organization)
        elif store.clock.now() - organization.deleted >= store.settings.organization_seconds:
            remove_content(store, organization)


def advance_organization(store: Store, organization: Organization) -> None:
    now, seconds = store.clock.now(), store.settings.organization_seconds
    age = now - organization.requested
    if age >= seconds:
        done = organization.requested + seconds
        store.organizations.save(replace(organization, state="Active", completed=done))
    elif age >= seconds / 3 and organization.state == "Requested":
        store.organizations.save(replace(organization, state="Creating"))


def remove_content(store: Store, organization: Organization) -> None:
    """Leave a tombstone [observed]; free alias, domains, mailboxes and everything else."""
    kept = (store.organizations, store.used_tokens)
    for table in store.tables.values():
        of_it = [each.key for each in table if belongs_to(each, organization)] if table not in kept else []
        for key in of_it:
            table.delete(key)
    store.organizations.save(replace(organization, state="Deleted"))


def belongs_to(record: object, organization: Organization) -> bool:
    return getattr(record, "organization_id", "") == organization.organization_id


@handles("DescribeOrganization")
def describe_organization(call: Call, params: Params) -> Result:
    organization = call.organization
    return {
        **summarize_organization(organization),
        "DirectoryId": organization.directory_id,
        "DirectoryType": organization.directory_type,
        "CompletedDate": organization.completed,
        "ARN": organization.arn,
        "InteroperabilityEnabled": organization.interoperability,
    }


@handles("ListOrganizations")
def list_organizations(call: Call, params: Params) -> Result:
    """List the organizations of the caller's account and region, with deleted ones [observed]."""
    scope = ("organization", call.account, call.region)
    organizations, token = page_of_table(call, params, call.store.organizations, *scope)
    return {
        "OrganizationSummaries": [summarize_organization(each) for each in organizations],
        "NextToken": token,
    }


def summarize_organization(organization: Organization) -> Result:
    return {
        "OrganizationId": organization.organization_id,
        "Alias": organization.alias,
        "DefaultMailDomain": organization.default_domain or None,
        "ErrorMessage": organization.error_message or None,
        "State": organization.state,
    }
