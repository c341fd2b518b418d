"""What policies are told of a device. Pure.

What its last report does not say is not known, and a report that is too old says nothing: a rule that needs it refuses.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from agents.protocol.facts import Fact, FactName
from agents.protocol.messages import Standing
from gateway.devices.device import Device
from policies.model import Device as State

CHECKS = (
    *(FactName.DISK_ENCRYPTED, FactName.FIREWALL, FactName.UPDATES_INSTALLED),
    *(FactName.SCREEN_LOCK, FactName.ANTIVIRUS),
)
"""Those that policies may ask for by name."""
TOLD = (*CHECKS, FactName.OS, FactName.OS_VERSION)
"""All that policies are told of what it reported."""


def state_of(device: Device, fresh: timedelta, now: datetime) -> State | None:
    """`fresh`: how old a report may be. None of a device that is not in use: it is as good as none."""
    if device.standing is not Standing.ACTIVE:
        return None
    return State(
        managed=device.managed,
        fresh=is_fresh(device, fresh, now),
        **{name.value: _yes_or_no(device.facts, name) for name in CHECKS},
        os=_text(device.facts, FactName.OS),
        os_version=_number(device.facts, FactName.OS_VERSION),
        owner=device.owner,
        agent=True,
        reported_at=device.reported_at,
    )


def is_fresh(device: Device, fresh: timedelta, now: datetime) -> bool:
    return device.reported_at is not None and device.reported_at <= now < device.reported_at + fresh


def stale_at(device: Device, fresh: timedelta, now: datetime) -> datetime | None:
    """When time alone makes the report too old; None: it is, or there is none."""
    if device.reported_at is None or not is_fresh(device, fresh, now):
        return None
    return device.reported_at + fresh


def tells_otherwise(before: Mapping[FactName, Fact], after: Mapping[FactName, Fact]) -> bool:
    """Whether policies would be told anything else."""
    return any(_value(before, name) != _value(after, name) for name in TOLD)


def _value(facts: Mapping[FactName, Fact], name: FactName) -> bool | int | str | None:
    return facts[name].value if name in facts else None


def _yes_or_no(facts: Mapping[FactName, Fact], name: FactName) -> bool | None:
    value = _value(facts, name)
    return value if isinstance(value, bool) else None


def _text(facts: Mapping[FactName, Fact], name: FactName) -> str | None:
    value = _value(facts, name)
    return value if isinstance(value, str) else None


def _number(facts: Mapping[FactName, Fact], name: FactName) -> int | None:
    value = _value(facts, name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
