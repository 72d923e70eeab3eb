"""Models that WorkMail does not have: named networks and protected users (VIP)."""

from django.db import models
from django.db.models.functions import Lower

from console.mirror.models import Entity, Organization


class NamedNetwork(models.Model):
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="networks")
    name = models.CharField(max_length=80)
    ranges = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint("organization", Lower("name"), name="network_in_any_case")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ProtectedPerson(models.Model):
    """A protected user: a change of rules that takes away their mail must be confirmed by typing a phrase."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="protected")
    entity_id = models.CharField(max_length=256)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "protected people"
        constraints = [models.UniqueConstraint(fields=["organization", "entity_id"], name="protected_once")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.entity_id


def get_network_ranges(organization: Organization) -> dict[str, list[str]]:
    return dict(NamedNetwork.objects.filter(organization=organization).values_list("name", "ranges"))


def get_protected_users(organization: Organization) -> list[Entity]:
    ids = ProtectedPerson.objects.filter(organization=organization).values("entity_id")
    users = Entity.objects.of(organization, Entity.Kind.USER).filter(entity_id__in=ids)
    return list(users.order_by("sort_name"))
