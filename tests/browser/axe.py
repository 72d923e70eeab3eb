"""Accessibility as axe-core sees it, run inside the page, past its content policy."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SOURCE = Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"
SETTLED = "() => { for (const each of document.getAnimations()) { try { each.finish(); } catch {} } }"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    """Each broken rule, how bad it is and where, once colours have stopped changing."""
    page.evaluate(SETTLED)
    page.evaluate(SOURCE.read_text())
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    return [_told(each) for each in found["violations"]]


def _told(violation: dict[str, Any]) -> str:
    places = "; ".join(f"{node['target']} {node['failureSummary']}" for node in violation["nodes"][:5])
    return f"{violation['impact']} {violation['id']}: {places}"
