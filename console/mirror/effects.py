"""The mirror learns from every read, whoever asked for it: one function an operation.

The full sync, the refresh of one object and the second look after a write all end here.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import DatabaseError

from console.breaker import Breaker
from console.ledger.journal import LedgerUnavailable
from console.mirror import descriptions, listings, relations
from console.mirror.models import Domain, Organization
from console.mirror.read_result import Reading

logger = logging.getLogger(__name__)
_optional: ContextVar[bool] = ContextVar("learning is optional", default=False)
_breaker = Breaker(5.0)


@contextmanager
def optional_learning() -> Iterator[None]:
    """Let a page that only reads be shown even where the mirror cannot be written."""
    token = _optional.set(True)
    try:
        yield
    finally:
        _optional.reset(token)


@contextmanager
def tolerated() -> Iterator[None]:
    """Around a write of the mirror that a page only reading can do without."""
    try:
        yield
    except (DatabaseError, LedgerUnavailable) as fault:
        if not _optional.get():
            raise
        _breaker.trip()
        logger.warning("the mirror did not learn from a read: %s", fault)


def is_skipped() -> bool:
    """Return whether a page that only reads has just found that the mirror cannot be written."""
    return _optional.get() and _breaker.is_open


def absorb(
    organization: Organization,
    operation: str,
    params: Mapping[str, Any],
    result: Mapping[str, Any],
    *,
    asked: float | None = None,
) -> None:
    """Bring the mirror up to what a read has shown; reads of what it does not keep are none of its business.

    What differs from what was known, and was not set by the console itself, is entered in the audit log.
    `asked` is when AWS was asked (`time.monotonic`), if that was not just now.
    """
    learn = HANDLERS.get(operation)
    if learn is None or is_skipped():
        return
    with tolerated():
        learn(Reading(organization, operation, params, result, asked or time.monotonic()))


def forget(organization: Organization, entity_id: str, *, operation: str) -> None:
    """Mark an entity deleted that `operation` has deleted, or no longer found."""
    if not is_skipped():
        with tolerated():
            descriptions.forget(Reading(organization, operation, {}, {}), entity_id)


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
    "DescribeUser": descriptions.user,
    "DescribeGroup": descriptions.group,
    "DescribeResource": descriptions.resource,
    "GetMailboxDetails": descriptions.mailbox,
    "ListAliases": relations.aliases,
    "ListGroupMembers": relations.members,
    "ListGroupsForEntity": relations.memberships,
    "ListMailboxPermissions": relations.permissions,
    "ListResourceDelegates": relations.delegates,
    "DescribeOrganization": describe_organization,
    "GetMailDomain": mail_domain,
    "DescribeEntity": nothing,
}
