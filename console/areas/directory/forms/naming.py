"""Fields that name somebody or something in the directory."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from console.mirror import search
from console.mirror.models import Entity
from console.mirror.querysets import EntityQuerySet

NAMED = 3


class EntityField(forms.CharField):
    """Somebody or something by address, alias, username, display name or id; the value is the entity."""

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
        found = list(named(self.entities, text)[: NAMED + 1])
        if len(found) == 1:
            return found[0]
        if not found:
            raise ValidationError(f"Nobody and nothing here is called {text}.")
        names = ", ".join(each.email or each.name for each in found[:NAMED])
        raise ValidationError(f"Several are called that: {names}. Take the address.")


def named(entities: EntityQuerySet, text: str) -> EntityQuerySet:
    word = search.sort_key(text)
    exactly = Q(entity_id=text) | Q(email=text.lower()) | Q(aliases__address=text.lower())
    return entities.filter(exactly | Q(sort_name=word) | Q(sort_display_name=word)).distinct()


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
            matches = list(named(self.groups, text)[:2])
            if len(matches) != 1:
                many = "Several groups are" if matches else "No group here is"
                raise ValidationError(f"{many} called {text}.")
            found[matches[0].pk] = matches[0]
        return list(found.values())
