"""What a template fills into the form for a new person."""

from collections.abc import Sequence
from typing import Any

from console.areas.lifecycle.models import OnboardingTemplate
from console.mirror.models import EntityQuerySet, Organization


def chosen(organization: Organization, text: str) -> OnboardingTemplate | None:
    """The template that an address names, if there is such a one."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return None
    return OnboardingTemplate.objects.filter(organization=organization, pk=text).first()


def first(domains: Sequence[str], template: OnboardingTemplate | None) -> list[str]:
    """The template's domain before the others: where no address is typed, it is taken."""
    wanted = template.domain.lower() if template else ""
    return sorted(domains, key=lambda name: name.lower() != wanted) if wanted else list(domains)


def initial(template: OnboardingTemplate, groups: EntityQuerySet) -> dict[str, Any]:
    """`groups` are those that the operator may give; others of the template are left out."""
    joined = groups.filter(entity_id__in=template.groups).order_by("sort_name")
    return {
        "groups": "\n".join(each.email or each.name for each in joined),
        "quota": template.quota,
        "HiddenFromGlobalAddressList": template.hidden,
        "how": template.password,
    }
