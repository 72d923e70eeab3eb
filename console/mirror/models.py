"""The local copy of the directory: organizations, users, groups, resources and their relations.

Rows hold what AWS last showed. `sort_…` columns and `search_text` are made of the others by
`Entity.derive`; they are never null, so that every sort pages by one index.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, ClassVar, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Count, Index, Q, UniqueConstraint

from console.jobs import Job
from console.mirror import search_text as search_texts
from console.mirror.directory_type import Directory
from console.mirror.search_query import match_text

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # where nothing was ever enabled
WANTED = Q(wanted_at__isnull=False)
UNKNOWN_SIZE = -1  # a size or quota that is not known sorts before all others
SORTS = (
    "sort_name",
    "sort_display_name",
    "email",
    "sort_department",
    "state",
    "role",
    "sort_size",
    "sort_quota",
    "sort_enabled",
)
# At the end of every sort's index, so that a walk reads only those rows that the filters let through.
FILTER_COLUMNS = ("state", "domain", "hidden", "role")


def sort_index(sort: str) -> Index:
    """Return the index of a sort; the planner's statistics refer to it by name."""
    rest = (name for name in FILTER_COLUMNS if name != sort)
    return Index(fields=["organization", "kind", sort, "id", *rest], name=f"entity_{sort}")


DELETED = "DELETED"


class EntityQuerySet(models.QuerySet["Entity"]):
    """A queryset of entities, for keyset paging by any of `SORTS`."""

    def of(self, organization: "Organization", kind: str = "") -> Self:
        """Return entities of an organization that are not deleted."""
        return self.including_deleted(organization, kind).exclude(state=DELETED)

    def including_deleted(self, organization: "Organization", kind: str = "") -> Self:
        found = self.filter(organization=organization)
        return found.filter(kind=kind) if kind else found

    def in_domains(self, domains: Iterable[str]) -> Self:
        return self.filter(domain__in=[domain.lower() for domain in domains])

    def in_group(self, group_id: str) -> Self:
        """Return direct members of the group with this AWS id."""
        return self.filter(memberships__group__entity_id=group_id)

    def matching(self, text: str) -> Self:
        """Return entities that contain every word of `text`."""
        return self.filter(match_text(text, self.db).where)

    def with_sort_prefix(self, field: str, text: str) -> Self:
        """Return entities whose sort column starts like `text`.

        A range of a linguistic collation may hold others as well, and lack some.
        """
        key = search_texts.make_sort_key(text)
        return self.filter(**{f"{field}__gte": key, f"{field}__lt": key[:-1] + chr(ord(key[-1]) + 1)})

    def tally(self) -> dict[str, int]:
        """Return the number of entities by state."""
        return dict(self.order_by().values_list("state").annotate(Count("pk")))

    def count_by_kind_state_role(self) -> dict[tuple[str, str, str], int]:
        """Return the number of entities by kind, state and role, from an index only."""
        counted = self.order_by().values_list("kind", "state", "role").annotate(Count("pk"))
        return {(kind, state, role): count for kind, state, role, count in counted}


class Organization(models.Model):
    """A WorkMail organization that the console serves, and how to connect to it."""

    organization_id = models.CharField(max_length=34, unique=True)
    slug = models.SlugField(max_length=62, unique=True, help_text="its alias, and its word in addresses")
    name = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=256, blank=True)
    default_domain = models.CharField(max_length=256, blank=True)
    directory_type = models.CharField(max_length=256, blank=True)
    interoperates = models.BooleanField(default=False, help_text="with an Exchange server, which leads")
    region = models.CharField(max_length=32)
    endpoint_url = models.URLField(blank=True)
    role_arn = models.CharField(max_length=2048, blank=True)
    external_id = models.CharField(max_length=1224, blank=True)
    arn = models.CharField(max_length=1011, blank=True)
    listed_at = models.DateTimeField(null=True, blank=True, help_text="the last complete listing")
    detailed_at = models.DateTimeField(null=True, blank=True, help_text="since when everybody is described")

    DELETED = "Deleted"  # as AWS calls the state

    class Meta:
        ordering = ["name", "slug"]

    def __str__(self) -> str:
        return self.name or self.slug

    @property
    def is_deleted(self) -> bool:
        return self.state == self.DELETED

    @property
    def directory(self) -> Directory:
        """Return the directory behind the organization and the operations that it refuses."""
        return Directory(self.directory_type, self.interoperates)


