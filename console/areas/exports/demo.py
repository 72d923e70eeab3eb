"""Where the demo's exports go: the bucket, role and key that the sandbox starts with."""

from console.areas.exports.models import Destination
from console.mirror.models import Organization
from console.sandbox import seed as sandbox


def seed() -> None:
    """Add a destination for each organization that the demo began with, once; others were made since."""
    for organization in Organization.objects.filter(organization_id__in=sandbox.EXPORT_BUCKETS):
        Destination.objects.get_or_create(
            organization=organization,
            name="Archive",
            defaults={
                "role_arn": sandbox.EXPORT_ROLE_ARN,
                "kms_key_arn": sandbox.EXPORT_KEY_ARN,
                "bucket": sandbox.EXPORT_BUCKETS[organization.organization_id],
                "prefix": "exports",
            },
        )
