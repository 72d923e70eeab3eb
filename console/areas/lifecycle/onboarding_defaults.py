"""Initial values of the form for a new user, from an onboarding template."""

from collections.abc import Sequence
from typing import Any

from console.areas.lifecycle.models import OnboardingTemplate
from console.mirror.models import EntityQuerySet, Organization


def get_template(organization: Organization, text: str) -> OnboardingTemplate | None:
    """Return the template with the key in the query parameter, if it exists."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return None
    return OnboardingTemplate.objects.filter(organization=organization, pk=text).first()


def sort_domains(domains: Sequence[str], template: OnboardingTemplate | None) -> list[str]:
    """Return the domains with the template's domain first."""
    wanted = template.domain.lower() if template else ""
    return sorted(domains, key=lambda name: name.lower() != wanted) if wanted else list(domains)


def get_initial_values(template: OnboardingTemplate, groups: EntityQuerySet) -> dict[str, Any]:
    """Return initial values, without the template's groups that are not in `groups`."""
    joined = groups.filter(entity_id__in=template.groups).order_by("sort_name")
    return {
        "groups": "\n".join(each.email or each.name for each in joined),
        "quota": template.quota,
        "HiddenFromGlobalAddressList": template.hidden,
        "how": template.password,
    }
