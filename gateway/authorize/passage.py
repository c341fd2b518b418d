"""How somebody comes who comes through the tunnel: what policies are told of it besides."""

from dataclasses import dataclass, replace

from policies.model import Device, Facts


@dataclass(frozen=True, slots=True)
class Passage:
    protocol: str
    """What is spoken with the target, by the configuration; nobody reads it."""
    device: Device | None
    """Whose tunnel it is, as it reported; it is known by the key of the tunnel."""

    def told(self, facts: Facts) -> Facts:
        return replace(facts, tunnel=True, protocol=self.protocol, device=self.device)
