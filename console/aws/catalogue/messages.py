"""Operations on messages in transit, of the Message Flow service."""

from console.aws.catalogue.rows import secret, write

OPERATIONS = (
    secret("GetRawMessageContent", "messages", "messageId"),
    write("PutRawMessageContent", "messages", "messageId"),
)
