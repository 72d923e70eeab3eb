"""Whose address it is: from the mirror if it knows, else WorkMail is asked."""

from dataclasses import dataclass

from django.db.models import Q

from console.actor import Actor
from console.aws import errors
from console.aws.catalogue import DESCRIBE_BY_KIND
from console.gateway import gateway
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.sync import mirror_refresh


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has the address; `entity` is `None` where that is nobody, or nobody whom the operator may see.

    `asked` says that the mirror did not know, and WorkMail did.
    """

    address: str
    entity: Entity | None = None
    taken: bool = False
    asked: bool = False

    @property
    def is_primary(self) -> bool:
        return self.entity is not None and self.entity.email == self.address.lower()


def holder(actor: Actor, organization: Organization, address: str) -> Holder:
    """Raises what `gateway.call` raises, but for an address that WorkMail does not know."""
    known = _known(organization, address)
    if known is not None:
        return Holder(address, _seen(actor, known), taken=True)
    try:
        shown = gateway.call(actor, "DescribeEntity", organization, Email=address)
    except errors.Throttled:
        raise
    except errors.Refused as refusal:
        if refusal.code != "EntityNotFoundException":
            raise
        return Holder(address, asked=True)
    found = mirror_refresh.fetch_entity(organization, str(shown["Type"]).lower(), str(shown["EntityId"]))
    return Holder(address, _seen(actor, found) if found else None, taken=True, asked=True)


def _known(organization: Organization, address: str) -> Entity | None:
    addressed = Q(email=address.lower()) | Q(aliases__address=address.lower())
    held = Entity.objects.filter(addressed, organization=organization).exclude(state=Entity.State.DELETED)
    return held.select_related("organization").first()


def _seen(actor: Actor, entity: Entity) -> Entity | None:
    visible = policy.allows(actor, DESCRIBE_BY_KIND[entity.kind], entity.organization, entity)
    return entity if visible else None
