"""Fields that name users, groups and resources of the directory."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from console.mirror import search_text
from console.mirror.models import Entity, EntityQuerySet
from console.ui.address_list import parse_addresses

NAMED = 3


class EntityField(forms.CharField):
    """An entity by email address, alias, username or id; a display name is offered, never chosen."""

    def __init__(self, *, entities: EntityQuerySet, suggest: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.entities, self.suggest = entities, suggest
        self.widget.attrs |= {
            "autocomplete": "off",
            "spellcheck": "false",
            "hx-get": suggest,
            "hx-trigger": "input delay:120ms",
            "hx-sync": "this:replace",
            "hx-swap": "innerHTML",
            "hx-target": "#suggestions",
            "list": "suggestions",
        }

    def clean(self, value: Any) -> Entity | None:
        text = super().clean(value).strip()
        if not text and not self.required:
            return None
        return get_named(self.entities, text)


def get_named(entities: EntityQuerySet, text: str) -> Entity:
    """Return the one entity that the text means; raise `ValidationError` with what it can mean otherwise."""
    mentions = parse_addresses(text)
    word = mentions[0].text if len(mentions) == 1 else text
    exactly = Q(entity_id=word) | Q(email=word.lower()) | Q(aliases__address=word.lower())
    found = list(
        entities.filter(exactly | Q(sort_name=search_text.make_sort_key(word))).distinct()[: NAMED + 1]
    )
    if len(found) == 1:
        return found[0]
    offered = found or list(entities.filter(sort_display_name=search_text.make_sort_key(word))[: NAMED + 1])
    if not offered:
        raise ValidationError(f"No match was found for “{word}”.")
    names = ", ".join(each.email or each.name for each in offered[:NAMED])
    raise ValidationError(f"“{word}” can mean {names}. Enter the email address or username.")


def split(text: str) -> list[str]:
    """Names one a line, or with commas between them."""
    return list(dict.fromkeys(each.strip() for each in text.replace(",", "\n").splitlines() if each.strip()))


class GroupsField(forms.CharField):
    """Groups by any of their names, one a line; the value is the groups."""

    def __init__(self, *, groups: EntityQuerySet, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"})
        super().__init__(**{"widget": widget, "required": False, "help_text": "One a line.", **kwargs})
        self.groups = groups

    def clean(self, value: Any) -> list[Entity]:
        found: dict[int, Entity] = {}
        for text in split(super().clean(value)):
            group = get_named(self.groups, text)
            found[group.pk] = group
        return list(found.values())
