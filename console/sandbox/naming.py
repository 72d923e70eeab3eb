"""Which names and addresses an organization can still give."""

from console.sandbox.errors import ServiceError
from console.sandbox.records import Entity, folded
from console.sandbox.registry import Call

# That there are reserved names is [documented], which they are is [unknown].
RESERVED = {"administrator", "guest", "krbtgt", "amazonjournaling"}


def require_free(call: Call, name: str, *, besides: Entity | None = None) -> None:
    """Users, groups and resources of an organization share their names [documented]."""
    if folded(name) in RESERVED:
        raise ServiceError("ReservedNameException", f"The name {name} is reserved")
    holder = call.store.entities.claimed("name", call.organization.organization_id, folded(name))
    if holder not in (None, besides):
        message = f"The user, group, or resource name {name} is not unique in WorkMail"
        raise ServiceError("NameAvailabilityException", message)


def require_usable(call: Call, address: str, *, by: Entity) -> None:
    """The domain is the organization's and verified, and nobody else has the address."""
    local, _, domain = address.lower().rpartition("@")
    record = call.store.domains.get(f"{call.organization.organization_id}/{domain}")
    if record is None:
        raise ServiceError("MailDomainNotFoundException", f"The organization has no domain {domain}")
    if record.ownership != "VERIFIED":
        raise ServiceError("MailDomainStateException", f"The domain {domain} is not verified")
    holder = call.store.entities.claimed("address", call.organization.organization_id, folded(address))
    journaling = record.is_test and local == "amazonjournaling"  # reserved [documented]
    if journaling or (holder is not None and holder.entity_id != by.entity_id):
        raise ServiceError("EmailAddressInUseException", f"The address {address} is in use")
