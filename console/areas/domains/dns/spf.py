"""SPF by its meaning (RFC 7208): who may send, not how the record is spelled."""

from dataclasses import replace

from console.areas.domains.dns.verdicts import Status, Verdict

VERSION = "v=spf1"
QUALIFIERS = "+-~?"
ASKING = ("include", "a", "mx", "ptr", "exists", "redirect")  # terms that cost the receiver a look-up
MOST_LOOKUPS = 10
TWO = "There are {} SPF records. Receivers take that for an error and trust none of them; make one of them."
OPEN = "It ends in +all: everybody may send as this domain."
NEUTRAL = "It says nothing about other senders (?all, or no all at the end); ~all or -all would."
LOST = "{} stands behind all, where nobody reads on; it has to stand before it."
REFUSED = "It names {} only to refuse it ({}), so what WorkMail sends is taken for forged."
LACKING = "It does not allow WorkMail to send: {} is not in it."


def is_spf(text: str) -> bool:
    first, *_ = [*text.split(maxsplit=1), ""]
    return first.lower() == VERSION


def judge(verdict: Verdict) -> Verdict:
    """A TXT answer of the domain itself, in which SPF is one text among others."""
    records = [text for text in verdict.found if is_spf(text)]
    verdict = replace(verdict, found=tuple(records))
    if not records:
        return verdict.but(Status.MISSING, "The domain has TXT records, none of them SPF.")
    if len(records) > 1:
        return verdict.but(Status.DIFFERS, TWO.format(len(records)), advice=merged(records, verdict.expected))
    return _one(verdict, records[0])


def _one(verdict: Verdict, record: str) -> Verdict:
    terms, wanted = record.split()[1:], _includes(verdict.expected)
    read, unread = _until_all(terms)
    advice = merged([record], verdict.expected)
    for include in wanted:
        if problem := _problem(include, read, unread):
            return verdict.but(Status.DIFFERS, problem, advice=advice)
    if _qualifier_of_all(terms) == "+":
        return verdict.but(Status.DIFFERS, OPEN, advice=advice)
    return _weaknesses(verdict, terms)


def _weaknesses(verdict: Verdict, terms: list[str]) -> Verdict:
    notes = []
    redirects = any(term.lower().startswith("redirect=") for term in terms)
    if _qualifier_of_all(terms) in ("", "?") and not redirects:
        notes.append(NEUTRAL)
    if (asking := sum(_name(term) in ASKING for term in terms)) > MOST_LOOKUPS:
        notes.append(f"It needs {asking} look-ups; receivers stop at {MOST_LOOKUPS} and call it an error.")
    return verdict.but(Status.OK, " ".join(notes), weak=bool(notes))


def _problem(include: str, read: list[str], unread: list[str]) -> str:
    term = f"include:{include}"
    if _stated(read, include) == "+":
        return ""
    if qualifier := _stated(read, include):
        return REFUSED.format(include, f"{qualifier}{term}")
    return LOST.format(term) if _stated(unread, include) else LACKING.format(term)


def merged(records: list[str], expected: str) -> str:
    """One record with all that these allow and what is expected, and the last word of the first."""
    given = [term for record in [*records, expected] for term in record.split()[1:]]
    wanted = [f"include:{each}" for each in _includes(expected)]
    kept = [term for term in given if _name(term) != "all" and term[1:].lower() not in wanted]
    last = next((term for term in given if _name(term) == "all" and term[0] in "-~"), "~all")
    return " ".join([VERSION, *dict.fromkeys(kept), last])


def _until_all(terms: list[str]) -> tuple[list[str], list[str]]:
    at = next((at for at, term in enumerate(terms) if _name(term) == "all"), len(terms))
    return terms[:at], terms[at:]


def _stated(terms: list[str], include: str) -> str:
    """The qualifier with which something is included, "" if it is not."""
    wanted = f"include:{include}"
    found = (term for term in terms if term.lower().lstrip(QUALIFIERS).rstrip(".") == wanted)
    return next((_qualifier(term) for term in found), "")


def _includes(record: str) -> list[str]:
    terms = (term.lower().lstrip(QUALIFIERS) for term in record.split()[1:])
    return [term.removeprefix("include:") for term in terms if term.startswith("include:")]


def _qualifier(term: str) -> str:
    return term[0] if term[0] in QUALIFIERS else "+"


def _qualifier_of_all(terms: list[str]) -> str:
    return next((_qualifier(term) for term in terms if _name(term) == "all"), "")


def _name(term: str) -> str:
    """Of `~include:example.com/24` the word `include`."""
    bare = term.lower().lstrip(QUALIFIERS)
    return min((bare.partition(mark)[0] for mark in ":=/"), key=len)
