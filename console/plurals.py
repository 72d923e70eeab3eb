"""A number with the noun that it counts."""


def number_of(count: int, one: str, many: str = "") -> str:
    """Return `1 member` or `1,200 members`; `many` is for plurals that are not `one` with an s."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"
