"""Look up whom ids, usernames, addresses and aliases mean: one resolver for lists, files and forms."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from console.mirror import search_text
from console.mirror.models import Alias, Entity, EntityQuerySet, Organization

BATCH = 500
FIELDS = (
    "organization",
    "entity_id",
    "name",
    "email",
    "display_name",
    "state",
    "role",
    "domain",
    "kind",
    "disabled_date",
)
NEEDED = (*FIELDS, "mailbox_quota", "details")  # the columns of an entity that callers read


@dataclass(frozen=True, slots=True)
class Known:
    """Those who were found, by their id, their username and their address, each in small letters."""

    ids: dict[str, Entity] = field(default_factory=dict)
    names: dict[str, Entity] = field(default_factory=dict)
    addresses: dict[str, Entity] = field(default_factory=dict)

    def add(self, people: Iterable[Entity]) -> None:
        """Index the entities; a deleted one gives up its name and address to the one that has them now."""
        for person in people:
            self.ids[person.entity_id.lower()] = person
            for index, word in ((self.names, person.name.lower()), (self.addresses, person.email)):
                if word and (word not in index or not person.is_deleted):
                    index[word] = person


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
    for part in parts(search_text.sort_key(name) for name in names):
        found.add(slim.filter(sort_name__in=part))
    for part in parts(address.lower() for address in addresses):
        found.add(slim.filter(email__in=part))
    return found


@dataclass(frozen=True, slots=True)
class Resolved:
    """What each word means, by the word in small letters; `offered` are words with several meanings.

    A display name is only ever offered: it is no one's alone.
    """

    one: dict[str, Entity] = field(default_factory=dict)
    offered: dict[str, list[Entity]] = field(default_factory=dict)


def resolve(
    people: EntityQuerySet, organization: Organization, given: Iterable[str], *, display_names: bool = False
) -> Resolved:
    """Find whom each word means among `people`: by id, username, primary email address or alias."""
    asked = list(dict.fromkeys(word.lower() for word in given))
    found = known(people, ids=[*asked, *given], names=asked, addresses=asked)
    owners = _alias_owners(people, organization, [word for word in asked if "@" in word])
    shown = _by_display_name(people, asked) if display_names else {}
    resolved = Resolved()
    for word in asked:
        if word in found.ids:
            resolved.one[word] = found.ids[word]
            continue
        meant = [found.names.get(word), found.addresses.get(word), owners.get(word)]
        different = {each.pk: each for each in meant if each is not None}
        if len(different) == 1:
            resolved.one[word] = next(iter(different.values()))
        elif different or word in shown:
            resolved.offered[word] = list(different.values()) or shown[word]
    return resolved


def _alias_owners(
    people: EntityQuerySet, organization: Organization, addresses: Iterable[str]
) -> dict[str, Entity]:
    found: dict[str, Entity] = {}
    for part in parts(addresses):
        aliases = Alias.objects.filter(organization=organization, address__in=part)
        owners = dict(aliases.values_list("address", "entity_id"))
        by_key = people.only(*NEEDED).in_bulk(list(set(owners.values())))
        found |= {address: by_key[key] for address, key in owners.items() if key in by_key}
    return found


def _by_display_name(people: EntityQuerySet, asked: Iterable[str]) -> dict[str, list[Entity]]:
    found: dict[str, list[Entity]] = {}
    keys = {search_text.sort_key(word): word for word in asked if "@" not in word}
    for part in parts(keys):
        for person in people.only(*NEEDED, "sort_display_name").filter(sort_display_name__in=part):
            found.setdefault(keys[person.sort_display_name], []).append(person)
    return found


def parts(values: Iterable[str]) -> Iterator[list[str]]:
    """The different ones that are not empty, as many as one query takes."""
    left = [each for each in dict.fromkeys(values) if each]
    return (left[start : start + BATCH] for start in range(0, len(left), BATCH))
