"""IAM Identity Center: the application, the mode of an organization, and personal access tokens."""

import re
from pathlib import Path
from typing import Any

import pytest

from console.sandbox import organization_setup, personal_tokens
from console.sandbox.clock import DAY
from console.sandbox.fixtures import ADA, BO, CY, TestSandbox, running_sandbox
from console.sandbox.personal_tokens import TokenNotPossible
from tests.sandbox.refusals import refused

INSTANCE = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
OTHER = "arn:aws:sso:::instance/ins-fedcba9876543210"


def application(sandbox: TestSandbox, **params: Any) -> str:
    params = {"Name": "WorkMail", "InstanceArn": INSTANCE, **params}
    return str(sandbox.call("CreateIdentityCenterApplication", **params)["ApplicationArn"])


def configure(sandbox: TestSandbox, arn: str = "", status: str = "ACTIVE", **params: Any) -> str:
    arn = arn or application(sandbox)
    tokens = {"Status": status, **({"LifetimeInDays": params.pop("days")} if "days" in params else {})}
    sandbox.call(
        "PutIdentityProviderConfiguration",
        **{
            "AuthenticationMode": "IDENTITY_PROVIDER_AND_DIRECTORY",
            "IdentityCenterConfiguration": {"InstanceArn": INSTANCE, "ApplicationArn": arn},
            "PersonalAccessTokenConfiguration": tokens,
            **params,
        },
    )
    return arn


def issue(sandbox: TestSandbox, user_id: str = ADA, name: str = "phone", **fields: Any) -> str:
    return personal_tokens.create_token(sandbox.store, sandbox.organization, user_id, name, **fields).token_id


def listed(sandbox: TestSandbox, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]]
    found = sandbox.call("ListPersonalAccessTokens", **params)["PersonalAccessTokenSummaries"]
    return found


class TestAnApplication:
    def test_belongs_to_account_and_instance(self, sandbox: TestSandbox) -> None:
        arn = application(sandbox)
        pattern = r"arn:aws:sso::123456789012:application/ssoins-0123456789abcdef/apl-[a-z0-9]{16}"
        assert re.fullmatch(pattern, arn)
        assert application(sandbox) != arn

    def test_is_made_once_for_a_token(self, sandbox: TestSandbox) -> None:
        assert application(sandbox, ClientToken="once") == application(sandbox, ClientToken="once")
        with refused("InvalidParameterException"):
            application(sandbox, ClientToken="once", Name="Another")

    @pytest.mark.parametrize("params", [{"Name": "a b"}, {"Name": ""}, {"InstanceArn": INSTANCE[:-1]}])
    def test_of_another_form_is_refused(self, sandbox: TestSandbox, params: dict[str, str]) -> None:
        with refused("InvalidParameterException"):
            application(sandbox, **params)

    def test_goes_and_the_organization_s_settings_stay(self, sandbox: TestSandbox) -> None:
        arn = configure(sandbox)
        for _ in range(2):
            sandbox.call("DeleteIdentityCenterApplication", ApplicationArn=arn)
        shown = sandbox.call("DescribeIdentityProviderConfiguration")
        assert shown["IdentityCenterConfiguration"]["ApplicationArn"] == arn
        with refused("ResourceNotFoundException"):
            configure(sandbox, arn)

    def test_is_out_of_reach_of_another_account(self, sandbox: TestSandbox) -> None:
        arn = application(sandbox)
        role = "arn:aws:iam::999988887777:role/Console"
        answer = sandbox.client("sts").assume_role(RoleArn=role, RoleSessionName="test")
        foreign = sandbox.client("workmail", access_key=answer["Credentials"]["AccessKeyId"])
        foreign.delete_identity_center_application(ApplicationArn=arn)
        configure(sandbox, arn)


class TestAnIdentityProviderConfiguration:
    def test_is_not_found_before_it_is_put(self, sandbox: TestSandbox) -> None:
        with refused("ResourceNotFoundException"):
            sandbox.call("DescribeIdentityProviderConfiguration")

    @pytest.mark.parametrize("mode", ["IDENTITY_PROVIDER_ONLY", "IDENTITY_PROVIDER_AND_DIRECTORY"])
    def test_shows_what_was_put(self, sandbox: TestSandbox, mode: str) -> None:
        arn = configure(sandbox, days=90, AuthenticationMode=mode)
        assert sandbox.call("DescribeIdentityProviderConfiguration") == {
            "AuthenticationMode": mode,
            "IdentityCenterConfiguration": {"InstanceArn": INSTANCE, "ApplicationArn": arn},
            "PersonalAccessTokenConfiguration": {"Status": "ACTIVE", "LifetimeInDays": 90},
        }

    def test_lets_tokens_live_a_year_unless_told_otherwise(self, sandbox: TestSandbox) -> None:
        configure(sandbox)
        shown = sandbox.call("DescribeIdentityProviderConfiguration")["PersonalAccessTokenConfiguration"]
        assert shown == {"Status": "ACTIVE", "LifetimeInDays": 365}
        configure(sandbox, status="INACTIVE")
        shown = sandbox.call("DescribeIdentityProviderConfiguration")["PersonalAccessTokenConfiguration"]
        assert shown == {"Status": "INACTIVE"}

    def test_needs_an_application_of_its_instance(self, sandbox: TestSandbox) -> None:
        elsewhere = application(sandbox, InstanceArn=OTHER)
        with refused("InvalidParameterException"):
            configure(sandbox, elsewhere)
        with refused("ResourceNotFoundException"):
            configure(sandbox, elsewhere[:-4] + "0000")

    @pytest.mark.parametrize("params", [{"days": 0}, {"days": 3654}, {"AuthenticationMode": "DIRECTORY"}])
    def test_of_another_form_is_refused(self, sandbox: TestSandbox, params: dict[str, Any]) -> None:
        with refused("InvalidParameterException"):
            configure(sandbox, **params)

    def test_ends_and_may_end_twice(self, sandbox: TestSandbox) -> None:
        configure(sandbox)
        for _ in range(2):
            sandbox.call("DeleteIdentityProviderConfiguration")
        with refused("ResourceNotFoundException"):
            sandbox.call("DescribeIdentityProviderConfiguration")


