"""What a text may mean besides its words: the whole number of a request or a session, or somebody's identifier.

Each meaning is a question of its own beside that for the words, so that nothing is hidden by what a text means to
others: an answer is all that fits any of them, and a reader of one municipality learns of no number that others have.
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from heapq import merge
from typing import Any

from sqlalchemy import Connection, Row, select

from gateway.audit.neutral import surrogates_told
from gateway.audit.search import EXACTLY, Having, Query
from gateway.storage.audit_by_terms import place_of
from gateway.storage.tables.audit import audit_entry, audit_person

NUMBERS = ("request_id", "session")
_e = audit_entry.c


def meanings(connection: Connection, query: Query) -> Sequence[Query]:
    """The query itself, and one for each thing that has the text as its number."""
    text = (query.text or "").strip()
    if not text or " " in text or "\0" in text:
        return [query]
    found = [query]
    for name in NUMBERS:
        there = select(_e.sequence).where(_e[name] == text, _e[name] != "")
        if getattr(query, name) is None and connection.scalar(there.limit(1)) is not None:
            given: dict[str, Any] = {name: text}
            found.append(replace(query, text=None, **given))
    known = select(audit_person.c.subject).where(audit_person.c.subject == text)
    if query.person is None and connection.scalar(known.limit(1)) is not None:
        found.append(replace(query, text=None, person=EXACTLY + text))
    return found


def as_recorded(query: Query) -> Query:
    """Bytes that are no text, as somebody may type them at a terminal, are looked for as the log writes them."""
    given = {one.name: getattr(query, one.name) for one in fields(query)}
    said: dict[str, Any] = {
        name: surrogates_told(value) for name, value in given.items() if isinstance(value, str)
    }
    having = tuple(
        Having(one.field, frozenset(map(surrogates_told, one.values)), without=one.without)
        for one in query.having
    )
    return replace(query, **said, having=having)


def together(answers: Iterable[Sequence[Row[Any]]]) -> list[Row[Any]]:
    """Newest first, each entry once."""
    merged = merge(*answers, key=lambda row: place_of(row.at, row.sequence), reverse=True)
    return list({row.sequence: row for row in merged}.values())
