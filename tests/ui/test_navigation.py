"""The frame around a page: everybody sees her organizations and only what she may open there."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from console.navigation import MENU, Frame, context
from console.operators import rights
from console.operators.models import Operator
from console.ui.navigation import MenuItem, days_until_end, menu_links
from tests.operators.people import actor, give, operator, organization

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.ui.urls")]


def request_of(somebody: Operator | None, path: str = "/o/acme/") -> Any:
    request: Any = RequestFactory().get(path)
    request.resolver_match = resolve(path)
    if somebody is not None:
        request.user, request.actor = somebody, actor(somebody)
    return request


def labels(frame: Frame) -> list[str]:
    return [link.label for link in frame.menu]


class TestTheMenu:
    def test_it_holds_what_the_role_may_open(self) -> None:
        assert labels(Frame(request_of(operator("Owner")))) == [item.label for item in MENU]
        assert "Ledger" not in labels(Frame(request_of(operator("Helpdesk"))))

    def test_it_leads_into_the_organization_of_the_page(self) -> None:
        (people,) = (
            link for link in Frame(request_of(operator("Owner"), "/o/acme/users/")).menu if link.current
        )
        assert (people.label, people.href) == ("People", "/o/acme/users/")

    def test_the_longest_address_that_fits_is_the_current_one(self) -> None:
        items = [
            MenuItem("All", "", "organizations:overview", "A"),
            MenuItem("People", "", "users:list", "B"),
        ]
        shown = menu_links(items, "acme", "/o/acme/users/7/", lambda name: True)
        assert [link.current for link in shown] == [False, True]

    def test_the_overview_is_not_current_below_itself(self) -> None:
        items = [
            MenuItem("All", "", "organizations:overview", "A"),
            MenuItem("People", "", "users:list", "B"),
        ]
        shown = menu_links(items, "acme", "/o/acme/search/", lambda name: True)
        assert [link.current for link in shown] == [False, False]

    def test_it_is_empty_where_she_has_no_grant(self) -> None:
        organization("other")
        frame = Frame(request_of(operator("Owner"), "/o/other/"))
        assert (frame.organization, frame.menu) == (None, [])

    def test_off_the_organizations_it_is_that_of_her_first(self) -> None:
        frame = Frame(request_of(operator("Owner"), "/guide/"))
        assert frame.organization == organization()

    def test_it_costs_one_query_however_long_it_is(self) -> None:
        request = request_of(operator("Owner"))
        with rights.cache_for_request(), CaptureQueriesContext(connection) as queries:
            frame = Frame(request)
            assert frame.menu
            assert frame.organizations
            assert frame.search_url
        assert len(queries) == 1  # her grants with their organizations, which the view asked for already


class TestTheSwitcher:
    def test_it_names_her_organizations_only(self) -> None:
        somebody = operator("Owner")
        give(somebody, "Auditor", organization("beta"))
        organization("hidden")
        assert [each.slug for each in Frame(request_of(somebody)).organizations] == ["acme", "beta"]


class TestTheRest:
    def test_nobody_signed_in_gets_the_other_layout(self) -> None:
        request: HttpRequest = request_of(None)
        assert context(request)["layout"] == "base_signed_out.html"
        frame = Frame(request)
        assert (frame.menu, frame.organization, frame.theme) == ([], None, "auto")

    def test_the_theme_is_hers(self) -> None:
        somebody = operator()
        somebody.theme = Operator.Theme.DARK
        frame = Frame(request_of(somebody))
        assert (frame.theme, frame.initials) == ("dark", "SB")

    @pytest.mark.parametrize(
        ("endpoint", "sandbox"),
        [
            ("", False),
            ("https://workmail.us-east-1.amazonaws.com", False),
            ("http://127.0.0.1:9000", True),
            ("https://amazonaws.com.evil.example", True),
        ],
    )
    def test_what_is_not_aws_is_called_a_sandbox(self, settings: Any, endpoint: str, sandbox: bool) -> None:
        settings.AWS_ENDPOINT_URL = ""
        where = organization()
        where.endpoint_url = endpoint
        where.save()
        assert Frame(request_of(operator("Owner"))).is_sandbox is sandbox

    def test_an_endpoint_for_all_counts_where_there_is_no_own(self, settings: Any) -> None:
        settings.AWS_ENDPOINT_URL = "http://127.0.0.1:9000"
        assert Frame(request_of(operator("Owner"))).is_sandbox

    @pytest.mark.parametrize(
        ("today", "left"), [(date(2026, 11, 21), 130), (date(2027, 3, 31), 0), (date(2028, 1, 1), 0)]
    )
    def test_the_days_are_counted_down_to_none(self, today: date, left: int) -> None:
        assert days_until_end(today) == left
