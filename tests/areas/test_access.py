"""Who may open what: every address, every role, strangers and other organizations, with GET and POST.

The table is written by hand, not computed from the policy that it checks.
"""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from itertools import groupby
from typing import Any

import pytest
from django.apps import apps
from django.http import HttpResponseBase
from django.test import Client

from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators.models import Operator
from console.sandbox import fixtures
from tests.addresses import addresses
from tests.areas import world
from tests.areas.test_downloads import GIVEN
from tests.areas.world import Samples, browser, counted, mirrored, operator, visit
from tests.conftest import Variant

pytestmark = pytest.mark.django_db
# What is posted is never in order, so that nothing happens behind a door that opens.
INVALID = {"reason": "x" * 5000, "ticket": "x" * 5000, "name": "", "theme": "none", "approve_over": "-1"}
# Helpdesk, Exporter and so on are roles in the organization; `narrowed` is Helpdesk of one mail domain of it,
# `foreign` is Owner of another organization, `anonymous` has not signed in.
WHO = ("owner", "admin", "helpdesk", "exporter", "auditor", "narrowed", "foreign", "anonymous")
ACCESS = """
                                    own adm hlp exp aud nar for ano
home                           GET  302 302 302 302 302 302 302 302
home                           POST 302 302 302 302 302 302 302 302
healthz                        GET  200 200 200 200 200 200 200 200
healthz                        POST 405 405 405 405 405 405 405 405
readyz                         GET  200 200 200 200 200 200 200 200
readyz                         POST 405 405 405 405 405 405 405 405
account_login                  GET  302 302 302 302 302 302 302 200
account_login                  POST 302 302 302 302 302 302 302 200
account_logout                 GET  200 200 200 200 200 200 200 302
account_logout                 POST 302 302 302 302 302 302 302 302
account_reauthenticate         GET  200 200 200 200 200 200 200 302
account_reauthenticate         POST 200 200 200 200 200 200 200 302
account_change_password        GET  200 200 200 200 200 200 200 302
account_change_password        POST 200 200 200 200 200 200 200 302
mfa_index                      GET  200 200 200 200 200 200 200 302
mfa_index                      POST 405 405 405 405 405 405 405 302
mfa_authenticate               GET  302 302 302 302 302 302 302 302
mfa_authenticate               POST 302 302 302 302 302 302 302 302
mfa_reauthenticate             GET  302 302 302 302 302 302 302 302
mfa_reauthenticate             POST 302 302 302 302 302 302 302 302
mfa_activate_totp              GET  302 302 302 302 302 302 302 302
mfa_activate_totp              POST 302 302 302 302 302 302 302 302
mfa_deactivate_totp            GET  404 404 404 404 404 404 404 302
mfa_deactivate_totp            POST 404 404 404 404 404 404 404 302
mfa_view_recovery_codes        GET  404 404 404 404 404 404 404 302
mfa_view_recovery_codes        POST 405 405 405 405 405 405 405 302
mfa_generate_recovery_codes    GET  302 302 302 302 302 302 302 302
mfa_generate_recovery_codes    POST 302 302 302 302 302 302 302 302
account:preferences            GET  200 200 200 200 200 200 200 302
account:preferences            POST 422 422 422 422 422 422 422 302
organizations:overview         GET  200 200 200 200 200 200 404 302
organizations:overview         POST 405 405 405 405 405 405 404 302
organizations:account           GET  200 403 403 403 403 403 404 302
organizations:account           POST 405 403 403 403 403 403 404 302
organizations:freshness        GET  200 200 200 200 200 200 404 302
organizations:freshness        POST 405 405 405 405 405 405 404 302
organizations:sync             GET  405 405 405 405 405 405 405 405
organizations:sync             POST 303 303 403 403 403 403 404 302
organizations:confirm-removal  GET  405 405 405 405 405 405 405 405
organizations:confirm-removal  POST 303 303 403 403 403 403 404 302
saved:list                     GET  200 200 200 200 200 200 404 302
saved:list                     POST 405 405 405 405 405 405 405 302
saved:create                   GET  200 200 200 200 200 200 404 302
saved:create                   POST 422 422 422 422 422 422 404 302
saved:edit                     GET  404 404 404 404 404 404 404 302
saved:edit                     POST 404 404 404 404 404 404 404 302
saved:delete                   GET  405 405 405 405 405 405 405 405
saved:delete                   POST 404 404 404 404 404 404 404 302
search                         GET  200 200 200 200 200 200 404 302
search                         POST 405 405 405 405 405 405 404 302
search-palette                 GET  302 302 302 302 302 302 404 302
search-palette                 POST 405 405 405 405 405 405 404 302
users:list                     GET  200 200 200 200 200 200 404 302
users:list                     POST 405 405 405 405 405 405 404 302
users:count                    GET  200 200 200 200 200 200 404 302
users:count                    POST 405 405 405 405 405 405 404 302
users:csv                      GET  200 200 200 200 200 200 404 302
users:csv                      POST 405 405 405 405 405 405 404 302
users:sync                     GET  405 405 405 405 405 405 405 405
users:sync                     POST 303 303 403 403 403 403 404 302
users:suggestions              GET  200 200 200 200 200 200 404 302
users:suggestions              POST 405 405 405 405 405 405 404 302
users:create                   GET  200 200 403 403 403 403 404 302
users:create                   POST 422 422 403 403 403 403 404 302
users:detail                   GET  200 200 200 200 200 200 404 302
users:detail                   POST 405 405 405 405 405 405 404 302
users:refresh                  GET  200 200 200 200 200 200 404 302
users:refresh                  POST 405 405 405 405 405 405 404 302
users:edit                     GET  200 200 200 403 403 200 404 302
users:edit                     POST 422 422 422 403 403 422 404 302
users:password                 GET  200 200 200 403 403 200 404 302
users:password                 POST 422 422 422 403 403 422 404 302
lifecycle:freeze               GET  200 200 403 403 403 403 404 302
lifecycle:freeze               POST 422 422 403 403 403 403 404 302
lifecycle:thaw                 GET  200 200 403 403 403 403 404 302
lifecycle:thaw                 POST 422 422 403 403 403 403 404 302
lifecycle:keeping              GET  200 200 403 403 403 403 404 302
lifecycle:keeping              POST 200 200 403 403 403 403 404 302
lifecycle:preset-create        GET  200 200 403 403 403 403 404 302
lifecycle:preset-create        POST 422 422 403 403 403 403 404 302
lifecycle:preset-edit          GET  200 200 403 403 403 403 404 302
lifecycle:preset-edit          POST 422 422 403 403 403 403 404 302
lifecycle:preset-delete        GET  200 200 403 403 403 403 404 302
lifecycle:preset-delete        POST 422 422 403 403 403 403 404 302
lifecycle:template-create      GET  200 200 403 403 403 403 404 302
lifecycle:template-create      POST 422 422 403 403 403 403 404 302
lifecycle:template-edit        GET  200 200 403 403 403 403 404 302
lifecycle:template-edit        POST 422 422 403 403 403 403 404 302
lifecycle:template-delete      GET  200 200 403 403 403 403 404 302
lifecycle:template-delete      POST 422 422 403 403 403 403 404 302
lifecycle:offboard             GET  200 200 403 403 403 403 404 302
lifecycle:offboard             POST 422 422 403 403 403 403 404 302
lifecycle:rehire               GET  409 409 403 403 403 403 404 302
lifecycle:rehire               POST 409 409 403 403 403 403 404 302
users:enable                   GET  200 200 403 403 403 403 404 302
users:enable                   POST 422 422 403 403 403 403 404 302
users:disable                  GET  200 200 403 403 403 403 404 302
users:disable                  POST 422 422 403 403 403 403 404 302
users:handover                 GET  200 200 403 403 403 403 404 302
users:handover                 POST 422 422 403 403 403 403 404 302
users:delete                   GET  409 409 403 403 403 403 404 302
users:delete                   POST 409 409 403 403 403 403 404 302
users:pick                     GET  200 200 200 200 403 200 404 302
users:pick                     POST 422 422 422 422 403 422 404 302
users:bulk-edit                GET  405 405 405 405 405 405 405 405
users:bulk-edit                POST 422 422 422 403 403 422 404 302
users:bulk-group               GET  405 405 405 405 405 405 405 405
users:bulk-group               POST 422 422 422 403 403 422 404 302
users:bulk-disable             GET  405 405 405 405 405 405 405 405
users:bulk-disable             POST 422 422 403 403 403 403 404 302
users:bulk-export              GET  405 405 405 405 405 405 405 405
users:bulk-export              POST 422 422 403 422 403 403 404 302
users:file-edit                GET  200 200 200 403 403 200 404 302
users:file-edit                POST 422 422 422 403 403 422 404 302
users:file-export              GET  405 405 405 405 405 405 405 405
users:file-export              POST 422 422 422 403 403 422 404 302
users:file-checked             GET  200 200 200 200 200 404 404 302
users:file-checked             POST 405 405 405 405 405 405 404 302
users:file-create              GET  200 200 403 403 403 403 404 302
users:file-create              POST 422 422 403 403 403 403 404 302
users:file-template            GET  200 200 403 403 403 403 404 302
users:file-template            POST 200 200 403 403 403 403 404 302
users:quota                    GET  200 200 200 403 403 200 404 302
users:quota                    POST 422 422 422 403 403 422 404 302
users:alias-add                GET  200 200 200 403 403 200 404 302
users:alias-add                POST 422 422 422 403 403 422 404 302
users:alias-remove             GET  405 405 405 405 405 405 405 405
users:alias-remove             POST 303 303 303 403 403 303 404 302
users:primary                  GET  405 405 405 405 405 405 405 405
users:primary                  POST 303 303 403 403 403 403 404 302
users:group-join               GET  200 200 200 403 403 200 404 302
users:group-join               POST 422 422 422 403 403 422 404 302
users:group-leave              GET  405 405 405 405 405 405 405 405
users:group-leave              POST 303 303 303 403 403 303 404 302
users:reader-put               GET  200 200 403 403 403 403 404 302
users:reader-put               POST 422 422 403 403 403 403 404 302
users:reader-delete            GET  405 405 405 405 405 405 405 405
users:reader-delete            POST 303 303 403 403 403 403 404 302
users:open-put                 GET  200 200 403 403 403 403 404 302
users:open-put                 POST 422 422 403 403 403 403 404 302
users:open-delete              GET  405 405 405 405 405 405 405 405
users:open-delete              POST 303 303 403 403 403 403 404 302
domains:list                   GET  200 200 200 200 200 200 404 302
domains:list                   POST 405 405 405 405 405 405 404 302
domains:register               GET  200 200 403 403 403 403 404 302
domains:register               POST 422 422 403 403 403 403 404 302
domains:dmarc                  GET  200 200 403 403 403 403 404 302
domains:dmarc                  POST 422 422 403 403 403 403 404 302
domains:detail                 GET  200 200 200 200 200 200 404 302
domains:detail                 POST 405 405 405 405 405 405 404 302
domains:zone                   GET  200 200 200 200 200 200 404 302
domains:zone                   POST 405 405 405 405 405 405 404 302
domains:addresses              GET  200 200 200 200 200 200 404 302
domains:addresses              POST 405 405 405 405 405 405 404 302
domains:move                   GET  200 200 403 403 403 403 404 302
domains:move                   POST 422 422 403 403 403 403 404 302
domains:check                  GET  405 405 405 405 405 405 405 405
domains:check                  POST 200 200 200 403 403 200 404 302
domains:checks                 GET  200 200 200 200 200 200 404 302
domains:checks                 POST 405 405 405 405 405 405 404 302
domains:past                   GET  200 200 200 200 200 200 404 302
domains:past                   POST 405 405 405 405 405 405 404 302
domains:default                GET  409 409 403 403 403 403 404 302
domains:default                POST 409 409 403 403 403 403 404 302
domains:deregister             GET  409 409 403 403 403 403 404 302
domains:deregister             POST 409 409 403 403 403 403 404 302
resources:list                 GET  200 200 200 200 200 200 404 302
resources:list                 POST 405 405 405 405 405 405 404 302
resources:count                GET  200 200 200 200 200 200 404 302
resources:count                POST 405 405 405 405 405 405 404 302
resources:csv                  GET  200 200 200 200 200 200 404 302
resources:csv                  POST 405 405 405 405 405 405 404 302
resources:create               GET  200 200 403 403 403 403 404 302
resources:create               POST 422 422 403 403 403 403 404 302
resources:edit                 GET  200 200 403 403 403 403 404 302
resources:edit                 POST 422 422 403 403 403 403 404 302
resources:enable               GET  200 200 403 403 403 403 404 302
resources:enable               POST 422 422 403 403 403 403 404 302
resources:disable              GET  200 200 403 403 403 403 404 302
resources:disable              POST 422 422 403 403 403 403 404 302
resources:handover             GET  200 200 403 403 403 403 404 302
resources:handover             POST 422 422 403 403 403 403 404 302
resources:delete               GET  409 409 403 403 403 403 404 302
resources:delete               POST 409 409 403 403 403 403 404 302
resources:delegate-add         GET  200 200 403 403 403 403 404 302
resources:delegate-add         POST 422 422 403 403 403 403 404 302
resources:delegate-remove      GET  405 405 405 405 405 405 405 405
resources:delegate-remove      POST 303 303 403 403 403 403 404 302
resources:alias-add            GET  200 200 200 403 403 200 404 302
resources:alias-add            POST 422 422 422 403 403 422 404 302
resources:alias-remove         GET  405 405 405 405 405 405 405 405
resources:alias-remove         POST 303 303 303 403 403 303 404 302
resources:primary              GET  405 405 405 405 405 405 405 405
resources:primary              POST 303 303 403 403 403 403 404 302
resources:reader-put           GET  200 200 403 403 403 403 404 302
resources:reader-put           POST 422 422 403 403 403 403 404 302
resources:reader-delete        GET  405 405 405 405 405 405 405 405
resources:reader-delete        POST 303 303 403 403 403 403 404 302
resources:open-put             GET  200 200 403 403 403 403 404 302
resources:open-put             POST 422 422 403 403 403 403 404 302
resources:open-delete          GET  405 405 405 405 405 405 405 405
resources:open-delete          POST 303 303 403 403 403 403 404 302
resources:detail               GET  200 200 200 200 200 200 404 302
resources:detail               POST 405 405 405 405 405 405 404 302
resources:refresh              GET  200 200 200 200 200 200 404 302
resources:refresh              POST 405 405 405 405 405 405 404 302
mailboxes:list                 GET  200 200 200 200 200 200 404 302
mailboxes:list                 POST 405 405 405 405 405 405 404 302
mailboxes:csv                  GET  200 200 200 200 200 200 404 302
mailboxes:csv                  POST 405 405 405 405 405 405 404 302
mailboxes:access               GET  200 200 200 200 200 200 404 302
mailboxes:access               POST 405 405 405 405 405 405 404 302
mailboxes:access-csv           GET  200 200 200 200 200 200 404 302
mailboxes:access-csv           POST 405 405 405 405 405 405 404 302
mailboxes:hand-over            GET  200 200 200 403 403 200 404 302
mailboxes:hand-over            POST 422 422 422 403 403 422 404 302
mailboxes:address              GET  200 200 200 200 200 200 404 302
mailboxes:address              POST 405 405 405 405 405 405 404 302
access_rules:list              GET  200 200 200 403 200 200 404 302
access_rules:list              POST 405 405 405 403 405 405 404 302
access_rules:create            GET  200 200 403 403 403 403 404 302
access_rules:create            POST 422 422 403 403 403 403 404 302
access_rules:people            GET  302 302 403 403 403 403 404 302
access_rules:people            POST 302 302 403 403 403 403 404 302
access_rules:edit              GET  200 200 403 403 403 403 404 302
access_rules:edit              POST 422 422 403 403 403 403 404 302
access_rules:delete            GET  200 200 403 403 403 403 404 302
access_rules:delete            POST 200 200 403 403 403 403 404 302
access_rules:test              GET  200 200 200 403 200 200 404 302
access_rules:test              POST 405 405 405 403 405 405 404 302
access_rules:networks          GET  200 200 200 403 200 200 404 302
access_rules:networks          POST 405 405 405 403 405 405 404 302
access_rules:network-create    GET  200 200 403 403 403 403 404 302
access_rules:network-create    POST 422 422 403 403 403 403 404 302
access_rules:network-edit      GET  200 200 403 403 403 403 404 302
access_rules:network-edit      POST 422 422 403 403 403 403 404 302
access_rules:network-delete    GET  200 200 403 403 403 403 404 302
access_rules:network-delete    POST 422 422 403 403 403 403 404 302
access_rules:protected         GET  200 200 200 403 200 200 404 302
access_rules:protected         POST 405 405 405 403 405 405 404 302
access_rules:protect           GET  200 200 403 403 403 403 404 302
access_rules:protect           POST 422 422 403 403 403 403 404 302
access_rules:unprotect         GET  405 405 405 405 405 405 405 405
access_rules:unprotect         POST 303 303 403 403 403 403 404 302
groups:list                    GET  200 200 200 200 200 200 404 302
groups:list                    POST 405 405 405 405 405 405 404 302
groups:count                   GET  200 200 200 200 200 200 404 302
groups:count                   POST 405 405 405 405 405 405 404 302
groups:csv                     GET  200 200 200 200 200 200 404 302
groups:csv                     POST 405 405 405 405 405 405 404 302
groups:detail                  GET  200 200 200 200 200 200 404 302
groups:detail                  POST 405 405 405 405 405 405 404 302
groups:refresh                 GET  200 200 200 200 200 200 404 302
groups:refresh                 POST 405 405 405 405 405 405 404 302
groups:everybody               GET  200 200 200 200 200 200 404 302
groups:everybody               POST 405 405 405 405 405 405 404 302
groups:members                 GET  200 200 200 200 200 200 404 302
groups:members                 POST 405 405 405 405 405 405 404 302
groups:members-csv             GET  200 200 200 200 200 200 404 302
groups:members-csv             POST 405 405 405 405 405 405 404 302
groups:create                  GET  200 200 403 403 403 403 404 302
groups:create                  POST 422 422 403 403 403 403 404 302
groups:edit                    GET  200 200 403 403 403 403 404 302
groups:edit                    POST 422 422 403 403 403 403 404 302
groups:enable                  GET  200 200 403 403 403 403 404 302
groups:enable                  POST 422 422 403 403 403 403 404 302
groups:disable                 GET  200 200 403 403 403 403 404 302
groups:disable                 POST 422 422 403 403 403 403 404 302
groups:handover                GET  200 200 403 403 403 403 404 302
groups:handover                POST 422 422 403 403 403 403 404 302
groups:reader-put              GET  200 200 403 403 403 403 404 302
groups:reader-put              POST 422 422 403 403 403 403 404 302
groups:open-put                GET  200 200 403 403 403 403 404 302
groups:open-put                POST 422 422 403 403 403 403 404 302
groups:delete                  GET  409 409 403 403 403 403 404 302
groups:delete                  POST 409 409 403 403 403 403 404 302
groups:member-add              GET  200 200 200 403 403 200 404 302
groups:member-add              POST 422 422 422 403 403 422 404 302
groups:alias-add               GET  200 200 200 403 403 200 404 302
groups:alias-add               POST 422 422 422 403 403 422 404 302
groups:group-join              GET  200 200 200 403 403 200 404 302
groups:group-join              POST 422 422 422 403 403 422 404 302
groups:member-remove           GET  405 405 405 405 405 405 405 405
groups:member-remove           POST 303 303 303 403 403 303 404 302
groups:alias-remove            GET  405 405 405 405 405 405 405 405
groups:alias-remove            POST 303 303 303 403 403 303 404 302
groups:group-leave             GET  405 405 405 405 405 405 405 405
groups:group-leave             POST 303 303 303 403 403 303 404 302
groups:primary                 GET  405 405 405 405 405 405 405 405
groups:primary                 POST 303 303 403 403 403 403 404 302
groups:reader-delete           GET  405 405 405 405 405 405 405 405
groups:reader-delete           POST 303 303 403 403 403 403 404 302
groups:open-delete             GET  405 405 405 405 405 405 405 405
groups:open-delete             POST 303 303 403 403 403 403 404 302
mobile:list                    GET  200 200 200 403 200 200 404 302
mobile:list                    POST 405 405 405 403 405 405 404 302
mobile:create                  GET  200 200 403 403 403 403 404 302
mobile:create                  POST 422 422 403 403 403 403 404 302
mobile:edit                    GET  200 200 403 403 403 403 404 302
mobile:edit                    POST 422 422 403 403 403 403 404 302
mobile:delete                  GET  200 200 403 403 403 403 404 302
mobile:delete                  POST 200 200 403 403 403 403 404 302
mobile:test                    GET  200 200 200 403 200 200 404 302
mobile:test                    POST 405 405 405 403 405 405 404 302
mobile:overrides               GET  200 200 200 403 200 200 404 302
mobile:overrides               POST 405 405 405 403 405 405 404 302
mobile:override                GET  200 200 403 403 403 403 404 302
mobile:override                POST 422 422 403 403 403 403 404 302
mobile:override-delete         GET  200 200 403 403 403 403 404 302
mobile:override-delete         POST 422 422 403 403 403 403 404 302
mobile:person                  GET  200 200 200 403 200 200 404 302
mobile:person                  POST 405 405 405 403 405 405 404 302
exports:list                   GET  200 200 403 200 200 403 404 302
exports:list                   POST 405 405 403 405 405 403 404 302
exports:under-way              GET  200 200 403 200 200 403 404 302
exports:under-way              POST 405 405 403 405 405 403 404 302
exports:create                 GET  200 200 403 200 403 403 404 302
exports:create                 POST 422 422 403 422 403 403 404 302
exports:mailboxes              GET  302 302 403 302 403 403 404 302
exports:mailboxes              POST 302 302 403 302 403 403 404 302
exports:csv                    GET  200 200 403 200 200 403 404 302
exports:csv                    POST 405 405 403 405 405 403 404 302
exports:destinations           GET  200 200 403 200 200 403 404 302
exports:destinations           POST 405 405 403 405 405 403 404 302
exports:destination-create     GET  200 200 403 200 403 403 404 302
exports:destination-create     POST 422 422 403 422 403 403 404 302
exports:destination-edit       GET  200 200 403 200 403 403 404 302
exports:destination-edit       POST 422 422 403 422 403 403 404 302
exports:destination-delete     GET  200 200 403 200 403 403 404 302
exports:destination-delete     POST 422 422 403 422 403 403 404 302
exports:detail                 GET  200 200 403 200 200 403 404 302
exports:detail                 POST 405 405 403 405 405 403 404 302
exports:cancel                 GET  200 200 403 200 403 403 404 302
exports:cancel                 POST 422 422 403 422 403 403 404 302
exports:retry                  GET  405 405 405 405 405 405 405 405
exports:retry                  POST 303 303 403 303 403 403 404 302
exports:download               GET  405 405 405 405 405 405 405 405
exports:download               POST 303 403 403 303 403 403 404 302
identity:detail                GET  200 200 200 403 200 200 404 302
identity:detail                POST 405 405 405 403 405 405 404 302
identity:configure             GET  200 200 403 403 403 403 404 302
identity:configure             POST 422 422 403 403 403 403 404 302
identity:remove                GET  200 200 403 403 403 403 404 302
identity:remove                POST 422 422 403 403 403 403 404 302
identity:application-create    GET  200 200 403 403 403 403 404 302
identity:application-create    POST 422 422 403 403 403 403 404 302
identity:application-delete    GET  200 200 403 403 403 403 404 302
identity:application-delete    POST 422 422 403 403 403 403 404 302
identity:tokens                GET  200 200 403 403 200 403 404 302
identity:tokens                POST 405 405 403 403 405 403 404 302
identity:tokens-of             GET  200 200 403 403 200 403 404 302
identity:tokens-of             POST 405 405 403 403 405 403 404 302
identity:tokens-revoke         GET  200 200 403 403 403 403 404 302
identity:tokens-revoke         POST 422 422 403 403 403 403 404 302
identity:token-revoke          GET  200 200 403 403 403 403 404 302
identity:token-revoke          POST 422 422 403 403 403 403 404 302
impersonation:list             GET  200 200 403 403 200 403 404 302
impersonation:list             POST 405 405 403 403 405 403 404 302
impersonation:create           GET  200 200 403 403 403 403 404 302
impersonation:create           POST 422 422 403 403 403 403 404 302
impersonation:find             GET  200 200 403 403 200 403 404 302
impersonation:find             POST 405 405 403 403 405 403 404 302
impersonation:by-person        GET  200 200 403 403 200 403 404 302
impersonation:by-person        POST 405 405 403 403 405 403 404 302
impersonation:detail           GET  200 200 403 403 200 403 404 302
impersonation:detail           POST 405 405 403 403 405 403 404 302
impersonation:test             GET  200 200 403 403 200 403 404 302
impersonation:test             POST 405 405 403 403 405 403 404 302
impersonation:edit             GET  200 200 403 403 403 403 404 302
impersonation:edit             POST 422 422 403 403 403 403 404 302
impersonation:delete           GET  200 200 403 403 403 403 404 302
impersonation:delete           POST 422 422 403 403 403 403 404 302
impersonation:assume           GET  200 403 403 403 403 403 404 302
impersonation:assume           POST 422 403 403 403 403 403 404 302
messages:look                  GET  200 403 403 403 403 403 404 302
messages:look                  POST 422 403 403 403 403 403 404 302
messages:download              GET  405 405 405 405 405 405 405 405
messages:download              POST 422 403 403 403 403 403 404 302
messages:replace               GET  200 200 403 403 403 403 404 302
messages:replace               POST 422 422 403 403 403 403 404 302
changes:list                   GET  200 200 200 200 200 200 404 302
changes:list                   POST 405 405 405 405 405 405 404 302
changes:calendar               GET  200 200 200 200 200 200 404 302
changes:calendar               POST 405 405 405 405 405 405 404 302
changes:conditions             GET  200 200 403 403 403 403 404 302
changes:conditions             POST 422 422 403 403 403 403 404 302
changes:detail                 GET  200 200 200 200 200 404 404 302
changes:detail                 POST 405 405 405 405 405 405 404 302
changes:receipt                GET  200 200 200 200 200 404 404 302
changes:receipt                POST 405 405 405 405 405 405 404 302
changes:csv                    GET  200 200 200 200 200 404 404 302
changes:csv                    POST 405 405 405 405 405 405 404 302
changes:run                    GET  405 405 405 405 405 405 405 405
changes:run                    POST 303 303 303 303 403 404 404 302
changes:run-attended           GET  409 409 409 409 403 404 404 302
changes:run-attended           POST 409 409 409 409 403 404 404 302
changes:cancel                 GET  405 405 405 405 405 405 405 405
changes:cancel                 POST 303 303 303 303 403 404 404 302
changes:pause                  GET  405 405 405 405 405 405 405 405
changes:pause                  POST 303 303 303 303 403 404 404 302
changes:resume                 GET  405 405 405 405 405 405 405 405
changes:resume                 POST 303 303 303 303 403 404 404 302
changes:retry                  GET  405 405 405 405 405 405 405 405
changes:retry                  POST 303 303 303 303 403 404 404 302
changes:undo                   GET  405 405 405 405 405 405 405 405
changes:undo                   POST 303 303 303 303 403 404 404 302
changes:approve                GET  405 405 405 405 405 405 405 405
changes:approve                POST 303 303 403 403 403 403 404 302
posture:overview               GET  200 200 403 403 200 403 404 302
posture:overview               POST 405 405 403 403 405 403 404 302
posture:check                  GET  405 405 405 405 405 405 405 405
posture:check                  POST 303 303 403 403 403 403 404 302
posture:mend                   GET  200 200 403 403 403 403 404 302
posture:mend                   POST 422 422 403 403 403 403 404 302
data_retention:overview        GET  200 200 403 403 200 403 404 302
data_retention:overview        POST 405 405 403 403 405 403 404 302
organizations:settings         GET  200 200 200 200 200 200 404 302
organizations:settings         POST 405 405 405 405 405 405 404 302
organizations:state            GET  200 200 200 200 200 200 404 302
organizations:state            POST 405 405 405 405 405 405 404 302
organizations:tag-add          GET  200 200 403 403 403 403 404 302
organizations:tag-add          POST 422 422 403 403 403 403 404 302
organizations:tag-remove       GET  405 405 405 405 405 405 405 405
organizations:tag-remove       POST 303 303 403 403 403 403 404 302
organizations:create           GET  200 403 403 403 403 403 404 302
organizations:create           POST 422 403 403 403 403 403 404 302
organizations:follow           GET  200 403 403 403 403 403 404 302
organizations:follow           POST 405 405 405 405 405 405 405 405
organizations:adopt            GET  405 405 405 405 405 405 405 405
organizations:adopt            POST 303 403 403 403 403 403 404 302
organizations:delete           GET  200 403 403 403 403 403 404 302
organizations:delete           POST 422 403 403 403 403 403 404 302
organizations:delete-confirm   GET  405 405 405 405 405 405 405 405
organizations:delete-confirm   POST 303 403 403 403 403 403 404 302
retention:detail               GET  200 200 403 403 200 403 404 302
retention:detail               POST 405 405 403 403 405 403 404 302
retention:edit                 GET  200 200 403 403 403 403 404 302
retention:edit                 POST 422 422 403 403 403 403 404 302
retention:delete               GET  200 200 403 403 403 403 404 302
retention:delete               POST 422 422 403 403 403 403 404 302
availability:list              GET  200 200 403 403 200 403 404 302
availability:list              POST 405 405 403 403 405 403 404 302
availability:create            GET  200 200 403 403 403 403 404 302
availability:create            POST 422 422 403 403 403 403 404 302
availability:edit              GET  200 200 403 403 403 403 404 302
availability:edit              POST 422 422 403 403 403 403 404 302
availability:test              GET  200 200 403 403 200 403 404 302
availability:test              POST 405 405 403 403 405 403 404 302
availability:delete            GET  200 200 403 403 403 403 404 302
availability:delete            POST 422 422 403 403 403 403 404 302
monitoring:detail              GET  200 200 403 403 200 403 404 302
monitoring:detail              POST 405 405 403 403 405 403 404 302
monitoring:edit                GET  200 200 403 403 403 403 404 302
monitoring:edit                POST 422 422 403 403 403 403 404 302
monitoring:delete              GET  200 200 403 403 403 403 404 302
monitoring:delete              POST 422 422 403 403 403 403 404 302
doctor:diagnose                GET  200 200 200 200 200 200 404 302
doctor:diagnose                POST 405 405 405 405 405 405 404 302
ledger:list                    GET  200 200 403 403 200 403 404 302
ledger:list                    POST 405 405 403 403 405 403 404 302
ledger:csv                     GET  200 200 403 403 200 403 404 302
ledger:csv                     POST 405 405 403 403 405 403 404 302
ledger:jsonl                   GET  200 200 403 403 200 403 404 302
ledger:jsonl                   POST 405 405 403 403 405 403 404 302
ledger:detail                  GET  200 200 403 403 200 403 404 302
ledger:detail                  POST 405 405 403 403 405 403 404 302
"""
TABLE = {
    (name, method): dict(zip(WHO, map(int, statuses), strict=True))
    for name, method, *statuses in (line.split() for line in ACCESS.strip().splitlines()[1:])
}
NAMES = sorted({name for name, _ in TABLE})
METHODS = ("GET", "POST")
FROM_ELSEWHERE = {"Origin": "https://evil.example"}
VIEWS = addresses()
# Whose arguments name one person, or something that belongs to one.
OF_ALL = {"organization", "kind", "partner", "made", "rule", "device_rule", "check"}
ABOUT_ONE = [name for name in NAMES if set(world.arguments(name)) - OF_ALL]
# Theirs takes a grant for the whole organization, so that a narrowed operator is denied all of them alike.
OF_THE_WHOLE = {
    *("exports:destination-edit", "exports:destination-delete"),
    *("domains:default", "domains:deregister"),
    *("access_rules:network-edit", "access_rules:network-delete", "access_rules:unprotect"),
    "changes:approve",
    *("lifecycle:freeze", "lifecycle:thaw"),
    *(f"lifecycle:{kept}-{act}" for kept in ("preset", "template") for act in ("edit", "delete")),
    *(name for name in ABOUT_ONE if "role_id" in world.arguments(name)),
}
# WorkMail alone knows what is called that, so it is asked.
ASKED_OF_AWS = {name for name in ABOUT_ONE if "role_id" in world.arguments(name)}
# A button that looks at everything, and leads back to the page that shows what was found.
LOOKS = {"posture:check"}
# What a look may change: who is signed in, when she was seen, how old the copy is, how often she tried.
FLEETING = {"operators.session", "mirror.sync"}
# Downloads are entered in the audit log, and who asks for another operator's view.
ENTERED = {*GIVEN, "saved:edit"}
FRESHNESS = ("listed_at", "described_at", "detailed_at", "wanted_at")


