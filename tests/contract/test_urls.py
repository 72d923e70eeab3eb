"""Closed by default: every address says what it performs, or why it needs no right."""

import pytest

from console.aws.catalogue import CATALOGUE, CONSOLE_ACTIONS
from tests.addresses import addresses

# Pages of django-allauth, and why each is offered at all; an address of it that is not here is a mistake.
ALLAUTH = {
    "account_login": "the way in",
    "account_logout": "the way out",
    "account_reauthenticate": "her password again, before she changes how she signs in",
    "account_change_password": "her own password",
    "mfa_index": "her own second factors",
    "mfa_authenticate": "the second half of signing in",
    "mfa_reauthenticate": "her second factor again, before she changes how she signs in",
    "mfa_activate_totp": "her own second factor",
    "mfa_deactivate_totp": "her own second factor",
    "mfa_view_recovery_codes": "her own recovery codes",
    "mfa_generate_recovery_codes": "her own recovery codes",
}
SAVED = {f"saved:{each}" for each in ("list", "create", "edit", "delete")}  # her own views of lists
EXEMPT = {*ALLAUTH, *SAVED, "home", "healthz", "readyz", "account:preferences"}
VIEWS = addresses()


class TestDeclared:
    @pytest.mark.parametrize("name", VIEWS)
    def test_every_address_declares_a_right_or_a_reason(self, name: str) -> None:
        view = VIEWS[name]
        assert bool(getattr(view, "performs", "")) != bool(getattr(view, "exempt", ""))

    @pytest.mark.parametrize("name", VIEWS)
    def test_a_right_is_an_operation_or_an_action_of_the_console(self, name: str) -> None:
        assert VIEWS[name].performs in {"", *CATALOGUE, *CONSOLE_ACTIONS}

    def test_only_these_need_no_right(self) -> None:
        assert {name for name, view in VIEWS.items() if not view.performs} == EXEMPT

    def test_a_reason_is_more_than_a_word(self) -> None:
        assert all(len(VIEWS[name].exempt.split()) > 2 for name in EXEMPT)


class TestAllauth:
    def test_of_its_pages_exactly_these_are_reachable(self) -> None:
        theirs = {name for name, view in VIEWS.items() if is_allauths(view)}
        assert theirs == set(ALLAUTH)


def is_allauths(view: object) -> bool:
    """Decorators keep a view's module, but each layer may have one of its own."""
    layers = [view]
    while wrapped := getattr(layers[-1], "__wrapped__", None):
        layers.append(wrapped)
    return any(str(getattr(each, "__module__", "")).startswith("allauth.") for each in layers)
