"""The filters of ListUsers, ListGroups and ListResources: one a request, a prefix or a state."""

from collections.abc import Mapping

from console.sandbox.errors import invalid
from console.sandbox.records import Scope
from console.sandbox.registry import Call, Params


def filtered(call: Call, params: Params, kind: str, filters: Mapping[str, str]) -> tuple[Scope, str]:
    """Scope and prefix of the listing that a request asks for; `filters` gives the order of each filter.

    Without a filter it is in order of names, whatever WorkMail's own order is [unknown].
    """
    organization_id = call.organization.organization_id
    given = {name: text for name, text in params.get("Filters", {}).items() if name in filters and text}
    if len(given) > 1:  # only one is accepted [documented], the error is [unknown]
        raise invalid(call.operation, f"Only one filter a request, not {' and '.join(given)}")
    for name, text in given.items():
        return (kind, organization_id, filters[name]), text
    return (kind, organization_id, "name"), ""
