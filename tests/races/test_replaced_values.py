"""Forms that replace a value of AWS: what another operator set meanwhile is shown before it is replaced."""

from collections.abc import Callable
from functools import partial
from itertools import combinations
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from console.mirror.models import Organization
from console.sandbox.fixtures import ADA, BO, TestSandbox
from tests.areas import world
from tests.areas.exports.conftest import organization, sandbox
from tests.races.harness import TRIES, at_once, on_postgresql

__all__ = ["organization", "sandbox"]
pytestmark = pytest.mark.django_db(transaction=True)
ALL = ("FULL_ACCESS", "SEND_AS", "SEND_ON_BEHALF")
CHOICES = [list(each) for size in (1, 2, 3) for each in combinations(ALL, size)]
# Of each form: its page, its fields with the value of a number, and the value of a number as AWS shows it.
FORMS: dict[str, tuple[str, list[str], Callable[[int], dict[str, Any]]]] = {
    "quota": ("users:quota", [ADA], lambda number: {"MailboxQuota": number + 1}),
    "override": (
        "mobile:override",
        [],
        lambda number: {"other": ADA, "DeviceId": "AB12", "Effect": "DENY", "Description": str(number)},
    ),
    "reader": (
        "users:reader-put",
        [ADA],
        lambda number: {"other": BO, "values": CHOICES[number % len(CHOICES)]},
    ),
    "opens": (
        "users:open-put",
        [BO],
        lambda number: {"other": ADA, "values": CHOICES[number % len(CHOICES)]},
    ),
}


def read_value(sandbox: TestSandbox, fields: dict[str, Any]) -> Any:
    """What AWS has of a form's fields."""
    if "MailboxQuota" in fields:
        return sandbox.call("GetMailboxDetails", UserId=ADA)["MailboxQuota"]
    if "DeviceId" in fields:
        return sandbox.call("ListMobileDeviceAccessOverrides")["Overrides"][0]["Description"]
    return sorted(sandbox.call("ListMailboxPermissions", EntityId=ADA)["Permissions"][0]["PermissionValues"])


def typed_value(fields: dict[str, Any]) -> Any:
    return fields.get("MailboxQuota") or fields.get("Description") or fields["values"]


@pytest.fixture
def olga(organization: Organization) -> Client:
    return world.browser(world.operator("Owner", organization, name="olga"))


@pytest.fixture
def oleg(organization: Organization, olga: Client) -> Client:
    return world.browser(world.operator("Owner", organization, name="oleg"))


@pytest.mark.parametrize("kind", FORMS)
class TestReplacingForm:
    def test_shows_what_it_would_replace(
        self, kind: str, sandbox: TestSandbox, olga: Client, oleg: Client
    ) -> None:
        name, args, fields = FORMS[kind]
        url = reverse(name, args=["example", *args])
        first, second = fields(1), fields(2)
        seen = world.loaded(oleg, url)
        assert olga.post(url, {**first, **world.loaded(olga, url)}).status_code == 303
        refused = oleg.post(url, {**second, **seen})
        assert refused.status_code == 422
        assert refused.context["form"].differences
        assert read_value(sandbox, first) == typed_value(first)
        assert oleg.post(url, {**second, **world.snapshot(refused)}).status_code == 303
        assert read_value(sandbox, second) == typed_value(second)

    @on_postgresql
    def test_saves_one_of_two_at_once(
        self, kind: str, sandbox: TestSandbox, olga: Client, oleg: Client
    ) -> None:
        name, args, fields = FORMS[kind]
        url = reverse(name, args=["example", *args])
        seen = world.loaded(olga, url)
        for number in range(TRIES // len(FORMS) + 1):
            posts = [fields(2 * number), fields(2 * number + 1)]
            left, right = at_once(
                partial(olga.post, url, {**posts[0], **seen}),
                partial(oleg.post, url, {**posts[1], **seen}),
            )
            assert sorted([left.status_code, right.status_code]) == [303, 422], (left, right)
            saved = posts[0] if left.status_code == 303 else posts[1]
            assert read_value(sandbox, saved) == typed_value(saved)
            seen = world.snapshot(right if left.status_code == 303 else left)


@pytest.mark.parametrize(
    ("url", "shown"),
    [("mobile:override", "other={user}&DeviceId=AB12"), ("users:reader-put", "other={other}")],
)
def test_a_form_of_what_exists_shows_it_and_saves_at_once(
    url: str, shown: str, organization: Organization, sandbox: TestSandbox, olga: Client
) -> None:
    """The pencil beside an override or an access leads here."""
    kind = "override" if url == "mobile:override" else "reader"
    name, args, fields = FORMS[kind]
    page = reverse(name, args=["example", *args])
    assert olga.post(page, fields(1)).status_code == 303
    page += f"?{shown.format(user=ADA, other=BO)}"
    body = world.body(olga.get(page))
    assert "checked" in body
    assert olga.post(page, {**fields(2), **world.loaded(olga, page)}).status_code == 303
    assert read_value(sandbox, fields(2)) == typed_value(fields(2))
