"""What happens to a booking request, in sentences, and who has to answer it."""

from collections.abc import Mapping
from typing import Any

ACCEPT = "AutoAcceptRequests"
RECURRING = "AutoDeclineRecurringRequests"
CONFLICTING = "AutoDeclineConflictingRequests"
# Those of a new resource [documented by an example alone].
DEFAULTS = {ACCEPT: True, RECURRING: False, CONFLICTING: True}
SENTENCES = {
    ACCEPT: (
        "Accepts requests by itself when the time is free.",
        "Does not accept by itself: a delegate answers each request.",
    ),
    CONFLICTING: (
        "Declines requests for a time that is taken already.",
        "Lets requests for a time that is taken already through.",
    ),
    RECURRING: (
        "Declines requests for a series of meetings.",
        "Lets requests for a series of meetings through.",
    ),
}
LABELS = {
    ACCEPT: "Accept requests automatically",
    CONFLICTING: "Decline requests that conflict with another booking",
    RECURRING: "Decline requests for a series of meetings",
}
NOBODY = "Nobody answers: it accepts nothing by itself and has no delegate. Requests are left lying."
# AWS's rule for UpdateResource; that it asks for a delegate for the other options too is not true of the API.
RULE = "Somebody has to answer: either it accepts requests automatically, or it has at least one delegate."


def options(described: Mapping[str, Any]) -> dict[str, bool] | None:
    """The three options; `None` of a resource that nobody has described yet."""
    found = described.get("BookingOptions")
    return {member: bool(found.get(member)) for member in DEFAULTS} if found else None


def sentences(described: Mapping[str, Any], delegates: int) -> list[str]:
    """How it deals with requests; nothing is said of what is not known."""
    known = options(described)
    if known is None:
        return []
    said = [texts[0 if known[member] else 1] for member, texts in SENTENCES.items()]
    return said if is_answered(known, delegates) else [NOBODY, *said[1:]]


def is_answered(known: Mapping[str, bool], delegates: int) -> bool:
    return known[ACCEPT] or delegates > 0
