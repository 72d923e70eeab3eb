"""The lists of which a view can be saved, and what of their address such a view may hold."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

LONGEST = 1000  # characters of a query
EVERY = ("q", "sort")


@dataclass(frozen=True, slots=True)
class List:
    """A list by its name, what it takes to open it, and the parameters that it knows."""

    label: str
    performs: str
    params: tuple[str, ...]

    def kept(self, query: str) -> str:
        """What of a query narrows or sorts this list: neither places in it nor what it does not know."""
        given = dict(parse_qsl(query.lstrip("?")[:LONGEST]))
        found = ((name, given.get(name, "").replace("\0", "").strip()) for name in (*EVERY, *self.params))
        return urlencode([(name, value) for name, value in found if value])


LISTS = {
    "users:list": List("People", "ListUsers", ("state", "role", "hidden", "deleted", "domain", "group")),
    "groups:list": List(
        "Groups", "ListGroups", ("state", "hidden", "members", "nested", "deleted", "domain")
    ),
    "resources:list": List(
        "Rooms and equipment", "ListResources", ("type", "state", "answers", "deleted", "domain")
    ),
    "mailboxes:list": List(
        "Mailboxes", "GetMailboxDetails", ("kind", "full", "dying", "state", "export", "domain")
    ),
    "mailboxes:access": List(
        "Access to mailboxes", "ListMailboxPermissions", ("may", "holder", "left", "through")
    ),
    "exports:list": List("Exports", "ListMailboxExportJobs", ("stage",)),
    "changes:list": List("Changes", "ReadChanges", ("state", "kind")),
    "ledger:list": List("Ledger", "ReadLedger", ("operation", "outcome", "kind", "since", "until")),
}
