"""The IPv4 addresses, cut into pieces on which rules do not differ, as bits of a number."""

from bisect import bisect_left
from collections.abc import Iterable

from console.rules.access import parse_network
from console.rules.evaluation import Rule

ADDRESS_COUNT = 2**32


class AddressSpace:
    """All addresses, cut where a range begins or ends; a set of pieces is a number, one bit each."""

    def __init__(self, ranges: Iterable[str]) -> None:
        cuts = {0, ADDRESS_COUNT}
        for each in ranges:
            cuts.update(range_bounds(each))
        self.cuts = sorted(cuts)
        self.everywhere = (1 << (len(self.cuts) - 1)) - 1

    def within(self, ranges: Iterable[str]) -> int:
        """Return the pieces in any of the ranges, all of which this space was cut by."""
        found = 0
        for each in ranges:
            begin, end = (bisect_left(self.cuts, bound) for bound in range_bounds(each))
            found |= (1 << end) - (1 << begin)
        return found

    def of(self, rule: Rule) -> int:
        """Return the pieces where a rule applies, as far as addresses go."""
        inside = self.within(rule["IpRanges"]) if rule.get("IpRanges") else self.everywhere
        return inside & ~self.within(rule.get("NotIpRanges") or ())

    def address(self, pieces: int) -> str:
        """Return an address in the first of these pieces, not the network's own address if possible."""
        first = (pieces & -pieces).bit_length() - 1
        begin, end = self.cuts[first : first + 2]
        number = begin + (end - begin > 2)
        return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


def range_bounds(text: str) -> tuple[int, int]:
    """Return where a range begins and where the next one would begin."""
    found = parse_network(text)
    return int(found.network_address), int(found.broadcast_address) + 1


def mentioned_ranges(rules: Iterable[Rule]) -> list[str]:
    """Return every range that rules name."""
    return [each for rule in rules for name in ("IpRanges", "NotIpRanges") for each in rule.get(name) or ()]
