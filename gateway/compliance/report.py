"""The report: each demand judged by the facts, and what binds the whole to the log. Pure but for reading the log."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.settings import Regime, Title
from gateway.audit.canonical import Recorded
from gateway.audit.checkpointer import Sealed
from gateway.audit.entry import Code, Outcome
from gateway.audit.search import Query, Search
from gateway.compliance.demand import WORST_FIRST, Demand, Finding, Standing, standing_of
from gateway.compliance.demands import ALL, demands_of
from gateway.compliance.facts import Facts, Tally, Verdict

NEWEST = 3
LOOKED_THROUGH = 20  # verifications, for one that came to a verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """When and by whom, of which period, about which installation. `sealed`: the log at that time."""

    at: datetime
    by: str
    since: datetime
    until: datetime
    regime: Regime
    office: str
    version: str
    sealed: Sealed | None
    origin: str
    """Name of the log, as its checkpoints have it."""


@dataclass(frozen=True, slots=True)
class Judged:
    demand: Demand
    standing: Standing
    how: Title
    findings: tuple[Finding, ...]
    evidence: tuple[tuple[Code, Tally], ...]
    newest: tuple[Recorded, ...]
    """The last entries of all its codes together."""


@dataclass(frozen=True, slots=True)
class Report:
    made: Made
    judged: tuple[Judged, ...]

    def numbers(self) -> dict[Standing, int]:
        """How many demands stand so, the worst first."""
        return {each: sum(one.standing is each for one in self.judged) for each in WORST_FIRST}


def report_of(facts: Facts, made: Made) -> Report:
    return Report(made, tuple(judge(one, facts) for one in demands_of(made.regime)))


def judge(demand: Demand, facts: Facts) -> Judged:
    findings = tuple(demand.check(facts))
    evidence = tuple((code, facts.tallies.get(code, Tally())) for code in demand.codes)
    newest = sorted((one for _, tally in evidence for one in tally.newest), key=_latest, reverse=True)
    return Judged(
        demand, standing_of(findings), demand.how(facts), findings, evidence, tuple(newest[:NEWEST])
    )


def _latest(one: Recorded) -> tuple[datetime, int]:
    return one.entry.at, one.sequence


async def tallies(log: Search, since: datetime, until: datetime) -> dict[Code, Tally]:
    """By the index of code and time; counting ends early, so a log of millions costs no more than one of thousands."""
    codes = dict.fromkeys(code for one in ALL for code in one.codes)
    return {code: await _tally(log, code, since, until) for code in codes}


async def _tally(log: Search, code: Code, since: datetime, until: datetime) -> Tally:
    query = Query(codes=frozenset({code}), since=since, until=until)
    count = await log.count(query)
    if not count.number:
        return Tally()
    page = await log.page(query, None, NEWEST)
    return Tally(count, tuple(one for one in page.entries if isinstance(one, Recorded)))


async def last_verdict(log: Search) -> Verdict | None:
    page = await log.page(Query(codes=frozenset({Code.LOG_VERIFIED})), None, LOOKED_THROUGH)
    return _verdict([one for one in page.entries if isinstance(one, Recorded)])


def _verdict(newest_first: Sequence[Recorded]) -> Verdict | None:
    with_one: Iterable[Recorded] = (one for one in newest_first if not one.entry.reason)
    found = next(iter(with_one), None)
    if found is None:
        return None
    return Verdict(found.entry.outcome is Outcome.SUCCESS, found.entry.at, found.sequence)
