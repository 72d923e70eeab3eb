"""Every form of every page, with approval required for every write: nothing reaches AWS, nothing fails."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms as django_forms

from console.areas.changes.forms import list_approvable_operations
from console.areas.entities.forms import EntityField, GroupsField
from console.changes import attended_changes, engine
from console.changes.models import Change, Conditions, Step
from console.mirror.models import Organization
from console.sandbox.fixtures import ADA, KEY, ROLE
from tests.addresses import addresses
from tests.areas import world
from tests.areas.changes.conftest import Seat
from tests.changes.test_demands import given
from tests.traces import Traces

State = Change.State
SECRET = "Kanarienvogel-77-fliegt"
SAMPLES = {"reason": "asked", "ticket": "T-1", "how": "generated", "Name": "nele", "DisplayName": "Nele"}
SAMPLES |= {"FirstName": "Nele", "Alias": "nele.new@example.com", "MailboxQuota": "2100", "quota": "2100"}
SAMPLES |= {"messageId": "11111111-1111-1111-1111-111111111111", "Description": "new", "Office": "Oslo"}
SAMPLES |= {"DeviceId": "AB12", "DomainName": "new.example", "Email": "nele.new@example.com"}
SAMPLES |= {"LambdaProvider.LambdaArn": "arn:aws:lambda:us-east-1:123456789012:function:other"}
SAMPLES |= {"role_arn": ROLE, "kms_key_arn": KEY, "bucket": "other-bucket", "prefix": "exports"}
SAMPLES |= {"messageContent.s3Reference.bucket": "bucket", "messageContent.s3Reference.key": "key"}
SAMPLES |= {"LogGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:mail"}
SAMPLES |= {"RoleArn": ROLE, "EntityId": "bo@example.com", "Key": "team", "Value": "a", "alias": "newcompany"}

# Writes of which the walk fills in no form completely, or whose form is on the page of another object.
NOT_REACHED = [
    "CancelMailboxExportJob",
    "CreateAvailabilityConfiguration",
    "CreateIdentityCenterApplication",
    "CreateMobileDeviceAccessRule",
    "CreateOrganization",
    "CreateResource",
    "DeleteAccessControlRule",
    "DeleteGroup",
    "DeleteIdentityCenterApplication",
    "DeleteMailboxPermissions",
    "DeleteMobileDeviceAccessRule",
    "DeleteOrganization",
    "DeleteResource",
    "DeleteUser",
    "DeregisterMailDomain",
    "DisassociateDelegateFromResource",
    "DisassociateMemberFromGroup",
    "PutIdentityProviderConfiguration",
    "StartMailboxExportJob",
    "UntagResource",
    "UpdateDefaultMailDomain",
    "UpdateMobileDeviceAccessRule",
    "UpdateResource",
]


class Forms(HTMLParser):
    """The POST forms of a page with the values that a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, Any]]] = []
        self.is_open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.is_open = (given.get("method") or "").lower() == "post"
            if self.is_open:
                self.forms.append((given.get("action") or "", {}))
        elif self.is_open and tag in ("input", "select", "textarea") and (name := given.get("name")):
            if given.get("type") in ("checkbox", "radio") and "checked" not in given:
                return
            self.forms[-1][1][name] = given.get("value") or SAMPLES.get(name, "")

    def handle_endtag(self, tag: str) -> None:
        self.is_open = self.is_open and tag != "form"


def forms_of(page: Any) -> list[tuple[str, dict[str, Any]]]:
    """The forms of a page, and what an operator would enter where they are empty."""
    found = Forms()
    found.feed(page.content.decode(errors="replace"))
    form = page.context["form"] if page.context and "form" in page.context else None
    if isinstance(form, django_forms.BaseForm):
        own = [(action, data) for action, data in found.forms if not action]
        for action, data in own:
            data.update(entered(form, data))
            if typed := entered_secrets(form):
                found.forms.append((action, {**data, "how": "typed", **typed}))
    return found.forms


def entered_secrets(form: django_forms.BaseForm) -> dict[str, str]:
    hidden = [
        name for name, field in form.fields.items() if isinstance(field.widget, django_forms.PasswordInput)
    ]
    return {form.add_prefix(name): SECRET for name in hidden}


