"""Looking at this machine: quickly each minute, thoroughly each half an hour."""

import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import ModuleType
from typing import Protocol

from agents.posture import linux, macos, windows
from agents.posture.asking import Machine
from agents.protocol.facts import Fact, FactName
from agents.uplink.telling import Facts, merged, slow_only

QUICK = timedelta(minutes=1)
SLOW = timedelta(minutes=30)
SYSTEMS: Mapping[str, ModuleType] = {"linux": linux, "darwin": macos, "win32": windows}


class Collect(Protocol):
    def __call__(self, machine: Machine, /, *, now: datetime, slow: bool) -> dict[FactName, Fact]: ...


def collector(system: str = sys.platform) -> Collect:
    """Of a system that is not known nothing is found."""
    module = SYSTEMS.get(system)
    if module is None:
        return _nothing
    collect: Collect = module.collect
    return collect


def _nothing(_machine: Machine, *, now: datetime, slow: bool) -> dict[FactName, Fact]:  # noqa: ARG001
    return {}


class Looking:
    def __init__(self, machine: Machine, collect: Collect) -> None:
        self._machine = machine
        self._collect = collect
        self._slow_only: Facts = {}
        self._looked: datetime | None = None
        self._looked_well: datetime | None = None
        self.facts: Facts = {}

    def look(self, now: datetime) -> Facts:
        """What is known now; looks where it is time to. A clock that was set back makes it time."""
        if _due(self._looked, QUICK, now):
            quick = self._collect(self._machine, now=now, slow=False)
            if _due(self._looked_well, SLOW, now):
                self._slow_only = slow_only(quick, self._collect(self._machine, now=now, slow=True))
                self._looked_well = now
            self._looked = now
            self.facts = merged(quick, self._slow_only)
        return self.facts

    def forget(self) -> None:
        """After sleep everything may be other."""
        self._looked = self._looked_well = None


def _due(last: datetime | None, every: timedelta, now: datetime) -> bool:
    return last is None or not last <= now < last + every
