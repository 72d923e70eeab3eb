"""Booking options of a resource: labels, sentences, and whether requests are answered."""

from collections.abc import Mapping
from typing import Any

AUTO_ACCEPT = "AutoAcceptRequests"
DECLINE_RECURRING = "AutoDeclineRecurringRequests"
DECLINE_CONFLICTING = "AutoDeclineConflictingRequests"
# Those of a new resource [documented by an example alone].
DEFAULT_OPTIONS = {AUTO_ACCEPT: True, DECLINE_RECURRING: False, DECLINE_CONFLICTING: True}
OPTION_SENTENCES = {
    AUTO_ACCEPT: (
        "Accepts requests by itself when the time is free.",
        "Does not accept by itself: a delegate answers each request.",
    ),
    DECLINE_CONFLICTING: (
        "Declines requests for a time that is taken already.",
        "Lets requests for a time that is taken already through.",
    ),
    DECLINE_RECURRING: (
        "Declines requests for a series of meetings.",
        "Lets requests for a series of meetings through.",
    ),
}
OPTION_LABELS = {
    AUTO_ACCEPT: "Accept requests automatically",
    DECLINE_CONFLICTING: "Decline requests that conflict with another booking",
    DECLINE_RECURRING: "Decline requests for a series of meetings",
}
UNANSWERED_SENTENCE = (
    "Nobody answers: it accepts nothing by itself and has no delegate. Requests are left lying."
)
# AWS's rule for UpdateResource; that it asks for a delegate for the other options too is not true of the API.
ANSWER_RULE = (
    "Somebody has to answer: either it accepts requests automatically, or it has at least one delegate."
)


def get_options(described: Mapping[str, Any]) -> dict[str, bool] | None:
    """Return the three options; `None` if the resource was never described."""
    options = described.get("BookingOptions")
    return {member: bool(options.get(member)) for member in DEFAULT_OPTIONS} if options else None


def describe_options(described: Mapping[str, Any], delegates: int) -> list[str]:
    """Describe how requests are handled; return nothing if the options are unknown."""
    known = get_options(described)
    if known is None:
        return []
    sentences = [texts[0 if known[member] else 1] for member, texts in OPTION_SENTENCES.items()]
    return sentences if is_answered(known, delegates) else [UNANSWERED_SENTENCE, *sentences[1:]]


def is_answered(known: Mapping[str, bool], delegates: int) -> bool:
    return known[AUTO_ACCEPT] or delegates > 0
