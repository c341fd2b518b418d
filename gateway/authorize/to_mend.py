"""What a person can put in order on the device, where rules that ask about it have refused. Pure.

Only what these rules read is told: whatever else may be amiss has refused nothing.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from agents.protocol.checks import Check
from agents.protocol.mending import TITLES, UNKNOWN, how_to_mend
from config.vocabulary import Language
from gateway.authorize.verdict import Mend, Text
from gateway.devices.posture import CHECKS
from policies.model import Device


def _both(cs: str, en: str) -> Text:
    return {Language.CZECH: cs, Language.ENGLISH: en}


@dataclass(frozen=True, slots=True)
class _Words:
    title: Text
    how: Text


NO_DEVICE = _Words(
    _both("Prohlížeč se neprokázal certifikátem zařízení", "The browser showed no certificate of a device"),
    _both(
        "Použijte zařízení, které je u úřadu zapsané a běží na něm agent. Je-li to toto zařízení, prohlížeč zavřete a "
        "znovu otevřete.",
        "Use a device that is enrolled at the office and has the agent. If this is one, close the browser and open it "
        "again.",
    ),
)
UNMANAGED = _Words(
    _both("Zařízení nespravuje úřad", "The office does not manage the device"),
    _both("Použijte služební zařízení.", "Use the office's device."),
)
SILENT = _Words(
    _both("Zařízení se dlouho nehlásilo", "The device has not reported for long"),
    _both(
        "Zkontrolujte, že na něm běží agent a má spojení s úřadem. Do několika minut se ohlásí samo.",
        "Check that the agent runs there and reaches the office. It reports by itself within minutes.",
    ),
)


def to_mend(device: Device | None, read: AbstractSet[str]) -> tuple[Mend, ...]:
    """`device`: as the rules were told of it; `read`: which of its facts those that refused read."""
    return tuple(_to_mend(device, read))


def _to_mend(device: Device | None, read: AbstractSet[str]) -> Iterator[Mend]:
    if not read:
        return
    if device is None:
        yield Mend("certificate", NO_DEVICE.title, NO_DEVICE.how)
        return
    if "managed" in read and not device.managed:
        yield Mend("managed", UNMANAGED.title, UNMANAGED.how)
    if read & {"fresh", "age"} and not device.fresh:
        yield Mend("fresh", SILENT.title, SILENT.how)
    for name in CHECKS:
        value = getattr(device, name.value)
        if name.value in read and value is not True:
            check = Check(name.value)
            yield Mend(
                check.value,
                dict(TITLES[check]),
                dict(UNKNOWN if value is None else how_to_mend(check, device.os)),
            )
