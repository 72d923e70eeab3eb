"""Whether AWS would let the console begin or end an organization: the installation has to say so."""

from django.conf import settings

from console.mirror.models import Organization


def is_denied(organization: Organization) -> bool:
    """Where a role is assumed, its session denies it unless `ALLOW_ORGANIZATION_CHANGES` names it."""
    allowed = {"*", organization.organization_id} & set(settings.ALLOW_ORGANIZATION_CHANGES)
    return bool(organization.role_arn) and not allowed
