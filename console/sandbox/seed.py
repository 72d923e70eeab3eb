"""What a sandbox starts with: two invented companies for a demonstration, or nothing but a bucket.

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

from console.sandbox import founding, programs
from console.sandbox.company import Company, entrust, form, furnish, hire
from console.sandbox.founding import ACCOUNT, REGION
from console.sandbox.mail import seeded, slugged
from console.sandbox.people import Person, Weighted, people, pick, world
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


def demo(store: Store, people: int = 2000) -> None:
    """Two companies with everything in them; `people` is how many the larger one has."""
    store.storage.make_bucket(ACCOUNT, NORTHWIND_BUCKET, REGION)
    store.storage.make_bucket(ACCOUNT, HARBOR_BUCKET, REGION)
    with store.transaction():
        northwind(store, people)
        harbor(store)


def empty(store: Store) -> None:
    """No organization, only a bucket that exports can go to."""
    store.storage.make_bucket(ACCOUNT, NORTHWIND_BUCKET, REGION)


def northwind(store: Store, count: int) -> None:
    company = founded(store, NORTHWIND, NORTHWIND_ID, "Northwind Health", NORTHWIND_DOMAINS)
    hire(company, islice(people(NORTHWIND), count))
    form(company, [*departments(company), *offices(company), *in_order(rows()["groups"])])
    furnish(company, rows()["resources"])
    entrust(company)
    programs.install(company)


def harbor(store: Store) -> None:
    company = founded(store, HARBOR, HARBOR_ID, "Harbor Legal", HARBOR_DOMAINS)
    hire(company, islice(lawyers(), HARBOR_PEOPLE))
    form(company, rows()["harbor"]["groups"])
    furnish(company, rows()["harbor"]["resources"])
    entrust(company, share=0.2)


def founded(store: Store, alias: str, identifier: str, title: str, domains: dict[str, float]) -> Company:
    organization = founding.found(store, alias, domains=domains, organization_id=identifier)
    return Company(store, organization, title, Weighted(domains.items()))


def departments(company: Company) -> Iterator[dict[str, Any]]:
    for department in world().departments.values:
        members = company.by_department[department.name]
        yield {"name": department.name, "address": slugged(department.name), "people": members, "senders": 1}


def offices(company: Company) -> Iterator[dict[str, Any]]:
    for office in world().offices.values:
        code = office.name.partition(" ")[0].lower()
        yield {"name": office.name, "address": f"all.{code}", "people": company.by_office[office.name]}


def in_order(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A group after those that are in it."""
    names = {row["name"] for row in groups}
    done: dict[str, dict[str, Any]] = {}
    while len(done) < len(groups):
        done |= {row["name"]: row for row in groups if names & {*row.get("groups", ())} <= done.keys()}
    return list(done.values())


def lawyers() -> Iterator[Person]:
    """The same kind of people with the offices, departments and titles of a law firm."""
    places = {place.name: place for place in world().offices.values}
    titles: Mapping[str, list[str]] = rows()["harbor"]["departments"]
    rng = seeded(HARBOR, "people")
    for person in people(HARBOR):
        place = places[pick(rng, rows()["harbor"]["offices"])]
        department = pick(rng, list(titles))
        yield replace(
            person,
            department=department,
            job_title=pick(rng, titles[department]),
            office=place.name,
            street=pick(rng, place.streets),
            city=place.city,
            zip_code=place.zip_code,
            country=place.country,
            telephone=place.telephone.replace("##", f"{rng.randrange(100):02}"),
        )


@cache
def rows() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("seed.toml").read_text("utf-8"))
