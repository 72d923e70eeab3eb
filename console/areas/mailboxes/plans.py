"""The transfer of addresses from one entity to another, as steps of a change."""

from collections.abc import Iterable
from dataclasses import dataclass

from console.changes.steps import PlannedStep
from console.mirror.models import Entity


@dataclass(frozen=True, slots=True)
class AddressTransfer:
    """A transfer; that disabling the giver first (`disables`) frees all addresses at once is [unknown]."""

    giver: Entity
    taker: Entity
    addresses: tuple[str, ...]
    primary: str = ""
    disables: bool = False
    becomes_primary: bool = False

    @property
    def reverts(self) -> bool:
        """Return whether a failure undoes the change: a disabled giver stays disabled."""
        return not self.disables

    @property
    def title(self) -> str:
        return f"Hand {', '.join(self.addresses)} over from {self.giver} to {self.taker}"

    def steps(self) -> list[PlannedStep]:
        planned: list[PlannedStep] = []
        if self.disables:
            planned.append(self._disable_step())
        for address in self.addresses:
            planned += self._transfer_steps(address, first=len(planned))
        return [*planned, self._make_primary_step(len(planned) - 1)] if self.becomes_primary else planned

    def _transfer_steps(self, address: str, first: int) -> Iterable[PlannedStep]:
        """Yield the steps for one address; `first` is the index of the first of them."""
        needs = 0 if self.disables else None
        if not self.disables and self.giver.state == Entity.State.ENABLED:
            if address == self.giver.email:
                yield self._replace_primary_step(address)
                needs = first
            yield self._free_step(address, needs)
            needs = first if needs is None else needs + 1
        label = f"{self.taker} gets {address}"
        yield PlannedStep(
            "CreateAlias", {**_entity_params(self.taker), "Alias": address}, label=label, needs=needs
        )

    def _disable_step(self) -> PlannedStep:
        return PlannedStep(
            "DeregisterFromWorkMail", _entity_params(self.giver), label=f"Disable {self.giver}"
        )

    def _replace_primary_step(self, address: str) -> PlannedStep:
        label = f"{self.giver} becomes {self.primary}; {address} stays an alias for now"
        return PlannedStep(
            "UpdatePrimaryEmailAddress", {**_entity_params(self.giver), "Email": self.primary}, label=label
        )

    def _free_step(self, address: str, needs: int | None) -> PlannedStep:
        label = f"{self.giver} gives up {address}"
        return PlannedStep(
            "DeleteAlias", {**_entity_params(self.giver), "Alias": address}, label=label, needs=needs
        )

    def _make_primary_step(self, needs: int) -> PlannedStep:
        (address,) = self.addresses
        label = f"{self.taker} writes as {address}"
        named = {**_entity_params(self.taker), "Email": address}
        return PlannedStep("UpdatePrimaryEmailAddress", named, label=label, needs=needs)


def _entity_params(entity: Entity) -> dict[str, str]:
    return {"EntityId": entity.entity_id}
