"""Which devices a list shows, how they fare, and how many of each there are. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from agents.protocol.checks import Check, passes
from agents.protocol.facts import FactName
from agents.protocol.messages import Standing
from config.alphabet import Order, alphabetical
from config.settings import Title
from config.vocabulary import MunicipalityCode, SubjectId
from gateway.devices.device import Device
from gateway.devices.known import Known
from gateway.devices.posture import CHECKS, is_fresh

EVERY = tuple(Check)
NAMES_KEPT = 16_384
"""Names whose place in the alphabet is remembered: working it out takes a tenth of a millisecond each."""
PAGE = 50  # devices: what is looked through at once
TEXT_MAX = 80  # characters of what is looked for


class Health(StrEnum):
    """Of a device, in the order in which it matters; the first that holds."""

    GONE = "gone"
    WAITING = "waiting"
    BLOCKED = "blocked"
    STALE = "stale"
    """It reports no more, or has never reported."""
    FAILING = "failing"
    UNCLEAR = "unclear"
    """Nothing fails, and something that rules may ask for could not be found out."""
    IN_ORDER = "in_order"


HEALTHS: Mapping[str, Title] = {
    Health.IN_ORDER: Title(cs="v pořádku", en="in order"),
    Health.FAILING: Title(cs="něco je v nepořádku", en="something is amiss"),
    Health.UNCLEAR: Title(cs="něco nelze zjistit", en="something is not known"),
    Health.STALE: Title(cs="nehlásí se", en="does not report"),
    Health.WAITING: Title(cs="čeká na schválení", en="waits for approval"),
    Health.BLOCKED: Title(cs="zablokováno", en="blocked"),
    Health.GONE: Title(cs="vyřazeno nebo ztraceno", en="retired or lost"),
}
"""In the order in which they are shown."""
STANDS: Mapping[Standing, Health] = {
    Standing.RETIRED: Health.GONE,
    Standing.LOST: Health.GONE,
    Standing.WAITING: Health.WAITING,
    Standing.BLOCKED: Health.BLOCKED,
}


NEEDING = frozenset({Health.WAITING, Health.BLOCKED, Health.STALE, Health.FAILING})


def health(device: Device, fresh: timedelta, now: datetime) -> Health:
    """`fresh`: how old a report may be."""
    if device.standing in STANDS:
        return STANDS[device.standing]
    if not is_fresh(device, fresh, now):
        return Health.STALE
    if any(passes(check, device.facts) is False for check in EVERY):
        return Health.FAILING
    known = all(name in device.facts for name in CHECKS)
    return Health.IN_ORDER if known else Health.UNCLEAR


def needing(devices: Iterable[Device], fresh: timedelta, now: datetime) -> Counter[Health]:
    """How many there are of each health that somebody has to do something about, in the order of `HEALTHS`."""
    found = Counter(health(one, fresh, now) for one in devices)
    return Counter(
        {one: found[one] for one in (Health(name) for name in HEALTHS) if one in NEEDING and found[one]}
    )


def owners_needing(known: Known, fresh: timedelta, who: SubjectId, now: datetime) -> int:
    """The same of one person's own, by what is remembered."""
    return needing(known.of_owner(who), fresh, now).total()


@lru_cache(maxsize=NAMES_KEPT)
def in_alphabet(name: str) -> Order:
    return alphabetical(name)


def system_of(device: Device) -> str:
    """As the agent says it; empty: it has not yet."""
    fact = device.facts.get(FactName.OS)
    return str(fact.value) if fact is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Empty: any; of those that are gone none, unless they are asked for."""

    text: str = ""
    """A part of the name, the serial number or the identifier."""
    health: Health | None = None
    system: str = ""
    municipality: MunicipalityCode | None = None
    owners: frozenset[SubjectId] | None = None

    def fits(self, device: Device) -> bool:
        """Whatever its health is."""
        if self.municipality not in (None, device.municipality):
            return False
        if self.owners is not None and device.owner not in self.owners:
            return False
        if self.system and self.system != system_of(device):
            return False
        text = self.text.casefold()
        return any(text in one.casefold() for one in (device.name, device.asset or "", device.id))


@dataclass(frozen=True, slots=True)
class Row:
    device: Device
    health: Health


@dataclass(frozen=True, slots=True)
class Listed:
    """One page, counted from 1."""

    rows: Sequence[Row]
    found: int
    page: int
    pages: int
    counts: Mapping[Health, int]
    """Of all that fit, whichever health is asked for; those that are gone apart from the others."""

    @property
    def in_use(self) -> int:
        return sum(count for one, count in self.counts.items() if one is not Health.GONE)


def listed(
    devices: Iterable[Device],
    wanted: Wanted,
    page: int,
    fresh: timedelta,
    now: datetime,
    called: Callable[[MunicipalityCode], str],
) -> Listed:
    """`called`: the name of a municipality; by it and the device's own name they are in order."""
    fit = [Row(one, health(one, fresh, now)) for one in devices if wanted.fits(one)]
    counts = dict.fromkeys((Health(one) for one in HEALTHS), 0)
    for row in fit:
        counts[row.health] += 1
    there = [row for row in fit if _asked_for(row, wanted)]
    where = {one: in_alphabet(called(one)) for one in {row.device.municipality for row in there}}
    there.sort(key=lambda row: _place(row.device, where))
    pages = max(1, -(-len(there) // PAGE))
    page = min(max(page, 1), pages)
    return Listed(there[(page - 1) * PAGE : page * PAGE], len(there), page, pages, counts)


def _asked_for(row: Row, wanted: Wanted) -> bool:
    return row.health is not Health.GONE if wanted.health is None else row.health is wanted.health


def _place(device: Device, where: Mapping[MunicipalityCode, Order]) -> tuple[Order, Order, str]:
    return where[device.municipality], in_alphabet(device.name), device.id
