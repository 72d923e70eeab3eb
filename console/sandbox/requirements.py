"""Requirements of writes: free names, usable addresses, strong passwords, writable organizations."""

import re

from console.aws import model
from console.sandbox.errors import ServiceError, is_listed_error
from console.sandbox.handler_registry import Call
from console.sandbox.records import Entity, Organization, fold_case

# That there are reserved names is [documented], which they are is [unknown].
RESERVED_NAMES = {"administrator", "guest", "krbtgt", "amazonjournaling"}


def require_free_name(call: Call, name: str, *, besides: Entity | None = None) -> None:
    """Raise if the name is reserved or taken; users, groups and resources share names [documented]."""
    if fold_case(name) in RESERVED_NAMES:
        raise ServiceError("ReservedNameException", f"The name {name} is reserved")
    holder = call.store.entities.claimed("name", call.organization.organization_id, fold_case(name))
    if holder not in (None, besides):
        message = f"The user, group, or resource name {name} is not unique in WorkMail"
        raise ServiceError("NameAvailabilityException", message)


def require_usable_address(call: Call, address: str, *, by: Entity) -> None:
    """Raise unless the domain is verified in the organization and the address is free."""
    local, _, domain = address.lower().rpartition("@")
    record = call.store.domains.get(f"{call.organization.organization_id}/{domain}")
    if record is None:
        raise ServiceError("MailDomainNotFoundException", f"The organization has no domain {domain}")
    if record.ownership != "VERIFIED":
        raise ServiceError("MailDomainStateException", f"The domain {domain} is not verified")
    holder = call.store.entities.claimed("address", call.organization.organization_id, fold_case(address))
    journaling = record.is_test and local == "amazonjournaling"  # reserved [documented]
    if journaling or (holder is not None and holder.entity_id != by.entity_id):
        raise ServiceError("EmailAddressInUseException", f"The address {address} is in use")


SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 63  # at least 8, fewer than 64 [documented]
CHARACTER_CLASSES = ("[A-Z]", "[a-z]", "[0-9]", r"[ -/:-@\[-`{-~]", "[\u00a0-\u00ff]")
REQUIRED_CLASSES = 3


def require_strong_password(password: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise weak_password_error(
            f"Password must have between {SHORTEST_PASSWORD} and {LONGEST_PASSWORD} characters."
        )
    if sum(bool(re.search(each, password)) for each in CHARACTER_CLASSES) < REQUIRED_CLASSES:
        # The wording is probably the service's own [observed].
        raise weak_password_error(
            "Password does not contain characters from at least 3 complexity categories."
        )


def weak_password_error(message: str) -> ServiceError:
    return ServiceError("InvalidPasswordException", message)


READ_ONLY = "UnsupportedOperationException"
READ_PREFIXES = ("Describe", "Get", "List")
# Three reads list the exception too; its text speaks of writes, so they are answered [inferred].
READ_ONLY_REFUSED = frozenset(
    name
    for name in model.list_operations()
    if is_listed_error(name, READ_ONLY) and not name.startswith(READ_PREFIXES)
)


def require_active(organization: Organization, operation: str) -> None:
    """Raise unless the organization is active; the wording is the real service's [observed]."""
    if organization.state != "Active" and is_listed_error(operation, "OrganizationStateException"):
        message = f"Organization {organization.organization_id} is not Active, state: {organization.state}"
        raise ServiceError("OrganizationStateException", message)


def require_writable(organization: Organization, operation: str) -> None:
    """Raise for a write that lists the exception if the directory is read-only."""
    if organization.is_read_only and operation in READ_ONLY_REFUSED:
        raise ServiceError(READ_ONLY, "You can't perform a write operation against a read-only directory.")
