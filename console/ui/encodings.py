"""Decode an uploaded text file; where the encoding is not certain, the operator chooses it."""

import codecs
import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass

BOM = "\ufeff"
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What can be chosen, by Python's name. Of several that give the same text the first is offered.
LABELS = {
    "cp1252": "Windows, Western European",
    "cp1250": "Windows, Central European",
    "cp1251": "Windows, Cyrillic",
    "cp1253": "Windows, Greek",
    "cp1254": "Windows, Turkish",
    "cp1255": "Windows, Hebrew",
    "cp1256": "Windows, Arabic",
    "cp1257": "Windows, Baltic",
    "iso8859-15": "ISO 8859-15, Western European",
    "iso8859-2": "ISO 8859-2, Central European",
    "mac-roman": "Macintosh, Western European",
    "cp850": "DOS, Western European",
    "cp852": "DOS, Central European",
    "cp866": "DOS, Cyrillic",
    "cp932": "Shift JIS, Japanese",
    "gb18030": "GB 18030, Chinese",
    "big5": "Big5, Chinese",
    "cp949": "Korean",
}
WESTERN = "cp1252"
SAMPLE_WORDS = 4  # words shown for each encoding
SAVE_AS = "Save it as “CSV UTF-8” and choose that file."
BINARY_FORMATS = (
    (b"\xd0\xcf\x11\xe0", f"This is an Excel 97-2003 workbook. {SAVE_AS}"),
    (b"%PDF", "This is a PDF document. Save the table as CSV and choose that file."),
    (b"\x1f\x8b", "This is a gzip archive. Unpack it and choose the CSV file in it."),
    (b"7z\xbc\xaf", "This is a 7-Zip archive. Unpack it and choose the CSV file in it."),
    (b"{\\rtf", "This is an RTF document. Save the table as CSV and choose that file."),
)
TEXT_FORMATS = (
    (r"version:\s*1\s*\n|(#.*\n)*dn::?\s", "This is LDIF. Export the users as CSV and choose that file."),
    (r"BEGIN:VCARD", "This is a vCard file. Export the contacts as CSV and choose that file."),
    (r"BEGIN:VCALENDAR", "This is a calendar file. Choose a CSV file."),
    (
        r"<(!doctype html|html|table|meta)\b",
        f"This is a web page, not a CSV file. Open it in Excel. {SAVE_AS}",
    ),
    (r"<\?xml|<\w+:\w+", f"This is XML. Open it in Excel. {SAVE_AS}"),
    (r"[{\[]\s*[{\"\]]", "This is JSON. Export the users as CSV and choose that file."),
)
ODD_CAPITAL = re.compile("xC|[cC]Cx")
NON_ASCII_WORD = re.compile(r"[^\W\d_]*[^\x00-\x7f][^\s,;|\t\"]*")
# Not letters, but common in names and addresses.
PUNCTUATION = frozenset("’‘“”„«»–—…€§°·ºª£‚′\u00a0´")  # noqa: RUF001 - as they are


class UnreadableFile(Exception):
    """The file cannot be used; `str()` says why and what to do."""


@dataclass(frozen=True, slots=True)
class EncodingChoice:
    """A possible encoding, with sample words that show whether it is right."""

    encoding: str
    label: str
    samples: tuple[str, ...]


class UnknownEncoding(UnreadableFile):
    """Several encodings fit, or none is likely; `readings` are offered, the likely ones first."""

    def __init__(self, readings: list[EncodingChoice]) -> None:
        super().__init__(
            "The file is not in UTF-8, and its encoding is not certain. Choose the one that shows the"
            " names correctly, or save the file as “CSV UTF-8”. Nothing was imported."
        )
        self.readings = readings


def decode_text(content: bytes, encoding: str = "") -> tuple[str, list[str]]:
    """Return the text and notes on how it was decoded; `encoding` is one that was chosen of `LABELS`.

    Raises `Unreadable` for files of another kind and `UnknownEncoding` where the encoding is not certain.
    """
    _refuse_binary(content)
    text, notes = _decode_certain(content, encoding)
    text = text.lstrip(BOM)
    _refuse_other_formats(text)
    if "\x00" in text:
        raise UnreadableFile(f"The file has NUL characters, so it is not text. {SAVE_AS}")
    return text, notes


