"""Validate a message that replaces one in transit; the rules are [documented], their lists are not."""

import re
from email import message_from_bytes
from email.message import Message
from pathlib import PurePosixPath

MAX_SIZE = 40 * 1024 * 1024  # of any message; that it holds here too is [inferred]
MAX_LINE = 1_000  # with its CRLF
LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|$)")
# Which headers are required, unique and immutable is [unknown]. RFC 5322 requires the first two and has
# the second row once; immutable are those here by which a message is known.
REQUIRED = ("From", "Date")
UNIQUE = (
    *("From", "Date", "Sender", "Reply-To", "To", "Cc", "Bcc", "Message-ID", "In-Reply-To", "References"),
    *("Subject", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
)
IMMUTABLE = ("From", "Message-ID")
# File types that SES takes from nobody [documented].
UNSUPPORTED = re.compile(
    r"ade|adp|app|asp|bas|bat|cer|chm|cmd|com|cpl|crt|csh|der|exe|fxp|gadget|hlp|hta|inf|ins|isp|its|jse?"
    r"|ksh|lib|lnk|ma[dfgmqrstuvw]|md[abetwz]|msc|msh[12]?(xml)?|msi|msp|mst|ops|pcd|pif|plg|prf|prg|pst|reg"
    r"|scf|scr|sct|shb|shs|sys|ps[12](xml)?|psc[12]|tmp|url|vb|vbe|vbs|vps|vsmacros|vs[stw]|vxd|ws|wsc|wsf|wsh"
    r"|xnk"
)


def find_objection(new: bytes, old: bytes) -> str:
    """Return why `new` cannot replace `old`, or ""."""
    if len(new) > MAX_SIZE:
        return "The message is larger than 40 MB"
    if longest_line(new) > MAX_LINE:
        return f"A line is longer than {MAX_LINE} characters"
    message = message_from_bytes(new)
    return (
        find_header_objection(message, message_from_bytes(old))
        or next((f"A MIME part is malformed: {each}" for each in find_defects(message)), "")
        or next((f"Attachments of type .{each} are not supported" for each in find_unsupported(message)), "")
    )


def longest_line(content: bytes) -> int:
    """Return the longest line in characters, with its line end as two."""
    return max(len(line.rstrip(b"\r\n")) + 2 for line in LINE.findall(content))


def find_header_objection(new: Message, old: Message) -> str:
    for name in REQUIRED:
        if name not in new:
            return f"The header {name} is missing"
    for name in UNIQUE:
        if len(new.get_all(name, [])) > 1:
            return f"The header {name} appears more than once"
    for name in IMMUTABLE:
        if header_value(new, name) != header_value(old, name):
            return f"The header {name} was changed"
    return ""


def header_value(message: Message, name: str) -> str:
    """Return a header's unfolded value."""
    return " ".join(str(message.get(name, "")).split())


def find_defects(message: Message) -> list[str]:
    """Return what the parser found wrong with the message and its parts."""
    return [type(defect).__name__ for part in message.walk() for defect in part.defects]


def find_unsupported(message: Message) -> list[str]:
    names = (part.get_filename() for part in message.walk())
    endings = (PurePosixPath(name).suffix.lower().lstrip(".") for name in names if name)
    return [ending for ending in endings if UNSUPPORTED.fullmatch(ending)]
