"""What is known of a request besides the question itself. Whoever knows more adds it here.

What time alone will change of it belongs into `facts_change_at` too: no grant outlives the facts it rests on.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from config.vocabulary import Action, ApplicationId, MunicipalityCode, SessionId, SubjectId
from gateway.asks import supplied
from gateway.asks.supplied import Matter
from gateway.authorize.devices import device_changes_at, facts_of_device
from gateway.authorize.of_work import with_work
from gateway.authorize.snapshot import Snapshot
from gateway.sessions.session import Session
from idp.directory.work import Work
from policies.model import NOTHING_FURTHER, Facts

NO_TIME = timedelta()
Asked = tuple[ApplicationId, Action, MunicipalityCode]
"""Application, action, whose."""


def facts_of(session: Session, asked: Asked, address: str, snapshot: Snapshot, now: datetime) -> Facts:
    """`session`: as it is in this request, which is of its enrolled device only where that was shown."""
    found = supplied.facts(snapshot.asks(session.subject), _matter(asked, session.id), now)
    location, cannot_be = snapshot.whereabouts.of(session, address, now)
    return replace(
        with_work(found, session.work),
        idle=max(NO_TIME, now - session.last_seen_at),
        networks=snapshot.networks.of(address),
        country=location.country,
        impossible_travel=cannot_be,
        device=facts_of_device(session.enrolled, snapshot.devices, now),
    )


class Known(Protocol):
    """Somebody as the directory knows them: a person, or whoever has a role."""

    @property
    def subject(self) -> SubjectId: ...

    @property
    def work(self) -> Work: ...


def facts_of_person(who: Known, asked: Asked, address: str, snapshot: Snapshot, now: datetime) -> Facts:
    """Of somebody without a session, as in a preview."""
    found = supplied.facts(snapshot.asks(who.subject), _matter(asked, None), now)
    return facts_at(address, snapshot, with_work(found, who.work))


def facts_at(address: str, snapshot: Snapshot, found: Facts = NOTHING_FURTHER) -> Facts:
    """What is known of an address, besides what is `found` already."""
    country = snapshot.whereabouts.locate(address).country
    return replace(found, networks=snapshot.networks.of(address), country=country)


def facts_change_at(session: Session, asked: Asked, snapshot: Snapshot, now: datetime) -> datetime | None:
    """The next moment at which time alone changes them; None: no such moment is known."""
    asks = snapshot.asks(session.subject)
    found = supplied.changes_at(asks, _matter(asked, session.id), now)
    lent = supplied.lent_from(asks, now) if snapshot.duties.roles else None
    stale = device_changes_at(session.enrolled, snapshot.devices, now)
    return min((at for at in (found, lent, stale) if at is not None), default=None)


def _matter(asked: Asked, session: SessionId | None) -> Matter:
    application, _, municipality = asked
    return Matter(application, municipality, session)
