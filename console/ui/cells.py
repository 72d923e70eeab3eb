"""Normalize the text of an uploaded cell and find damage in it."""

import re
import unicodedata

# Characters without width or meaning; joiners have one between letters of other scripts than Latin.
INVISIBLE = re.compile(
    r"[\u200b\u2060\ufeff\u00ad]|(?<![^\x00-\u024f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\u024f])"
)
BLANKS = re.compile(r"[^\S\n]+")
DIRECTION = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd\ufff9-\ufffb]|" + DIRECTION.pattern
)
ERROR = re.compile(r"#(?:N/A|N/D|NV|DIV/0!|#+|[¡¿]?[A-ZÀ-Þ/0-9]{2,20}[!?])", re.IGNORECASE)
FORMULA = re.compile(r"=.|[+@-]\s*[A-Z][A-Z.0-9]*\(", re.IGNORECASE | re.DOTALL)
SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?E[+-]?\d+", re.IGNORECASE)
MONTH = (
    r"(?:jan|feb|m[aä]r|mrz|apr|avr|abr|ma[iy]|mai|jun|jui|jul|aug|ago|ao[uû]|sep|set|o[ck]t|out|nov|de[cz]|dic|d[eé]c)"
    r"[a-zéû]*\.?"
)
DATE = re.compile(
    rf"\d{{1,2}}[-./ ]\s?{MONTH}(?:[-./ ]\d{{2,4}})?|{MONTH}[-./ ]\d{{2,4}}"
    r"|\d{4}-\d{2}-\d{2}(?:[T ]\d\d:\d\d(?::\d\d)?)?|\d{1,2}([./])\d{1,2}\1\d{4}(?: \d{1,2}:\d\d(?::\d\d)?)?",
    re.IGNORECASE,
)
DAMAGE = (
    (ERROR, "is an error value of a spreadsheet"),
    (FORMULA, "is a formula of a spreadsheet, not its value"),
    (SCIENTIFIC, "is a number that a spreadsheet shortened, so digits are lost"),
    (DATE, "is a date, which a spreadsheet makes of other values"),
)


def normalize(text: str) -> str:
    """Return the text in NFC, without invisible characters, with single blanks and Unix line ends."""
    if text.isascii() and "  " not in text and "\r" not in text and "\t" not in text:
        return text.strip()
    unified = INVISIBLE.sub("", unicodedata.normalize("NFC", text)).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(BLANKS.sub(" ", line).strip() for line in unified.split("\n")).strip()


def find_control(text: str) -> str:
    """Return what to say of a character that must not be written, as the end of a sentence, or ""."""
    match = CONTROL.search(text)
    if match is None:
        return ""
    if match.group() == "\ufffd":
        return "has a character that was lost when the file was saved (U+FFFD)"
    kind = (
        "a character that changes the direction of text"
        if DIRECTION.match(match.group())
        else "a control character"
    )
    return f"has {kind} (U+{ord(match.group()):04X})"


def find_damage(text: str) -> str:
    """Return what a spreadsheet did to the cell, as the end of a sentence, or ""."""
    cell = text.strip()
    if not cell or (cell[0].isalpha() and not cell[-1].isdigit()):
        return ""
    return next(
        (message for pattern, message in DAMAGE if pattern.fullmatch(cell) or _starts_formula(pattern, cell)),
        "",
    )


def _starts_formula(pattern: re.Pattern[str], cell: str) -> bool:
    return pattern is FORMULA and bool(pattern.match(cell))
