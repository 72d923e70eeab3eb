"""Operators, their sessions, roles and grants."""

from importlib import import_module
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from console import clock
from console.mirror.models import Organization
from console.plurals import number_of


class OperatorManager(BaseUserManager["Operator"]):
    """Operators by email address, in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Operator":
        operator = self.model(email=email.strip().lower(), **fields)
        operator.set_password(password)
        operator.save(using=self._db)
        return operator

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Operator":
        """Create a user for Django's command; only roles give rights."""
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, username: str | None) -> "Operator":
        return self.get(email=(username or "").strip().lower())


class Operator(AbstractUser):
    """A user of the console, who signs in with an email address."""

    class Theme(models.TextChoices):
        AUTO = "auto", "As the system"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    # `None` takes Django's own fields away, as its documentation says, which its stubs cannot express.
    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(max_length=150)
    email = models.EmailField("e-mail address", max_length=254, unique=True)
    theme = models.CharField(max_length=5, choices=Theme, default=Theme.AUTO)
    digest = models.BooleanField("Daily digest of mailboxes that will be removed", default=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects: ClassVar[OperatorManager] = OperatorManager()  # type: ignore[assignment]  # a manager without usernames

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="operator_email_in_any_case")]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.get_full_name()


class Session(AbstractBaseSession):
    """A browser session, stored under the hash of its key."""

    session_key = models.CharField("hash of the session key", max_length=64, primary_key=True)
    operator = models.ForeignKey(Operator, models.CASCADE, null=True, related_name="sessions")

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
        return store


class Role(models.Model):
    """A named set of permissions; see `policy`."""

    name = models.CharField(max_length=60, unique=True)
    description = models.CharField(max_length=300, blank=True)
    permissions = models.JSONField(default=list)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class GrantQuerySet(models.QuerySet["Grant"]):
    def live(self) -> "GrantQuerySet":
        """Return grants that have not ended, of active operators."""
        running = Q(until__isnull=True) | Q(until__gt=clock.recent())
        return self.filter(running, operator__is_active=True)


class Grant(models.Model):
    """A role in one organization, on all or some mail domains, with an optional end."""

    operator = models.ForeignKey(Operator, models.CASCADE, related_name="grants")
    role = models.ForeignKey(Role, models.PROTECT, related_name="grants")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="grants")
    domains = models.JSONField(default=list, blank=True, help_text="empty: the whole organization")
    until = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["Grant"]] = GrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operator", "role", "organization"], name="grant_once"),
        ]

    def __str__(self) -> str:
        where = ", ".join(self.domains) or self.organization.slug
        return f"{self.role} for {self.operator} on {where}"


class OmittedRefusals(models.Model):
    """The number of refused attempts that have no audit entry of their own."""

    operator_id = models.BigIntegerField(null=True)
    operator = models.CharField(max_length=254)
    organization = models.CharField(max_length=64, blank=True)
    since = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operator_id", "organization"], name="omitted_refusals_once"),
        ]

    def __str__(self) -> str:
        return f"{number_of(self.count, 'refusal')} of {self.operator}"
