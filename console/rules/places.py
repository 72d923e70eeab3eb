"""IPv4 cut into pieces, so that what rules say of billions of addresses is a few bits of a number."""

from bisect import bisect_left
from collections.abc import Iterable

from console.rules.access import network
from console.rules.deciding import Rule

END = 2**32


class Space:
    """All addresses, cut wherever one of the ranges begins or ends: no answer changes within a piece.

    A set of pieces is a number, one bit a piece.
    """

    def __init__(self, ranges: Iterable[str]) -> None:
        cuts = {0, END}
        for each in ranges:
            cuts.update(bounds(each))
        self.cuts = sorted(cuts)
        self.everywhere = (1 << (len(self.cuts) - 1)) - 1

    def within(self, ranges: Iterable[str]) -> int:
        """The pieces that lie in any of the ranges, all of which this space was cut by."""
        found = 0
        for each in ranges:
            begin, end = (bisect_left(self.cuts, bound) for bound in bounds(each))
            found |= (1 << end) - (1 << begin)
        return found

    def of(self, rule: Rule) -> int:
        """Where a rule applies, as far as addresses go."""
        inside = self.within(rule["IpRanges"]) if rule.get("IpRanges") else self.everywhere
        return inside & ~self.within(rule.get("NotIpRanges") or ())

    def address(self, pieces: int) -> str:
        """An address in the first of these pieces, of which there is one; not a network's own if possible."""
        first = (pieces & -pieces).bit_length() - 1
        begin, end = self.cuts[first : first + 2]
        number = begin + (end - begin > 2)
        return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


def bounds(text: str) -> tuple[int, int]:
    """Where a range begins, and where what follows it does."""
    found = network(text)
    return int(found.network_address), int(found.broadcast_address) + 1


def mentioned(rules: Iterable[Rule]) -> list[str]:
    """Every range that rules name."""
    return [each for rule in rules for name in ("IpRanges", "NotIpRanges") for each in rule.get(name) or ()]
