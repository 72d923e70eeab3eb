"""How long the list below the search box takes among 100,000 people, against bare SQL and an empty page.

`python -m tests.benchmarks.palette [--people 100000]` works in a database of its own, on DATABASE_URL's
server or in an SQLite file, and removes it. The goal is a p95 below 100 ms for whatever is typed.
"""

import argparse
import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import django
from django.test.runner import DiscoverRunner

from tests import environment  # noqa: F401 - sets what the settings are read from
from tests.benchmarks.people_page import Case, Desk, measure, say, table

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.benchmarks.people_settings")
ENTRIES = 50_000
EXPORTS = 20_000
GOAL = 100.0
ROUNDS = 60
BARE = "SELECT id FROM mirror_entity WHERE organization_id = %s AND kind = 'user'{} LIMIT 6"


def typed(organization: Any) -> dict[str, str]:
    """What is typed, by what it stands for."""
    from console.mirror.models import Entity

    people = Entity.objects.of(organization, "user")
    names = [(each["FirstName"], each["LastName"]) for each in people.values_list("details", flat=True)]
    firsts, lasts = (Counter(each) for each in zip(*names, strict=True))
    (one, _), (other, _) = firsts.most_common(2)
    addresses = people.exclude(email="").order_by("id").values_list("email", flat=True)
    return {
        "one letter": "a",
        "two letters": "an",
        "three letters": "ann",
        "common first name": one,
        "two common words": f"{one} {lasts.most_common(1)[0][0]}",
        "common words that never meet": f"{one} {other}",
        "name and domain": "ann example",
        "everybody's domain": "example.com",
        "department": "engineering",
        "everybody's ending": "com",
        "only punctuation": "@q",
        "no hit": "zzqx",
        "full address": str(addresses[addresses.count() // 2]),
        "unknown address": "nobody.of.that.name@example.com",
        "id": str(people.order_by("id").values_list("entity_id", flat=True)[1000]),
        "ticket": "TICKET-77",
        "page": "export",
    }


def settle_exports(organization: Any) -> None:
    from console.areas.exports.models import ExportJob
    from console.mirror.models import Entity

    people = Entity.objects.of(organization, "user").exclude(email="").order_by("id")[:EXPORTS]
    ExportJob.objects.bulk_create(
        (
            ExportJob(
                organization=organization,
                entity_id=each.entity_id,
                entity_name=each.email,
                ticket=f"TICKET-{number % 5000}",
                job_id=f"{number:032x}",
                state="completed",
            )
            for number, each in enumerate(people)
        ),
        batch_size=2000,
    )


def bare(organization: Any, text: str) -> Case:
    """The same words as nothing but SQL."""
    from django.db import connection

    from console.mirror import search_text

    needles = [f"%{needle}%" for needle in search_text.make_needles(text)]
    sql = BARE.format(" AND search_text LIKE %s" * len(needles))

    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, [organization.pk, *needles])
            cursor.fetchall()

    return Case(f"bare {text}", work, ROUNDS)


def dropped(desk: Desk, name: str, text: str) -> Case:
    from urllib.parse import urlencode

    path = f"/o/{desk.organization.slug}/search/palette/?{urlencode({'q': text})}"
    return desk.case(name, path, ROUNDS, htmx=True)


def report(people: int) -> None:
    from django.db import connection

    from tests.benchmarks import people_crowd
    from tests.benchmarks.ledger_page import fill

    fill(ENTRIES)
    city = people_crowd.settle(people, 0)
    settle_exports(city)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    say(f"{connection.vendor}, {people:,} people, {EXPORTS:,} exports, {ENTRIES:,} entries in the ledger")
    desk, narrow = Desk(city), Desk(city, "branch.example")
    texts = typed(city)
    found = measure(
        [desk.case("empty page", f"/o/{city.slug}/empty/", ROUNDS)]
        + [dropped(desk, name, text) for name, text in texts.items()]
        + [dropped(narrow, f"narrowed: {name}", text) for name, text in texts.items()]
    )
    table("what drops down", found)
    plain = measure([bare(city, text) for text in texts.values()])
    say()
    say(f"  {'p50 as a multiple of':44} {'bare SQL':>10} {'empty page':>10}")
    for name, text in texts.items():
        case, sql = found[name], plain[f"bare {text}"]
        say(f"  {name:44} {case.p50 / sql.p50:10.1f} {case.p50 / found['empty page'].p50:10.1f}")
    worst = max((case for case in found.values()), key=lambda case: case.p95)
    verdict = "" if worst.p95 <= GOAL else "  MISSED"
    say(f"  worst p95 {worst.p95:.1f} ms ({worst.name}) <= {GOAL:.0f}{verdict}")


def main(people: int) -> None:
    from django.db import connection

    runner = DiscoverRunner(verbosity=0, interactive=False)
    with tempfile.TemporaryDirectory() as folder:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder) / "benchmark.sqlite3")
        old = runner.setup_databases()
        try:
            report(people)
        finally:
            runner.teardown_databases(old)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    asked = parser.parse_args()
    django.setup()
    main(asked.people)
