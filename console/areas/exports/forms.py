"""Which mailboxes, to where, and why."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from console.areas.exports.models import Destination
from console.mirror.models import Entity
from console.ui.forms import WhyForm

SEPARATORS = re.compile(r"[\s,;<>]+")
AT_ONCE = 2000
NAMED = 5  # how many of the names that nobody knows an error spells out


class ExportForm(WhyForm):
    """Mailboxes as a pasted list: addresses, aliases, usernames or ids, however they are separated.

    `entities` are those whom the operator may export; whoever is not among them is unknown here.
    """

    mailboxes = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
        help_text="Addresses or usernames, separated by spaces, commas or lines. Paste a column of a table.",
    )
    destination = forms.ModelChoiceField(Destination.objects.none(), empty_label=None)
    field_order = ("mailboxes", "destination", "reason", "ticket")

    def __init__(
        self,
        *args: Any,
        entities: QuerySet[Entity],
        destinations: QuerySet[Destination],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.entities = entities.filter(kind__in=["user", "resource"])
        self.fields["destination"].queryset = destinations  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["reason"].required = True
        self.fields["reason"].help_text = "Who asked for it and why. Kept in the ledger and with the export."

    def clean_mailboxes(self) -> list[Entity]:
        names = list(dict.fromkeys(filter(None, SEPARATORS.split(self.cleaned_data["mailboxes"].strip()))))
        if len(names) > AT_ONCE:
            raise ValidationError(f"At most {AT_ONCE:,} mailboxes at once; these are {len(names):,}.")
        known = found(self.entities, names)
        self._require_known([name for name in names if name.lower() not in known])
        mailboxes = list({entity.pk: entity for entity in known.values()}.values())
        self._require_mailboxes([entity for entity in mailboxes if entity.state != "ENABLED"])
        return mailboxes

    def _require_known(self, unknown: list[str]) -> None:
        if unknown:
            raise ValidationError(
                f"Nobody here is called {listed(unknown)}. Correct or remove them; nothing was queued."
            )

    def _require_mailboxes(self, disabled: list[Entity]) -> None:
        if disabled:
            names = listed([entity.email or entity.name for entity in disabled])
            raise ValidationError(
                f"Not enabled, so there is no mailbox to export: {names}. Nothing was queued."
            )


def found(entities: QuerySet[Entity], names: list[str]) -> dict[str, Entity]:
    """The entity that each name stands for, by the name in lower case."""
    wanted = [name.lower() for name in names]
    matches = entities.filter(
        Q(email__in=wanted) | Q(name__in=names) | Q(entity_id__in=names) | Q(aliases__address__in=wanted)
    ).prefetch_related("aliases")
    known: dict[str, Entity] = {}
    for entity in matches.distinct():
        own = [entity.email, entity.name, entity.entity_id, *(each.address for each in entity.aliases.all())]
        known |= dict.fromkeys((each.lower() for each in own if each), entity)
    return {name: known[name] for name in wanted if name in known}


def listed(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
