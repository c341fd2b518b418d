"""The report on the decrees, put together from this installation's settings, state and log."""

from datetime import datetime

from config.settings import Regime
from gateway import __version__
from gateway.asks.emergencies import emergencies
from gateway.commands.state import State
from gateway.commands.witnesses import witnesses_now
from gateway.compliance.facts import Devices, Facts, Unapproved, Vouches
from gateway.compliance.report import Made, Report, last_verdict, report_of, tallies
from gateway.compliance.resting import resting
from gateway.devices.posture import state_of
from gateway.devices.store import Sought
from gateway.incidents.owed import owed
from gateway.storage.audit import append
from gateway.storage.audit_checkpoints import Checkpoints
from gateway.storage.audit_search import LogSearch
from gateway.storage.forwarding import StoredReceivers
from gateway.witness.shown import Witness


async def report_about(
    state: State, policies: str, by: str, since: datetime, until: datetime, regime: Regime, now: datetime
) -> Report:
    """`policies`: the version in force; `by`: whom the report names as who had it made."""
    state.keys  # noqa: B018 - opened before the transaction
    log, settings = LogSearch(state.database), state.settings
    sealed = await Checkpoints(state.database).newest()
    granted = await state.identities.survey(lambda book: tuple(book.exceptions()))
    recovery = await state.identities.look(lambda book: book.recovery())
    facts = Facts(
        settings=settings,
        now=now,
        municipalities={code: one.name for code, one in state.district.items()},
        policies=policies,
        unapproved=await _unapproved(state, since, until),
        exceptions=[one for one in granted if one.runs(now)],
        emergencies=emergencies(await state.asks.counting(now), now),
        reviews=await state.reviews.look(lambda book: book.campaigns()),
        recovery=recovery is not None and recovery.ended_at is None,
        verdict=await last_verdict(log),
        tallies=await tallies(log, since, until),
        witnesses={one.name: _vouches(one) for one in await witnesses_now(state.database, settings.audit)},
        owed=await state.incidents.look(lambda book: owed(book, since, until, now)),
        receivers_waiting=await _waiting(state, now),
        resting=await resting(log, since, until),
        devices=await _devices(state, now),
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


async def _devices(state: State, now: datetime) -> Devices:
    fresh = state.settings.devices.fresh
    states = [state_of(one, fresh, now) for one in await state.devices.find(Sought())]
    in_use = [one for one in states if one is not None]
    return Devices(
        in_use=len(in_use),
        managed=sum(one.managed for one in in_use),
        silent=sum(not one.fresh for one in in_use),
    )


async def _unapproved(state: State, since: datetime, until: datetime) -> list[Unapproved]:
    found = await state.database.read(
        lambda connection: state.policy_versions(connection).unapproved(since, until)
    )
    return [Unapproved(one.number, one.author) for one in found]


def _vouches(one: Witness) -> Vouches:
    if one.refuses:
        return Vouches.REFUSES
    if one.is_away:
        return Vouches.AWAY
    return Vouches.COSIGNS if one.size else Vouches.NOT_YET


async def _waiting(state: State, now: datetime) -> dict[str, datetime]:
    """Of the receivers of the settings those that have failed for as long as is told."""
    audit = state.settings.audit
    names = {one.name for one in audit.receivers}
    found = await StoredReceivers(state.database, append, state.seal, state.log_known).standing()
    return {
        one.name: one.failing_since
        for one in found
        if one.name in names
        and one.failing_since is not None
        and not one.takes_again
        and now - one.failing_since >= audit.receiver_down_after
    }
