"""Resolve ids, usernames, email addresses and aliases to entities, in batches."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from console.mirror import search_text
from console.mirror.models import Alias, Entity, EntityQuerySet, Organization

BATCH_SIZE = 500
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
LOOKUP_COLUMNS = (*FIELDS, "mailbox_quota", "details")  # the columns of an entity that callers read


@dataclass(frozen=True, slots=True)
class EntityIndex:
    """Entities by id, username and email address, in lower case."""

    ids: dict[str, Entity] = field(default_factory=dict)
    names: dict[str, Entity] = field(default_factory=dict)
    addresses: dict[str, Entity] = field(default_factory=dict)

    def add(self, people: Iterable[Entity]) -> None:
        """Index the entities; one that exists takes precedence over a deleted one."""
        for person in people:
            self.ids[person.entity_id.lower()] = person
            for index, word in ((self.names, person.name.lower()), (self.addresses, person.email)):
                if word and (word not in index or not person.is_deleted):
                    index[word] = person


def index_entities(
    people: EntityQuerySet,
    *,
    ids: Iterable[str] = (),
    names: Iterable[str] = (),
    addresses: Iterable[str] = (),
) -> EntityIndex:
    found = EntityIndex()
    slim = people.only(*LOOKUP_COLUMNS)
    for part in split_batches(ids):
        found.add(slim.filter(entity_id__in=part))
    for part in split_batches(search_text.make_sort_key(name) for name in names):
        found.add(slim.filter(sort_name__in=part))
    for part in split_batches(address.lower() for address in addresses):
        found.add(slim.filter(email__in=part))
    return found


@dataclass(frozen=True, slots=True)
class ResolvedWords:
    """The entity of each lower-case word; `offered` has words with several matches, or a display name."""

    one: dict[str, Entity] = field(default_factory=dict)
    offered: dict[str, list[Entity]] = field(default_factory=dict)


def resolve_words(
    people: EntityQuerySet, organization: Organization, given: Iterable[str], *, display_names: bool = False
) -> ResolvedWords:
    """Resolve each word among `people` by id, username, email address or alias."""
    asked = list(dict.fromkeys(word.lower() for word in given))
    found = index_entities(people, ids=[*asked, *given], names=asked, addresses=asked)
    owners = _find_alias_owners(people, organization, [word for word in asked if "@" in word])
    shown = _find_by_display_name(people, asked) if display_names else {}
    resolved = ResolvedWords()
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


def _find_alias_owners(
    people: EntityQuerySet, organization: Organization, addresses: Iterable[str]
) -> dict[str, Entity]:
    found: dict[str, Entity] = {}
    for part in split_batches(addresses):
        aliases = Alias.objects.filter(organization=organization, address__in=part)
        owners = dict(aliases.values_list("address", "entity_id"))
        by_key = people.only(*LOOKUP_COLUMNS).in_bulk(list(set(owners.values())))
        found |= {address: by_key[key] for address, key in owners.items() if key in by_key}
    return found


def _find_by_display_name(people: EntityQuerySet, asked: Iterable[str]) -> dict[str, list[Entity]]:
    found: dict[str, list[Entity]] = {}
    keys = {search_text.make_sort_key(word): word for word in asked if "@" not in word}
    for part in split_batches(keys):
        for person in people.only(*LOOKUP_COLUMNS, "sort_display_name").filter(sort_display_name__in=part):
            found.setdefault(keys[person.sort_display_name], []).append(person)
    return found


def split_batches(values: Iterable[str]) -> Iterator[list[str]]:
    """Split distinct non-empty values into batches for one query each."""
    left = [each for each in dict.fromkeys(values) if each]
    return (left[start : start + BATCH_SIZE] for start in range(0, len(left), BATCH_SIZE))
