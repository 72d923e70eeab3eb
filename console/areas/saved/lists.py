"""Lists whose views can be saved, with the URL parameters that a view may hold."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

MAX_QUERY_LENGTH = 1000  # characters of a query
COMMON_PARAMETERS = ("q", "sort")


@dataclass(frozen=True, slots=True)
class SavableList:
    """A list with the operation that opens it and the URL parameters it knows."""

    label: str
    performs: str
    params: tuple[str, ...]

    def kept(self, query: str) -> str:
        """Return the part of a query that filters or sorts this list."""
        parameters = dict(parse_qsl(query.lstrip("?")[:MAX_QUERY_LENGTH]))
        cleaned = (
            (name, parameters.get(name, "").replace("\0", "").strip())
            for name in (*COMMON_PARAMETERS, *self.params)
        )
        return urlencode([(name, value) for name, value in cleaned if value])


LISTS = {
    "users:list": SavableList(
        "People", "ListUsers", ("state", "role", "hidden", "deleted", "domain", "group")
    ),
    "groups:list": SavableList(
        "Groups", "ListGroups", ("state", "hidden", "members", "nested", "deleted", "domain")
    ),
    "resources:list": SavableList(
        "Rooms and equipment", "ListResources", ("type", "state", "answers", "deleted", "domain")
    ),
    "mailboxes:list": SavableList(
        "Mailboxes", "GetMailboxDetails", ("kind", "full", "dying", "state", "export", "domain")
    ),
    "mailboxes:access": SavableList(
        "Access to mailboxes", "ListMailboxPermissions", ("may", "holder", "left", "through")
    ),
    "exports:list": SavableList("Exports", "ListMailboxExportJobs", ("stage",)),
    "changes:list": SavableList("Changes", "ReadChanges", ("state", "kind")),
    "ledger:list": SavableList("Ledger", "ReadLedger", ("operation", "outcome", "kind", "since", "until")),
}
