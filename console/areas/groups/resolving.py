"""Pasted members: the entities that are meant, and what to say of the other entries."""

from dataclasses import dataclass, field

from console.mirror import lookup
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.ui.address_list import parse_addresses

MOST = 2000  # entries in one paste
NAMED = 3


@dataclass(frozen=True, slots=True)
class Resolved:
    """Those who are meant, each once, in the order of the entries; a sentence for each other entry."""

    entities: list[Entity] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def resolve(entities: EntityQuerySet, organization: Organization, text: str) -> Resolved:
    """Look up each address, alias, username or id among `entities`; a display name is only explained."""
    entries = [each.text for each in parse_addresses(text)]
    if len(entries) > MOST:
        raise ValueError(f"Enter at most {MOST:,} members at once; these are {len(entries):,}.")
    resolved = lookup.resolve_words(entities, organization, entries, display_names=True)
    found = {each.pk: each for entry in entries if (each := resolved.one.get(entry.lower()))}
    others = [entry for entry in entries if entry.lower() not in resolved.one]
    return Resolved(
        list(found.values()), [_explain(entry, resolved.offered.get(entry.lower(), [])) for entry in others]
    )


def _explain(entry: str, offered: list[Entity]) -> str:
    if not offered:
        return f"No user or group was found for “{entry}”."
    meant = ", ".join(each.email or each.name for each in offered[:NAMED])
    return f"“{entry}” can mean {meant}. Enter the email address."
