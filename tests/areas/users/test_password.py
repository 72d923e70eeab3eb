"""A new password: good, WorkMail's rules told beforehand, shown once, kept nowhere."""

import logging
import re
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from console.areas.users import passwords
from console.sandbox.fixtures import ADA, TestSandbox
from console.sandbox.records import User
from console.sandbox.requirements import require_strong_password
from tests.areas.users.conftest import DEE, Desk, Wire, written

TYPED = "Tr0ub4dor-canary"


def form(desk: Desk, **values: str) -> dict[str, str]:
    once = re.search(r'name="once" value="([^"]+)"', desk.get("password", ADA).content.decode())
    assert once is not None
    return {"how": "generated", "once": once[1], **values}


def shown(page: Any) -> str:
    found = re.search(r'id="password"[^>]* value="([^"]+)"', page.content.decode())
    assert found is not None
    return found[1]


def everything_stored() -> str:
    tables = connection.introspection.table_names()
    stored = [found for found in apps.get_models() if found._meta.db_table in tables]
    rows = (row for found in stored for row in found._default_manager.values_list())
    return " ".join(str(row) for row in rows)


class TestGenerated:
    def test_ones_satisfy_workmail_and_the_form(self) -> None:
        for _ in range(200):
            password = passwords.generate_password()
            require_strong_password(password)
            assert passwords.find_password_problems(password) == []

    def test_ones_hold_nothing_that_is_misread_or_that_a_shell_takes(self) -> None:
        said = "".join(passwords.generate_password() for _ in range(200))
        assert set(said) <= set(passwords.CAPITALS + passwords.LOWERCASE + passwords.DIGITS + "-")
        assert not set(said) & set("0O1lI")

    def test_ones_are_never_the_same(self) -> None:
        assert len({passwords.generate_password() for _ in range(200)}) == 200


class TestTyped:
    @pytest.mark.parametrize(
        ("password", "reason"),
        [
            ("Sh0rt-1", "between 8 and 63"),
            ("A1-" + "x" * 61, "between 8 and 63"),
            ("onlysmallletters", "at least 3 of"),
            ("small and spaces", "at least 3 of"),
            ("Passw0rd-\u4e2d\u6587", "Western European"),
            ("", "between 8 and 63"),
        ],
    )
    def test_ones_that_workmail_refuses_come_back_with_the_reason(
        self, helga: Desk, wire: Wire, password: str, reason: str
    ) -> None:
        page = helga.post("password", ADA, data=form(helga, how="typed", Password=password))
        assert page.status_code == 422
        assert reason in str(page.context["form"].errors["Password"])
        assert "ResetPassword" not in wire.calls
        assert not password or password not in page.content.decode()

    @pytest.mark.parametrize("password", ["Abcdef12", "abcdef1-", "Ängström1", "A1-" + "x" * 60])
    def test_ones_that_workmail_takes_are_set(self, helga: Desk, password: str) -> None:
        page = helga.post("password", ADA, data=form(helga, how="typed", Password=password))
        assert page.status_code == 200
        assert shown(page) == password


class TestTheReset:
    def test_shows_the_password_once_and_says_when_it_works(self, helga: Desk, town: TestSandbox) -> None:
        page = helga.post("password", ADA, data=form(helga))
        assert page.status_code == 200
        assert page["Cache-Control"] == "no-store" or "no-store" in page["Cache-Control"]
        assert "within a minute" in page.content.decode()
        assert passwords.find_password_problems(shown(page)) == []
        assert shown(page) not in helga.get("detail", ADA).content.decode()
        user = town.store.entities.get(ADA)
        assert isinstance(user, User)
        assert user.password_changed is not None

    @pytest.mark.parametrize("how", ["generated", "typed"])
    def test_keeps_the_password_nowhere(
        self, helga: Desk, how: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        sent = form(helga, how=how, **({"Password": TYPED} if how == "typed" else {}), reason="forgot it")
        password = shown(helga.post("password", ADA, data=sent))
        assert password not in everything_stored()
        assert password not in str(list(helga.client.session.items()))
        assert password not in caplog.text
        (entry,) = written("ResetPassword")
        assert (entry.reason, entry.target) == ("forgot it", ADA)

    def test_a_form_that_is_sent_twice_resets_once_and_says_so(self, helga: Desk, wire: Wire) -> None:
        sent = form(helga)
        assert helga.post("password", ADA, data=sent).status_code == 200
        again = helga.post("password", ADA, data=sent)
        assert again.status_code == 409
        assert "Nothing was done a second time" in again.content.decode()
        assert wire.calls.count("ResetPassword") == 1

    def test_a_refusal_can_be_corrected_at_once(self, helga: Desk, wire: Wire) -> None:
        wire.refused["ResetPassword"] = "InvalidPasswordException"
        page = helga.post("password", ADA, data=form(helga, how="typed", Password=TYPED))
        assert page.status_code == 422
        assert "does not accept this password" in str(page.context["form"].errors["Password"])
        assert TYPED not in page.content.decode()

    def test_silence_shows_no_password(self, helga: Desk, wire: Wire) -> None:
        wire.lost.add("ResetPassword")
        page = helga.post("password", ADA, data=form(helga, how="typed", Password=TYPED))
        assert page.status_code == 503
        assert "this may have been done" in page.content.decode()
        assert TYPED not in page.content.decode()


class TestScope:
    def test_bruno_resets_in_his_branch_alone(self, bruno: Desk, helga: Desk, wire: Wire) -> None:
        assert bruno.get("password", DEE).status_code == 200
        sent = form(helga)
        assert bruno.post("password", ADA, data=sent).status_code == 404
        assert "ResetPassword" not in wire.calls

    def test_aude_resets_nobody(self, aude: Desk, wire: Wire) -> None:
        assert aude.post("password", ADA, data={"how": "generated"}).status_code == 403
        assert wire.calls == []
