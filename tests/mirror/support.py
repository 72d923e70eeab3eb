"""What tests of the mirror say often."""

from typing import Any

from console.mirror import effects
from console.mirror.models import Entity, Organization, Sync
from console.sandbox.fixtures import TestSandbox
from console.sync import worker


def person(organization: Organization, name: str, **fields: Any) -> Entity:
    """A row as a sync would have left it."""
    aliases = fields.pop("aliases", [])
    given = {
        "entity_id": f"user-{name:>012}",
        "kind": "user",
        "display_name": name.title(),
        "email": f"{name}@example.com",
        "state": "ENABLED",
        "role": "USER",
    }
    entity = Entity(organization=organization, name=name, **{**given, **fields})
    entity.derive(aliases)
    entity.save()
    return entity


def look(town: TestSandbox, organization: Organization, operation: str, **params: Any) -> dict[str, Any]:
    """Ask the sandbox, and teach the mirror the answer."""
    result = town.call(operation, **params)
    given = {"OrganizationId": organization.organization_id, **params}
    effects.store_result(organization, operation, given, result)
    return result


def sync_all(organization: Organization) -> None:
    """Until nothing is due."""
    while worker.run_slice(organization):
        pass


def again(organization: Organization) -> None:
    """The next full round, listings and details, as if the time for it had come."""
    Entity.objects.filter(organization=organization).update(detailed_at="2020-01-01T00:00:00Z")
    grown_old(organization)
    Sync.objects.filter(organization=organization).update(due_at="2020-01-01T00:00:00Z")
    sync_all(organization)


def grown_old(organization: Organization) -> None:
    """Nobody was described within the time in which a description beats a listing."""
    Entity.objects.filter(organization=organization, described_at__isnull=False).update(
        described_at="2020-01-01T00:00:00Z"
    )


def names(organization: Organization, text: str) -> list[str]:
    found = Entity.objects.of(organization).matching(text)
    return list(found.order_by("sort_name").values_list("name", flat=True))