class Entity(models.Model):
    """A user, group or resource.

    Addresses are kept in lower case; `details` has AWS's own spelling. `listed_at` is when a listing
    last told something new, `described_at` when a Describe… was last seen, `detailed_at` when all
    reads of the details were last complete, `wanted_at` since when somebody waits for them.
    """

    class Kind(models.TextChoices):
        USER = "user", "Person"
        GROUP = "group", "Group"
        RESOURCE = "resource", "Resource"

    class State(models.TextChoices):
        ENABLED = "ENABLED", "Enabled"
        DISABLED = "DISABLED", "Disabled"
        DELETED = "DELETED", "Deleted"

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="entities", db_index=False)
    entity_id = models.CharField(max_length=256)
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=256)
    display_name = models.CharField(max_length=256, blank=True)
    email = models.CharField(max_length=254, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.DISABLED)
    role = models.CharField(max_length=11, blank=True)
    hidden = models.BooleanField(default=False)
    department = models.CharField(max_length=256, blank=True)
    job_title = models.CharField(max_length=256, blank=True)
    office = models.CharField(max_length=256, blank=True)
    domain = models.CharField(max_length=255, blank=True)
    enabled_date = models.DateTimeField(null=True, blank=True)
    disabled_date = models.DateTimeField(null=True, blank=True)
    mailbox_size = models.FloatField(null=True, blank=True, help_text="MB")
    mailbox_quota = models.IntegerField(null=True, blank=True, help_text="MB")
    details = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    sort_name = models.CharField(max_length=search_texts.MAX_SORT_LENGTH, blank=True)
    sort_display_name = models.CharField(max_length=search_texts.MAX_SORT_LENGTH, blank=True)
    sort_department = models.CharField(max_length=search_texts.MAX_SORT_LENGTH, blank=True)
    sort_size = models.FloatField(default=UNKNOWN_SIZE)
    sort_quota = models.IntegerField(default=UNKNOWN_SIZE)
    sort_enabled = models.DateTimeField(default=EPOCH)
    search_text = models.TextField(blank=True)
    listed_at = models.DateTimeField(null=True, blank=True)
    described_at = models.DateTimeField(null=True, blank=True)
    detailed_at = models.DateTimeField(null=True, blank=True)
    wanted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[EntityQuerySet] = EntityQuerySet.as_manager()  # type: ignore[assignment]  # the manager has the queryset's methods

    class Meta:
        verbose_name_plural = "entities"
        constraints = [UniqueConstraint(fields=["organization", "entity_id"], name="entity_once")]
        indexes = [
            *(sort_index(sort) for sort in SORTS),
            Index(
                fields=["organization", "kind", *FILTER_COLUMNS, "mailbox_size", "mailbox_quota"],
                name="entity_census",
            ),
            Index(
                fields=["organization", "disabled_date"],
                name="entity_ending",
                condition=Q(disabled_date__isnull=False),
            ),
            Index(fields=["organization", "email"], name="entity_address"),
            Index(fields=["organization", "domain", "entity_id"], name="entity_within"),
            Index(fields=["organization", "kind", "detailed_at"], name="entity_detailed"),
            Index(
                fields=["organization", "wanted_at"],
                name="entity_wanted",
                condition=Q(wanted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.name

    @property
    def is_deleted(self) -> bool:
        return self.state == self.State.DELETED

    def derive(self, aliases: Iterable[str]) -> None:
        """Compute the derived columns; `aliases` are only searched."""
        self.domain = self.email.rpartition("@")[2]
        self.sort_name = search_texts.make_sort_key(self.name)
        self.sort_display_name = search_texts.make_sort_key(self.display_name)
        self.sort_department = search_texts.make_sort_key(self.department)
        self.sort_enabled = self.enabled_date or EPOCH
        self.search_text = search_texts.make_document([*self._searched(), *aliases])
        self.derive_sizes()

    def derive_sizes(self) -> None:
        self.sort_size = UNKNOWN_SIZE if self.mailbox_size is None else self.mailbox_size
        self.sort_quota = UNKNOWN_SIZE if self.mailbox_quota is None else self.mailbox_quota

    def _searched(self) -> list[str]:
        described: dict[str, Any] = self.details
        more = [str(described.get(member) or "") for member in ("FirstName", "LastName", "Description")]
        return [self.display_name, self.name, self.email, self.department, *more]


class Alias(models.Model):
    """An alias of an entity, without the primary address that AWS lists too."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    entity = models.ForeignKey(Entity, models.CASCADE, related_name="aliases")
    address = models.CharField(max_length=254)

    class Meta:
        verbose_name_plural = "aliases"
        ordering = ["address"]
        constraints = [UniqueConstraint(fields=["organization", "address", "entity"], name="alias_once")]

    def __str__(self) -> str:
        return self.address


class Membership(models.Model):
    """A user or group in a group."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    group = models.ForeignKey(Entity, models.CASCADE, related_name="members", db_index=False)
    member = models.ForeignKey(Entity, models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [UniqueConstraint(fields=["group", "member"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.member} in {self.group}"


class Permission(models.Model):
    """The rights of a grantee to a mailbox; the grantee is an AWS id, known to the mirror or not."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    owner = models.ForeignKey(Entity, models.CASCADE, related_name="permissions", db_index=False)
    grantee_id = models.CharField(max_length=256)
    grantee_kind = models.CharField(max_length=8)
    values = models.JSONField(default=list)

    class Meta:
        constraints = [UniqueConstraint(fields=["owner", "grantee_id"], name="permission_once")]
        indexes = [Index(fields=["organization", "grantee_id"], name="permission_grantee")]

    def __str__(self) -> str:
        return f"{', '.join(self.values)} of {self.owner} for {self.grantee_id}"


class Delegate(models.Model):
    """A delegate who answers a resource's booking requests."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    resource = models.ForeignKey(Entity, models.CASCADE, related_name="delegates", db_index=False)
    delegate = models.ForeignKey(Entity, models.CASCADE, related_name="delegations")

    class Meta:
        constraints = [UniqueConstraint(fields=["resource", "delegate"], name="delegate_once")]

    def __str__(self) -> str:
        return f"{self.delegate} for {self.resource}"


class Domain(models.Model):
    """A mail domain of an organization."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="domains", db_index=False)
    name = models.CharField(max_length=255)
    is_default = models.BooleanField(default=False)
    ownership = models.CharField(max_length=8, blank=True)
    dkim = models.CharField(max_length=8, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [UniqueConstraint(fields=["organization", "name"], name="domain_once")]

    def __str__(self) -> str:
        return self.name


class Sync(Job):
    """The progress of one sync stage; `attempt` fences off a worker that has lost its claim."""

    class Stage(models.TextChoices):
        USERS = "users", "People"
        GROUPS = "groups", "Groups"
        RESOURCES = "resources", "Resources"
        DOMAINS = "domains", "Domains"
        RELATIONS = "relations", "Members and delegates"
        DETAILS = "details", "Details of people"

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="syncs", db_index=False)
    stage = models.CharField(max_length=10, choices=Stage)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0, help_text="as far as known")
    observed = models.PositiveIntegerField(default=0, help_text="changes by others noticed in this pass")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(db_index=True)
    error = models.CharField(max_length=500, blank=True)
    token = models.CharField(max_length=1024, blank=True)
    seen = models.BinaryField(default=bytes, help_text="keys that this pass has met")
    rate = models.FloatField(default=0, help_text="calls a second; 0: as the settings say")

    class Meta:
        constraints = [UniqueConstraint(fields=["organization", "stage"], name="sync_once")]

    def __str__(self) -> str:
        return f"{self.organization.slug}: {self.get_stage_display()}"

    @property
    def is_running(self) -> bool:
        """Return whether a pass has begun and not finished."""
        return self.started_at is not None and (
            self.finished_at is None or self.finished_at < self.started_at
        )


class HeldListing(models.Model):
    """A listing that lacked too many rows, so that none was removed; see `shrink_guard`."""

    class Listing(models.TextChoices):
        USERS = "users", "Users"
        GROUPS = "groups", "Groups"
        RESOURCES = "resources", "Resources"
        DOMAINS = "domains", "Domains"
        ALIASES = "aliases", "Aliases"
        MEMBERS = "members", "Members"
        MEMBERSHIPS = "memberships", "Group memberships"
        PERMISSIONS = "permissions", "Mailbox permissions"
        DELEGATES = "delegates", "Booking delegates"
        BLOCKED = "blocked", "Blocked users"

    # Each entity has one of its own.
    OF_ENTITIES = (
        Listing.ALIASES,
        Listing.MEMBERS,
        Listing.MEMBERSHIPS,
        Listing.PERMISSIONS,
        Listing.DELEGATES,
    )
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="held", db_index=False)
    listing = models.CharField(max_length=12, choices=Listing)
    entity = models.ForeignKey(Entity, models.CASCADE, null=True, related_name="+")
    missing = models.PositiveIntegerField(help_text="rows that the last listing lacked")
    known = models.PositiveIntegerField(help_text="rows known when that was found")
    confirmed = models.PositiveIntegerField(default=0, help_text="rows that the next listing may remove")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            UniqueConstraint(
                fields=["organization", "listing", "entity"], nulls_distinct=False, name="held_listing_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_listing_display()} of {self.entity}" if self.entity else self.get_listing_display()

    @property
    def is_of_pass(self) -> bool:
        """Return whether it is about the listings of all entities together."""
        return self.entity_id is None and self.listing in self.OF_ENTITIES


class PassRemovals(models.Model):
    """The rows that listings of single entities lacked in this pass; see `shrink_guard`."""

    organization = models.ForeignKey(Organization, models.CASCADE, db_index=False)
    listing = models.CharField(max_length=12, choices=HeldListing.Listing)
    began_at = models.DateTimeField()
    known = models.PositiveIntegerField(help_text="rows when the pass began")
    removed = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [UniqueConstraint(fields=["organization", "listing"], name="pass_removals_once")]

    def __str__(self) -> str:
        return f"{self.organization.slug}: {self.get_listing_display()}"


class TargetLease(models.Model):
    """The lease of a write on a target; see `console.gateway.target_leases`."""

    organization = models.ForeignKey(Organization, models.CASCADE, db_index=False)
    target = models.CharField(max_length=320)
    token = models.UUIDField(db_index=True)
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "target"], name="target_lease_once")]

    def __str__(self) -> str:
        return self.target
