"""One row per AWS operation: what the console has to know about it that the service model does not say.

The rows stand in one module per area; `rows.Operation` describes the columns.
"""

from console.aws.catalogue import (
    access_rules,
    availability,
    domains,
    exports,
    groups,
    identity,
    impersonation,
    mailboxes,
    messages,
    mobile,
    monitoring,
    organizations,
    resources,
    retention,
    users,
)
from console.aws.catalogue.console_actions import CONSOLE_ACTIONS
from console.aws.catalogue.inverses import Undo
from console.aws.catalogue.rows import (
    DESCRIBE,
    DESCRIBE_BY_KIND,
    ENTITY_MEMBERS,
    OWNED_MEMBERS,
    Access,
    Operation,
    Read,
    Settle,
    label_from_name,
)

__all__ = [
    "AREAS",
    "CATALOGUE",
    "CONSOLE_ACTIONS",
    "DESCRIBE",
    "DESCRIBE_BY_KIND",
    "ENTITY_MEMBERS",
    "OPERATIONS",
    "OWNED_MEMBERS",
    "Access",
    "Operation",
    "Read",
    "Settle",
    "Undo",
    "get_action",
    "label_from_name",
]

OPERATIONS = (
    *organizations.OPERATIONS,
    *users.OPERATIONS,
    *groups.OPERATIONS,
    *resources.OPERATIONS,
    *mailboxes.OPERATIONS,
    *exports.OPERATIONS,
    *domains.OPERATIONS,
    *access_rules.OPERATIONS,
    *mobile.OPERATIONS,
    *impersonation.OPERATIONS,
    *retention.OPERATIONS,
    *availability.OPERATIONS,
    *monitoring.OPERATIONS,
    *identity.OPERATIONS,
    *messages.OPERATIONS,
)
AREAS = {
    "users": "Users",
    "groups": "Groups",
    "resources": "Rooms and equipment",
    "mailboxes": "Mailboxes and permissions",
    "exports": "Exports",
    "domains": "Domains",
    "access_rules": "Access rules",
    "mobile": "Mobile device rules",
    "identity": "Sign-in and tokens",
    "impersonation": "Impersonation",
    "messages": "Messages in transit",
    "retention": "Mailbox retention",
    "availability": "Free and busy times of other systems",
    "monitoring": "E-mail monitoring",
    "organizations": "Organization",
}
CATALOGUE = {operation.name: operation for operation in OPERATIONS}


def get_action(name: str) -> Operation:
    """Return an AWS operation or console action; raise `KeyError` if unknown."""
    return CATALOGUE.get(name) or CONSOLE_ACTIONS[name]
