"""The addresses of an entity, also of a disabled one, and the entity that has an address."""

from dataclasses import dataclass

from django.db.models import Q

from console.actor import Actor
from console.aws import errors
from console.aws.catalogue import DESCRIBE_BY_KIND
from console.gateway import gateway
from console.ledger.models import Entry
from console.mirror.models import Alias, Entity, Organization
from console.operators import policy
from console.sync import mirror_refresh

DISABLE_OPERATION = "DeregisterFromWorkMail"


def list_addresses(entity: Entity) -> list[str]:
    """Return the addresses, the primary one first; of a disabled entity, those it had if they are unused."""
    addresses = [entity.email, *entity.aliases.values_list("address", flat=True)]
    if entity.state != Entity.State.ENABLED:
        addresses = filter_unused(entity, [*addresses, *list_recorded_addresses(entity)])
    return list(dict.fromkeys(address for address in addresses if address))


def filter_unused(entity: Entity, addresses: list[str]) -> list[str]:
    """Return the addresses that no other entity has, as far as the mirror knows."""
    others = Entity.objects.of(entity.organization).exclude(pk=entity.pk)
    used_addresses = set(others.filter(email__in=addresses).values_list("email", flat=True))
    aliases = Alias.objects.filter(organization=entity.organization, address__in=addresses)
    used_addresses |= set(aliases.exclude(entity=entity).values_list("address", flat=True))
    return [address for address in addresses if address not in used_addresses]


def list_recorded_addresses(entity: Entity) -> list[str]:
    """Return the addresses in the audit log from before the console disabled the entity."""
    entries = Entry.objects.filter(
        organization=entity.organization.organization_id,
        kind=Entry.Kind.INTENT,
        operation=DISABLE_OPERATION,
        target=entity.entity_id,
    )
    last = entries.order_by("-seq").first()
    before = (last.body.get("before") or {}) if last else {}
    primary = [str(shown.get("Email") or "") for shown in before.values()]
    aliases = before.get("ListAliases", {}).get("Aliases", [])
    return [address.lower() for address in (*primary, *aliases)]


@dataclass(frozen=True, slots=True)
class AddressHolder:
    """The entity that has an address, if the operator can see it; `asked` if the mirror did not have it."""

    address: str
    entity: Entity | None = None
    taken: bool = False
    asked: bool = False

    @property
    def is_primary(self) -> bool:
        return self.entity is not None and self.entity.email == self.address.lower()


def find_holder(actor: Actor, organization: Organization, address: str) -> AddressHolder:
    """Find the entity in the mirror, or ask WorkMail; raise what `gateway.call` raises."""
    entity = _find_in_mirror(organization, address)
    if entity is not None:
        return AddressHolder(address, _if_visible(actor, entity), taken=True)
    try:
        answer = gateway.call(actor, "DescribeEntity", organization, Email=address)
    except errors.Throttled:
        raise
    except errors.Refused as refusal:
        if refusal.code != "EntityNotFoundException":
            raise
        return AddressHolder(address, asked=True)
    fetched_entity = mirror_refresh.fetch_entity(
        organization, str(answer["Type"]).lower(), str(answer["EntityId"])
    )
    return AddressHolder(
        address, _if_visible(actor, fetched_entity) if fetched_entity else None, taken=True, asked=True
    )


def _find_in_mirror(organization: Organization, address: str) -> Entity | None:
    has_address = Q(email=address.lower()) | Q(aliases__address=address.lower())
    entities = Entity.objects.filter(has_address, organization=organization).exclude(
        state=Entity.State.DELETED
    )
    return entities.select_related("organization").first()


def _if_visible(actor: Actor, entity: Entity) -> Entity | None:
    visible = policy.allows(actor, DESCRIBE_BY_KIND[entity.kind], entity.organization, entity)
    return entity if visible else None
