"""The menu, and the frame around every page.

This is the one place where the frame meets the policy; `console/ui` knows neither.
"""

from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from console.actor import Actor
from console.areas.saved import display
from console.mirror.models import Organization
from console.operators import policy
from console.ui import navigation
from console.ui.navigation import MenuItem, MenuLink

MENU = (
    MenuItem("Overview", "layout-dashboard", "organizations:overview", "ReadOverview"),
    MenuItem("People", "users", "users:list", "ListUsers"),
    MenuItem("Groups", "users-group", "groups:list", "ListGroups"),
    MenuItem("Domains", "world-www", "domains:list", "ListMailDomains"),
    MenuItem("Rooms and equipment", "door", "resources:list", "ListResources"),
    MenuItem("Mailboxes", "mail", "mailboxes:list", "GetMailboxDetails"),
    MenuItem("Access rules", "lock", "access_rules:list", "ListAccessControlRules"),
    MenuItem("Mobile devices", "device-mobile", "mobile:list", "ListMobileDeviceAccessRules"),
    MenuItem("Exports", "package-export", "exports:list", "ListMailboxExportJobs"),
    MenuItem("Sign-in", "fingerprint", "identity:detail", "DescribeIdentityProviderConfiguration"),
    MenuItem("Impersonation", "masks-theater", "impersonation:list", "ListImpersonationRoles"),
    MenuItem("Messages", "inbox", "messages:look", "GetRawMessageContent"),
    MenuItem("Changes", "history", "changes:list", "ReadChanges"),
    MenuItem("Posture", "shield-check", "posture:overview", "ReadPosture"),
    MenuItem("Settings", "settings", "organizations:settings", "DescribeOrganization"),
    MenuItem("Ledger", "book", "ledger:list", "ReadLedger"),
)
# What can be begun from anywhere: the search box finds it beside the menu.
ACTIONS = (
    MenuItem("New person", "plus", "users:create", "CreateUser"),
    MenuItem("Templates and presets", "user-check", "lifecycle:keeping", "ManageTemplates"),
    MenuItem("New group", "plus", "groups:create", "CreateGroup"),
    MenuItem("Export mailboxes", "package-export", "exports:create", "StartMailboxExportJob"),
    MenuItem("Who can act as somebody", "masks-theater", "impersonation:find", "GetImpersonationRoleEffect"),
    MenuItem("Personal access tokens", "key", "identity:tokens", "ListPersonalAccessTokens"),
    MenuItem("Saved views", "filter", "saved:list", "ReadOverview"),
    MenuItem("Export destinations", "package-export", "exports:destinations", "ListMailboxExportJobs"),
)
MENU_AND_ACTIONS = (*MENU, *ACTIONS)

DIRECTORY = ("users", "groups", "resources")  # areas that show what the directory holds


class Frame:
    """The values that `base.html` shows around a page, computed on demand."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def actor(self) -> Actor | None:
        user = getattr(self.request, "user", None)
        return getattr(self.request, "actor", None) if user and user.is_authenticated else None

    @property
    def layout(self) -> str:
        return "base.html" if self.actor else "base_signed_out.html"

    @property
    def theme(self) -> str:
        return getattr(getattr(self.request, "user", None), "theme", "") or "auto"

    @cached_property
    def organizations(self) -> list[Organization]:
        """Return the organizations to choose from, without deleted ones."""
        return (
            [each for each in policy.held_organizations(self.actor) if not each.is_deleted]
            if self.actor
            else []
        )

    @cached_property
    def organization(self) -> Organization | None:
        """Return the organization of the URL if the operator may see it, else their first one."""
        slug = navigation.organization_slug(self.request)
        named = (
            each
            for each in (policy.held_organizations(self.actor) if self.actor else ())
            if each.slug == slug
        )
        return next(named, self.organizations[0] if self.organizations and not slug else None)

    @cached_property
    def menu(self) -> list[MenuLink]:
        actor, organization = self.actor, self.organization
        if actor is None or organization is None:
            return []
        return navigation.menu_links(
            MENU,
            organization.slug,
            self.request.path,
            lambda operation: policy.allows(actor, operation, organization),
        )

    @property
    def read_only(self) -> str:
        """Return why this page's object cannot be changed in WorkMail, and where it can; "" if it can."""
        match = self.request.resolver_match
        if match is None or self.organization is None:
            return ""
        directory, performs = self.organization.directory, getattr(match.func, "performs", "")
        if directory.refuses(performs):
            return f"{directory.why} {directory.instead(performs)}"
        return f"{directory.why} {directory.where}".strip() if match.app_name in DIRECTORY else ""

    @cached_property
    def saved(self) -> display.SavedViewsBar | None:
        """Return the saved views of the current list."""
        match = self.request.resolver_match
        if self.actor is None or self.organization is None or match is None:
            return None
        query = self.request.GET.urlencode()
        return display.saved_views_bar(self.actor, self.organization, match.view_name, query)

    @property
    def is_sandbox(self) -> bool:
        """Return whether the data comes from another endpoint than AWS."""
        endpoint = self.organization.endpoint_url if self.organization else ""
        host = urlsplit(endpoint or settings.AWS_ENDPOINT_URL).hostname or ""
        return bool(host) and not host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws"))

    @property
    def initials(self) -> str:
        words = str(getattr(self.request.user, "name", "")).split()
        return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper() or "?"

    @property
    def search_url(self) -> str:
        return reverse("search", args=[self.organization.slug]) if self.organization else ""

    @property
    def palette_url(self) -> str:
        return f"{self.search_url}palette/" if self.organization else ""

    @property
    def days_left(self) -> int:
        return navigation.days_until_end(timezone.now().date())


def context(request: HttpRequest) -> dict[str, Any]:
    """Return what every template finds; `organization` is the one of the URL, `None` without one."""
    frame = Frame(request)
    organization = getattr(request, "organization", None)
    return {"frame": frame, "layout": frame.layout, "organization": organization}
