"""A table fits its window: no column is cut off, and no row is as high as a page."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from console.areas.exports.models import Destination, ExportJob
from console.mirror.models import Organization
from console.operators.models import Grant, Operator, Role

NAME = "bartholomew.featherstonehaugh@northwind-clinics.example"
NOTE = "WorkMail refused the export (LimitExceededException): ten exports run at the same time. " * 5
ARN = "arn:aws:iam::123456789012:role/workmail-mailbox-export-of-the-northwind-clinics"
FITS = """() => [...document.querySelectorAll('.table-responsive, .running')].map(
  element => element.scrollWidth - element.clientWidth)"""
TALLEST = "() => Math.max(...[...document.querySelectorAll('tbody tr')].map(row => row.offsetHeight))"


@pytest.fixture
def session(transactional_db: None) -> str:
    organization = Organization.objects.create(organization_id="m-" + "a" * 32, slug="example")
    operator = Operator.objects.create_user("erin@helpdesk.example", name="Erin")
    Grant.objects.create(
        operator=operator, role=Role.objects.get(name="Administrator"), organization=organization
    )
    Destination.objects.create(
        organization=organization, name="Archive", role_arn=ARN, kms_key_arn=ARN, bucket="b" * 40, prefix="p"
    )
    for number, state in enumerate(ExportJob.State):
        ExportJob.objects.create(
            organization=organization,
            entity_id=f"S-1-{number}",
            entity_name=NAME,
            state=state,
            job_id=f"job-{number}",
            progress=40,
            requested_by=operator.email,
            requested_by_id=operator.pk,
            requested_at=timezone.now(),
            note=NOTE,
            size=123_456_789,
        )
    client = Client()
    client.force_login(operator)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.mark.parametrize("width", [1300, 390])
def test_tables_of_exports_fit(page: Page, live_server: LiveServer, session: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    for path in ("exports/", "exports/destinations/"):
        page.goto(f"{live_server.url}/o/example/{path}")
        assert set(page.evaluate(FITS)) == {0}, path
        assert page.evaluate(TALLEST) <= 120, path
