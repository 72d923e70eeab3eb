"""A plan by which everybody leaves a mail domain: each address gets its like on another one, then goes."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from console.actor import Actor
from console.areas.domains import holders
from console.changes.steps import PlannedStep
from console.mirror.models import Alias, Entity, EntityQuerySet, Organization
from console.operators import policy

BATCH = 500
Holder = str  # the id of whoever has an address


@dataclass
class Plan:
    """Steps of a change, and the addresses that stay: somebody else has their like already."""

    domain: str
    target: str
    steps: list[PlannedStep] = field(default_factory=list)
    staying: list[str] = field(default_factory=list)


def leaving(actor: Actor, organization: Organization, domain: str) -> EntityQuerySet:
    """Those with an address on the domain whose addresses `actor` may change."""
    within = policy.visible_entities(actor, "UpdatePrimaryEmailAddress", organization)
    return (
        holders.on_domain(organization, domain).filter(pk__in=within.values("pk")).order_by("sort_name", "id")
    )


def plan(actor: Actor, organization: Organization, domain: str, target: str, *, keep_aliases: bool) -> Plan:
    """Primary addresses move in any case; aliases get their like if `keep_aliases`, and else just go."""
    entities = list(leaving(actor, organization, domain))
    further = holders.further(organization, domain)
    old = [each.email for each in entities if each.domain == domain]
    old += [address for each in entities for address in further.get(each.pk, [])]
    taken = _holders(organization, [_like(address, target) for address in old])
    made = Plan(domain, target)
    for entity in entities:
        if entity.domain == domain:
            _move_primary(made, entity, taken)
        for address in further.get(entity.pk, []):
            _move_alias(made, entity, address, taken, keep=keep_aliases)
    return made


def _move_primary(made: Plan, entity: Entity, taken: dict[str, Holder]) -> None:
    """The old primary address becomes an alias of the same entity [documented], so it is removed after."""
    new = _like(entity.email, made.target)
    if taken.setdefault(new, entity.entity_id) != entity.entity_id:
        made.staying.append(entity.email)
        return
    params = {"EntityId": entity.entity_id, "Email": new}
    made.steps.append(
        PlannedStep("UpdatePrimaryEmailAddress", params, label=f"{entity}: {new} becomes primary")
    )
    _remove(made, entity, entity.email, needs=len(made.steps) - 1)


def _move_alias(made: Plan, entity: Entity, address: str, taken: dict[str, Holder], *, keep: bool) -> None:
    new, needs = _like(address, made.target), None
    if keep and new not in taken:
        params = {"EntityId": entity.entity_id, "Alias": new}
        made.steps.append(PlannedStep("CreateAlias", params, label=f"{entity}: {new} is added"))
        taken[new], needs = entity.entity_id, len(made.steps) - 1
    elif keep and taken[new] != entity.entity_id:
        made.staying.append(address)
        return
    _remove(made, entity, address, needs=needs)


def _remove(made: Plan, entity: Entity, address: str, needs: int | None) -> None:
    params = {"EntityId": entity.entity_id, "Alias": address}
    label = f"{entity}: {address} is removed"
    made.steps.append(PlannedStep("DeleteAlias", params, label=label, needs=needs))


def _like(address: str, domain: str) -> str:
    return f"{address.rpartition('@')[0]}@{domain}"


def _holders(organization: Organization, addresses: Iterable[str]) -> dict[str, Holder]:
    """Whose each of the addresses is, as far as it is somebody's."""
    found: dict[str, Holder] = {}
    wanted = list(dict.fromkeys(addresses))
    for start in range(0, len(wanted), BATCH):
        some = wanted[start : start + BATCH]
        entities = Entity.objects.of(organization).filter(email__in=some)
        found |= dict(entities.values_list("email", "entity_id"))
        aliases = Alias.objects.filter(organization=organization, address__in=some)
        found |= dict(aliases.values_list("address", "entity__entity_id"))
    return found
