"""Updates and disks of Windows: which updates wait, when some were last installed; whether disks are well."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from agents.posture.asking import Finding, Machine, NotUnderstood, days_between
from agents.posture.windows_answers import Answers
from agents.protocol.facts import FactName

LISTED_WITHIN = timedelta(days=14)
"""A list of updates that is older says nothing: nobody has looked."""
SUCCEEDED = 2
SECURITY = frozenset(
    {
        "0fa1201d-4330-4fa8-8ae9-b877473b6441",  # security updates, the monthly ones among them
        "e6cf1350-c01b-414d-a61f-263d14d133b4",  # critical updates
    }
)
"""Kinds of updates, by the identifiers that are the same everywhere."""
NUMBERED = re.compile(r"\bKB(\d{6,8})\b")
"""In each title of an update of Windows, in every language; applications of the Store and drivers have no number."""
NOT_OF_THE_SYSTEM = frozenset(
    {
        "2267602",  # what Defender knows, each day
        "4052623",  # Defender's platform
        "5007651",  # the application Windows Security
        "890830",  # removal of widespread malware, each month
    }
)
"""They come on other days, also to a Windows that gets no updates any more."""


class _Waiting(msgspec.Struct):
    result: int
    looked: datetime
    kinds: list[str]


def waiting(answers: Answers, _machine: Machine, now: datetime) -> Iterator[Finding]:
    """By the list that Windows keeps of its last look; nothing is asked of the network."""
    says = answers.of("waiting", _Waiting)
    if says.result != SUCCEEDED or not timedelta(days=-1) <= now - says.looked <= LISTED_WITHIN:
        raise NotUnderstood
    count = sum(1 for kinds in says.kinds if SECURITY.intersection(kinds.lower().split()))
    yield FactName.UPDATES_WAITING, count, "windows update: search of what is known"
    yield FactName.UPDATES_INSTALLED, count == 0, "windows update: search of what is known"


class _Update(msgspec.Struct):
    at: datetime
    title: str


class _History(msgspec.Struct):
    updates: list[_Update]


class _Hotfixes(msgspec.Struct):
    on: list[str]


def last_installed(answers: Answers, _machine: Machine, now: datetime) -> Iterator[Finding]:
    history = answers.maybe("installed", _History)
    dates = [one.at for one in history.updates if _of_the_system(one.title)] if history else []
    found_by = "windows update: history"
    if not dates:
        found_by = "cim: Win32_QuickFixEngineering"
        dates = [day for text in answers.of("hotfixes", _Hotfixes).on if (day := _day(text)) is not None]
    age = days_between(max(dates), now)
    if age is not None:
        yield FactName.PATCH_AGE_DAYS, age, found_by


def _of_the_system(title: str) -> bool:
    number = NUMBERED.search(title)
    return number is not None and number[1] not in NOT_OF_THE_SYSTEM


def _day(text: str) -> datetime | None:
    """Month, day, year in every language; older Windows has other forms too, which are not read."""
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text, re.ASCII)
    if found is None:
        return None
    month, day, year = (int(part) for part in found.groups())
    return datetime(year, month, day, tzinfo=UTC)


def restart(answers: Answers, _machine: Machine, _now: datetime) -> Iterator[Finding]:
    yield FactName.REBOOT_PENDING, answers.of("restart", bool), "registry: RebootRequired, RebootPending"


class _Disk(msgspec.Struct):
    bus: int
    health: int


class _Disks(msgspec.Struct):
    disks: list[_Disk]


WELL = 0
NOT_KNOWN = 5
CARRIED = frozenset({7, 12, 13})
"""Buses of what comes and goes: USB, SD, MMC."""


def disks(answers: Answers, _machine: Machine, _now: datetime) -> Iterator[Finding]:
    health = {one.health for one in answers.of("disks", _Disks).disks if one.bus not in CARRIED}
    if health - {WELL, NOT_KNOWN}:
        yield FactName.DISK_HEALTHY, False, "storage: Get-PhysicalDisk"
    elif health == {WELL}:
        yield FactName.DISK_HEALTHY, True, "storage: Get-PhysicalDisk"