def part(name: str) -> str:
    """Return the part of the console that an address belongs to: its namespace."""
    return name.partition(":")[0] if ":" in name else "console"


def by_part(names: Iterable[str]) -> pytest.MarkDecorator:
    """Make a case for each part of the console: its addresses share what the fixtures prepare."""
    parts = {key: list(of) for key, of in groupby(sorted(names, key=lambda name: (part(name), name)), part)}
    return pytest.mark.parametrize("names", parts.values(), ids=parts)


@pytest.fixture
def organization() -> Iterator[Organization]:
    with world.town() as made:
        yield mirrored(made.organization_id)


@pytest.fixture
def foreign() -> Organization:
    return Organization.objects.create(organization_id="m-" + "f" * 32, slug="foreign", region="us-east-1")


class Cast:
    """Everybody of `WHO`, each with a session that has begun."""

    def __init__(self, organization: Organization, foreign: Organization) -> None:
        here = {
            "owner": "Owner",
            "admin": "Administrator",
            "helpdesk": "Helpdesk",
            "exporter": "Exporter",
            "auditor": "Auditor",
        }
        self.operators: dict[str, Operator | None] = {
            **{name: operator(role, organization) for name, role in here.items()},
            "narrowed": operator("Helpdesk", organization, fixtures.DOMAIN, name="narrowed"),
            "foreign": operator("Owner", foreign, name="foreign"),
            "anonymous": None,
        }
        self._sessions = {who: browser(somebody).cookies for who, somebody in self.operators.items()}

    def browser(self, who: str, **options: Any) -> Client:
        """Return a new browser with the session of one of them."""
        client = Client(**options)
        client.cookies = deepcopy(self._sessions[who])
        return client

    def operator_id(self, who: str) -> int:
        somebody = self.operators[who]
        return somebody.pk if somebody else 0


