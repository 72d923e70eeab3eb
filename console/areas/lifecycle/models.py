"""Blocked users, snapshots of offboarded users, templates and presets, which WorkMail does not store."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from console import clock
from console.mirror.models import Organization


class Frozen(models.Model):
    """A user whom a block rule denied access when the rules were last read."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="frozen")
    entity_id = models.CharField(max_length=256)
    rule = models.CharField(max_length=64)
    since = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name_plural = "frozen"
        constraints = [models.UniqueConstraint(fields=["organization", "entity_id"], name="frozen_once")]

    def __str__(self) -> str:
        return f"{self.entity_id} by {self.rule}"


class Capsule(models.Model):
    """A snapshot of a user before offboarding, by AWS names, to restore the user from."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="capsules")
    entity_id = models.CharField(max_length=256)
    name = models.CharField(max_length=320)
    state = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    taken_at = models.DateTimeField(default=clock.now)
    taken_by = models.CharField(max_length=254, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "entity_id", "-taken_at"], name="capsule_latest")]

    def __str__(self) -> str:
        return f"{self.name} as of {self.taken_at:%Y-%m-%d}"


class Preset(models.Model):
    """The parts of an offboarding that are selected initially."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="presets")
    name = models.CharField(max_length=80)
    parts = models.JSONField(default=list)
    delete_after = models.PositiveSmallIntegerField("Delete after days", default=30)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="preset_name")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class OnboardingTemplate(models.Model):
    """Initial values of new users; `groups` are ids."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="onboarding")
    name = models.CharField(max_length=80)
    domain = models.CharField(max_length=255, blank=True)
    groups = models.JSONField(default=list)
    quota = models.PositiveIntegerField(null=True, blank=True)
    hidden = models.BooleanField(default=False)
    password = models.CharField(max_length=10, default="generated")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="onboarding_name")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Digest(models.Model):
    """A daily digest that was sent to an operator or had no content, so that it is created once."""

    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="digests")
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["operator", "day"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"{self.operator} on {self.day}"
