"""Whom thousands of ids, names and addresses mean, five hundred at a time, among those who may be seen."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from console.areas.users.bulk.cells import NEEDED
from console.mirror import search
from console.mirror.models import Alias, Entity, Organization
from console.mirror.querysets import EntityQuerySet
from console.operators import policy
from console.operators.actors import Actor

BATCH = 500


@dataclass(frozen=True, slots=True)
class Known:
    """Those who were found, by their id, their username and their address, each in small letters."""

    ids: dict[str, Entity] = field(default_factory=dict)
    names: dict[str, Entity] = field(default_factory=dict)
    addresses: dict[str, Entity] = field(default_factory=dict)

    def add(self, people: Iterable[Entity]) -> None:
        """Somebody deleted has given up her name and her address to whoever has them now."""
        for person in people:
            self.ids[person.entity_id.lower()] = person
            for index, word in ((self.names, person.name.lower()), (self.addresses, person.email)):
                if word and (word not in index or not person.is_deleted):
                    index[word] = person

    def by(self, word: str) -> Entity | None:
        """Whoever the word means, whichever kind of word it is."""
        word = word.lower()
        return self.ids.get(word) or self.addresses.get(word) or self.names.get(word)


def known(
    people: EntityQuerySet,
    *,
    ids: Iterable[str] = (),
    names: Iterable[str] = (),
    addresses: Iterable[str] = (),
) -> Known:
    found = Known()
    slim = people.only(*NEEDED)
    for part in parts(ids):
        found.add(slim.filter(entity_id__in=part))
    for part in parts(search.sort_key(name) for name in names):
        found.add(slim.filter(sort_name__in=part))
    for part in parts(address.lower() for address in addresses):
        found.add(slim.filter(email__in=part))
    return found


def words(people: EntityQuerySet, organization: Organization, given: Iterable[str]) -> Mapping[str, Entity]:
    """Whom each word means, by the word in small letters: an id, a username, an address or an alias."""
    asked = list(dict.fromkeys(word.lower() for word in given))
    found = known(people, ids=[*asked, *given], names=asked, addresses=asked)
    told = {word: person for word in asked if (person := found.by(word))}
    left = [word for word in asked if word not in told and "@" in word]
    for part in parts(left):
        aliases = Alias.objects.filter(organization=organization, address__in=part)
        owners = dict(aliases.values_list("address", "entity_id"))
        by_key = people.only(*NEEDED).in_bulk(list(set(owners.values())))
        told |= {address: by_key[key] for address, key in owners.items() if key in by_key}
    return told


def able(actor: Actor, operation: str, organization: Organization) -> Callable[[Entity], bool]:
    """Whether `actor` may perform the operation on somebody, asked for thousands."""
    if not policy.allows(actor, operation, organization):
        return lambda _: False
    domains = frozenset(policy.narrowed_to(actor, operation, organization))
    return lambda entity: not domains or entity.domain in domains


def parts(values: Iterable[str]) -> Iterator[list[str]]:
    """The different ones that are not empty, as many as one query takes."""
    left = [each for each in dict.fromkeys(values) if each]
    return (left[start : start + BATCH] for start in range(0, len(left), BATCH))
