"""Somebody at a browser: `get("detail", ROLE)`, `post("edit", ROLE, data={…})` by an area's names of URLs."""

from typing import Any

from django.test import Client
from django.urls import reverse

from console.mirror.models import Organization
from console.operators.models import Operator


class Desk:
    def __init__(self, operator: Operator, organization: Organization, space: str) -> None:
        self.operator, self.organization, self.space = operator, organization, space
        self.client = Client()
        self.client.force_login(operator)

    def url(self, name: str, *args: str) -> str:
        return reverse(f"{self.space}:{name}", args=[self.organization.slug, *args])

    def get(self, name: str, *args: str, data: Any = None) -> Any:
        return self.client.get(self.url(name, *args), data)

    def post(self, name: str, *args: str, data: Any = None) -> Any:
        return self.client.post(self.url(name, *args), data or {})
