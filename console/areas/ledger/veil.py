"""What a reader who is narrowed to mail domains gets to see of entries that name others, too.

An entry belongs to her when it is about somebody within her domains; it may still say who was given
access, or which groups there were before. Whoever is outside stays nameless.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q

from console.actor import Actor
from console.areas.ledger import scope
from console.aws.catalogue import ENTITY_MEMBERS
from console.mirror import search_text
from console.mirror.models import Entity, Organization
from console.operators import policy

OUTSIDE = "(outside your domains)"
WORD = re.compile(r"[\w.+@-]*\w")


class Veil:
    """Over the values of one entry; for a reader of everything there is none."""

    def __init__(self, actor: Actor, organization: Organization, *values: Any) -> None:
        self.lifted = policy.covers_organization(actor, "ReadLedger", organization)
        if self.lifted:
            return
        texts = set(_texts(values))
        outside = scope.outside(actor, organization).filter(_named(texts)).prefetch_related("aliases")
        self.ids = {each.casefold() for entity in outside for each in _ids(entity)}
        self.names = {name.casefold() for each in outside for name in (each.name, each.display_name) if name}
        known = policy.visible_entities(actor, "ReadLedger", organization).filter(entity_id__in=texts)
        self.known = set(known.values_list("entity_id", flat=True))

    def over(self, value: Any, member: str = "") -> Any:
        """The same value with everybody who is outside made nameless."""
        if self.lifted:
            return value
        if isinstance(value, Mapping):
            return {name: self.over(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [self.over(each) for each in value]
        return self._text(value, member) if isinstance(value, str) else value

    def _text(self, text: str, member: str) -> str:
        """An id of which nobody knows whose it is counts as somebody else's.

        Within a longer text only ids and addresses are looked for: a name may be any word.
        """
        if text.casefold() in self.names or (member in ENTITY_MEMBERS and text not in self.known):
            return OUTSIDE
        return WORD.sub(lambda word: OUTSIDE if word[0].casefold() in self.ids else word[0], text)


def _texts(value: Any) -> Iterator[str]:
    """Every text in there, and every word of it."""
    if isinstance(value, str):
        yield value
        yield from WORD.findall(value)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)


def _named(texts: set[str]) -> Q:
    words = [search_text.make_sort_key(text) for text in texts]
    return (
        Q(entity_id__in=texts)
        | Q(email__in=[text.lower() for text in texts])
        | Q(aliases__address__in=[text.lower() for text in texts])
        | Q(sort_name__in=words)
        | Q(sort_display_name__in=words)
    )


def _ids(entity: Entity) -> Iterator[str]:
    yield from filter(None, (entity.entity_id, entity.email))
    yield from (alias.address for alias in entity.aliases.all())
