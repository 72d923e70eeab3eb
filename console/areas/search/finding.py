"""One search over everything that has a name: each kind within what the operator may see of it."""

from collections.abc import Sequence

from django.urls import reverse

from console.actor import Actor
from console.areas.search import hits, records
from console.areas.search.asked import Asked
from console.areas.search.directory import Directory
from console.areas.search.hits import Found, Hit
from console.mirror import search_text
from console.mirror.models import Organization
from console.operators import policy
from console.ui.navigation import Item


def find(
    actor: Actor, organization: Organization, asked: Asked, places: Sequence[Item], most: int
) -> list[Found]:
    """At most so many of each kind; kinds without a hit are left out."""
    if not asked:
        return []
    directory = Directory(actor, organization, asked, most)
    entities = directory.found()
    ids = [*directory.met, *directory.deleted()]
    found = [
        *entities,
        pages(actor, organization, asked, places, most),
        records.jobs(actor, organization, asked, most, ids),
        records.changes(actor, organization, asked, most),
        records.entries(actor, organization, asked, most),
    ]
    return [each for each in found if each.hits]


def pages(actor: Actor, organization: Organization, asked: Asked, places: Sequence[Item], most: int) -> Found:
    """What the menu has, and what can be begun, by words of its name."""
    typed = search_text.make_word_starts(asked.text)
    shown = [
        Hit(each.label, reverse(each.url_name, args=[organization.slug]))
        for each in places
        if all(word in search_text.make_document([each.label]) for word in typed)
        and policy.allows(actor, each.performs, organization)
    ]
    return hits.first("Pages", "arrow-right", shown, most)
