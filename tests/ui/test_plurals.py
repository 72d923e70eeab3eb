"""A noun or verb after a number agrees with it: no page and no message says `1 members`."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.plurals import number_of

ROOT = Path(__file__).resolve().parent.parent.parent
PLURALS = "are|were|have|do|people|entries|others|[a-z]{2,}s"
AFTER_NUMBER = re.compile(rf"\s*(?:(?:more|other|new|further|selected) )?({PLURALS})\b")
SINGULAR = re.compile(
    r"accepts|access|across|address|alias|allows|answers|arrives|as|asks|becomes|begins|belongs|"
    r"changes|comes|costs|decides|does|ends|exists|expects|gets|gives|goes|happens|has|holds|is|its|"
    r"joins|keeps|leaves|less|lets|means|names|needs|passes|reaches|reads|refuses|runs|says|sees|"
    r"shows|stands|status|stays|stops|takes|tells|this|us|wants|was|works|writes"
)
# What stands before the word is no number, or a number that is never one.
EXEMPT = {
    "console/areas/domains/forms.py": {"adverb"},
    "console/areas/troubleshooting/diagnosis.py": {"case.person.domain"},
    "console/areas/availability/forms.py": {"partner"},
    "console/areas/mobile/wording.py": {"verb", "more"},  # more than one
    "console/areas/health_checks/checks/limits.py": {"held[each.pk]"},  # 90 and more
    "console/areas/mailboxes/tables.py": {"each"},  # 7, 14 or 30
    "console/ui/uploaded_table.py": {"most"},
    "console/areas/messages/message_parser.py": {"longest"},
    "console/areas/users/bulk/views.py": {"count"},  # one has a word of its own
    "console/areas/access_rules/wording.py": {"len(names) - 1"},  # more than one
    "console/aws/redaction.py": {"len(value)"},  # in brackets, for what is not shown
    "console/ledger/fields.py": {"len(value)"},
    "console/ledger/chain.py": {"entry['seq']"},
    "templates/domains/checks.html": {"kept"},
    "templates/exports/detail.html": {"job.not_exported|shown"},  # of several kinds
    "templates/exports/list.html": {"places"},  # ten
    "templates/mfa/recovery_codes/index.html": {"total_count"},
    "templates/mfa/index.html": {"authenticators.recovery_codes.generate_codes|length"},
    "templates/groups/everybody.html": {"most"},
    "templates/ledger/detail.html": {"each.body.attempts"},  # more than one
    "templates/access_rules/list.html": {"each.group.rules|length"},  # more than one
    "templates/access_rules/review.html": {"plan.writes|length"},  # more than one
}
VARIABLE = re.compile(r"\{\{\s*([^}]+?)\s*\}\}(?:</?\w+[^>]*>)*([^{<]*)")


def paths(folder: str, pattern: str) -> list[Path]:
    left_out = {"migrations", "sandbox", "demo"}
    return [each for each in sorted((ROOT / folder).rglob(pattern)) if not left_out & set(each.parts)]


def in_template(text: str) -> Iterator[tuple[str, str]]:
    """Every variable, with the text behind it."""
    for match in VARIABLE.finditer(text):
        yield match.group(1), match.group(2)


def in_module(text: str) -> Iterator[tuple[str, str]]:
    """Every value in an f-string that may be a number, with the text behind it."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.JoinedStr):
            continue
        for value, rest in zip(node.values, node.values[1:], strict=False):
            if not isinstance(value, ast.FormattedValue) or not isinstance(rest, ast.Constant):
                continue
            said = ast.unparse(value.value)
            is_constant = re.search(r"\b[A-Z][A-Z_]+\b", said)
            is_text = isinstance(value.value, ast.Call) and not said.startswith("len(")
            if not is_constant and not is_text:
                yield said, str(rest.value)


def disagreeing(path: Path) -> list[str]:
    pairs = in_template if path.suffix == ".html" else in_module
    exempt = EXEMPT.get(str(path.relative_to(ROOT)), set())
    found = []
    for said, rest in pairs(path.read_text()):
        match = AFTER_NUMBER.match(rest)
        if match and rest[0].isspace() and not SINGULAR.fullmatch(match.group(1)) and said not in exempt:
            found.append(f"{said}: {match.group(0).strip()}")
    return found


@pytest.mark.parametrize(("count", "said"), [(0, "0 members"), (1, "1 member"), (1200, "1,200 members")])
def test_a_number_has_its_noun(count: int, said: str) -> None:
    assert number_of(count, "member") == said


def test_a_plural_of_its_own_is_given() -> None:
    assert [number_of(each, "entry", "entries") for each in (1, 2)] == ["1 entry", "2 entries"]


def test_no_template_has_a_plural_behind_a_number() -> None:
    found = {str(path.relative_to(ROOT)): disagreeing(path) for path in paths("templates", "*.html")}
    assert {path: said for path, said in found.items() if said} == {}, "use |pluralize"


def test_no_message_has_a_plural_behind_a_number() -> None:
    found = {str(path.relative_to(ROOT)): disagreeing(path) for path in paths("console", "*.py")}
    assert {path: said for path, said in found.items() if said} == {}, "use console.plurals.number_of"


@pytest.mark.parametrize(
    "text", ["{{ count }} members", "<b>{{ names|length }}</b> were found", "{{ n }} other groups"]
)
def test_a_planted_plural_in_a_template_is_found(text: str) -> None:
    assert [said for said in in_template(text) if AFTER_NUMBER.match(said[1])]


@pytest.mark.parametrize("text", ["f'{count} members'", "f'{len(names):,} were found'", "f'{n} more rows'"])
def test_a_planted_plural_in_a_message_is_found(text: str) -> None:
    assert [said for said in in_module(text) if AFTER_NUMBER.match(said[1])]