@pytest.fixture
def cast(organization: Organization, foreign: Organization) -> Cast:
    return Cast(organization, foreign)


@pytest.fixture
def samples(organization: Organization) -> Samples:
    return Samples(organization, fixtures.ADA)


def test_the_table_has_every_address_and_no_other() -> None:
    assert {(name, method) for name in VIEWS for method in METHODS} == set(TABLE)


def assert_private(answer: HttpResponseBase) -> None:
    """Nothing is left for caches, and no other site may read it."""
    assert answer.headers["Cache-Control"] == "no-store"
    assert not [header for header in answer.headers if header.startswith("Access-Control-")]


class TestMatrix:
    @by_part(NAMES)
    @pytest.mark.parametrize("method", METHODS)
    def test_everybody_gets_what_the_table_says(
        self, method: str, names: list[str], cast: Cast, samples: Samples, variant: Variant
    ) -> None:
        for name in names:
            url, found = samples.url(name), {}
            with variant(page=name):
                for who in WHO:
                    with counted() as calls:
                        answer = visit(cast.browser(who, headers=FROM_ELSEWHERE), url, method, INVALID)
                    found[who] = answer.status_code
                    denied = Entry.objects.filter(kind=Entry.Kind.DENIED, operator_id=cast.operator_id(who))
                    hidden = found[who] == 404 and "organization" in world.arguments(name)
                    assert denied.exists() is (hidden or found[who] == 403), f"the ledger about {who}"
                    assert calls.writes == [], f"{who} wrote"
                    if found[who] not in (200, 422) and not (found[who] == 303 and name in LOOKS):
                        assert calls == [], f"AWS was asked for {who}"
                    assert_private(answer)
                assert found == TABLE[name, method]

    def test_what_is_denied_is_entered_with_who_what_and_whom(self, cast: Cast, samples: Samples) -> None:
        cast.browser("auditor").post(samples.url("users:password"), INVALID)
        entry = Entry.objects.get(kind=Entry.Kind.DENIED)
        assert (entry.operator, entry.operation, entry.target) == (
            "auditor@desk.example",
            "ResetPassword",
            fixtures.ADA,
        )


