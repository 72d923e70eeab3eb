"""What is about to reach WorkMail's limits: mailboxes their quota, people and groups their aliases."""

from django.db.models import Count, F, QuerySet
from django.urls import reverse

from console.areas.directory import kinds
from console.areas.posture.facts import Facts
from console.areas.posture.models import Tone
from console.areas.posture.results import SHOWN, Line, Result, good, wrong
from console.areas.users.showing import fill, megabytes
from console.mirror.mailboxes import used_mailboxes
from console.mirror.models import Alias, Entity, EntityQuerySet, Organization
from console.plurals import number_of

FULL = 0.9  # of its quota: WorkMail warns its owner there [documented]
LARGEST = 51_200  # MB, the largest quota [documented]
ALIASES, NEARLY = 100, 90  # of one entity, hard [documented]


def quotas(facts: Facts) -> Result:
    found = _full(facts.organization)
    if not (count := found.count()):
        return good("No mailbox is more than 90 % full.")
    rows = found.order_by("-sort_size", "pk").select_related("organization")[:SHOWN]
    told = number_of(count, "mailbox is", "mailboxes are")
    lines = [
        Line(_filled(each), reverse("users:quota", args=[_slug(facts), each.entity_id])) for each in rows
    ]
    return wrong(f"{told} more than 90 % full; a full one takes no more mail.", lines, count)


def _full(organization: Organization) -> EntityQuerySet:
    """From the census's index alone."""
    mailboxes = Entity.objects.filter(used_mailboxes(), organization=organization, kind=Entity.Kind.USER)
    return mailboxes.filter(mailbox_size__gt=F("mailbox_quota") * FULL, mailbox_quota__gt=0)


def _filled(person: Entity) -> str:
    size, quota = megabytes(person.mailbox_size), megabytes(person.mailbox_quota)
    last = ", the largest quota there is" if (person.mailbox_quota or 0) >= LARGEST else ""
    return f"{person}: {size} of {quota} ({fill(person.mailbox_size, person.mailbox_quota)} %){last}"


def aliases(facts: Facts) -> Result:
    found = list(_nearly(facts.organization))
    if not found:
        return good(f"Nobody has {NEARLY} aliases or more; WorkMail takes {ALIASES}.")
    held = dict(found)
    rows = Entity.objects.filter(pk__in=list(held)[:SHOWN]).select_related("organization")
    lines = [
        Line(f"{each}: {held[each.pk]} aliases", kinds.place(each))
        for each in sorted(rows, key=lambda row: (-held[row.pk], row.sort_name))
    ]
    told = number_of(len(found), "person, group or room has", "people, groups or rooms have")
    return wrong(f"{told} {NEARLY} aliases or more; WorkMail takes {ALIASES}.", lines, len(found), Tone.LOOK)


def _nearly(organization: Organization) -> QuerySet[Alias, tuple[int, int]]:
    """Who has nearly all that there can be, most first: counted in the index of aliases."""
    rows = Alias.objects.filter(organization=organization).order_by().values_list("entity")
    return rows.annotate(held=Count("pk")).filter(held__gte=NEARLY).order_by("-held")


def _slug(facts: Facts) -> str:
    return facts.organization.slug
