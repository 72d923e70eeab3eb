"""Which addresses somebody has, or had before she was disabled: then the ledger and the mirror remember."""

from console.ledger.models import Entry
from console.mirror.models import Alias, Entity

DISABLING = "DeregisterFromWorkMail"


def of(entity: Entity) -> list[str]:
    """The primary one first."""
    known = [entity.email, *entity.aliases.values_list("address", flat=True)]
    if entity.state != Entity.State.ENABLED:
        known = free(entity, [*known, *remembered(entity)])
    return list(dict.fromkeys(address for address in known if address))


def free(entity: Entity, addresses: list[str]) -> list[str]:
    """Those that nobody else has got since, as far as the mirror knows."""
    others = Entity.objects.of(entity.organization).exclude(pk=entity.pk)
    taken = set(others.filter(email__in=addresses).values_list("email", flat=True))
    aliases = Alias.objects.filter(organization=entity.organization, address__in=addresses)
    taken |= set(aliases.exclude(entity=entity).values_list("address", flat=True))
    return [address for address in addresses if address not in taken]


def remembered(entity: Entity) -> list[str]:
    """Those that were read before the console disabled it; of what others disabled nothing is known."""
    entries = Entry.objects.filter(
        organization=entity.organization.organization_id,
        kind=Entry.Kind.INTENT,
        operation=DISABLING,
        target=entity.entity_id,
    )
    last = entries.order_by("-seq").first()
    before = (last.body.get("before") or {}) if last else {}
    primary = [str(shown.get("Email") or "") for shown in before.values()]
    aliases = before.get("ListAliases", {}).get("Aliases", [])
    return [address.lower() for address in (*primary, *aliases)]
