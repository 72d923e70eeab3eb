"""Access rules as sentences, such as "Deny IMAP and SMTP for 3 people outside the office network"."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from console.plurals import number_of
from console.rules.access_simulation import ELSEWHERE, Subject
from console.rules.evaluation import ALLOW, Rule

MAX_SPELLED_OUT = 2  # so many are named in a sentence; more are counted
UNKNOWN_USER = "somebody who is not in the directory"
HIDDEN_USER = "somebody outside your domains"


@dataclass(frozen=True)
class RuleWording:
    """Names for ids and ranges; with `hidden`, unknown users may be outside the operator's scope."""

    people: Mapping[str, str] = field(default_factory=dict)
    networks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    hidden: bool = False

    def sentence(self, rule: Rule) -> str:
        parts = (self._effect_clause(rule), self._actions_clause(rule), self._whom(rule), self._where(rule))
        return " ".join(part for part in parts if part)

    def person(self, user_id: str) -> str:
        return self.people.get(user_id) or (HIDDEN_USER if self.hidden else UNKNOWN_USER)

    def who(self, who: Subject, *, alone: bool = False) -> str:
        """Return the user or role; with `alone`, no rule names any, so everybody else is everybody."""
        if who.role_id:
            return f"the role {self.roles.get(who.role_id, who.role_id)}"
        return self.person(who.user_id) if who.user_id else ("everybody" if alone else "everybody else")

    def place(self, name: str) -> str:
        return name if name != ELSEWHERE else ("anywhere else" if self.networks else "anywhere")

    def called(self, ranges: Iterable[str]) -> list[str]:
        """Return the names of the networks whose ranges are all included, then the remaining ranges."""
        left = list(dict.fromkeys(ranges))
        names = []
        for name, own in sorted(self.networks.items(), key=lambda each: -len(each[1])):
            if own and set(own) <= set(left):
                names.append(name)
                left = [each for each in left if each not in own]
        return [*names, *left]

    def _effect_clause(self, rule: Rule) -> str:
        return "Allow" if rule["Effect"] == ALLOW else "Deny"

    def _actions_clause(self, rule: Rule) -> str:
        only, but = rule.get("Actions") or (), rule.get("NotActions") or ()
        base = join_words(only) if only else "everything"
        return f"{base} but {join_words(but)}" if but else base

    def _whom(self, rule: Rule) -> str:
        only = [*self._people(rule.get("UserIds")), *self._roles(rule.get("ImpersonationRoleIds"))]
        but = [*self._people(rule.get("NotUserIds")), *self._roles(rule.get("NotImpersonationRoleIds"))]
        base = f"for {join_words(only)}" if only else "for everybody"
        return f"{base} but {join_words(but)}" if but else base

    def _people(self, ids: Sequence[str] | None) -> list[str]:
        """Return the names of up to two users, or a number for more, or for users that are not known."""
        ids = ids or ()
        all_known = all(each in self.people for each in ids)
        if len(ids) > MAX_SPELLED_OUT or (len(ids) > 1 and not all_known):
            return [number_of(len(ids), "person", "people")]
        return [self.person(each) for each in ids]

    def _roles(self, ids: Sequence[str] | None) -> list[str]:
        return [f"the role {self.roles.get(each, each)}" for each in ids or ()]

    def _where(self, rule: Rule) -> str:
        inside, outside = self.called(rule.get("IpRanges") or ()), self.called(rule.get("NotIpRanges") or ())
        phrases = [f"from {_join_networks(inside)}"] if inside else []
        return " ".join([*phrases, f"outside {_join_networks(outside)}"] if outside else phrases)


def join_words(words: Sequence[str]) -> str:
    """Return the words as `a`, `a and b` or `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _join_networks(names: Sequence[str]) -> str:
    return (
        join_words(names)
        if len(names) <= MAX_SPELLED_OUT + 1
        else f"{names[0]} and {len(names) - 1} other networks"
    )
