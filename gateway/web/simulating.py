"""A simulation for the pages about policies: what is asked, how it stands, and what it found.

It takes a minute or more, so it runs beside the product and pages look again. What it found tells of people and of the
log, so whoever is shown it is recorded first, as with any look at the log.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from aiohttp import web

from config.settings import Title
from config.vocabulary import MunicipalityCode
from gateway.audit.decided import Why
from gateway.audit.entry import Entry
from gateway.web.identity import POLICIES, Assertion
from gateway.web.officer.looks import look
from policies.simulated import Report
from policies.texts import Texts, digest_of

MOST_DAYS = 92


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`texts` are all of them as the draft would have them; of a municipality only decisions about its resources.

    Raises ValueError for days that are none.
    """

    texts: Texts
    days: int
    municipality: MunicipalityCode | None
    """None: of all, for whoever may see that."""
    as_open: bool = False
    """As if nothing were closed in an incident, today and by the draft."""

    def __post_init__(self) -> None:
        if not 1 <= self.days <= MOST_DAYS:
            raise ValueError(f"a simulation is of 1 to {MOST_DAYS} days, not {self.days}")

    @property
    def key(self) -> tuple[str, int, str, str]:
        return digest_of(self.texts), self.days, self.municipality or "", "open" if self.as_open else ""


class Trouble(StrEnum):
    """Why a simulation came to nothing."""

    TOO_LONG = "simulation_too_long"
    UNUSABLE = "simulation_policies_unusable"
    FAILED = "simulation_failed"


TROUBLES: Mapping[Trouble, Title] = {
    Trouble.TOO_LONG: Title(
        cs="Simulace trvala příliš dlouho a byla ukončena. Zkuste méně dní.",
        en="The simulation took too long and was ended. Try fewer days.",
    ),
    Trouble.UNUSABLE: Title(
        cs="Z těchto pravidel nelze nic spočítat, nejdřív v nich opravte chyby.",
        en="Nothing can be worked out from these policies; mend their faults first.",
    ),
    Trouble.FAILED: Title(
        cs="Simulace se nezdařila. Zkuste ji znovu; správce najde příčinu v provozním záznamu.",
        en="The simulation failed. Try it again; the operator finds the cause in the operations log.",
    ),
}

NOT_ASKED: Mapping[str, Title] = {
    Why.POLICIES_NOT_ASKED: Title(
        cs="odmítla je Brána sama, na pravidla nedošlo",
        en="Brána itself refused them, the policies were not asked",
    ),
    Why.NOT_RECORDED: Title(
        cs="starší verze u nich nezapsala, na čem rozhodnutí stálo",
        en="an older version did not record what they rested on",
    ),
    Why.UNKNOWN_FACTS: Title(
        cs="stála na něčem, co tato verze nezná", en="they rested on something this version does not know"
    ),
    Why.UNREADABLE: Title(cs="záznam nelze přečíst", en="the entry cannot be read"),
}
"""By the names under which a report counts them."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    began: datetime
    by: str
    done: int = 0
    total: int = 0
    """Decisions replayed, of how many; 0 of 0 until they are counted."""

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class Occupied:
    """Another one is under way; this one can be begun when that has ended."""

    began: datetime


@dataclass(frozen=True, slots=True)
class Finished:
    report: Report
    since: datetime
    until: datetime
    """The decisions of this time were asked again."""
    took: timedelta
    by: str


@dataclass(frozen=True, slots=True)
class NotFinished:
    trouble: Trouble
    cause: str
    at: datetime
    by: str


Standing = UnderWay | Occupied | Finished | NotFinished | None
"""None: not begun, or against policies that are not in force any more, or longer ago than is remembered."""


class Simulations(Protocol):
    """One runs at a time."""

    def standing(self, asked: Asked) -> Standing:
        """For pages: `shown`."""
        ...

    async def begin(self, asked: Asked, by: str) -> Standing:
        """Begin it, unless this one or another is under way; what has come of it within some seconds.

        `by`: what the person is called.
        """
        ...

    async def cancel(self, asked: Asked) -> None:
        """Where it is under way, it ends and came to nothing."""
        ...


async def shown(
    simulations: Simulations,
    asked: Asked,
    request: web.Request,
    caller: Assertion,
    record: Callable[[Sequence[Entry]], Awaitable[None]],
    now: datetime,
) -> Standing:
    """What a page may show. Raises what `record` raises: what cannot be recorded is not shown."""
    found = simulations.standing(asked)
    if isinstance(found, Finished):
        query = {"page": "simulation", "draft": found.report.draft}
        query |= {"since": found.since.isoformat(), "until": found.until.isoformat()}
        query |= {"municipality": asked.municipality} if asked.municipality else {}
        entry = look(request, caller, query, found=found.report.decisions, now=now)
        await record([replace(entry, application=POLICIES)])
    return found
