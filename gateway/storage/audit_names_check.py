"""Whether people are found by the names that entries have: a name that was taken out, changed or put in by hand.

Every name is made again out of the entry that made it known. One that is missing is put back; one that no entry has is
taken out, unless its entry may have been deleted with its month.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, delete, or_, select, tuple_

from gateway.audit.acts import OPERATOR
from gateway.audit.altered_acts import names_altered
from gateway.audit.canonical import NotCanonical, parse
from gateway.audit.entry import Entry
from gateway.audit.folding import folded
from gateway.audit.introducing import INTRODUCING, Name, introduced
from gateway.audit.places import BLOCK
from gateway.storage.audit_proofs import bytes_of
from gateway.storage.audit_shards import closed_shards
from gateway.storage.audit_since import size_of
from gateway.storage.database import Database
from gateway.storage.tables.audit import audit_entry, audit_person

PAGE = 200  # names looked at in one question
_p, _e = audit_person.c, audit_entry.c
_name = tuple_(_p.subject, _p.person, _p.folded)
Append = Callable[[Connection, Sequence[Entry]], object]


async def names_put_back(database: Database, append: Append, entries: range, now: datetime) -> int:
    """How many names of these entries were missing; they are told of. Raises DatabaseUnusable."""
    if not await database.read(lambda connection: _missing(connection, _made_known(connection, entries))):
        return 0
    return await database.write(lambda connection: _put_back(connection, append, entries, now))


async def names_altered_anywhere(database: Database, append: Append, now: Callable[[], datetime]) -> int:
    """How many stood otherwise than in the entries of the whole log. Raises DatabaseUnusable."""
    size, found = await database.read(size_of), 0
    known: set[Name] = set()
    for first in range(0, size, BLOCK):
        block = range(first, min(first + BLOCK, size))
        found += await names_put_back(database, append, block, now())
        known |= await database.read(partial(_made_known, entries=block))
    after: Name | None = ("", "", "")
    while after is not None:
        page = partial(_take_out, append=append, after=after, known=known, size=size, now=now())
        after, taken = await database.write(page)
        found += taken
    return found


def _made_known(connection: Connection, entries: range) -> set[Name]:
    """By those of the entries that are whole; of others verification tells."""
    makes_known = or_(_e.code.in_(sorted(one.value for one in INTRODUCING)), _e.subject.startswith(OPERATOR))
    within = _e.sequence.between(entries.start, entries.stop - 1)
    names = set()
    for data in connection.scalars(select(_e.canonical).where(within, makes_known)):
        try:
            name = introduced(parse(bytes_of(data)).entry)
        except (NotCanonical, TypeError):
            continue
        if name is not None:
            names.add(name)
    return names


def _missing(connection: Connection, names: Iterable[Name]) -> list[Name]:
    wanted = sorted(names)
    missing: list[Name] = []
    for begin in range(0, len(wanted), PAGE):
        asked = wanted[begin : begin + PAGE]
        there = {tuple(row) for row in connection.execute(select(*_name.clauses).where(_name.in_(asked)))}
        missing += [one for one in asked if one not in there]
    return missing


def _put_back(connection: Connection, append: Append, entries: range, now: datetime) -> int:
    """Looked at once more: their month may have been deleted meanwhile."""
    missing = _missing(connection, _made_known(connection, entries))
    if missing:
        rows = [dict(zip(("subject", "person", "folded"), one, strict=True)) for one in missing]
        connection.execute(audit_person.insert(), rows)
        append(connection, [names_altered(now, len(missing), 0)])
    return len(missing)


def _take_out(
    connection: Connection, append: Append, after: Name, known: set[Name], size: int, now: datetime
) -> tuple[Name | None, int]:
    """The last name that was looked at, none behind the last of all; and how many of these are gone.

    `known`: what entries before `size` make known.
    """
    query = select(*_name.clauses).where(_name > after).order_by(*_name.clauses).limit(PAGE)
    names: list[Name] = [(row.subject, row.person, row.folded) for row in connection.execute(query)]
    since = _made_known(connection, range(size, size_of(connection)))
    deleted = any(one.dropped for one in closed_shards(connection))
    strange = [
        one for one in names if one not in known and one not in since and not (deleted and _may_be(one))
    ]
    if strange:
        connection.execute(delete(audit_person).where(_name.in_(strange)))
        append(connection, [names_altered(now, 0, len(strange))])
    return (names[-1] if len(names) == PAGE else None), len(strange)


def _may_be(name: Name) -> bool:
    """Whether an entry that is gone can have made it known."""
    subject, person, text = name
    return text == folded(subject) if subject.startswith(OPERATOR) else text.startswith(folded(person))
