"""A console in front of a sandbox, with an operator of each kind, for tests that walk all of its pages."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import groupby
from typing import Any

import boto3
import pytest
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.core import serializers
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.urls import get_resolver, reverse

from console.actor import Actor
from console.areas.access_rules.models import NamedNetwork, ProtectedPerson
from console.areas.domains.models import Check
from console.areas.exports.models import Destination, ExportJob
from console.areas.lifecycle.models import OnboardingTemplate, Preset
from console.areas.saved.models import SavedView
from console.aws.catalogue import CATALOGUE
from console.changes.models import Change
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Entity, Organization
from console.operators.models import Grant, Operator, Role
from console.sandbox import application, botocore_hook, fixtures, organization_setup
from console.sandbox.clock import Clock
from console.sandbox.fixtures import TestSandbox
from console.sandbox.organization_records import PersonalAccessToken
from console.sync import worker

BEGUN = time.time()
ELSEWHERE = "elsewhere.example"
PARTNER = "partner.example"  # whose people's free and busy times WorkMail asks a function for
MADE = "m-" + "d" * 32  # an organization that was made by way of the first one
TOKEN = "c0c0c0c0-0000-4000-8000-000000000001"
ZOE = "a0a0a0a0-0000-4000-8000-00000000000f"  # on another mail domain than everybody else
ARGUMENT = re.compile(r"%\((\w+)\)s")
TOKENS = re.compile(
    r"(?<=csrfmiddlewaretoken\" value=\")\w{64}|(?<=X-CSRFToken\": \")\w{64}|(?<=once\" value=\")[\w-]{22}"
)


class Calls(list[str]):
    """What was asked of AWS: WorkMail's operations by name, everything else by its service."""

    @property
    def writes(self) -> list[str]:
        return [name for name in self if name not in CATALOGUE or not CATALOGUE[name].is_read]


@contextmanager
def counted() -> Iterator[Calls]:
    """Every request that leaves the console inside the block, whichever way it took."""
    calls, real = Calls(), botocore_hook.send_request

    def sent(sandbox: application.Sandbox, request: Any) -> Any:
        target = request.headers.get("X-Amz-Target", b"")
        named = target.decode() if isinstance(target, bytes) else str(target)
        calls.append(named.rpartition(".")[2] or str(request.url))
        return real(sandbox, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore_hook, "send_request", sent)
        yield calls


_founded: dict[str, dict[str, Any]] = {}


@contextmanager
def town() -> Iterator[TestSandbox]:
    """The usual sandbox, each time at the same moment, and Zoe on a domain of her own."""
    with sandbox() as made, unhurried():
        made.store.become(_founded)
        populated = fixtures.build_test_sandbox(made)
        if _founded:
            organization = populated.organization
            made.neighbours.make_bucket(organization.account, fixtures.BUCKET, organization.region)
        else:
            furnish(populated)
            _founded.update(made.store.contents())
        yield populated


def furnish(populated: TestSandbox) -> None:
    organization_setup.add_domain(populated.store, populated.organization, ELSEWHERE)
    populated.resource("atrium")
    populated.group("choir")
    populated.group("band", email=f"band@{ELSEWHERE}")
    populated.resource("annex", email=f"annex@{ELSEWHERE}")
    populated.enabled_user("zoe", entity_id=ZOE, display_name="Zoe Far", email=f"zoe@{ELSEWHERE}")
    configure(populated)


def configure(populated: TestSandbox) -> None:
    """Settings of the organization that somebody has made already."""
    function = {"LambdaArn": "arn:aws:lambda:us-east-1:123456789012:function:calendar"}
    populated.call("CreateAvailabilityConfiguration", DomainName=PARTNER, LambdaProvider=function)
    junk = {"Name": "JUNK_EMAIL", "Action": "DELETE", "Period": 30}
    populated.call("PutRetentionPolicy", Name="default", FolderConfigurations=[junk])


@contextmanager
def sandbox() -> Iterator[application.Sandbox]:
    """An empty one, whose clock stands: a copy of the mirror fits each that is filled alike."""
    clock = Clock()
    clock.freeze(BEGUN)
    made = application.Sandbox(clock=clock)
    try:
        with botocore_hook.route_botocore(made):
            yield made
    finally:
        made.close()


