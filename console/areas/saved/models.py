"""Saved views: the query of a list under a name."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from console.actor import Actor
from console.areas.saved.lists import LISTS, MAX_QUERY_LENGTH
from console.mirror.models import Organization
from console.operators import policy


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def shown_to(self, actor: Actor, organization: Organization) -> Self:
        """Return the operator's own views and shared ones, of lists they may open, their own first."""
        lists = [name for name, each in LISTS.items() if policy.allows(actor, each.performs, organization)]
        mine = Q(operator_id=actor.operator_id)
        views = self.filter(mine | Q(shared=True), organization=organization, page__in=lists)
        own_first = models.Case(models.When(mine, then=0), default=1)
        return views.select_related("operator").order_by(own_first, "name", "pk")


class SavedView(models.Model):
    """A named query of one list; each reader sees the rows within their own scope."""

    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    page = models.CharField(max_length=60)
    query = models.CharField(max_length=3 * MAX_QUERY_LENGTH, blank=True)
    shared = models.BooleanField(default=False)

    objects: ClassVar[SavedViewQuerySet] = SavedViewQuerySet.as_manager()  # type: ignore[assignment]  # the manager has the queryset's methods

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "organization", "page", "name"], name="saved_view_once"
            ),
        ]
        indexes = [models.Index(fields=["organization", "page", "shared"], name="saved_view_of_page")]

    def __str__(self) -> str:
        return self.name
