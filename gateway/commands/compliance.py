"""The report on the decrees, put together from this installation's settings, state and log."""

from datetime import datetime

from config.settings import Regime
from gateway import __version__
from gateway.asks.emergencies import emergencies
from gateway.commands.state import State
from gateway.compliance.facts import Facts
from gateway.compliance.report import Made, Report, last_verdict, report_of, tallies
from gateway.storage.audit_checkpoints import Checkpoints
from gateway.storage.audit_search import LogSearch


async def report_about(
    state: State, policies: str, by: str, since: datetime, until: datetime, regime: Regime, now: datetime
) -> Report:
    """`policies`: the version in force; `by`: whom the report names as who had it made."""
    log, settings = LogSearch(state.database), state.settings
    sealed = await Checkpoints(state.database).newest()
    granted = await state.identities.survey(lambda book: tuple(book.exceptions()))
    recovery = await state.identities.look(lambda book: book.recovery())
    facts = Facts(
        settings=settings,
        now=now,
        municipalities={code: one.name for code, one in state.district.items()},
        policies=policies,
        exceptions=[one for one in granted if one.runs(now)],
        emergencies=emergencies(await state.asks.counting(now), now),
        reviews=await state.reviews.look(lambda book: book.campaigns()),
        recovery=recovery is not None and recovery.ended_at is None,
        verdict=await last_verdict(log),
        tallies=await tallies(log, since, until),
    )
    made = Made(
        at=now,
        by=by,
        since=since,
        until=until,
        regime=regime,
        office=settings.office.name,
        version=__version__,
        sealed=sealed,
        origin=settings.public.domain,
    )
    return report_of(facts, made)
