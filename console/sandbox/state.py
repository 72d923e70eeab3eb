"""What a sandbox holds, and the options it is made with."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from console.aws import model
from console.sandbox.aws_services import AwsServices
from console.sandbox.clock import Clock
from console.sandbox.faults import Faults
from console.sandbox.recorded_calls import RecordedCalls
from console.sandbox.settings import Settings
from console.sandbox.snapshots import Snapshots
from console.sandbox.store import Store

SERVICE = "workmail"
FillStore = Callable[[Store], None]


@dataclass(frozen=True)
class Access:
    """Who may call: by default any signature is accepted, and only this machine may use the control API."""

    secret: str = ""  # which signatures must be made with
    controlled_from_afar: bool = False
    hosts: tuple[str, ...] = ()  # further names by which the sandbox is called


class SandboxState:
    """WorkMail's records, the other AWS services, faults, recorded calls and snapshots of one sandbox."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        clock: Clock | None = None,
        settings: Settings | None = None,
        access: Access | None = None,
        beginning: FillStore | None = None,
    ) -> None:
        """`beginning` fills an empty store, now and after a reset."""
        self.neighbours = AwsServices(folder)
        self.store = Store(folder, clock=clock, settings=settings, storage=self.neighbours)
        self.target = model.get_service_model(SERVICE).metadata["targetPrefix"]
        self.access = access or Access()
        self.faults = Faults(self.store)
        self.calls = RecordedCalls()
        self.snapshots = Snapshots(self.store, self.neighbours, self.faults.lagging)
        self.beginning = beginning
        if not len(self.store.organizations):
            self._begin()

    def _begin(self) -> None:
        """Fill an empty store, all or nothing."""
        if self.beginning is not None:
            with self.store.transaction():
                self.beginning(self.store)

    def reset(self) -> None:
        """Restore the initial content, without faults and calls and with the real time; snapshots stay."""
        with self.store.transaction():
            self.faults.clear()
            self.calls.forget()
            self.store.clock.reset()
            self.neighbours.become([])
            self.store.become({})
            self._begin()

    def close(self) -> None:
        self.store.close()