class TestOutOfScope:
    """For a narrowed operator there is nobody else, whatever her role."""

    @by_part(ABOUT_ONE)
    @pytest.mark.parametrize("role", ["Owner", "Helpdesk", "Exporter"])
    def test_what_belongs_to_somebody_else_does_not_exist_and_aws_is_not_asked(
        self, role: str, names: list[str], organization: Organization, variant: Variant
    ) -> None:
        client = browser(operator(role, organization, fixtures.DOMAIN, name="narrowed"))
        samples = Samples(organization, world.ZOE)
        for name in names:
            url = samples.url(name)
            for method in METHODS:
                with variant(page=name, method=method), counted() as calls:
                    status = visit(client, url, method, INVALID).status_code
                    assert calls == []
                    expected = TABLE[name, method][role.lower()]
                    hidden = 403 if name in OF_THE_WHOLE else 404
                    assert (
                        status == (expected if expected in (403, 405) else hidden) or status == hidden == 403
                    )

    @by_part(set(ABOUT_ONE) - ASKED_OF_AWS)
    def test_another_organizations_ids_mean_nothing_in_ones_own(
        self, names: list[str], samples: Samples, cast: Cast, variant: Variant
    ) -> None:
        for name in names:
            url = samples.url(name).replace(f"/o/{samples.slug}/", "/o/foreign/")
            for method in METHODS:
                with variant(page=name, method=method), counted() as calls:
                    status = visit(cast.browser("foreign"), url, method, INVALID).status_code
                    assert calls == []
                    assert status == (405 if TABLE[name, method]["owner"] == 405 else 404)


