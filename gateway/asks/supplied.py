"""What is in force, as facts that policies ask about, and when that changes by time alone. Pure.

Several approved requests of one person for one application count together: what any of them lets, until the first of
them ends; then it is worked out anew.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.vocabulary import ApplicationId, MunicipalityCode, SessionId
from gateway.asks.ask import Ask, Kind, Stage
from policies.model import NOTHING_FURTHER, Delegation, Emergency, Facts, Requested, Ticket

PASSING = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Matter:
    """What the facts are about."""

    application: ApplicationId
    municipality: MunicipalityCode
    session: SessionId | None
    """None: nobody's in particular, as in a preview."""


def beside(asks: Sequence[Ask], asked: Ask) -> list[Ask]:
    """What counts beside something that is asked for, where it is told what that would open: not itself, and nothing
    that will soon be over. Emergency access and a stated purpose end within hours, another permit perhaps within
    PASSING of its beginning: what opens by these alone opens nothing afterwards. Emergency access itself is as short.
    """
    others = [one for one in asks if one.id != asked.id]
    if asked.kind is Kind.EMERGENCY:
        return others
    ends = min(asked.until, asked.since + PASSING)
    return [one for one in others if one.kind not in (Kind.EMERGENCY, Kind.PURPOSE) and one.until >= ends]


def facts(asks: Sequence[Ask], about: Matter, now: datetime) -> Facts:
    """`asks`: all that may count of one person."""
    if not asks:
        return NOTHING_FURTHER
    running = [one for one in asks if one.runs(now) and _concerns(one, about)]
    purpose = next((one for one in running if one.kind is Kind.PURPOSE), None)
    found = Facts(
        requested=_requested([one for one in running if one.kind is Kind.ACCESS]),
        ticket=_ticket(asks, about, now),
        emergency=_emergency(asks, running, now),
        delegation=_delegation([one for one in running if one.kind is Kind.DELEGATION]),
        purpose=purpose.why if purpose else None,
        agenda=(purpose.agenda or None) if purpose else None,
        activity_role=(purpose.activity_role or None) if purpose else None,
    )
    return NOTHING_FURTHER if found == NOTHING_FURTHER else found


def changes_at(asks: Sequence[Ask], about: Matter, now: datetime) -> datetime | None:
    """The next moment after `now` at which `facts` says something else if nobody does anything; None: never."""
    return min(
        (at for one in asks if _concerns(one, about) for at in _moments(one) if at > now), default=None
    )


def lent_from(asks: Sequence[Ask], now: datetime) -> datetime | None:
    """The next moment after `now` at which a role that is lent, in any municipality, begins to count as held."""
    begins = (one.since for one in asks if one.kind is Kind.DELEGATION and one.stage is Stage.IN_FORCE)
    return min((at for at in begins if at > now), default=None)


def _moments(ask: Ask) -> Iterator[datetime]:
    yield from (ask.since, ask.until)
    if ask.unreviewed and ask.review_by is not None:
        yield ask.review_by


def _concerns(ask: Ask, about: Matter) -> bool:
    here = ask.municipality == about.municipality and ask.session in (None, about.session)
    return here and (ask.kind is Kind.DELEGATION or ask.application == about.application)


def _requested(running: Sequence[Ask]) -> Requested | None:
    if not running:
        return None
    since, until = _window(running)
    application = running[0].application
    assert application is not None  # of an access
    actions = frozenset(action for one in running for action in one.actions)
    return Requested(since=since, until=until, application=application, actions=actions)


def _delegation(running: Sequence[Ask]) -> Delegation | None:
    if not running:
        return None
    since, until = _window(running)
    by = {one.asker.subject for one in running}
    roles = frozenset(one.role for one in running if one.role is not None)
    return Delegation(since=since, until=until, by=by.pop() if len(by) == 1 else None, roles=roles)


def _window(running: Sequence[Ask]) -> tuple[datetime, datetime]:
    """In which all of them run."""
    return max(one.since for one in running), min(one.until for one in running)


def _ticket(asks: Sequence[Ask], about: Matter, now: datetime) -> Ticket | None:
    """Those that run with their sponsors, before one that has lost it: an officer sees then what is missing. One that
    somebody has ended is approved no more.
    """
    orders = [
        one
        for one in asks
        if one.kind is Kind.ORDER and one.approved and one.since <= now < one.until and _concerns(one, about)
    ]
    if not orders:
        return None
    running = [one for one in orders if one.stage is Stage.IN_FORCE]
    best = min(running or orders, key=lambda one: one.stage is Stage.WITHDRAWN)
    since, until = _window(running or [best])
    assert best.application is not None
    return Ticket(
        approved=best.stage is not Stage.WITHDRAWN,
        since=since,
        until=until,
        application=best.application,
        actions=frozenset(action for one in running or [best] for action in one.actions),
        sponsor_present=bool(running),
        sponsor=best.sponsor.subject if best.sponsor is not None else None,
        number=best.id,
    )


def _emergency(asks: Sequence[Ask], running: Sequence[Ask], now: datetime) -> Emergency | None:
    uses = [one for one in running if one.kind is Kind.EMERGENCY]
    if not uses:
        return None
    latest = max(uses, key=lambda one: one.asked_at)
    late = any(one.overdue(now) for one in asks)
    return Emergency(
        asked_at=latest.asked_at,
        justification=" ".join(
            latest.why.split()
        ),  # one blank between two words: policies count them by these
        reviewed_late=late,
        application=latest.application,
    )
