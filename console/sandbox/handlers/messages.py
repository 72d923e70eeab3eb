"""Operations of WorkMail Message Flow."""

from dataclasses import replace

from console.sandbox import message_validation, transit_messages
from console.sandbox.errors import ServiceError
from console.sandbox.handler_registry import Call, Params, Result, handles
from console.sandbox.organization_records import TransitMessage


@handles("GetRawMessageContent")
def get_raw_message_content(call: Call, params: Params) -> Result:
    """Return the latest content, even if it was updated too late to be delivered [documented]."""
    return {"messageContent": get_message(call, params).body}


@handles("PutRawMessageContent")
def put_raw_message_content(call: Call, params: Params) -> None:
    """Replace the content by an object from S3, if the message can change and the content is valid."""
    message = get_message(call, params)
    if message.frozen:
        raise ServiceError("MessageFrozen", f"The message {message.message_id} cannot be updated")
    new = fetch_object(call, **params["content"]["s3Reference"])
    if objection := message_validation.find_objection(new, message.body):
        raise ServiceError("MessageRejected", objection)
    call.store.transit_messages.save(replace(message, content=new.decode("latin-1")))


def get_message(call: Call, params: Params) -> TransitMessage:
    message_id = params["messageId"]
    message = transit_messages.find_message(call.store, message_id)
    owner = call.store.organizations.get(message.organization_id) if message else None
    own = owner is not None and (owner.account, owner.region) == (call.account, call.region)
    if message is None or not own:
        raise ServiceError("ResourceNotFoundException", f"There is no message {message_id} in transit")
    return message


def fetch_object(call: Call, bucket: str, key: str, objectVersion: str = "") -> bytes:  # noqa: N803 - as in the API
    """Return the object from the caller's account and region; bucket policies are not evaluated."""
    storage = call.store.storage
    if storage.region(call.account, bucket) != call.region:
        message = f"The bucket {bucket} cannot be accessed from {call.region}"
        raise ServiceError("InvalidContentLocation", message)
    content = storage.get(call.account, bucket, key, objectVersion)
    if content is None:
        raise ServiceError("InvalidContentLocation", f"The object {key} in {bucket} cannot be accessed")
    return content