def entered(form: django_forms.BaseForm, data: dict[str, Any]) -> dict[str, Any]:
    values = {
        form.add_prefix(name): valid_value(form, name, field)
        for name, field in form.fields.items()
        if not data.get(form.add_prefix(name)) and (field.required or name in SAMPLES or name == "typed")
    }
    return {name: value for name, value in values.items() if value}


def valid_value(form: Any, name: str, field: django_forms.Field) -> Any:
    if name == "typed":
        return getattr(form, "expected", "")
    if name in SAMPLES:
        return SAMPLES[name]
    match field:
        case EntityField():
            return next(each.entity_id for each in field.entities if each.entity_id != ADA)
        case GroupsField():
            return "choir"
        case django_forms.MultipleChoiceField():
            return [next(iter(values(field)))]
        case django_forms.ChoiceField():
            return next(iter(values(field)))
        case django_forms.IntegerField():
            return field.min_value or 1
        case django_forms.BooleanField():
            return "on"
    return "sample"


def values(field: Any) -> list[str]:
    """Every value of a field with choices, those in groups as well."""
    found: list[str] = []
    for value, label in field.choices:
        found += [each for each, _ in label] if isinstance(label, list | tuple) else [str(value)]
    return [each for each in found if each]


def pages(organization: Organization) -> Iterator[str]:
    samples = world.Samples(organization, ADA)
    for name in sorted(addresses()):
        if "organization" in world.arguments(name) and not name.startswith("changes:"):
            yield samples.url(name)


class Walk:
    """An operator who sends every form of the pages, and what AWS was asked for meanwhile."""

    def __init__(self, seat: Seat, calls: world.Calls) -> None:
        self.seat, self.calls, self.sent = seat, calls, 0
        self.failed: list[tuple[str, int, list[str]]] = []

    def visit(self, url: str) -> None:
        page = self.seat.client.get(url)
        if page.status_code == 200 and not page.streaming:
            for action, data in forms_of(page):
                if (action or url).startswith(f"/o/{self.seat.organization.slug}/"):
                    self.send(action or url, data)

    def send(self, target: str, data: dict[str, Any]) -> None:
        """Send a form, and the one that asks to confirm what it would do."""
        answer = self.post(target, data)
        if answer.status_code == 200 and not answer.streaming:
            for action, shown in forms_of(answer):
                if (action or target) == target:
                    self.post(target, shown)

    def post(self, target: str, data: dict[str, Any]) -> Any:
        answer = self.seat.client.post(target, data)
        self.sent += 1
        if answer.status_code >= 500 or self.calls.writes:
            self.failed.append((target, answer.status_code, list(self.calls.writes)))
            self.calls.clear()
        return answer


def test_leads_to_a_change_or_says_what_to_do(olga: Seat, traces: Traces) -> None:
    writes = {name for name, _ in list_approvable_operations()}
    Conditions.objects.create(organization=olga.organization, approve_operations=sorted(writes))
    urls = list(pages(olga.organization))
    with world.counted() as calls:
        walk = Walk(olga, calls)
        for url in urls:
            walk.visit(url)
        for draft in Change.objects.filter(state=State.DRAFT, requested_by_id=olga.operator.pk):
            walk.post(olga.url("run", draft.pk), {})
    assert walk.failed == []
    assert walk.sent > 30
    waiting = Step.objects.filter(change__state=State.AWAITING).values_list("operation", flat=True)
    assert sorted(writes - set(waiting)) == NOT_REACHED
    without_secrets = {step.operation for step in Step.objects.all() if attended_changes.lacks_secrets(step)}
    assert without_secrets == {"CreateUser", "ResetPassword"}
    assert SECRET not in traces.text()


def test_of_the_other_writes_become_changes_too(olga: Seat) -> None:
    """Where their views send them."""
    Conditions.objects.create(organization=olga.organization, approve_operations=NOT_REACHED)
    with world.counted() as calls:
        for operation in NOT_REACHED:
            with pytest.raises(engine.ApprovalNeeded):
                engine.perform_write(
                    world.actor(olga.operator), operation, olga.organization, **given(operation)
                )
    assert calls.writes == []
