"""Templates hold to the strict policy: nothing inline, nothing evaluated, nothing from elsewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
WIDTH = 120
FORBIDDEN = {
    "an inline handler": r"\son[a-z]+\s*=",
    "an inline style": r"\sstyle\s*=",
    "a style element": r"<style\b",
    "an inline script": r"<script(?![^>]*\ssrc=)",
    "a script address": r"javascript:",
    "htmx that evaluates": r"hx-on|=[\"']js:|hx-trigger=[\"'][^\"']*\[",
    "something from elsewhere": r"(?:src|href)=[\"'](?:https?:)?//",
    "Bootstrap's script, which is not there": r"data-bs-(?:toggle|dismiss|target)",
    "HTML that was not escaped": r"\|safeseq\b|\{% autoescape off",
}

EVALUATED = r"\beval\(|new Function|innerHTML|insertAdjacentHTML|document\.write"


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_has(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what], re.IGNORECASE)
    found = {str(path.relative_to(ROOT)): pattern.search(path.read_text()) for path in TEMPLATES}
    assert {path: match for path, match in found.items() if match} == {}


def test_no_line_is_longer_than_an_editor_shows() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{number} has {len(line)} characters, at most {WIDTH} fit"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > WIDTH
    ]
    assert not long, "\n".join(long)


def test_every_form_that_posts_is_protected() -> None:
    for path in TEMPLATES:
        forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", path.read_text(), re.DOTALL)
        assert all("{% csrf_token %}" in form for form in forms), path


def test_no_script_of_ours_evaluates_or_writes_html() -> None:
    for path in (ROOT / "static" / "js").glob("*.js"):
        assert not re.search(
            r"\beval\(|new Function|innerHTML|insertAdjacentHTML|document\.write", path.read_text()
        ), path
