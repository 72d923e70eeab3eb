"""The move of all addresses from one mail domain to another, as steps of a change."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from console.actor import Actor
from console.areas.domains import holders
from console.changes.steps import PlannedStep
from console.mirror.models import Alias, Entity, EntityQuerySet, Organization
from console.operators import policy

BATCH_SIZE = 500
EntityId = str  # the id of whoever has an address


@dataclass
class DomainMovePlan:
    """The steps of a move, and the addresses that stay because another entity has the new one."""

    domain: str
    target: str
    steps: list[PlannedStep] = field(default_factory=list)
    staying: list[str] = field(default_factory=list)


def list_movable_holders(actor: Actor, organization: Organization, domain: str) -> EntityQuerySet:
    """Return the entities with an address on the domain that `actor` can change."""
    within = policy.visible_entities(actor, "UpdatePrimaryEmailAddress", organization)
    return (
        holders.list_holders(organization, domain)
        .filter(pk__in=within.values("pk"))
        .order_by("sort_name", "id")
    )


def plan_move(
    actor: Actor, organization: Organization, domain: str, target: str, *, keep_aliases: bool
) -> DomainMovePlan:
    """Plan the move: primary addresses always move, aliases only if `keep_aliases`, else they are removed."""
    entities = list(list_movable_holders(actor, organization, domain))
    further = holders.list_aliases(organization, domain)
    old = [each.email for each in entities if each.domain == domain]
    old += [address for each in entities for address in further.get(each.pk, [])]
    holders_by_address = _map_holders(organization, [_address_on(address, target) for address in old])
    plan = DomainMovePlan(domain, target)
    for entity in entities:
        if entity.domain == domain:
            _move_primary(plan, entity, holders_by_address)
        for address in further.get(entity.pk, []):
            _move_alias(plan, entity, address, holders_by_address, keep=keep_aliases)
    return plan


def _move_primary(plan: DomainMovePlan, entity: Entity, holders_by_address: dict[str, EntityId]) -> None:
    """Add the steps; the old address becomes an alias of the entity [documented], so it is removed after."""
    new = _address_on(entity.email, plan.target)
    if holders_by_address.setdefault(new, entity.entity_id) != entity.entity_id:
        plan.staying.append(entity.email)
        return
    params = {"EntityId": entity.entity_id, "Email": new}
    plan.steps.append(
        PlannedStep("UpdatePrimaryEmailAddress", params, label=f"{entity}: {new} becomes primary")
    )
    _remove_address(plan, entity, entity.email, needs=len(plan.steps) - 1)


def _move_alias(
    plan: DomainMovePlan, entity: Entity, address: str, holders_by_address: dict[str, EntityId], *, keep: bool
) -> None:
    new, needs = _address_on(address, plan.target), None
    if keep and new not in holders_by_address:
        params = {"EntityId": entity.entity_id, "Alias": new}
        plan.steps.append(PlannedStep("CreateAlias", params, label=f"{entity}: {new} is added"))
        holders_by_address[new], needs = entity.entity_id, len(plan.steps) - 1
    elif keep and holders_by_address[new] != entity.entity_id:
        plan.staying.append(address)
        return
    _remove_address(plan, entity, address, needs=needs)


def _remove_address(plan: DomainMovePlan, entity: Entity, address: str, needs: int | None) -> None:
    params = {"EntityId": entity.entity_id, "Alias": address}
    label = f"{entity}: {address} is removed"
    plan.steps.append(PlannedStep("DeleteAlias", params, label=label, needs=needs))


def _address_on(address: str, domain: str) -> str:
    return f"{address.rpartition('@')[0]}@{domain}"


def _map_holders(organization: Organization, addresses: Iterable[str]) -> dict[str, EntityId]:
    holder_ids: dict[str, EntityId] = {}
    distinct = list(dict.fromkeys(addresses))
    for start in range(0, len(distinct), BATCH_SIZE):
        batch = distinct[start : start + BATCH_SIZE]
        entities = Entity.objects.of(organization).filter(email__in=batch)
        holder_ids |= dict(entities.values_list("email", "entity_id"))
        aliases = Alias.objects.filter(organization=organization, address__in=batch)
        holder_ids |= dict(aliases.values_list("address", "entity__entity_id"))
    return holder_ids
