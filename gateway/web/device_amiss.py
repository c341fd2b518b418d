"""What is amiss with a device and how that is mended, as its person and its administrator are told. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.protocol.checks import Check, passes
from agents.protocol.facts import FactName
from agents.protocol.mending import TITLES, how_to_mend
from gateway.devices.device import Device
from gateway.web.refusal import Text


@dataclass(frozen=True, slots=True)
class Amiss:
    """A check that the device does not pass."""

    title: Text
    how: Text


def amiss(device: Device) -> Sequence[Amiss]:
    system = device.facts.get(FactName.OS)
    os = system.value if system is not None and isinstance(system.value, str) else None
    return [Amiss(TITLES[check], how_to_mend(check, os)) for check in _judged(device, passed=False)]


def unknown(device: Device) -> Sequence[Text]:
    """Checks of which it could not be found out."""
    return [TITLES[check] for check in _judged(device, passed=None)]


def failing(device: Device) -> int:
    return len(_judged(device, passed=False))


def _judged(device: Device, *, passed: bool | None) -> list[Check]:
    """Nothing is told of a device that has said nothing yet."""
    return [check for check in Check if device.facts and passes(check, device.facts) is passed]
