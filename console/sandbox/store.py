"""All records of a sandbox: tables in memory under one lock, committed to disk."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from console.sandbox.buckets import NoStorage, Storage
from console.sandbox.clock import Clock
from console.sandbox.organization_records import (
    AvailabilityConfiguration,
    EmailMonitoring,
    IdentityCenterApplication,
    IdentityProvider,
    PersonalAccessToken,
    RetentionPolicy,
    TransitMessage,
)
from console.sandbox.record_tables import Table
from console.sandbox.records import (
    AccessControlRule,
    Delegation,
    Domain,
    Entity,
    ExportJob,
    Membership,
    Organization,
    Permission,
)
from console.sandbox.rule_records import (
    ImpersonationRole,
    MobileDeviceAccessOverride,
    MobileDeviceAccessRule,
    UsedToken,
)
from console.sandbox.settings import Settings
from console.sandbox.state_file import StateFile


class Store:
    """Records in memory; with a folder they are stored there and loaded again."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        clock: Clock | None = None,
        settings: Settings | None = None,
        storage: Storage | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.settings = settings or Settings()
        self.storage: Storage = storage or NoStorage()
        self.lock = RLock()
        self._before: dict[tuple[str, str], Any] = {}
        self._depth = 0
        self._make_tables()
        self._journal = StateFile(folder)
        self.secret = self._secret()
        for record in self._journal.read():
            self.tables[record.TABLE].put(record.key, record)

    def _make_tables(self) -> None:
        self.tables: dict[str, Table[Any]] = {}
        self.organizations: Table[Organization] = self._table(Organization)
        self.domains: Table[Domain] = self._table(Domain)
        self.entities: Table[Entity] = self._table(Entity)
        self.memberships: Table[Membership] = self._table(Membership)
        self.delegations: Table[Delegation] = self._table(Delegation)
        self.permissions: Table[Permission] = self._table(Permission)
        self.access_control_rules: Table[AccessControlRule] = self._table(AccessControlRule)
        self.mobile_rules: Table[MobileDeviceAccessRule] = self._table(MobileDeviceAccessRule)
        self.mobile_overrides: Table[MobileDeviceAccessOverride] = self._table(MobileDeviceAccessOverride)
        self.impersonation_roles: Table[ImpersonationRole] = self._table(ImpersonationRole)
        self.used_tokens: Table[UsedToken] = self._table(UsedToken)
        self.export_jobs: Table[ExportJob] = self._table(ExportJob)
        self._make_tables_of_organizations()

    def _make_tables_of_organizations(self) -> None:
        self.retention_policies: Table[RetentionPolicy] = self._table(RetentionPolicy)
        self.availability_configurations: Table[AvailabilityConfiguration] = self._table(
            AvailabilityConfiguration
        )
        self.email_monitoring: Table[EmailMonitoring] = self._table(EmailMonitoring)
        self.identity_providers: Table[IdentityProvider] = self._table(IdentityProvider)
        self.applications: Table[IdentityCenterApplication] = self._table(IdentityCenterApplication)
        self.personal_access_tokens: Table[PersonalAccessToken] = self._table(PersonalAccessToken)
        self.transit_messages: Table[TransitMessage] = self._table(TransitMessage)

    def _table(self, record: Any) -> Table[Any]:
        table: Table[Any] = Table(record.TABLE, self._remember)
        self.tables[record.TABLE] = table
        return table

    def _secret(self) -> bytes:
        """Return the secret that signs paging tokens, stored so that they survive a restart."""
        secret = self._journal.meta("secret") or secrets.token_hex(32)
        self._journal.remember("secret", secret)
        return bytes.fromhex(secret)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the lock; commit all changes at the end, or take all back if anything is raised."""
        with self.lock:
            self._depth += 1
            try:
                yield
                if self._depth == 1:
                    self._commit()
            except BaseException:
                if self._depth == 1:
                    self._take_back()
                raise
            finally:
                self._depth -= 1

    def changing(self) -> dict[tuple[str, str], Any]:
        """Return what the current transaction changed: table and key, and the record before."""
        return dict(self._before)

    def contents(self) -> dict[str, dict[str, Any]]:
        """Return every record by table and key; records are immutable, so this is cheap."""
        with self.lock:
            return {name: {each.key: each for each in table} for name, table in self.tables.items()}

    def become(self, contents: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace all records by these."""
        with self.transaction():
            for name, table in self.tables.items():
                wanted = contents.get(name, {})
                for record in [each for each in table if wanted.get(each.key) is not each]:
                    table.delete(record.key)
                for key, record in wanted.items():
                    if table.get(key) is None:
                        table.save(record)

    def _remember(self, table: str, key: str, old: Any) -> None:
        if not self._depth:
            raise RuntimeError("A change of the store needs a transaction")
        self._before.setdefault((table, key), old)

    def _commit(self) -> None:
        if self._before:
            self._journal.write((table, key, self.tables[table].get(key)) for table, key in self._before)
            self._before.clear()

    def _take_back(self) -> None:
        for (table, key), _ in self._before.items():
            self.tables[table].put(key, None)
        for (table, key), old in self._before.items():
            self.tables[table].put(key, old)
        self._before.clear()

    def close(self) -> None:
        with self.lock:
            self._journal.close()
