"""What ends with an entity that is disabled or deleted, from the mirror, within what the operator may see.

Whom she may not see is counted, nameless. `naming.py` adds what only AWS knows.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Count

from console.actor import Actor
from console.areas.directory import relations, scope
from console.areas.directory.forms.relations import FULL_ACCESS
from console.areas.exports.models import OPEN_STATES, ExportJob
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Delegate, Entity, Membership, Permission
from console.operators import policy

NAMED = 8
State = Entity.State


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that ends: a sentence that stands before the names, and what is worst about it.

    `part` is what the hand-over page calls it, "" for what nobody can take over.
    """

    sentence: str
    names: tuple[str, ...] = ()
    outside: int = 0
    warning: str = ""
    part: str = ""

    @property
    def listed(self) -> str:
        more = len(self.names) - NAMED
        shown = ", ".join(self.names[:NAMED]) + (f" and {more} more" if more > 0 else "")
        hidden = f"{self.outside} outside your domains" if self.outside else ""
        return " and ".join(filter(None, (shown, hidden)))

    @property
    def is_empty(self) -> bool:
        return not (self.names or self.outside or self.warning)


def of(actor: Actor, entity: Entity) -> list[Loss]:
    """All that ends with it, as far as the mirror knows."""
    hidden = relations.hidden(actor, entity)
    parts: tuple[Callable[[Actor, Entity, dict[str, int]], Loss], ...] = (
        _addresses,
        _groups,
        _members,
        _delegates,
        _answers_for,
        _opens,
        _readers,
        _exports,
    )
    found = (part(actor, entity, hidden) for part in parts)
    return [each for each in found if not each.is_empty]


def _addresses(actor: Actor, entity: Entity, hidden: dict[str, int]) -> Loss:
    named = [entity.email, *(name for name, _ in relations.aliases(actor, entity))]
    return Loss("Addresses that stop working", tuple(filter(None, named)), part="addresses")


def _groups(actor: Actor, entity: Entity, hidden: dict[str, int]) -> Loss:
    joined = relations.groups(actor, entity)
    alone = _alone_in(entity, joined)
    warning = f"Nobody else is in {' or in '.join(alone)}: mail to it would reach nobody." if alone else ""
    return Loss(
        "Groups whose mail does not arrive here any more",
        _names(joined),
        hidden.get("groups", 0),
        warning,
        "groups",
    )


def _members(actor: Actor, entity: Entity, hidden: dict[str, int]) -> Loss:
    if entity.kind != Entity.Kind.GROUP:
        return Loss("")
    inside = Membership.objects.filter(group=entity).exclude(member__state=State.DELETED)
    seen = scope.entities(actor, "ListGroupMembers", entity.organization)
    shown = list(
        seen.filter(pk__in=inside.values("member")).exclude(state=State.DELETED).order_by("sort_name")
    )
    return Loss(
        "Members whom mail to it does not reach any more",
        _names(shown),
        inside.count() - len(shown),
        part="members",
    )


def _delegates(actor: Actor, entity: Entity, hidden: dict[str, int]) -> Loss:
    if entity.kind != Entity.Kind.RESOURCE:
        return Loss("")
    answering = Delegate.objects.filter(resource=entity).exclude(delegate__state=State.DELETED)
    seen = scope.entities(actor, "ListResourceDelegates", entity.organization)
    shown = _names(seen.filter(delegations__in=answering).order_by("sort_display_name", "sort_name"))
    return Loss(
        "Delegates who get no requests any more", shown, answering.count() - len(shown), part="delegates"
    )


def _answers_for(actor: Actor, entity: Entity, hidden: dict[str, int]) -> Loss:
    resources = relations.answers_for(actor, entity)
    others = _delegates_besides(entity, resources)
    last = [each for each in resources if not others.get(each.pk)]
    return Loss(
        "Resources whose booking requests it answers",
        _names(resources),
        hidden.get("answers_for", 0),
        " ".join(_unanswered(each) for each in last),
        "delegations",
    )


def _opens(actor: Actor, entity: Entity, hidden: dict[str, int]) -> Loss:
    held = relations.opens(actor, entity)
    full = [each.other for each in held if each.other and FULL_ACCESS in each.values]
    alone = [str(each) for each in full if each.pk not in _opened_by_others(entity, full)]
    warning = f"Nobody else has full access to {' or to '.join(alone)}." if alone else ""
    return Loss(
        "Mailboxes and names that it may use",
        tuple(f"{each.name} ({', '.join(each.labels)})" for each in held),
        hidden.get("opens", 0),
        warning,
        "access",
    )


def _readers(actor: Actor, entity: Entity, hidden: dict[str, int]) -> Loss:
    what = "Who may send in its name" if entity.kind == Entity.Kind.GROUP else "Who may use this mailbox"
    readers = relations.readers(actor, entity)
    return Loss(what, tuple(each.name for each in readers), hidden.get("readers", 0), part="readers")


def _exports(actor: Actor, entity: Entity, hidden: dict[str, int]) -> Loss:
    """A mailbox that was never exported is gone for good once WorkMail removes it."""
    if not get_mailbox(entity).exists or not policy.allows(
        actor, "ListMailboxExportJobs", entity.organization, entity
    ):
        return Loss("")
    jobs = ExportJob.objects.filter(organization=entity.organization, entity_id=entity.entity_id)
    if jobs.filter(state__in=OPEN_STATES).exists():
        return Loss("Exports", warning="An export of this mailbox is still under way.")
    if jobs.filter(state=ExportJob.State.COMPLETED).exists():
        return Loss("")
    return Loss("Exports", warning="This mailbox was never exported through the console.")


def _alone_in(entity: Entity, groups: Iterable[Entity]) -> list[str]:
    """Of these groups, those that have no other member."""
    others = Membership.objects.filter(group__in=list(groups)).exclude(member=entity)
    filled = set(others.exclude(member__state=State.DELETED).values_list("group", flat=True))
    return [str(each) for each in groups if each.pk not in filled]


def _delegates_besides(entity: Entity, resources: Iterable[Entity]) -> dict[int, int]:
    """How many others, who are enabled, answer each resource's requests."""
    others = Delegate.objects.filter(resource__in=list(resources)).exclude(delegate=entity)
    living = others.filter(delegate__state=State.ENABLED).order_by()
    return dict(living.values_list("resource").annotate(Count("pk")))


def _unanswered(resource: Entity) -> str:
    options = resource.details.get("BookingOptions") or {}
    if options.get("AutoAcceptRequests"):
        return f"It is the last who answers for {resource}, which accepts requests by itself."
    return f"It is the last who answers for {resource}: its booking requests would wait for ever."


def _opened_by_others(entity: Entity, owners: Iterable[Entity]) -> set[int]:
    """Of these owners, those whose mailbox somebody else may open, too."""
    others = Permission.objects.filter(owner__in=list(owners)).exclude(grantee_id=entity.entity_id)
    return {row.owner_id for row in others if FULL_ACCESS in row.values}


def _names(entities: Iterable[Entity]) -> tuple[str, ...]:
    return tuple(str(each) for each in entities)
