"""The model of a check of a mail domain's DNS records."""

from django.db import models

from console import clock
from console.mirror.models import Organization

MAX_CHECKS = 50  # checks of one domain


class Check(models.Model):
    """One check of a domain, with its verdicts; the domain is a name, because it can be registered again."""

    class State(models.TextChoices):
        OK = "ok", "Every record is as it should be"
        PROBLEMS = "problems", "Some records are missing or inconsistent"
        INCOMPLETE = "incomplete", "Not everything could be looked up"
        NO_DNS = "no_dns", "No DNS to ask"

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    domain = models.CharField(max_length=255)
    at = models.DateTimeField(default=clock.now)
    by = models.CharField(max_length=254, blank=True)
    state = models.CharField(max_length=10, choices=State)
    resolver = models.CharField(max_length=500, blank=True, help_text="which servers were asked")
    ownership = models.CharField(max_length=8, blank=True)
    dkim = models.CharField(max_length=8, blank=True)
    results = models.JSONField(default=list)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["organization", "domain", "-at"], name="check_of_domain")]

    def __str__(self) -> str:
        return f"{self.domain}: {self.get_state_display()}"