class TestLooking:
    @by_part(set(NAMES) - ENTERED)
    def test_changes_nothing(self, names: list[str], cast: Cast, samples: Samples, variant: Variant) -> None:
        urls = {name: samples.url(name) for name in names}
        before = everything()
        for name, url in urls.items():
            with variant(page=name), counted() as calls:
                client = cast.browser("owner")
                world.body(client.get(url))
                client.head(url)
                assert everything() == before
                assert calls.writes == []

    @by_part(NAMES)
    def test_as_htmx_opens_no_door(
        self, names: list[str], cast: Cast, samples: Samples, variant: Variant
    ) -> None:
        for name in names:
            for who in ("helpdesk", "foreign"):
                with variant(page=name, who=who):
                    client = cast.browser(who, headers={"HX-Request": "true"})
                    expected, status = TABLE[name, "GET"][who], client.get(samples.url(name)).status_code
                    assert status == expected or (expected, status) == (302, 200)


class TestForgery:
    """Another site's page can make the operator's browser send anything but the token."""

    @by_part(set(NAMES) - {"healthz", "readyz"})
    def test_whatever_is_posted_without_the_token_is_refused(
        self, names: list[str], cast: Cast, samples: Samples, variant: Variant
    ) -> None:
        urls = {name: samples.url(name) for name in names}
        before = everything()
        for name, url in urls.items():
            with variant(page=name), counted() as calls:
                client = cast.browser("owner", enforce_csrf_checks=True)
                for headers in ({}, {"HX-Request": "true"}, {"X-CSRFToken": "x" * 64}):
                    assert client.post(url, INVALID, headers=headers).status_code == 403
                for method in ("put", "patch", "delete"):
                    assert getattr(client, method)(url).status_code == 405
                assert calls == []
                assert everything() == before

    def test_a_token_from_another_site_is_refused(self, cast: Cast, samples: Samples) -> None:
        client = cast.browser("owner", enforce_csrf_checks=True)
        url = samples.url("users:edit")
        token = client.get(url).context["csrf_token"]
        sent = {**INVALID, "csrfmiddlewaretoken": str(token)}
        assert client.post(url, sent, headers={"Origin": "https://evil.example"}).status_code == 403
        assert client.post(url, sent).status_code == 422