@contextmanager
def unhurried() -> Iterator[None]:
    """The mirror is filled as fast as it goes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("console.sync.pace.REST_SECONDS", 0)
        patch.setattr("console.sync.pace.max_rate", lambda: 1e9)
        yield


class Copy:
    """All rows of the mirror, inserted again by the statements that inserted them the first time."""

    def __init__(self) -> None:
        models = apps.get_app_config("mirror").get_models()
        self.text = serializers.serialize(
            "json", [row for model in models for row in model._base_manager.all()]
        )
        self.statements: list[tuple[str, Any]] = []

    def insert(self) -> None:
        if not self.statements:
            with connection.execute_wrapper(self._note):
                self._insert_rows()
            return
        with connection.cursor() as cursor:
            for sql, params in self.statements:
                cursor.execute(sql, params)

    def _insert_rows(self) -> None:
        rows = [row.object for row in serializers.deserialize("json", self.text)]
        for kind, same in groupby(rows, type):
            model: Any = kind
            model._base_manager.bulk_create(same)

    def _note(self, run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT"):  # outside a transaction SQLite's BEGIN comes by here, too
            self.statements.append((sql, params))
        return run(sql, params, many, context)


_copies: dict[tuple[str, str, str], Copy] = {}


def mirrored(organization_id: str, slug: str = "example", town: str = "", **fields: Any) -> Organization:
    """An organization of the sandbox, all of it in the mirror: read once, and copied from then on.

    Sandboxes that are filled differently have to be called differently, by `town`.
    """
    key = (organization_id, slug, town)
    if key in _copies:
        _copies[key].insert()
        return Organization.objects.get(organization_id=organization_id)
    made = Organization.objects.create(
        **{"organization_id": organization_id, "slug": slug, "region": "us-east-1", **fields}
    )
    while worker.run_slice(made):
        pass
    made.refresh_from_db()
    _copies[key] = Copy()
    return made


@cache
def hashed() -> str:
    return make_password("correct horse battery staple")


def operator(role: str, where: Organization, *domains: str, name: str = "") -> Operator:
    email = f"{name or role.lower()}@desk.example"
    made = Operator.objects.create(email=email, password=hashed(), name=name.title() or role)
    granted = Role.objects.get(name=role)
    Grant.objects.create(operator=made, role=granted, organization=where, domains=list(domains))
    return made


def actor(somebody: Operator) -> Actor:
    return Actor(somebody.pk, somebody.email)


def browser(somebody: Operator | None = None, **options: Any) -> Client:
    client = Client(**options)
    if somebody is not None:
        client.force_login(somebody)
    return client


def body(answer: Any) -> str:
    """What the browser would get, streamed or not, without its CSRF tokens: by chance they spell names."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return TOKENS.sub("", bytes(content).decode())


def loaded(client: Client, url: str) -> dict[str, str]:
    """The snapshot that the form of a page carries, to be sent back with it."""
    return snapshot(client.get(url))


def snapshot(answer: Any) -> dict[str, str]:
    """The snapshot that the form of an answer carries."""
    page = str(answer.content.decode())
    return {"loaded": page.partition('name="loaded" value="')[2].partition('"')[0]}


class Samples:
    """What stands for the arguments of each address: somebody and what belongs to her."""

    def __init__(self, organization: Organization, entity_id: str) -> None:
        entity = Entity.objects.get(organization=organization, entity_id=entity_id)
        self.slug, self.entity = organization.slug, entity
        self.organization_id = organization.organization_id
        self.destination = destination(organization)
        self.job = exported(organization, entity)
        ranges = {"ranges": ["203.0.113.0/24"]}
        self.network, _ = NamedNetwork.objects.get_or_create(
            organization=organization, name="Office", defaults=ranges
        )
        self.protected, _ = ProtectedPerson.objects.get_or_create(
            organization=organization, entity_id=entity_id
        )
        self.view = somebodys_view(organization)
        self.preset, _ = Preset.objects.get_or_create(organization=organization, name="Leaver")
        self.template, _ = OnboardingTemplate.objects.get_or_create(organization=organization, name="Ward")
        self.change = Change.objects.create(
            organization=organization, title="Mend", kind="csv", requested_by="somebody"
        )
        self.check = Check.objects.create(
            organization=organization, domain=entity.domain, state=Check.State.OK
        )
        made_here(organization, MADE)
        self.entry = journal.record_entry(
            Actor(0, "somebody@desk.example"),
            Entry.Kind.OBSERVED,
            organization=organization.organization_id,
            operation="UpdateUser",
            target=entity_id,
            target_name=entity.email,
        )

    def url(self, name: str) -> str:
        if name.startswith("identity:token"):
            personal_token(self.organization_id, self.entity.entity_id)
        return reverse(name, kwargs={each: self._argument(name, each) for each in arguments(name)})

    def _argument(self, name: str, argument: str) -> Any:
        if argument == "pk":
            space, _, _ = name.partition(":")
            if space in ("changes", "users"):
                return self.change.pk
            if space == "access_rules":
                return self.network.pk if "network" in name else self.protected.pk
            if space == "saved":
                return self.view.pk
            return self.destination.pk if "destination" in name else self.job.pk
        entity_id = self.entity.entity_id
        kind = {"resources": "resource", "groups": "group"}.get(name.partition(":")[0])
        if kind and argument in ("resource_id", "group_id", "entity_id"):
            return Entity.objects.get(kind=kind, domain=self.entity.domain).entity_id
        known = {"organization": self.slug, "user_id": entity_id, "entity_id": entity_id, "kind": "all"}
        known |= {"domain": self.entity.domain, "number": str(self.check.pk)}
        if argument == "token_id":
            return TOKEN
        if argument == "role_id":
            return impersonation_role(self.organization_id)
        known |= {"partner": PARTNER, "made": MADE, "check": "dmarc"}
        device_rule = organization_setup.default_mobile_rule(self.organization_id).rule_id
        known |= {"rule": "default", "device_rule": device_rule}
        return {**known, "seq": self.entry.seq}[argument]


