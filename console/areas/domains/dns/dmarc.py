"""A DMARC record (RFC 7489): whether there is one, and how strict it is."""

from console.areas.domains.dns.verdicts import Status, Verdict

VERSION = "v=dmarc1"
STRICTNESS = ("none", "quarantine", "reject")
MEANING = {
    "none": "only reports: forged mail is delivered all the same",
    "quarantine": "forged mail goes to the junk folder",
    "reject": "forged mail is refused",
}
INHERITED = " Receivers then take the policy of the domain above, if it has one."
TWO = "There are {} DMARC records. Receivers ignore all of them; keep one."


def is_dmarc(text: str) -> bool:
    return text.split(";")[0].replace(" ", "").lower() == VERSION


def judge(verdict: Verdict) -> Verdict:
    records = [text for text in verdict.found if is_dmarc(text)]
    if len(records) > 1:
        return verdict.but(Status.DIFFERS, TWO.format(len(records)))
    if not records:
        return verdict.but(Status.DIFFERS, "What stands there is no DMARC record: it begins with v=DMARC1.")
    return _one(verdict, tags(records[0]))


def missing(verdict: Verdict) -> Verdict:
    """A domain below another one may do without."""
    below = verdict.hostname.count(".") > 2
    return verdict.but(Status.MISSING, verdict.note + (INHERITED if below else ""))


def tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, mark, value in pairs if mark}


def _one(verdict: Verdict, found: dict[str, str]) -> Verdict:
    policy = found.get("p", "").lower()
    if policy not in STRICTNESS:
        return verdict.but(
            Status.DIFFERS, "It has no policy (p=none, quarantine or reject), so it does nothing."
        )
    notes = [f"Policy {policy}: {MEANING[policy]}."]
    if _percent(found) < 100:
        notes.append(f"It is applied to {_percent(found)} % of such mail only (pct).")
    below = found.get("sp", policy).lower()
    if below in STRICTNESS and STRICTNESS.index(below) < STRICTNESS.index(policy):
        notes.append(f"For names below the domain it is weaker: {below} (sp).")
    weak = policy == "none" or len(notes) > 1
    return verdict.but(Status.OK, " ".join(notes), strength=policy, weak=weak)


def _percent(found: dict[str, str]) -> int:
    value = found.get("pct", "100")
    return min(int(value), 100) if value.isascii() and value.isdigit() else 100
