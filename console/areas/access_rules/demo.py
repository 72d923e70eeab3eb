"""Named networks of the demo; their addresses are for documentation (RFC 5737)."""

from console.areas.access_rules.models import NamedNetwork
from console.mirror.models import Organization

NETWORKS = {"Head office": ["203.0.113.0/24"], "VPN": ["198.51.100.0/25", "192.0.2.0/28"]}


def seed() -> None:
    """Add the networks to each organization of the demo, if they are missing."""
    for organization in Organization.objects.all():
        for name, ranges in NETWORKS.items():
            NamedNetwork.objects.get_or_create(
                organization=organization, name=name, defaults={"ranges": ranges}
            )
