"""Messages in transit: put, read for a day, delivered, removed."""

import uuid
from dataclasses import replace

from console.aws import model
from console.sandbox.clock import DAY
from console.sandbox.handler_registry import advances
from console.sandbox.organization_records import TransitMessage
from console.sandbox.records import Organization
from console.sandbox.store import Store

TRANSIT_SECONDS = DAY  # from its being sent or received [documented]
DIRECTIONS = ("incoming", "outgoing")


def put_in_transit(
    store: Store,
    organization: Organization,
    content: bytes,
    *,
    direction: str = "incoming",
    frozen: bool = False,
    message_id: str = "",
) -> TransitMessage:
    """Add a message in transit; a frozen one, as redirected mail usually is, cannot be updated.

    Its id is what a Lambda function would be called with.
    """
    message_id = message_id or str(uuid.uuid4())
    if direction not in DIRECTIONS:
        raise ValueError(f"A message is {' or '.join(DIRECTIONS)}, not {direction}")
    if model.find_input_problems("GetRawMessageContent", {"messageId": message_id}):
        raise ValueError(f"{message_id!r} is not the id of a message")
    message = TransitMessage(
        organization_id=organization.organization_id,
        message_id=message_id,
        direction=direction,
        content=content.decode("latin-1"),
        sent=store.clock.now(),
        frozen=frozen,
    )
    with store.transaction():
        return store.transit_messages.save(message)


def find_message(store: Store, message_id: str) -> TransitMessage | None:
    return store.transit_messages.get(message_id)


def deliver_message(store: Store, message_id: str) -> bytes:
    """Remove a message and return it as delivered; later updates do not reach it [documented]."""
    with store.transaction():
        message = find_message(store, message_id)
        if message is None:
            raise LookupError(f"There is no message {message_id}")
        arrived = message.content if message.delivered is None else message.delivered
        store.transit_messages.save(replace(message, delivered=arrived))
        return arrived.encode("latin-1")


@advances
def remove_expired(store: Store) -> None:
    """Remove messages after a day, oldest first."""
    oldest = store.clock.now() - TRANSIT_SECONDS
    while due := store.transit_messages.page("transit", size=1):
        message = due[0][1]
        if message.sent > oldest:
            return
        store.transit_messages.delete(message.key)
