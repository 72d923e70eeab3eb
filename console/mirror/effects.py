"""Update the mirror from every read, with one handler per operation.

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
from console.mirror.read_result import ReadResult

logger = logging.getLogger(__name__)
ReadEffect = Callable[[ReadResult], None]
_is_optional: ContextVar[bool] = ContextVar("learning is optional", default=False)
_breaker = Breaker(5.0)


@contextmanager
def allow_failed_updates() -> Iterator[None]:
    """Let a page that only reads succeed even if the mirror cannot be written."""
    token = _is_optional.set(True)
    try:
        yield
    finally:
        _is_optional.reset(token)


@contextmanager
def tolerate_failure() -> Iterator[None]:
    """Suppress a failed write to the mirror if the page only reads."""
    try:
        yield
    except (DatabaseError, LedgerUnavailable) as fault:
        if not _is_optional.get():
            raise
        _breaker.trip()
        logger.warning("the mirror did not learn from a read: %s", fault)


def is_skipped() -> bool:
    """Return whether the mirror has just failed for a page that only reads."""
    return _is_optional.get() and _breaker.is_open


def store_result(
    organization: Organization,
    operation: str,
    params: Mapping[str, Any],
    result: Mapping[str, Any],
    *,
    asked: float | None = None,
) -> None:
    """Update the mirror from a read, and record changes made outside the console.

    What differs from what was known, and was not set by the console itself, is entered in the audit log.
    `asked` is when AWS was asked (`time.monotonic`), if that was not just now.
    """
    learn = HANDLERS.get(operation)
    if learn is None or is_skipped():
        return
    with tolerate_failure():
        learn(ReadResult(organization, operation, params, result, asked or time.monotonic()))


def mark_deleted(organization: Organization, entity_id: str, *, operation: str) -> None:
    """Mark an entity deleted that `operation` has deleted or not found."""
    if not is_skipped():
        with tolerate_failure():
            descriptions.mark_deleted(ReadResult(organization, operation, {}, {}), entity_id)


def store_organization(reading: ReadResult) -> None:
    """Store the organization; ignore another one reached through this account."""
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


def store_mail_domain(reading: ReadResult) -> None:
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


def ignore_result(_: ReadResult) -> None:
    """Ignore a read that shows nothing new."""


# Areas add theirs through `console.extensions`.
HANDLERS: dict[str, ReadEffect] = {
    "ListUsers": listings.store_users,
    "ListGroups": listings.store_groups,
    "ListResources": listings.store_resources,
    "ListMailDomains": listings.store_domains,
    "DescribeUser": descriptions.store_user,
    "DescribeGroup": descriptions.store_group,
    "DescribeResource": descriptions.store_resource,
    "GetMailboxDetails": descriptions.store_mailbox,
    "ListAliases": relations.store_aliases,
    "ListGroupMembers": relations.store_members,
    "ListGroupsForEntity": relations.store_memberships,
    "ListMailboxPermissions": relations.store_permissions,
    "ListResourceDelegates": relations.store_delegates,
    "DescribeOrganization": store_organization,
    "GetMailDomain": store_mail_domain,
    "DescribeEntity": ignore_result,
}
