"""Sessions of the provider to which no open session of the gateway belongs, as the gateway needs them."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, exists, literal, select, tuple_, union_all, update

from config.vocabulary import SessionId, SubjectId
from gateway.sessions.store import Place
from gateway.storage.identity_rows import session_of
from gateway.storage.moment import micros
from gateway.storage.tables.identity import provider_session
from gateway.storage.tables.sessions import session
from idp.login.session import Session as SignOn

OURS = exists().where(session.c.provider_sid == provider_session.c.sid, session.c.ended_at.is_(None))
ALONE = provider_session.c.ended_at.is_(None) & ~OURS


def alone(connection: Connection, *conditions: Any) -> list[SignOn]:
    """Without an end, latest activity first."""
    query = select(provider_session).where(ALONE, *conditions).order_by(provider_session.c.last_seen.desc())
    return [session_of(row) for row in connection.execute(query)]


def places(connection: Connection, after: Place | None, limit: int) -> list[tuple[Place, bool]]:
    """Where the next of all that are open stand, and whether it is at the gateway; one person's stand together."""
    tables = (
        (session, session.c.id, session.c.ended_at.is_(None)),
        (provider_session, provider_session.c.sid, ALONE),
    )
    parts = []
    for table, name, is_open in tables:
        part = select(table.c.subject, name.label("name"), literal(table is session).label("here")).where(
            is_open
        )
        if after is not None:
            part = part.where(tuple_(table.c.subject, name) > tuple_(*map(literal, after)))
        parts.append(part)
    both = union_all(*parts).order_by("subject", "name").limit(limit)
    return [
        ((SubjectId(subject), SessionId(name)), bool(here))
        for subject, name, here in connection.execute(both)
    ]


def replace_facts(connection: Connection, changes: Sequence[tuple[SignOn, SignOn]]) -> None:
    """Before and after; whatever was read meanwhile stays."""
    for before, after in changes:
        same = (provider_session.c.sid == before.sid) & (
            provider_session.c.facts_at == micros(before.facts_at)
        )
        connection.execute(
            update(provider_session)
            .where(same, provider_session.c.ended_at.is_(None))
            .values(
                person=msgspec.json.encode(after.person).decode(),
                facts_at=micros(after.facts_at),
                expires_at=micros(after.expires_at),
            )
        )
