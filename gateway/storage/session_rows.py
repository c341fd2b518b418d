"""Rows of the table of sessions and the values they stand for."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec

from config.vocabulary import AuthenticationLevel, DeviceId, MunicipalityCode, Role, SessionId, SubjectId
from gateway.sessions.session import EndReason, RolesHeld, Session
from gateway.storage.moment import micros, moment_of, moment_or_none
from gateway.storage.tables.sessions import session
from idp.directory.work import NOTHING_KNOWN, Work

COLUMNS = tuple(column.name for column in session.c)


def roles_text(roles: RolesHeld) -> str:
    return msgspec.json.encode(roles).decode()


@lru_cache(maxsize=1024)
def _roles_of(text: str) -> RolesHeld:
    roles = msgspec.json.decode(text, type=tuple[tuple[str, str], ...])
    return tuple((MunicipalityCode(where), Role(role)) for where, role in roles)


def work_text(work: Work) -> str | None:
    """None: nothing is known."""
    return None if work == NOTHING_KNOWN else msgspec.json.encode(work).decode()


@lru_cache(maxsize=1024)
def _work_of(text: str | None) -> Work:
    return NOTHING_KNOWN if text is None else msgspec.json.decode(text, type=Work)


def session_of(row: Iterable[Any]) -> Session:
    """`row` holds COLUMNS, in their order."""
    (
        name_of,
        subject,
        login,
        name,
        provider_sid,
        roles,
        municipality,
        generation,
        acr,
        amr,
        authenticated_at,
        opened_at,
        last_seen_at,
        facts_at,
        ends_at,
        ended_at,
        end_reason,
        address,
        user_agent,
        work,
        device,
        enrolled,
    ) = row
    return Session(
        id=SessionId(name_of),
        subject=SubjectId(subject),
        login=login,
        name=name,
        provider_sid=provider_sid,
        roles=_roles_of(roles),
        work=_work_of(work),
        municipality=municipality and MunicipalityCode(municipality),
        generation=generation,
        acr=AuthenticationLevel(acr),
        amr=tuple(amr.split()),
        authenticated_at=moment_of(authenticated_at),
        opened_at=moment_of(opened_at),
        last_seen_at=moment_of(last_seen_at),
        facts_at=moment_of(facts_at),
        ends_at=moment_or_none(ends_at),
        ended_at=moment_or_none(ended_at),
        end_reason=end_reason and EndReason(end_reason),
        address=address,
        user_agent=user_agent,
        device=DeviceId(device or ""),
        enrolled=DeviceId(enrolled or ""),
    )


def session_row(new: Session) -> dict[str, Any]:
    """Of a session that begins."""
    return {
        "id": new.id,
        "subject": new.subject,
        "login": new.login,
        "name": new.name,
        "provider_sid": new.provider_sid,
        "roles": roles_text(new.roles),
        "work": work_text(new.work),
        "municipality": new.municipality,
        "generation": new.generation,
        "acr": new.acr,
        "amr": " ".join(new.amr),
        "authenticated_at": micros(new.authenticated_at),
        "opened_at": micros(new.opened_at),
        "last_seen_at": micros(new.last_seen_at),
        "facts_at": micros(new.facts_at),
        "ends_at": None if new.ends_at is None else micros(new.ends_at),
        "address": new.address,
        "user_agent": new.user_agent,
        "device": new.device or None,
        "enrolled": new.enrolled or None,
    }
