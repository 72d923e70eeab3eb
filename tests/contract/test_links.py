"""Tables of links name pages that exist, with the operation that each page performs."""

from collections.abc import Iterator

import pytest

from console.areas.health_checks.registry import CHECKS
from console.areas.saved.lists import LISTS
from console.navigation import MENU_AND_ACTIONS
from tests.addresses import addresses

VIEWS = addresses()


def links() -> Iterator[tuple[str, str, str]]:
    """Yield where a link stands, the name of its URL, and its operation."""
    for item in MENU_AND_ACTIONS:
        yield f"console/navigation.py: {item.label}", item.url_name, item.performs
    for name, savable in LISTS.items():
        yield f"console/areas/saved/lists.py: {savable.label}", name, savable.performs
    for check in CHECKS:
        for link in (check.form, check.listing):
            if link:
                yield f"console/areas/health_checks/registry.py: {check.id}", link.url_name, link.operation


@pytest.mark.parametrize(("place", "url_name", "operation"), list(links()))
def test_a_link_requires_the_right_that_its_page_requires(place: str, url_name: str, operation: str) -> None:
    assert url_name in VIEWS, f"{place} names the URL {url_name}, which does not exist"
    performs = VIEWS[url_name].performs
    assert performs in {operation, ""}, f"{place} is shown by {operation}, but {url_name} performs {performs}"
