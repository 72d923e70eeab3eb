"""Search users, groups and resources by name, address or id, best matches first.

Nothing is counted and nothing is sorted in the database: of a common name any hundred bearers will do, and
to sort all of them costs more the more there are. Whose address or id was typed is never among the missing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.urls import reverse

from console.actor import Actor
from console.areas.search import results
from console.areas.search.query import SearchQuery
from console.areas.search.results import Hit, HitGroup
from console.mirror import search_text
from console.mirror.models import Alias, Entity, EntityQuerySet, Organization
from console.mirror.search_query import TextCondition, match_text
from console.operators import policy

MAX_CANDIDATES = 100
ENTITY_FIELDS = ("entity_id", "kind", "name", "display_name", "email", "department", "state", "sort_name")
Kind = Entity.Kind
DETAIL_PAGES: dict[str, str] = {
    Kind.USER: "users:detail",
    Kind.GROUP: "groups:detail",
    Kind.RESOURCE: "resources:detail",
}


@dataclass(frozen=True, slots=True)
class EntityKind:
    """A kind of entity with its icon, the operation that shows it, and its list."""

    label: str
    icon: str
    kind: Kind
    operation: str
    all_name: str


ENTITY_KINDS = (
    EntityKind("People", "user", Kind.USER, "ListUsers", "users:list"),
    EntityKind("Groups", "users-group", Kind.GROUP, "ListGroups", "groups:list"),
    EntityKind("Rooms and equipment", "door", Kind.RESOURCE, "ListResources", "resources:list"),
)


@dataclass
class EntitySearch:
    """One search; what its queries share is computed once."""

    actor: Actor
    organization: Organization
    asked: SearchQuery
    most: int
    met: list[str] = field(default_factory=list)  # ids of everybody who came up, for who searches on

    def found(self) -> list[HitGroup]:
        return [self._of(each) for each in ENTITY_KINDS]

    def deleted(self) -> list[str]:
        """Return the ids of matching deleted users, whose exports still exist."""
        if len(self.met) >= MAX_CANDIDATES:
            return []  # who types so little means nobody in particular
        gone = policy.visible_entities(self.actor, "ListUsers", self.organization).filter(
            state=Entity.State.DELETED
        )
        return [each.entity_id for each in self._holding.some(gone.only("entity_id"), MAX_CANDIDATES)]

    def _of(self, sort: EntityKind) -> HitGroup:
        seen = policy.visible_entities(self.actor, sort.operation, self.organization).filter(kind=sort.kind)
        entities = self._ranked(self._candidates(seen.exclude(state=Entity.State.DELETED)))
        self.met += [each.entity_id for each in entities]
        shown = [self._hit(each) for each in entities[: self.most + 1]]
        every = results.list_url(sort.all_name, self.organization, self.asked)
        return results.first_hits(sort.label, sort.icon, shown, self.most, every)

    def _candidates(self, seen: EntityQuerySet) -> Iterable[Entity]:
        """Return exact matches, then entities that contain the words, then names that begin with the text."""
        seen = seen.only(*ENTITY_FIELDS)
        found = {each.pk: each for each in seen.filter(pk__in=self._exact)} if self._exact else {}
        found |= {each.pk: each for each in self._holding.some(seen, MAX_CANDIDATES)}
        if len(found) >= MAX_CANDIDATES:
            for field in ("sort_display_name", "sort_name"):
                named = seen.with_sort_prefix(field, self.asked.text).order_by(field, "id")
                found |= {each.pk: each for each in named[:MAX_CANDIDATES]}
        return found.values()

    @cached_property
    def _exact(self) -> frozenset[int]:
        """Return the keys of entities with this id or address, by one index after the other."""
        here = Entity.objects.filter(organization=self.organization).order_by()
        found = here.filter(entity_id=self.asked.text).values("pk")
        if address := self.asked.address:
            aliases = Alias.objects.filter(organization=self.organization, address=address).order_by()
            found = found.union(here.filter(email=address).values("pk"), aliases.values("entity"))
        return frozenset(each["pk"] for each in found)

    @cached_property
    def _holding(self) -> TextCondition:
        return match_text(self.asked.text)

    def _ranked(self, entities: Iterable[Entity]) -> list[Entity]:
        """Sort by exact match, name that begins with the text, word that does, then name."""
        typed = search_text.make_sort_key(self.asked.text)

        def rank(entity: Entity) -> tuple[bool, bool, bool, str, int]:
            own = (search_text.make_sort_key(str(entity)), entity.sort_name, entity.email)
            begins = any(name.startswith(typed) for name in own)
            inside = any(f" {typed}" in name for name in own)
            return entity.pk not in self._exact, not begins, not inside, entity.sort_name, entity.pk

        return sorted(entities, key=rank)

    def _hit(self, entity: Entity) -> Hit:
        state = "" if entity.state == Entity.State.ENABLED else entity.get_state_display().lower()
        note = " · ".join(filter(None, (entity.email or entity.name, entity.department, state)))
        return Hit(str(entity), entity_url(self.organization, entity), note, entity.pk in self._exact)


def entity_url(organization: Organization, entity: Entity) -> str:
    return reverse(DETAIL_PAGES[entity.kind], args=[organization.slug, entity.entity_id])
