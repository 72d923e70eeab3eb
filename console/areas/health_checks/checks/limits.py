"""Checks of mailbox quotas and alias limits."""

from django.db.models import Count, F, QuerySet
from django.urls import reverse

from console.areas.entities import kinds
from console.areas.health_checks.check_data import CheckData
from console.areas.health_checks.definitions import EVIDENCE_SHOWN, CheckResult, Evidence, failed, passed
from console.areas.health_checks.models import Tone
from console.areas.users.display import format_megabytes, quota_percentage
from console.mirror.mailboxes import used_mailboxes
from console.mirror.models import Alias, Entity, EntityQuerySet, Organization
from console.plurals import number_of

FULL_SHARE = 0.9  # of its quota: WorkMail warns its owner there [documented]
LARGEST_QUOTA = 51_200  # MB, the largest quota [documented]
ALIAS_LIMIT, ALIAS_WARNING = 100, 90  # of one entity, hard [documented]


def check_quotas(facts: CheckData) -> CheckResult:
    found = _full_mailboxes(facts.organization)
    if not (count := found.count()):
        return passed("No mailbox is more than 90 % full.")
    rows = found.order_by("-sort_size", "pk").select_related("organization")[:EVIDENCE_SHOWN]
    told = number_of(count, "mailbox is", "mailboxes are")
    lines = [
        Evidence(_usage_text(each), reverse("users:quota", args=[_organization_slug(facts), each.entity_id]))
        for each in rows
    ]
    return failed(f"{told} more than 90 % full; a full one takes no more mail.", lines, count)


def _full_mailboxes(organization: Organization) -> EntityQuerySet:
    """Return nearly full mailboxes, from one index alone."""
    mailboxes = Entity.objects.filter(used_mailboxes(), organization=organization, kind=Entity.Kind.USER)
    return mailboxes.filter(mailbox_size__gt=F("mailbox_quota") * FULL_SHARE, mailbox_quota__gt=0)


def _usage_text(person: Entity) -> str:
    size, quota = format_megabytes(person.mailbox_size), format_megabytes(person.mailbox_quota)
    last = ", the largest quota there is" if (person.mailbox_quota or 0) >= LARGEST_QUOTA else ""
    return (
        f"{person}: {size} of {quota} ({quota_percentage(person.mailbox_size, person.mailbox_quota)} %){last}"
    )


def check_aliases(facts: CheckData) -> CheckResult:
    found = list(_alias_counts(facts.organization))
    if not found:
        return passed(f"Nobody has {ALIAS_WARNING} aliases or more; WorkMail takes {ALIAS_LIMIT}.")
    held = dict(found)
    rows = Entity.objects.filter(pk__in=list(held)[:EVIDENCE_SHOWN]).select_related("organization")
    lines = [
        Evidence(f"{each}: {held[each.pk]} aliases", kinds.entity_url(each))
        for each in sorted(rows, key=lambda row: (-held[row.pk], row.sort_name))
    ]
    told = number_of(len(found), "person, group or room has", "people, groups or rooms have")
    return failed(
        f"{told} {ALIAS_WARNING} aliases or more; WorkMail takes {ALIAS_LIMIT}.", lines, len(found), Tone.LOOK
    )


def _alias_counts(organization: Organization) -> QuerySet[Alias, tuple[int, int]]:
    """Return (entity, aliases) of those near the limit, most first."""
    rows = Alias.objects.filter(organization=organization).order_by().values_list("entity")
    return rows.annotate(held=Count("pk")).filter(held__gte=ALIAS_WARNING).order_by("-held")


def _organization_slug(facts: CheckData) -> str:
    return facts.organization.slug
