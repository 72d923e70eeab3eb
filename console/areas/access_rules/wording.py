"""Rules as sentences: "Deny IMAP and SMTP for 3 people outside the office network"."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from console.plurals import number_of
from console.rules.access_draft import ELSEWHERE, Who
from console.rules.deciding import ALLOW, Rule

SPELLED = 2  # so many are named in a sentence; more are counted
UNKNOWN = "somebody who is not in the directory"
HIDDEN = "somebody outside your domains"


@dataclass(frozen=True)
class Wording:
    """How ids and ranges are called here; `hidden` says that who is not known may be out of sight."""

    people: Mapping[str, str] = field(default_factory=dict)
    networks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    hidden: bool = False

    def sentence(self, rule: Rule) -> str:
        parts = (self._effect(rule), self._actions(rule), self._whom(rule), self._where(rule))
        return " ".join(part for part in parts if part)

    def person(self, user_id: str) -> str:
        return self.people.get(user_id) or (HIDDEN if self.hidden else UNKNOWN)

    def who(self, who: Who, *, alone: bool = False) -> str:
        """`alone` says that no rule names anybody, so that everybody is not everybody else."""
        if who.role_id:
            return f"the role {self.roles.get(who.role_id, who.role_id)}"
        return self.person(who.user_id) if who.user_id else ("everybody" if alone else "everybody else")

    def place(self, name: str) -> str:
        return name if name != ELSEWHERE else ("anywhere else" if self.networks else "anywhere")

    def called(self, ranges: Iterable[str]) -> list[str]:
        """Ranges as people know them: names of networks that are whole among them, then the rest."""
        left = list(dict.fromkeys(ranges))
        names = []
        for name, own in sorted(self.networks.items(), key=lambda each: -len(each[1])):
            if own and set(own) <= set(left):
                names.append(name)
                left = [each for each in left if each not in own]
        return [*names, *left]

    def _effect(self, rule: Rule) -> str:
        return "Allow" if rule["Effect"] == ALLOW else "Deny"

    def _actions(self, rule: Rule) -> str:
        only, but = rule.get("Actions") or (), rule.get("NotActions") or ()
        base = listed(only) if only else "everything"
        return f"{base} but {listed(but)}" if but else base

    def _whom(self, rule: Rule) -> str:
        only = [*self._people(rule.get("UserIds")), *self._roles(rule.get("ImpersonationRoleIds"))]
        but = [*self._people(rule.get("NotUserIds")), *self._roles(rule.get("NotImpersonationRoleIds"))]
        base = f"for {listed(only)}" if only else "for everybody"
        return f"{base} but {listed(but)}" if but else base

    def _people(self, ids: Sequence[str] | None) -> list[str]:
        """Names of a few, a number of many or of those whom the reader may not see."""
        ids = ids or ()
        known = all(each in self.people for each in ids)
        if len(ids) > SPELLED or (len(ids) > 1 and not known):
            return [number_of(len(ids), "person", "people")]
        return [self.person(each) for each in ids]

    def _roles(self, ids: Sequence[str] | None) -> list[str]:
        return [f"the role {self.roles.get(each, each)}" for each in ids or ()]

    def _where(self, rule: Rule) -> str:
        inside, outside = self.called(rule.get("IpRanges") or ()), self.called(rule.get("NotIpRanges") or ())
        found = [f"from {_places(inside)}"] if inside else []
        return " ".join([*found, f"outside {_places(outside)}"] if outside else found)


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _places(names: Sequence[str]) -> str:
    return listed(names) if len(names) <= SPELLED + 1 else f"{names[0]} and {len(names) - 1} other networks"
