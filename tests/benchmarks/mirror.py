"""How fast the mirror is filled, compared and asked, each as a ratio to the least that has to be done.

`python -m tests.benchmarks.mirror [PEOPLE ...]` works in a database of its own, on DATABASE_URL's server or
in an SQLite file, against sandboxes of its own over HTTP, and removes them. Best read on a machine
that does nothing else.
"""

import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import django
from django.test.runner import DiscoverRunner

from tests import environment  # noqa: F401 - sets what the settings are read from

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
ROUNDS = 30
LISTED = (1000, 10_000, 100_000)
FIRST = ("anna", "bert", "carla", "dieter", "hanna", "ivan", "joanna", "karl", "lena", "marianne", "otto")
LAST = ("adler", "berger", "dittmann", "eriksson", "fuchs", "gruber", "jansen", "kowalski", "nowak", "olsen")
BARE = (
    "SELECT id, name, display_name, email, state, role, department FROM mirror_entity"
    " WHERE organization_id = %s AND kind = 'user' ORDER BY sort_name, id LIMIT 50"
)


def say(line: str = "") -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def seconds(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def milliseconds(work: Callable[[], Any]) -> float:
    """The median of a few rounds."""
    work()
    return 1000 * statistics.median(seconds(work) for _ in range(ROUNDS))


def percentiles(times: list[float]) -> str:
    ordered = sorted(times)
    p95 = ordered[int(len(ordered) * 0.95)]
    return (
        f"p50 {1000 * statistics.median(ordered):.1f}, p95 {1000 * p95:.1f}, max {1000 * ordered[-1]:.1f} ms"
    )


@contextmanager
def sandbox(people: int) -> Iterator[str]:
    """The address of a sandbox with so many people."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [
        sys.executable,
        "-m",
        "console.sandbox",
        "--port",
        port,
        "--seed",
        "demo",
        "--people",
        str(people),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            _until_ready(f"http://127.0.0.1:{port}/_sandbox/health", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _until_ready(address: str, process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the sandbox ended before it was ready")


def synchronising(address: str) -> None:
    """The first listing, one without changes, and the bare paging that both need."""
    from console.mirror.models import Entity, Organization

    wire = boto3.client("workmail", region_name="us-east-1", endpoint_url=address)
    listed = [each["OrganizationId"] for each in wire.list_organizations()["OrganizationSummaries"]]
    organization_id = max(listed, key=lambda each: len(wire.list_users(OrganizationId=each)["Users"]))
    organization = Organization.objects.create(
        organization_id=organization_id,
        slug=address.rpartition(":")[2],
        region="us-east-1",
        endpoint_url=address,
    )
    first = seconds(lambda: list_all(organization))
    count = Entity.objects.filter(organization=organization, kind="user").count()
    raw = seconds(lambda: page_all(organization))
    written = snapshot(organization)
    same = min(seconds(lambda: list_all(organization)) for _ in range(2))
    touched = len(set(snapshot(organization).items()) ^ set(written.items()))
    say(f"sync of {count:,} people over HTTP")
    say(f"  first listing       {first:7.2f} s   {first / raw:5.2f} of bare paging")
    say(f"  without changes     {same:7.2f} s   {same / raw:5.2f} of bare paging, {touched} rows written")
    say(f"  bare paging         {raw:7.2f} s")


def list_all(organization: Any) -> None:
    from django.utils import timezone

    from console.mirror.models import Sync
    from console.sync import leases, mirror_refresh, worker

    mirror_refresh.schedule_sync(organization)
    Sync.objects.filter(stage__in=leases.DETAIL_STAGES).update(
        due_at=timezone.now() + worker.RETRY_AFTER_FAILURE * 60
    )
    while leases.due_stages(timezone.now()).filter(stage__in=leases.LISTING_STAGES).exists():
        Sync.objects.filter(stage__in=leases.DETAIL_STAGES).update(
            due_at=timezone.now() + worker.RETRY_AFTER_FAILURE * 60
        )
        worker.run_slice(organization)


def page_all(organization: Any) -> None:
    """The same calls through the same client, and nothing else."""
    from console.aws import transport
    from console.aws.catalogue import CATALOGUE

    for operation in ("ListUsers", "ListGroups", "ListResources"):
        params = {"OrganizationId": organization.organization_id, "MaxResults": 100}
        while True:
            page = transport.send_call(CATALOGUE[operation], organization, params).result
            if not page.get("NextToken"):
                break
            params["NextToken"] = page["NextToken"]


def snapshot(organization: Any) -> dict[Any, Any]:
    from console.mirror.models import Entity

    return dict(Entity.objects.filter(organization=organization).values_list("pk", "listed_at"))


def crowd(count: int) -> Any:
    """An organization of so many people that no sandbox has to hold."""
    from django.db import connection, transaction

    from console.mirror.models import Entity, Organization

    chance = random.Random(count)
    organization = Organization.objects.create(
        organization_id=f"m-{count:032}", slug=f"crowd-{count}", region="us-east-1"
    )
    people = [_person(organization, number, chance) for number in range(count)]
    with transaction.atomic():
        Entity.objects.bulk_create(people, batch_size=1000)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE mirror_entity")
    return organization


def _person(organization: Any, number: int, chance: random.Random) -> Any:
    from console.mirror.models import Entity

    first, last = chance.choice(FIRST), chance.choice(LAST)
    entity = Entity(
        organization=organization,
        entity_id=f"user-{number:031}",
        kind="user",
        name=f"{first}.{last}{number}",
        display_name=f"{first.title()} {last.title()}",
        email=f"{first}.{last}{number}@{chance.choice(['example.com', 'example.org'])}",
        state=chance.choices(["ENABLED", "DISABLED", "DELETED"], [85, 10, 5])[0],
        role="USER",
        department=chance.choice(["Sales", "Finance", "Legal"]),
        mailbox_size=chance.random() * 1000,
    )
    entity.derive([])
    return entity


def asking(count: int) -> None:
    """Pages and searches of the list, against the bare SQL of its first page."""
    from django.db import connection

    from console.mirror.models import Entity

    organization = crowd(count)

    def bare() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(BARE, [organization.pk])
            return cursor.fetchall()

    def people() -> Any:
        return Entity.objects.of(organization, "user")

    floor = milliseconds(bare)
    pages: dict[str, Callable[[], Any]] = {
        "first page": lambda: page(people()),
        "page 1,000": lambda: page(people(), middle),
        "by size, last first": lambda: page(people(), sort="-sort_size"),
        "state DISABLED": lambda: page(people().filter(state="DISABLED")),
        "search 'ann', many": lambda: page(people().matching("ann")),
        "search 'otto adler'": lambda: page(people().matching("otto adler")),
        "search 'zzqx', none": lambda: page(people().matching("zzqx")),
        "search 'zq', none": lambda: page(people().matching("zq")),
        "counts by state": lambda: Entity.objects.including_deleted(organization, "user").tally(),
        "counts of all": lambda: Entity.objects.including_deleted(organization).count_by_kind_state_role(),
    }
    middle = list(people().order_by("sort_name", "id").values_list("sort_name", "id"))[count // 2]
    first = milliseconds(pages["first page"])
    say(f"lists of {count:,} people; the bare SQL of a page takes {floor:.2f} ms")
    for name, work in pages.items():
        taken = milliseconds(work)
        say(f"  {name:20} {taken:6.2f} ms   {taken / floor:5.1f} of bare SQL, {taken / first:4.1f} of first")


def page(people: Any, after: tuple[str, int] | None = None, sort: str = "sort_name") -> list[Any]:
    from console.ui.keyset import Cursor, Sort, read_window

    order = Sort("name", sort.removeprefix("-"), sort.startswith("-"))
    cursor = Cursor(str(order), *after) if after else None
    sources = ("pk", "name", "display_name", "email", "state", "role", "department")
    return read_window(people, sources, order, "pk", cursor, 50).rows


def meanwhile(count: int) -> None:
    """Pages and small writes of this process while another one rewrites everybody."""
    from django.db import connection

    from console.mirror.models import Entity, Organization

    organization = Organization.objects.get(slug=f"crowd-{count}")
    reads, writes = [], []
    idle = [seconds(lambda: page(Entity.objects.of(organization, "user"))) for _ in range(200)]
    command = [sys.executable, "-m", "tests.benchmarks.mirror", "--rewrite", str(count)]
    database = {"DATABASE_URL": _address(connection.settings_dict)}
    begun = time.perf_counter()
    with subprocess.Popen(command, env={**os.environ, **database}) as process:
        while process.poll() is None:
            reads.append(seconds(lambda: page(Entity.objects.of(organization, "user").matching("ann"))))
            writes.append(seconds(lambda: Organization.objects.filter(pk=organization.pk).update(name="x")))
            time.sleep(0.02)
    say(f"while {count:,} people are rewritten ({time.perf_counter() - begun:.1f} s)")
    say(f"  pages, idle         {percentiles(idle)}")
    say(f"  pages with search   {percentiles(reads)}")
    say(f"  small writes        {percentiles(writes)}")


def _address(known: dict[str, Any]) -> str:
    if "sqlite" in known["ENGINE"]:
        return f"sqlite:///{known['NAME']}"
    who, where = f"{known['USER']}:{known['PASSWORD']}", f"{known['HOST']}:{known['PORT'] or 5432}"
    return f"postgres://{who}@{where}/{known['NAME']}"


def rewrite(count: int) -> None:
    """Pages in which everybody has a new name, absorbed as the sync does."""
    from console.mirror import effects
    from console.mirror.models import Entity, Organization
    from console.sync.pace import rest_after_writes

    organization = Organization.objects.get(slug=f"crowd-{count}")
    columns = Entity.objects.filter(organization=organization).values_list(
        "entity_id", "name", "email", "state"
    )
    known = list(columns.order_by("pk"))
    for start in range(0, len(known), 100):
        users = [
            {"Id": each, "Name": name, "DisplayName": f"Renamed {name}", "Email": email, "State": state}
            for each, name, email, state in known[start : start + 100]
        ]
        with rest_after_writes():
            effects.store_result(organization, "ListUsers", {}, {"Users": users, "NextToken": "more"})


def report(sizes: list[int]) -> None:
    from django.db import connection

    say(f"{connection.vendor}, load {os.getloadavg()[0]:.1f}")
    for people in sizes:
        with sandbox(people) as address:
            synchronising(address)
    for count in LISTED:
        asking(count)
    meanwhile(LISTED[1])


def main(sizes: list[int]) -> None:
    django.setup()
    from django.db import connection

    runner = DiscoverRunner(verbosity=0, interactive=False)
    with tempfile.TemporaryDirectory() as folder:
        if connection.vendor == "sqlite":  # whose tests would otherwise stay in memory, with one connection
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder) / "benchmark.sqlite3")
        old = runner.setup_databases()
        try:
            report(sizes)
        finally:
            runner.teardown_databases(old)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--rewrite"]:
        django.setup()
        rewrite(int(sys.argv[2]))
    else:
        main([int(size) for size in sys.argv[1:]] or [10_000])
