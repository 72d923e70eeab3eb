"""Hide names outside an operator's mail domains from the entries they may read.

Operators may read an entry that is about a user within their domains; its values may still name others,
such as users who were given access. Names outside the domains are replaced.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q

from console.actor import Actor
from console.areas.audit_log import scope
from console.aws.catalogue import ENTITY_MEMBERS
from console.mirror import search_text
from console.mirror.models import Entity, Organization
from console.operators import policy

OUTSIDE_NAME = "(outside your domains)"
WORD = re.compile(r"[\w.+@-]*\w")


class NameRedactor:
    """Replaces names outside the operator's mail domains in the values of one entry."""

    def __init__(self, actor: Actor, organization: Organization, *values: Any) -> None:
        self.lifted = policy.covers_organization(actor, "ReadLedger", organization)
        if self.lifted:
            return
        texts = set(_iterate_texts(values))
        outside = (
            scope.hidden_entities(actor, organization)
            .filter(_name_condition(texts))
            .prefetch_related("aliases")
        )
        self.ids = {each.casefold() for entity in outside for each in _identifiers(entity)}
        self.names = {name.casefold() for each in outside for name in (each.name, each.display_name) if name}
        known = policy.visible_entities(actor, "ReadLedger", organization).filter(entity_id__in=texts)
        self.known = set(known.values_list("entity_id", flat=True))

    def rewrite(self, value: Any, member: str = "") -> Any:
        """Return the value with all names outside the operator's domains replaced."""
        if self.lifted:
            return value
        if isinstance(value, Mapping):
            return {name: self.rewrite(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [self.rewrite(each) for each in value]
        return self._text(value, member) if isinstance(value, str) else value

    def _text(self, text: str, member: str) -> str:
        """Replace a name or unknown id as a whole; within a longer text replace only ids and addresses."""
        if text.casefold() in self.names or (member in ENTITY_MEMBERS and text not in self.known):
            return OUTSIDE_NAME
        return WORD.sub(lambda word: OUTSIDE_NAME if word[0].casefold() in self.ids else word[0], text)


def _iterate_texts(value: Any) -> Iterator[str]:
    """Yield every text in a value and every word of it."""
    if isinstance(value, str):
        yield value
        yield from WORD.findall(value)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _iterate_texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _iterate_texts(each)


def _name_condition(texts: set[str]) -> Q:
    words = [search_text.make_sort_key(text) for text in texts]
    return (
        Q(entity_id__in=texts)
        | Q(email__in=[text.lower() for text in texts])
        | Q(aliases__address__in=[text.lower() for text in texts])
        | Q(sort_name__in=words)
        | Q(sort_display_name__in=words)
    )


def _identifiers(entity: Entity) -> Iterator[str]:
    yield from filter(None, (entity.entity_id, entity.email))
    yield from (alias.address for alias in entity.aliases.all())
