"""Operations on messages in transit, of the Message Flow service."""

from console.aws.catalogue.inverses import not_undoable
from console.aws.catalogue.rows import secret, write

OPERATIONS = (
    secret(
        "GetRawMessageContent",
        "messages",
        "messageId",
        undo=not_undoable("What was read was read."),
        required_member="messageContent",
    ),
    write(
        "PutRawMessageContent",
        "messages",
        "messageId",
        undo=not_undoable("The message as it was is kept nowhere."),
    ),
)
