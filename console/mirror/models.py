"""The local copy of WorkMail's directory, which answers questions; AWS answers for the truth."""

from django.db import models


class Organization(models.Model):
    """An organization that this console serves, and how its account is reached; never credentials."""

    organization_id = models.CharField(max_length=34, unique=True)
    slug = models.SlugField(max_length=62, unique=True)
    name = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=20, default="Active")
    default_domain = models.CharField(max_length=253, blank=True)
    directory_type = models.CharField(max_length=40, blank=True)
    arn = models.CharField(max_length=200, blank=True)
    region = models.CharField(max_length=20, default="us-east-1")
    endpoint_url = models.URLField(blank=True)
    role_arn = models.CharField(max_length=2048, blank=True)
    external_id = models.CharField(max_length=1224, blank=True)
    listed_at = models.DateTimeField(null=True)  # the last complete listing
    detailed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name or self.slug


class Entity(models.Model):
    """A person, a group or a resource, as WorkMail last described it.

    Columns are what lists search, filter and sort by; `details` is the whole answer of the last
    Describe operation. The `sort_` columns and `search_text` are normalised by `mirror.search`.
    """

    class Kind(models.TextChoices):
        USER = "user"
        GROUP = "group"
        RESOURCE = "resource"

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="entities")
    entity_id = models.CharField(max_length=256)
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=256)
    display_name = models.CharField(max_length=256, blank=True)
    email = models.CharField(max_length=254, blank=True)
    domain = models.CharField(max_length=253, blank=True)
    state = models.CharField(max_length=8, default="ENABLED")
    role = models.CharField(max_length=12, blank=True)
    hidden = models.BooleanField(default=False)
    department = models.CharField(max_length=256, blank=True)
    job_title = models.CharField(max_length=256, blank=True)
    office = models.CharField(max_length=256, blank=True)
    enabled_date = models.DateTimeField(null=True)
    disabled_date = models.DateTimeField(null=True)
    mailbox_size = models.FloatField(null=True)  # MB
    mailbox_quota = models.IntegerField(null=True)  # MB
    details = models.JSONField(default=dict, blank=True)
    sort_name = models.CharField(max_length=256, blank=True)
    sort_display_name = models.CharField(max_length=256, blank=True)
    sort_department = models.CharField(max_length=256, blank=True)
    search_text = models.TextField(blank=True)
    listed_at = models.DateTimeField(null=True)
    described_at = models.DateTimeField(null=True)
    wanted_at = models.DateTimeField(null=True)  # somebody looked at it, so its details come first
    own_write_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "entity_id"], name="entity_once")]

    def __str__(self) -> str:
        return self.display_name or self.name


class Alias(models.Model):
    """An address besides the primary one."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    entity = models.ForeignKey(Entity, models.CASCADE, related_name="aliases")
    address = models.CharField(max_length=254)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "address"], name="alias_once")]


class Membership(models.Model):
    """Somebody, or a group, in a group."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    group = models.ForeignKey(Entity, models.CASCADE, related_name="members")
    member = models.ForeignKey(Entity, models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "member"], name="membership_once")]


class Permission(models.Model):
    """What a grantee may do with the owner's mailbox: FULL_ACCESS, SEND_AS, SEND_ON_BEHALF."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    owner = models.ForeignKey(Entity, models.CASCADE, related_name="permissions")
    grantee_id = models.CharField(max_length=256)
    grantee_kind = models.CharField(max_length=8)
    values = models.JSONField[list[str]](default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "grantee_id"], name="permission_once")]
        indexes = [models.Index(fields=["organization", "grantee_id"], name="permission_of_grantee")]


class Delegate(models.Model):
    """Who answers for a room or a piece of equipment."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    resource = models.ForeignKey(Entity, models.CASCADE, related_name="delegates")
    delegate = models.ForeignKey(Entity, models.CASCADE, related_name="delegations")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resource", "delegate"], name="delegate_once")]


class Domain(models.Model):
    """A mail domain of the organization."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="domains")
    name = models.CharField(max_length=253)
    is_default = models.BooleanField(default=False)
    ownership = models.CharField(max_length=8, blank=True)
    dkim = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="domain_once")]
