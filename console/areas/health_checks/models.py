"""Stored results of the health checks."""

from django.db import models

from console import clock
from console.mirror.models import Organization

STORED_REVIEWS = 60  # reviews of one organization


class Tone(models.TextChoices):
    BAD = "bad", "Wants mending"
    LOOK = "look", "Wants a look"
    UNKNOWN = "note", "Not known"
    GOOD = "good", "In order"


class Review(models.Model):
    """One run of all checks; `by` is who requested it."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField(default=clock.now)
    by = models.CharField(max_length=254)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["organization", "-at"], name="review_of_organization")]

    def __str__(self) -> str:
        return f"{self.organization} at {self.at}"


class Finding(models.Model):
    """The result of one check; `evidence` holds pairs of a line and the URL that shows it ("" for none)."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="findings", db_index=False)
    check_id = models.CharField(max_length=40)
    tone = models.CharField(max_length=4, choices=Tone)
    said = models.CharField(max_length=500)
    count = models.PositiveIntegerField(default=0, help_text="of what is wrong, shown or not")
    evidence = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "check_id"], name="finding_once")]

    def __str__(self) -> str:
        return f"{self.check_id}: {self.said}"