class TestPersonalAccessTokens:
    def test_are_made_in_webmail_alone_and_shown_here(self, sandbox: TestSandbox) -> None:
        sandbox.clock.freeze(1_800_000_000)
        configure(sandbox, days=30)
        token = issue(sandbox, name="Ada's phone", scopes=["IMAP"])
        shown = sandbox.call("GetPersonalAccessTokenMetadata", PersonalAccessTokenId=token)
        assert listed(sandbox) == [shown]
        assert (shown["UserId"], shown["Name"], shown["Scopes"]) == (ADA, "Ada's phone", ["IMAP"])
        assert shown["DateCreated"].timestamp() == 1_800_000_000
        assert shown["ExpiresTime"].timestamp() == 1_800_000_000 + 30 * DAY
        assert "DateLastUsed" not in shown

    def test_say_when_they_were_used(self, sandbox: TestSandbox) -> None:
        configure(sandbox)
        issue(sandbox, used=1_800_000_000.5)
        assert listed(sandbox)[0]["DateLastUsed"].timestamp() == 1_800_000_000.5

    @pytest.mark.parametrize("identifier", [BO, "bo", "Bo@example.com"])
    def test_are_listed_of_one_user(self, sandbox: TestSandbox, identifier: str) -> None:
        configure(sandbox)
        issue(sandbox, ADA)
        mine = issue(sandbox, BO)
        assert [each["PersonalAccessTokenId"] for each in listed(sandbox, UserId=identifier)] == [mine]
        assert len(listed(sandbox)) == 2

    def test_are_listed_by_pages_the_oldest_first(self, sandbox: TestSandbox) -> None:
        configure(sandbox)
        made = []
        for _ in range(5):
            made.append(issue(sandbox))
            sandbox.clock.advance(1)
        first = sandbox.call("ListPersonalAccessTokens", MaxResults=3)
        rest = listed(sandbox, MaxResults=3, NextToken=first["NextToken"])
        pages = (*first["PersonalAccessTokenSummaries"], *rest)
        assert [each["PersonalAccessTokenId"] for each in pages] == made

    def test_of_somebody_unknown_or_deleted_are_refused(self, sandbox: TestSandbox) -> None:
        gone = sandbox.user("gone", state="DELETED").entity_id
        for user, code in (("nobody", "EntityNotFoundException"), (gone, "EntityStateException")):
            with refused(code):
                listed(sandbox, UserId=user)

    def test_go_and_may_go_twice(self, sandbox: TestSandbox) -> None:
        configure(sandbox)
        token = issue(sandbox)
        for _ in range(2):
            sandbox.call("DeletePersonalAccessToken", PersonalAccessTokenId=token)
        with refused("ResourceNotFoundException"):
            sandbox.call("GetPersonalAccessTokenMetadata", PersonalAccessTokenId=token)

    def test_go_with_their_user(self, sandbox: TestSandbox) -> None:
        configure(sandbox)
        issue(sandbox)
        sandbox.call("DeregisterFromWorkMail", EntityId=ADA)
        sandbox.call("DeleteUser", UserId=ADA)
        assert listed(sandbox) == []

    def test_are_each_organization_s_own(self, sandbox: TestSandbox) -> None:
        configure(sandbox)
        token = issue(sandbox)
        other = organization_setup.add_active_organization(sandbox.store, "other").organization_id
        assert listed(sandbox, OrganizationId=other) == []
        sandbox.call("DeletePersonalAccessToken", OrganizationId=other, PersonalAccessTokenId=token)
        with refused("ResourceNotFoundException"):
            sandbox.call("GetPersonalAccessTokenMetadata", OrganizationId=other, PersonalAccessTokenId=token)
        assert len(listed(sandbox)) == 1

    def test_need_a_configuration_that_has_them_active(self, sandbox: TestSandbox) -> None:
        with pytest.raises(TokenNotPossible, match="not active"):
            issue(sandbox)
        configure(sandbox, status="INACTIVE")
        with pytest.raises(TokenNotPossible, match="not active"):
            issue(sandbox)

    def test_need_an_enabled_user(self, sandbox: TestSandbox) -> None:
        configure(sandbox)
        for nobody in (CY, "unknown", sandbox.group("staff").entity_id):
            with pytest.raises(TokenNotPossible, match="no enabled user"):
                issue(sandbox, nobody)

    def test_are_kept_over_a_restart(self, tmp_path: Path) -> None:
        with running_sandbox(tmp_path) as before:
            configure(before)
            issue(before)
            shown = listed(before)
        with running_sandbox(tmp_path) as after:
            assert listed(after) == shown
