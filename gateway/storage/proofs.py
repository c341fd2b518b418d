"""What many accounts have beside their passwords, in numbers: one look for a page of them."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from config.vocabulary import SubjectId
from gateway.storage.moment import micros, moment_or_none
from gateway.storage.tables.authenticators import authenticator, enrolment_code, recovery_code
from gateway.storage.tables.identity import known_browser
from idp.login.authenticator import Proofs


def proofs(connection: Connection, subjects: Collection[SubjectId], now: datetime) -> dict[SubjectId, Proofs]:
    """In numbers; whoever has nothing and never signed in is left out."""
    made: dict[SubjectId, dict[str, Any]] = {}
    for name, query in _queries(list(subjects), now):
        for subject, value in connection.execute(query):
            made.setdefault(SubjectId(subject), {})[name] = value
    return {
        subject: Proofs(
            authenticators=found.get("authenticators", 0),
            recovery_codes=found.get("recovery_codes", 0),
            code_until=moment_or_none(found.get("code_until")),
            signed_in_at=moment_or_none(found.get("signed_in_at")),
        )
        for subject, found in made.items()
    }


def _queries(subjects: list[SubjectId], now: datetime) -> Iterator[tuple[str, Select[Any]]]:
    """Each answers subject and value."""
    a, r, e, b = authenticator.c, recovery_code.c, enrolment_code.c, known_browser.c
    counted = select(a.subject, func.count()).where(a.subject.in_(subjects))
    yield "authenticators", counted.group_by(a.subject)
    unused = select(r.subject, func.count()).where(r.subject.in_(subjects), r.used_at.is_(None))
    yield "recovery_codes", unused.group_by(r.subject)
    good = e.used_at.is_(None) & (e.expires_at > micros(now))
    yield (
        "code_until",
        select(e.subject, func.max(e.expires_at)).where(e.subject.in_(subjects), good).group_by(e.subject),
    )
    yield (
        "signed_in_at",
        select(b.subject, func.max(b.seen_at)).where(b.subject.in_(subjects)).group_by(b.subject),
    )