class TestTakenAway:
    """Rights are read anew with every request."""

    @pytest.mark.parametrize("name", ["users:detail", "users:edit", "exports:list", "ledger:list", "search"])
    def test_a_grant_that_ends_ends_everything(self, name: str, organization: Organization) -> None:
        somebody = operator("Owner", organization)
        client, url = browser(somebody), Samples(organization, fixtures.ADA).url(name)
        assert client.get(url).status_code == 200
        somebody.grants.all().delete()
        with counted() as calls:
            assert client.get(url).status_code == 404
        assert calls == []

    def test_a_grant_that_is_narrowed_narrows_the_next_page(self, organization: Organization) -> None:
        somebody = operator("Owner", organization)
        client, url = browser(somebody), Samples(organization, world.ZOE).url("users:detail")
        assert client.get(url).status_code == 200
        somebody.grants.update(domains=[fixtures.DOMAIN])
        assert client.get(url).status_code == 404


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, but for what a look may change."""
    return {
        model._meta.label_lower: list(_rows(model))
        for model in apps.get_models()
        if model._meta.managed and model._meta.label_lower not in FLEETING
    }


def _rows(model: Any) -> Any:
    fields = [each.attname for each in model._meta.concrete_fields if each.name not in FRESHNESS]
    return model._base_manager.order_by("pk").values_list(*fields)
