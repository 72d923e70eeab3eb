"""Initial content of a sandbox: two demo companies, or an empty bucket.

The same number of people gives the same people, groups and rights each time; only dates follow the
store's clock. The constants are what somebody who sets up a console for the demonstration needs.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from console.sandbox import demo_integrations, organization_setup
from console.sandbox.demo_company import Company, add_groups, add_permissions, add_resources, add_users
from console.sandbox.demo_people import Person, Weighted, generate_people, load_world, pick_value
from console.sandbox.mailbox_content import seeded_random, slugify
from console.sandbox.organization_setup import ACCOUNT, REGION
from console.sandbox.store import Store

NORTHWIND = "northwind-health"
NORTHWIND_ID = "m-9f1d6c2b47e84a5fb0c3d8e7a6125f40"
NORTHWIND_BUCKET = "northwind-health-mail-exports"
NORTHWIND_DOMAINS = {
    "northwind-health.example": 78.0,
    "northwind-clinics.example": 15.0,
    "nw-research.example": 7.0,
}
HARBOR = "harbor-legal"
HARBOR_ID = "m-3b7a90e1c5d2486f9e04f1a2b8c6d735"
HARBOR_BUCKET = "harbor-legal-mail-exports"
HARBOR_DOMAINS = {"harbor-legal.example": 1.0}
HARBOR_PEOPLE = 40
EXPORT_BUCKETS = {NORTHWIND_ID: NORTHWIND_BUCKET, HARBOR_ID: HARBOR_BUCKET}
EXPORT_ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/WorkMailMailboxExport"
EXPORT_KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/5d0c7a1e-93b4-4f28-8c6e-1f2a3b4c5d6e"


def seed_demo(store: Store, people: int = 2000) -> None:
    """Add two complete companies; the larger one has `people` users."""
    store.storage.make_bucket(ACCOUNT, NORTHWIND_BUCKET, REGION)
    store.storage.make_bucket(ACCOUNT, HARBOR_BUCKET, REGION)
    with store.transaction():
        seed_northwind(store, people)
        seed_harbor(store)


def seed_empty(store: Store) -> None:
    """Add no organization, only a bucket for exports."""
    store.storage.make_bucket(ACCOUNT, NORTHWIND_BUCKET, REGION)


def seed_northwind(store: Store, count: int) -> None:
    company = start_company(store, NORTHWIND, NORTHWIND_ID, "Northwind Health", NORTHWIND_DOMAINS)
    add_users(company, islice(generate_people(NORTHWIND), count))
    add_groups(
        company,
        [*department_groups(company), *office_groups(company), *sort_groups(read_company_rows()["groups"])],
    )
    add_resources(company, read_company_rows()["resources"])
    add_permissions(company)
    demo_integrations.add_integrations(company)


def seed_harbor(store: Store) -> None:
    company = start_company(store, HARBOR, HARBOR_ID, "Harbor Legal", HARBOR_DOMAINS)
    add_users(company, islice(law_firm_world(), HARBOR_PEOPLE))
    add_groups(company, read_company_rows()["harbor"]["groups"])
    add_resources(company, read_company_rows()["harbor"]["resources"])
    add_permissions(company, share=0.2)


def start_company(
    store: Store, alias: str, identifier: str, title: str, domains: dict[str, float]
) -> Company:
    organization = organization_setup.add_active_organization(
        store, alias, domains=domains, organization_id=identifier
    )
    return Company(store, organization, title, Weighted(domains.items()))


def department_groups(company: Company) -> Iterator[dict[str, Any]]:
    for department in load_world().departments.values:
        members = company.by_department[department.name]
        yield {"name": department.name, "address": slugify(department.name), "people": members, "senders": 1}


def office_groups(company: Company) -> Iterator[dict[str, Any]]:
    for office in load_world().offices.values:
        code = office.name.partition(" ")[0].lower()
        yield {"name": office.name, "address": f"all.{code}", "people": company.by_office[office.name]}


def sort_groups(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sort groups so that nested groups come first."""
    names = {row["name"] for row in groups}
    done: dict[str, dict[str, Any]] = {}
    while len(done) < len(groups):
        done |= {row["name"]: row for row in groups if names & {*row.get("groups", ())} <= done.keys()}
    return list(done.values())


def law_firm_world() -> Iterator[Person]:
    """Return the world with offices, departments and titles of a law firm."""
    places = {place.name: place for place in load_world().offices.values}
    titles: Mapping[str, list[str]] = read_company_rows()["harbor"]["departments"]
    rng = seeded_random(HARBOR, "people")
    for person in generate_people(HARBOR):
        place = places[pick_value(rng, read_company_rows()["harbor"]["offices"])]
        department = pick_value(rng, list(titles))
        yield replace(
            person,
            department=department,
            job_title=pick_value(rng, titles[department]),
            office=place.name,
            street=pick_value(rng, place.streets),
            city=place.city,
            zip_code=place.zip_code,
            country=place.country,
            telephone=place.telephone.replace("##", f"{rng.randrange(100):02}"),
        )


@cache
def read_company_rows() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("seed.toml").read_text("utf-8"))
