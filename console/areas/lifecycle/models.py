"""What WorkMail does not keep of people's lives: who is frozen since when."""

from django.db import models
from django.utils import timezone

from console.mirror.models import Organization


class Frozen(models.Model):
    """Somebody whom a managed rule keeps from her mail, as the rules were last read."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="frozen")
    entity_id = models.CharField(max_length=256)
    rule = models.CharField(max_length=64)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "frozen"
        constraints = [models.UniqueConstraint(fields=["organization", "entity_id"], name="frozen_once")]

    def __str__(self) -> str:
        return f"{self.entity_id} by {self.rule}"
