"""Export destinations of the demo."""

from console.areas.exports.models import Destination
from console.mirror.models import Organization
from console.sandbox import seeds


def seed() -> None:
    """Add a destination to each organization that the demo began with, if it has none."""
    for organization in Organization.objects.filter(organization_id__in=seeds.EXPORT_BUCKETS):
        Destination.objects.get_or_create(
            organization=organization,
            name="Archive",
            defaults={
                "role_arn": seeds.EXPORT_ROLE_ARN,
                "kms_key_arn": seeds.EXPORT_KEY_ARN,
                "bucket": seeds.EXPORT_BUCKETS[organization.organization_id],
                "prefix": "exports",
            },
        )
