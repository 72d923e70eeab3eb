"""How people sign in: shown, changed with a warning that has figures, given up; and its application."""

import re
from typing import Any

import pytest

from console.ledger.models import Entry
from console.sandbox.fixtures import ADA, BO, TestSandbox
from tests.areas import world
from tests.areas.desk import Desk
from tests.areas.identity.conftest import DEE, INSTANCE, application, configured, shown, tie

ONLY, BOTH = "IDENTITY_PROVIDER_ONLY", "IDENTITY_PROVIDER_AND_DIRECTORY"


def words(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.content.decode()).split())


def sent(desk: Desk, arn: str, mode: str = BOTH, **changed: str) -> dict[str, str]:
    loaded = re.search(r'name="loaded" value="([^"]+)"', desk.get("configure").content.decode())
    assert loaded is not None
    center, tokens = "IdentityCenterConfiguration", "PersonalAccessTokenConfiguration"
    return {
        "AuthenticationMode": mode,
        f"{center}.InstanceArn": INSTANCE,
        f"{center}.ApplicationArn": arn,
        f"{tokens}.Status": "ACTIVE",
        f"{tokens}.LifetimeInDays": "",
        "loaded": loaded[1],
        **changed,
    }


class TestThePage:
    def test_says_that_passwords_count_where_nothing_is_set_up(self, aude: Desk) -> None:
        page = aude.get("detail")
        assert "With the passwords of the organization's directory" in words(page).replace("&#x27;", "'")

    def test_shows_mode_application_and_who_is_tied(self, aude: Desk, adam: Desk, town: TestSandbox) -> None:
        arn = configured(town)
        tie(aude.organization, ADA)
        said = words(aude.get("detail"))
        assert arn in said
        assert "365 days" in said
        assert "1 of 3 users with a mailbox is tied" in said
        assert "Bo Ek" in said
        assert "Give up" in words(adam.get("detail"))
        assert "Give up" not in said

    def test_is_alarmed_where_people_are_locked_out(self, aude: Desk, town: TestSandbox) -> None:
        configured(town, ONLY)
        tie(aude.organization, ADA, BO)
        assert "1 of 3 users with a mailbox has no user of Identity Center" in words(aude.get("detail"))
        tie(aude.organization, DEE)
        assert "cannot sign in" not in words(aude.get("detail"))

    def test_counts_only_whom_a_narrowed_operator_sees(self, nell: Desk, town: TestSandbox) -> None:
        configured(town)
        said = words(nell.get("detail"))
        assert "0 of 1 user" in said
        assert "Dee Ortiz" in said
        assert "Ada" not in said
        assert nell.get("configure").status_code == 403


class TestSettingUp:
    def test_makes_the_application_and_goes_on_with_it(self, adam: Desk, town: TestSandbox) -> None:
        data = {"Name": "WorkMail", "InstanceArn": INSTANCE, "reason": "one password"}
        answer = adam.post("application-create", data=data)
        assert answer.status_code == 303
        page = adam.client.get(answer["Location"])
        arn = page.context["form"]["IdentityCenterConfiguration.ApplicationArn"].value()
        assert arn.startswith("arn:aws:sso::")
        assert adam.post("configure", data=sent(adam, arn)).status_code == 303
        assert shown(town)["IdentityCenterConfiguration"]["ApplicationArn"] == arn
        assert shown(town)["PersonalAccessTokenConfiguration"] == {"Status": "ACTIVE", "LifetimeInDays": 365}

    @pytest.mark.parametrize("instance", ["ssoins-1234567890abcdef", "arn:aws:iam::1:role/x", ""])
    def test_takes_an_instance_as_it_is_written(self, adam: Desk, instance: str) -> None:
        with world.counted() as calls:
            page = adam.post("application-create", data={"Name": "WorkMail", "InstanceArn": instance})
        assert page.status_code == 422
        assert not instance or "arn:aws:sso:::instance" in str(page.context["form"].errors["InstanceArn"])
        assert calls == []

    def test_of_an_application_that_is_not_there_is_refused_in_the_form(self, adam: Desk) -> None:
        arn = "arn:aws:sso::123456789012:application/ssoins-1234567890abcdef/apl-0000000000000000"
        page = adam.post("configure", data=sent(adam, arn))
        assert page.status_code == 422
        assert arn in page.content.decode()


class TestTheWarning:
    def test_has_figures_and_wants_a_word_before_passwords_stop(self, adam: Desk, town: TestSandbox) -> None:
        arn = configured(town)
        tie(adam.organization, ADA)
        page = adam.post("configure", data=sent(adam, arn, ONLY))
        assert page.status_code == 422
        (said,) = page.context["form"].errors["typed"]
        assert said.startswith("2 of 3 users with a mailbox have no user of Identity Center.")
        assert shown(town)["AuthenticationMode"] == BOTH

    def test_is_over_once_the_word_is_typed(self, adam: Desk, town: TestSandbox) -> None:
        arn = configured(town)
        assert adam.post("configure", data=sent(adam, arn, ONLY, typed="example")).status_code == 303
        assert shown(town)["AuthenticationMode"] == ONLY
        entry = Entry.objects.get(operation="PutIdentityProviderConfiguration", outcome="done")
        before, after = (
            entry._part(name)["DescribeIdentityProviderConfiguration"] for name in ("before", "after")
        )
        assert (before["AuthenticationMode"], after["AuthenticationMode"]) == (BOTH, ONLY)

    def test_is_not_repeated_where_passwords_are_out_already(self, adam: Desk, town: TestSandbox) -> None:
        arn = configured(town, ONLY)
        data = sent(adam, arn, ONLY, **{"PersonalAccessTokenConfiguration.LifetimeInDays": "30"})
        assert adam.post("configure", data=data).status_code == 303
        assert shown(town)["PersonalAccessTokenConfiguration"]["LifetimeInDays"] == 30

    def test_somebody_elses_change_is_not_overwritten_unseen(self, adam: Desk, town: TestSandbox) -> None:
        arn = configured(town)
        data = sent(adam, arn)
        configured(town, ONLY)
        page = adam.post("configure", data=data)
        assert page.status_code == 422
        assert "This was changed after you opened it" in page.content.decode()
        assert shown(town)["AuthenticationMode"] == ONLY


class TestGivingUp:
    def test_takes_the_organizations_word(self, adam: Desk, town: TestSandbox) -> None:
        configured(town)
        assert adam.post("remove", data={"typed": "exampel"}).status_code == 422
        assert shown(town)
        assert adam.post("remove", data={"typed": "example"}).status_code == 303
        assert "With the passwords" in words(adam.get("detail"))

    def test_the_application_is_deleted_by_its_name_in_aws(self, adam: Desk, town: TestSandbox) -> None:
        arn = configured(town)
        page = adam.get("application-delete")
        assert page.context["form"]["ApplicationArn"].value() == arn
        assert "in every organization that uses it" in page.content.decode()
        data = {"ApplicationArn": arn, "typed": "example"}
        assert adam.post("application-delete", data=data).status_code == 303
        assert town.store.applications.get(arn) is None

    def test_another_application_may_be_named(self, adam: Desk, town: TestSandbox) -> None:
        used, other = configured(town), application(town)
        adam.post("application-delete", data={"ApplicationArn": other, "typed": "example"})
        assert town.store.applications.get(other) is None
        assert town.store.applications.get(used) is not None
