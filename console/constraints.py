"""Report violated unique constraints as validation errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, models, transaction


@contextmanager
def as_validation_error(row: models.Model) -> Iterator[None]:
    """Run the block in a transaction; raise `ValidationError` where another row has the values of `row`.

    A check before the write does not see a row that another request adds meanwhile; the constraint does.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        row.validate_unique()
        row.validate_constraints()
        raise
