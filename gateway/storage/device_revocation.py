"""What a change of a device takes back, in the transaction that keeps the change.

Grants that are bound to it name its generation, so those that a decision under way is just signing with the one of
before are taken back as well. A session that belongs to a device that is out of use is decided anew, whatever its
connections show; that of one that is gone for good, or is another person's by now, ends, with single sign-on in the
browsers that it was opened in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from config.vocabulary import SessionId
from gateway.audit.entry import Code, Entry
from gateway.devices.device import Device
from gateway.devices.revocation import revocation_id
from gateway.sessions.office import entry_of, revocation
from gateway.sessions.session import EndReason, Session
from gateway.storage.generations import revoke
from gateway.storage.moment import micros
from gateway.storage.session_rows import session_of
from gateway.storage.single_sign_on import EndAtProvider, Ending
from gateway.storage.tables.sessions import revoked, session
from idp.events import Actor, Origin

Append = Callable[[Connection, Sequence[Entry]], object]
TakeBack = Callable[[Connection, Device, Device, Sequence[Entry]], object]
"""Told of a device before and after, and of the entries of the change, within its transaction."""


def nothing(_connection: Connection, _before: Device, _after: Device, _entries: Sequence[Entry]) -> None:
    """Where nobody decides by devices."""


@dataclass(frozen=True, slots=True)
class TakingBack:
    """`keep`: how long a grant that is signed by now, or under way, may live."""

    append: Append
    end_at_provider: EndAtProvider
    keep: timedelta
    clock: Callable[[], datetime]

    def __call__(
        self, connection: Connection, before: Device, after: Device, entries: Sequence[Entry]
    ) -> None:
        """`entries`: of what was done, the act's own first."""
        if before.generation == after.generation:
            return
        now = self.clock()
        connection.execute(insert(revoked).values(id=revocation_id(before), until=micros(now + self.keep)))
        given_away = before.owner != after.owner
        if before.standing is after.standing and not given_away:
            return
        theirs = select(session).where(session.c.enrolled == after.id, session.c.ended_at.is_(None))
        sessions = [session_of(row) for row in connection.execute(theirs)]
        revoke(connection, [one.id for one in sessions], now + self.keep)
        by = entries[0]
        if after.gone or given_away:
            self._end(connection, sessions, by, now)
        else:
            self.append(connection, [revocation(one, Code(by.code), now) for one in sessions])

    def _end(self, connection: Connection, sessions: Sequence[Session], by: Entry, now: datetime) -> None:
        reason = EndReason.ENDED_BY_OFFICER
        connection.execute(
            update(session)
            .where(session.c.id.in_([one.id for one in sessions]))
            .values(ended_at=micros(now), end_reason=reason)
        )
        self.append(connection, [_ended(one, by, reason, now) for one in sessions])
        browsers = {one for each in sessions for one in each.device_subjects}
        ending = Ending(
            sids=[SessionId(one.provider_sid) for one in sessions],
            people=browsers,
            reason=reason,
            origin=Origin(address=by.address, request_id=by.request_id),
            by=Actor(by.person or by.subject, by.subject),
            at=now,
        )
        if sessions:
            self.end_at_provider(connection, ending)


def _ended(one: Session, by: Entry, reason: EndReason, now: datetime) -> Entry:
    told = {
        "by": by.person or by.subject,
        "by_subject": by.subject,
        "revoked": one.revocation_id,
    }
    ended = entry_of(
        one, Code.SESSION_ENDED, now, address=by.address, request_id=by.request_id, details={**told}
    )
    return replace(ended, reason=reason)
