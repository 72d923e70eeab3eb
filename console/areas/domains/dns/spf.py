"""Evaluation of SPF records (RFC 7208)."""

from dataclasses import replace

from console.areas.domains.dns.verdicts import RecordStatus, Verdict

VERSION = "v=spf1"
QUALIFIERS = "+-~?"
LOOKUP_TERMS = ("include", "a", "mx", "ptr", "exists", "redirect")  # terms that cost the receiver a look-up
MAX_LOOKUPS = 10
SEVERAL_RECORDS = (
    "There are {} SPF records. Receivers take that for an error and trust none of them; make one of them."
)
PASS_ALL = "It ends in +all: everybody may send as this domain."
NEUTRAL_ALL = "It says nothing about other senders (?all, or no all at the end); ~all or -all would."
BEHIND_ALL = "{} stands behind all, where nobody reads on; it has to stand before it."
INCLUDE_REFUSED = "It names {} only to refuse it ({}), so what WorkMail sends is taken for forged."
INCLUDE_MISSING = "It does not allow WorkMail to send: {} is not in it."


def is_spf(text: str) -> bool:
    first, *_ = [*text.split(maxsplit=1), ""]
    return first.lower() == VERSION


def evaluate_spf(verdict: Verdict) -> Verdict:
    """Evaluate the SPF record among the domain's TXT records."""
    records = [text for text in verdict.found if is_spf(text)]
    verdict = replace(verdict, found=tuple(records))
    if not records:
        return verdict.with_status(RecordStatus.MISSING, "The domain has TXT records, none of them SPF.")
    if len(records) > 1:
        return verdict.with_status(
            RecordStatus.DIFFERS,
            SEVERAL_RECORDS.format(len(records)),
            advice=merge_records(records, verdict.expected),
        )
    return _evaluate_record(verdict, records[0])


def _evaluate_record(verdict: Verdict, record: str) -> Verdict:
    terms, wanted = record.split()[1:], _list_includes(verdict.expected)
    read, unread = _split_at_all(terms)
    advice = merge_records([record], verdict.expected)
    for include in wanted:
        if problem := _include_problem(include, read, unread):
            return verdict.with_status(RecordStatus.DIFFERS, problem, advice=advice)
    if _qualifier_of_all(terms) == "+":
        return verdict.with_status(RecordStatus.DIFFERS, PASS_ALL, advice=advice)
    return _note_weaknesses(verdict, terms)


def _note_weaknesses(verdict: Verdict, terms: list[str]) -> Verdict:
    notes = []
    redirects = any(term.lower().startswith("redirect=") for term in terms)
    if _qualifier_of_all(terms) in ("", "?") and not redirects:
        notes.append(NEUTRAL_ALL)
    if (asking := sum(_term_name(term) in LOOKUP_TERMS for term in terms)) > MAX_LOOKUPS:
        notes.append(f"It needs {asking} look-ups; receivers stop at {MAX_LOOKUPS} and call it an error.")
    return verdict.with_status(RecordStatus.OK, " ".join(notes), weak=bool(notes))


def _include_problem(include: str, read: list[str], unread: list[str]) -> str:
    term = f"include:{include}"
    if _include_qualifier(read, include) == "+":
        return ""
    if qualifier := _include_qualifier(read, include):
        return INCLUDE_REFUSED.format(include, f"{qualifier}{term}")
    return BEHIND_ALL.format(term) if _include_qualifier(unread, include) else INCLUDE_MISSING.format(term)


def merge_records(records: list[str], expected: str) -> str:
    """Return one record that allows what all records and the expected one allow, with the first "all"."""
    given = [term for record in [*records, expected] for term in record.split()[1:]]
    wanted = [f"include:{each}" for each in _list_includes(expected)]
    kept = [term for term in given if _term_name(term) != "all" and term[1:].lower() not in wanted]
    last = next((term for term in given if _term_name(term) == "all" and term[0] in "-~"), "~all")
    return " ".join([VERSION, *dict.fromkeys(kept), last])


def _split_at_all(terms: list[str]) -> tuple[list[str], list[str]]:
    at = next((at for at, term in enumerate(terms) if _term_name(term) == "all"), len(terms))
    return terms[:at], terms[at:]


def _include_qualifier(terms: list[str], include: str) -> str:
    """Return the qualifier of the include, or "" if the terms do not have it."""
    wanted = f"include:{include}"
    found = (term for term in terms if term.lower().lstrip(QUALIFIERS).rstrip(".") == wanted)
    return next((_qualifier(term) for term in found), "")


def _list_includes(record: str) -> list[str]:
    terms = (term.lower().lstrip(QUALIFIERS) for term in record.split()[1:])
    return [term.removeprefix("include:") for term in terms if term.startswith("include:")]


def _qualifier(term: str) -> str:
    return term[0] if term[0] in QUALIFIERS else "+"


def _qualifier_of_all(terms: list[str]) -> str:
    return next((_qualifier(term) for term in terms if _term_name(term) == "all"), "")


def _term_name(term: str) -> str:
    """Return the name of a term, such as `include` of `~include:example.com/24`."""
    bare = term.lower().lstrip(QUALIFIERS)
    return min((bare.partition(mark)[0] for mark in ":=/"), key=len)
