"""Addresses that change hands, as steps: nobody loses one before the step that frees it is done."""

from collections.abc import Iterable
from dataclasses import dataclass

from console.changes.steps import PlannedStep
from console.mirror.models import Entity


@dataclass(frozen=True, slots=True)
class HandOver:
    """`primary` is what the giver is called from then on, if her primary address is among `addresses`.

    With `disables` she is disabled first. That this frees all her addresses at once is [unknown]: if it
    does not, AWS refuses the next step, and that is all that happens.
    """

    giver: Entity
    taker: Entity
    addresses: tuple[str, ...]
    primary: str = ""
    disables: bool = False
    becomes_primary: bool = False

    @property
    def reverts(self) -> bool:
        """A leaver who was disabled stays disabled, whatever becomes of her addresses."""
        return not self.disables

    @property
    def title(self) -> str:
        return f"Hand {', '.join(self.addresses)} over from {self.giver} to {self.taker}"

    def steps(self) -> list[PlannedStep]:
        found: list[PlannedStep] = []
        if self.disables:
            found.append(self._disabling())
        for address in self.addresses:
            found += self._moving(address, first=len(found))
        return [*found, self._renaming(len(found) - 1)] if self.becomes_primary else found

    def _moving(self, address: str, first: int) -> Iterable[PlannedStep]:
        """`first` is the place that the first of these steps will have."""
        needs = 0 if self.disables else None
        if not self.disables and self.giver.state == Entity.State.ENABLED:
            if address == self.giver.email:
                yield self._another(address)
                needs = first
            yield self._freeing(address, needs)
            needs = first if needs is None else needs + 1
        label = f"{self.taker} gets {address}"
        yield PlannedStep("CreateAlias", {**_of(self.taker), "Alias": address}, label=label, needs=needs)

    def _disabling(self) -> PlannedStep:
        return PlannedStep("DeregisterFromWorkMail", _of(self.giver), label=f"Disable {self.giver}")

    def _another(self, address: str) -> PlannedStep:
        label = f"{self.giver} becomes {self.primary}; {address} stays an alias for now"
        return PlannedStep(
            "UpdatePrimaryEmailAddress", {**_of(self.giver), "Email": self.primary}, label=label
        )

    def _freeing(self, address: str, needs: int | None) -> PlannedStep:
        label = f"{self.giver} gives up {address}"
        return PlannedStep("DeleteAlias", {**_of(self.giver), "Alias": address}, label=label, needs=needs)

    def _renaming(self, needs: int) -> PlannedStep:
        (address,) = self.addresses
        label = f"{self.taker} writes as {address}"
        named = {**_of(self.taker), "Email": address}
        return PlannedStep("UpdatePrimaryEmailAddress", named, label=label, needs=needs)


def _of(entity: Entity) -> dict[str, str]:
    return {"EntityId": entity.entity_id}
