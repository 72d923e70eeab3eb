"""Whether an organization may do what is asked of it: its state, and a directory that takes no writes."""

from console.aws import model
from console.sandbox.errors import ServiceError, listed
from console.sandbox.records import Organization

READ_ONLY = "UnsupportedOperationException"
READS = ("Describe", "Get", "List")
# Three reads list the exception too; its text speaks of writes, so they are answered [inferred].
REFUSED = frozenset(
    name for name in model.list_operations() if listed(name, READ_ONLY) and not name.startswith(READS)
)


def require_active(organization: Organization, operation: str) -> None:
    """The wording is the real service's [observed]."""
    if organization.state != "Active" and listed(operation, "OrganizationStateException"):
        message = f"Organization {organization.organization_id} is not Active, state: {organization.state}"
        raise ServiceError("OrganizationStateException", message)


def require_writable(organization: Organization, operation: str) -> None:
    """Of an AD Connector, or with interoperability, each write that lists the exception is refused."""
    if organization.is_read_only and operation in REFUSED:
        raise ServiceError(READ_ONLY, "You can't perform a write operation against a read-only directory.")
