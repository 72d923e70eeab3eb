"""The table of `shelf.py`, made once beside the console's own."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.ui.shelf import Thing


@pytest.fixture(scope="package")
def shelf(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            editor.create_model(Thing)
        yield
        with connection.schema_editor() as editor:
            editor.delete_model(Thing)


@pytest.fixture
def guide_templates(settings: Any) -> None:
    """The templates of the style guide beside the console's own."""
    templates = deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [*templates[0]["DIRS"], Path(__file__).parent / "templates"]
    settings.TEMPLATES = templates
