"""The mirror learns from every read, whoever asked for it: one function an operation.

The full sync, the refresh of one object and the second look after a write all end here.
"""

from collections.abc import Callable, Mapping
from typing import Any

from console.mirror import describing, listings, relations
from console.mirror.models import Domain, Organization
from console.mirror.readings import Reading


def absorb(
    organization: Organization,
    operation: str,
    params: Mapping[str, Any],
    result: Mapping[str, Any],
    *,
    own: bool = False,
) -> None:
    """Bring the mirror up to what a read has shown; reads of what it does not keep are none of its business.

    `own` says that this console caused what is new. Any other change to what was known before is
    entered in the ledger.
    """
    learn = HANDLERS.get(operation)
    if learn is not None:
        learn(Reading(organization, operation, params, result, own))


def forget(organization: Organization, entity_id: str, *, operation: str = "", own: bool = True) -> None:
    """Mark an entity deleted, by our own doing unless `operation` is the read that no longer found it."""
    describing.forget(Reading(organization, operation, {}, {}, own), entity_id)


def describe_organization(reading: Reading) -> None:
    """One that was only reached by way of this organization's account says nothing of this one."""
    shown, organization = reading.result, reading.organization
    if shown.get("OrganizationId") != organization.organization_id:
        return
    told = {
        "state": shown.get("State", ""),
        "default_domain": shown.get("DefaultMailDomain", ""),
        "directory_type": shown.get("DirectoryType", ""),
        "interoperates": bool(shown.get("InteroperabilityEnabled")),
        "arn": shown.get("ARN", ""),
        "name": organization.name or shown.get("Alias", ""),
    }
    changed = {name: value for name, value in told.items() if getattr(organization, name) != value}
    for name, value in changed.items():
        setattr(organization, name, value)
    if changed:
        organization.save(update_fields=list(changed))


def mail_domain(reading: Reading) -> None:
    shown = reading.result
    held = Domain.objects.filter(
        organization=reading.organization, name=str(reading.params["DomainName"]).lower()
    )
    told = {
        "is_default": bool(shown.get("IsDefault")),
        "ownership": shown.get("OwnershipVerificationStatus", ""),
        "dkim": shown.get("DkimVerificationStatus", ""),
    }
    if not held.filter(**told).exists():
        held.update(**told)


def nothing(_: Reading) -> None:
    """Shows nothing that another read does not show better."""


HANDLERS: dict[str, Callable[[Reading], None]] = {
    "ListUsers": listings.users,
    "ListGroups": listings.groups,
    "ListResources": listings.resources,
    "ListMailDomains": listings.domains,
    "DescribeUser": describing.user,
    "DescribeGroup": describing.group,
    "DescribeResource": describing.resource,
    "GetMailboxDetails": describing.mailbox,
    "ListAliases": relations.aliases,
    "ListGroupMembers": relations.members,
    "ListGroupsForEntity": relations.memberships,
    "ListMailboxPermissions": relations.permissions,
    "ListResourceDelegates": relations.delegates,
    "DescribeOrganization": describe_organization,
    "GetMailDomain": mail_domain,
    "DescribeEntity": nothing,
}
