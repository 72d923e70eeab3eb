"""WorkMail Message Flow: the text of a message in transit, to be read and to be replaced."""

from dataclasses import replace

from console.sandbox import mime, transit
from console.sandbox.errors import ServiceError
from console.sandbox.records_organization import TransitMessage
from console.sandbox.registry import Call, Params, Result, handles


@handles("GetRawMessageContent")
def get_raw_message_content(call: Call, params: Params) -> Result:
    """As it was last updated, even where that came too late to reach anybody [documented]."""
    return {"messageContent": found(call, params).body}


@handles("PutRawMessageContent")
def put_raw_message_content(call: Call, params: Params) -> None:
    """Take the new text from S3, if the message is still to be changed and the text is one."""
    message = found(call, params)
    if message.frozen:
        raise ServiceError("MessageFrozen", f"The message {message.message_id} cannot be updated")
    new = fetched(call, **params["content"]["s3Reference"])
    if objection := mime.objection(new, message.body):
        raise ServiceError("MessageRejected", objection)
    call.store.transit_messages.save(replace(message, content=new.decode("latin-1")))


def found(call: Call, params: Params) -> TransitMessage:
    message_id = params["messageId"]
    message = transit.find(call.store, message_id)
    owner = call.store.organizations.get(message.organization_id) if message else None
    own = owner is not None and (owner.account, owner.region) == (call.account, call.region)
    if message is None or not own:
        raise ServiceError("ResourceNotFoundException", f"There is no message {message_id} in transit")
    return message


def fetched(call: Call, bucket: str, key: str, objectVersion: str = "") -> bytes:  # noqa: N803 - as in the API
    """The object, from a bucket of the caller's account and region; its policy is not examined."""
    storage = call.store.storage
    if storage.region(call.account, bucket) != call.region:
        message = f"The bucket {bucket} cannot be accessed from {call.region}"
        raise ServiceError("InvalidContentLocation", message)
    content = storage.get(call.account, bucket, key, objectVersion)
    if content is None:
        raise ServiceError("InvalidContentLocation", f"The object {key} in {bucket} cannot be accessed")
    return content
