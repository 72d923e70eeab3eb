"""The URLs of the console."""

from django.urls import URLPattern, URLResolver, include, path

from console import health, navigation
from console.areas.organizations import views

Addresses = list[URLPattern | URLResolver]

in_organization: Addresses = [
    path("", include("console.areas.organizations.urls")),
    path("saved/", include("console.areas.saved.urls")),
    path("search/", include("console.areas.search.urls"), {"places": navigation.MENU_AND_ACTIONS}),
    path("users/", include("console.areas.users.urls")),
    path("domains/", include("console.areas.domains.urls")),
    path("resources/", include("console.areas.resources.urls")),
    path("mailboxes/", include("console.areas.mailboxes.urls")),
    path("access_rules/", include("console.areas.access_rules.urls")),
    path("lifecycle/", include("console.areas.lifecycle.urls")),
    path("groups/", include("console.areas.groups.urls")),
    path("mobile/", include("console.areas.mobile.urls")),
    path("exports/", include("console.areas.exports.urls")),
    path("identity/", include("console.areas.identity.urls")),
    path("impersonation/", include("console.areas.impersonation.urls")),
    path("messages/", include("console.areas.messages.urls")),
    path("doctor/", include("console.areas.troubleshooting.urls")),
    path("changes/", include("console.areas.changes.urls")),
    path("posture/", include("console.areas.health_checks.urls")),
    path("retention/", include("console.areas.retention.urls")),
    path("availability/", include("console.areas.availability.urls")),
    path("monitoring/", include("console.areas.monitoring.urls")),
    path("ledger/", include("console.areas.audit_log.urls")),
    path("settings/data-retention/", include("console.data_retention.urls")),
]
urlpatterns: Addresses = [
    path("", views.redirect_to_organization, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("console.areas.account.sign_in_urls")),
    path("account/", include("console.areas.account.urls")),
    path("o/<slug:organization>/", include(in_organization)),
]
handler500 = "console.outage_page.server_error"