def _decode_certain(content: bytes, encoding: str) -> tuple[str, list[str]]:
    certain = next(
        (name for mark, name in BYTE_ORDER_MARKS if content.startswith(mark)), ""
    ) or _detect_utf16(content)
    try:
        return content.decode(certain or "utf-8"), []
    except UnicodeDecodeError:
        if certain:
            raise UnreadableFile("The file ends in the middle of a character. Save it again.") from None
    if encoding in LABELS:
        try:
            return content.decode(encoding), []
        except UnicodeDecodeError:
            raise UnknownEncoding(_encoding_choices(content)) from None
    readings = _encoding_choices(content)
    likely = [each for each in readings if is_plausible(content.decode(each.encoding))]
    if [each.encoding for each in likely] == [WESTERN]:
        shown = ", ".join(likely[0].samples)
        note = f"The file is not in UTF-8. It was read as {LABELS[WESTERN]}; check these: {shown}."
        return content.decode(WESTERN), [note]
    raise UnknownEncoding([*likely, *(each for each in readings if each not in likely)])


def _detect_utf16(content: bytes) -> str:
    """Return the UTF-16 variant of text without a byte order mark, by its zero bytes, or ""."""
    sample = content[:4000]
    half = len(sample) // 2
    first, second = sample[::2].count(0), sample[1::2].count(0)
    if half and second > half * 0.3 and first < half * 0.05:
        return "utf-16-le"
    if half and first > half * 0.3 and second < half * 0.05:
        return "utf-16-be"
    return ""


def _encoding_choices(content: bytes) -> list[EncodingChoice]:
    """Return the encodings in which the bytes are valid, once for each different text."""
    found: dict[str, EncodingChoice] = {}
    for encoding, label in LABELS.items():
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(unicodedata.category(each) == "Cc" and each > "\x7e" for each in text):
            samples = tuple(dict.fromkeys(match.group()[:40] for match in NON_ASCII_WORD.finditer(text)))
            found.setdefault(text, EncodingChoice(encoding, label, samples[:SAMPLE_WORDS]))
    return list(found.values())


def is_plausible(text: str) -> bool:
    """Return whether each word that is not ASCII could be a word: of one script, with no odd capital."""
    return all(_is_word(match.group()) for match in NON_ASCII_WORD.finditer(text))


def _is_word(word: str) -> bool:
    letters = [each for each in word if each.isalpha()]
    others = [each for each in word if not each.isascii() and not each.isalpha()]
    if any(each not in PUNCTUATION and not unicodedata.combining(each) for each in others):
        return False
    if len({_script(each) for each in letters}) > 1 or any(_script(each) == "MODIFIER" for each in letters):
        return False
    return not ODD_CAPITAL.search("".join(map(_letter_class, word)))


def _letter_class(letter: str) -> str:
    """Return C for a capital that is not ASCII, c for another one, x for a small letter."""
    if letter.isupper():
        return "c" if letter.isascii() else "C"
    return "x" if letter.isalpha() else "-"


def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split()[0].replace("HALFWIDTH", "KATAKANA")


def _refuse_binary(content: bytes) -> None:
    if content.startswith(b"PK"):
        raise UnreadableFile(_describe_archive(content))
    for mark, message in BINARY_FORMATS:
        if content.startswith(mark):
            raise UnreadableFile(message)


def _describe_archive(content: bytes) -> str:
    if b"vnd.oasis" in content[:200]:
        return f"This is an OpenDocument file. Open it in LibreOffice. {SAVE_AS}"
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except zipfile.BadZipFile:
        names = []
    if any(name.startswith("xl/") for name in names):
        return f"This is an Excel workbook. {SAVE_AS}"
    if any(name.endswith(".eml") for name in names):
        return "This is a mailbox export. Choose a CSV file."
    if any(name.startswith("word/") for name in names):
        return "This is a Word document. Save the table as CSV and choose that file."
    return "This is a zip archive. Unpack it and choose the CSV file in it."


def _refuse_other_formats(text: str) -> None:
    start = text[:2000].lstrip().replace("\r\n", "\n")
    for pattern, message in TEXT_FORMATS:
        if re.match(pattern, start, re.IGNORECASE):
            raise UnreadableFile(message)