def somebodys_view(organization: Organization) -> SavedView:
    """A view that an operator shares who is nobody of the cast."""
    somebody, _ = Operator.objects.get_or_create(email="somebody@desk.example", name="Somebody")
    made, _ = SavedView.objects.get_or_create(
        operator=somebody, organization=organization, name="Disabled", page="users:list", shared=True
    )
    return made


def arguments(name: str) -> list[str]:
    """The names of the arguments in an address."""
    resolver: Any = get_resolver("console.urls")
    for space in name.split(":")[:-1]:
        prefix, inner = resolver.namespace_dict[space]
        found = ARGUMENT.findall(str(prefix)) or re.findall(r"<(?:\w+:)?(\w+)>", str(prefix))
        return [*found, *_of(inner, name.rpartition(":")[2])]
    return _of(resolver, name)


def _of(resolver: Any, name: str) -> list[str]:
    return [argument for route, _, _, _ in resolver.reverse_dict.getlist(name) for argument in route[0][1]]


def made_here(organization: Organization, organization_id: str) -> None:
    """The ledger of an organization that was made by way of this one."""
    somebody = Actor(0, "somebody@desk.example")
    intent = journal.record_intent(
        somebody, "CreateOrganization", organization.organization_id, params={"Alias": "new"}
    )
    journal.record_outcome(intent, Entry.Outcome.DONE, result={"OrganizationId": organization_id})


def destination(organization: Organization) -> Destination:
    made, _ = Destination.objects.get_or_create(
        organization=organization,
        name="Archive",
        defaults={
            "role_arn": fixtures.ROLE,
            "kms_key_arn": fixtures.KEY,
            "bucket": fixtures.BUCKET,
            "prefix": "exports",
        },
    )
    return made


def exported(organization: Organization, entity: Entity, **fields: Any) -> ExportJob:
    """An export of a mailbox, queued unless told otherwise."""
    return ExportJob.objects.create(
        organization=organization,
        entity_id=entity.entity_id,
        entity_name=entity.email or entity.name,
        requested_by="somebody@desk.example",
        **fields,
    )


def impersonation_role(organization_id: str) -> str:
    """A role in the sandbox, as which a program may act as everybody."""
    rule = {"ImpersonationRuleId": "all", "Effect": "ALLOW"}
    made = _aws("workmail").create_impersonation_role(
        OrganizationId=organization_id, Name="archive", Type="READ_ONLY", Rules=[rule]
    )
    return str(made["ImpersonationRoleId"])


@cache
def _aws(service: str) -> Any:
    """A client that talks to whichever sandbox is open."""
    return boto3.Session("test", "secret", region_name="us-east-1").client(service)  # type: ignore[call-overload]  # by name


def personal_token(organization_id: str, user_id: str, token_id: str = "", **fields: Any) -> str:
    """A token in whichever sandbox is open, as if somebody had made it in webmail."""
    store = botocore_hook._open_sandboxes[-1].store
    given: dict[str, Any] = {
        "name": "phone",
        "scopes": ("IMAP",),
        "created": store.clock.now(),
        "expires": None,
    }
    made = PersonalAccessToken(
        organization_id=organization_id, token_id=token_id or TOKEN, user_id=user_id, **{**given, **fields}
    )
    with store.transaction():
        return store.personal_access_tokens.save(made).token_id


def visit(client: Client, url: str, method: str = "GET", data: Any = None) -> HttpResponseBase:
    sender = getattr(client, method.lower())
    answer: HttpResponseBase = sender(url, data or {})
    return answer
