"""All organizations of the AWS account: for an owner alone, who is led on to those that are hers."""

import pytest
from django.test import Client
from django.urls import reverse

from console.mirror.models import Organization
from console.sandbox import organization_setup
from console.sandbox.fixtures import TestSandbox
from tests.areas import world

pytestmark = pytest.mark.django_db


def page(client: Client, organization: Organization) -> str:
    return world.body(client.get(reverse("organizations:account", args=[organization.slug])))


class TestAccount:
    def test_lists_those_of_the_account_and_leads_only_into_ones_own(
        self, organization: Organization, town: TestSandbox
    ) -> None:
        organization_setup.add_active_organization(town.store, "stranger")
        text = page(world.browser(world.operator("Owner", organization, name="olive")), organization)
        assert "stranger" in text
        assert "not among yours" in text
        assert reverse("organizations:overview", args=[organization.slug]) in text

    def test_says_so_when_aws_is_away(self, organization: Organization, town: TestSandbox) -> None:
        town.faults.time_out("ListOrganizations", times=3)
        client = world.browser(world.operator("Owner", organization, name="olive"))
        answer = client.get(reverse("organizations:account", args=[organization.slug]))
        assert answer.status_code == 503
