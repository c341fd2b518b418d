"""People by their names, of whom the log has no entry any more: their names go too.

Whom it still tells of, the index beside it says; what that does not know yet is looked through.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Connection, delete, select, tuple_

from gateway.audit.fields import LONGEST
from gateway.audit.places import BLOCK
from gateway.storage.audit_index import Cover, cover
from gateway.storage.database import Database
from gateway.storage.tables.audit import audit_entry, audit_person
from gateway.storage.tables.audit_index import audit_term

PAGE = 200  # names looked at in one transaction
BLOCKS = 16  # looked at on one snapshot
_p, _e, _t = audit_person.c, audit_entry.c, audit_term.c
Name = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Recorded:
    """Beginnings of the subjects and logins that entries before `size` bear, as long as the index compares them."""

    size: int
    subjects: set[str] = field(default_factory=set)
    logins: set[str] = field(default_factory=set)

    def add(self, connection: Connection, begin: int, end: int | None = None) -> None:
        """From the entries themselves."""
        within = [_e.sequence >= begin] + ([] if end is None else [_e.sequence < end])
        for row in connection.execute(select(_e.subject, _e.person).distinct().where(*within)):
            self.subjects.add(str(row.subject)[:LONGEST])
            self.logins.add(str(row.person)[:LONGEST])

    def add_terms(self, connection: Connection, blocks: list[int]) -> None:
        for name, into in (("subject", self.subjects), ("person", self.logins)):
            begin = f"{name}=".encode()
            terms = select(_t.term).where(_t.block.in_(blocks), _t.term >= begin, _t.term < begin + b"\xff")
            into.update(
                term[len(begin) :].decode("utf-8", "surrogatepass") for term in connection.scalars(terms)
            )


async def forget_names(database: Database) -> None:
    """Page by page; who is recorded meanwhile stays."""
    known = await database.read(cover)
    recorded = _Recorded(known.size)
    for blocks in _some([one.number for one in known.blocks]):
        await database.read(partial(recorded.add_terms, blocks=blocks))
    for begin, end in _not_indexed(known):
        await database.read(partial(recorded.add, begin=begin, end=end))
    after: Name | None = ("", "", "")
    while after is not None:
        after = await database.write(partial(_forget_page, after=after, recorded=recorded))


def _some(blocks: list[int]) -> Iterator[list[int]]:
    return (blocks[begin : begin + BLOCKS] for begin in range(0, len(blocks), BLOCKS))


def _not_indexed(known: Cover) -> Iterator[tuple[int, int]]:
    for number in known.missing:
        yield number * BLOCK, (number + 1) * BLOCK
    yield known.rest.start, known.rest.stop


def _forget_page(connection: Connection, after: Name, recorded: _Recorded) -> Name | None:
    """Answers the last name that was looked at; None: there are no more."""
    key = tuple_(_p.subject, _p.person, _p.folded)
    names = connection.execute(
        select(_p.subject, _p.person, _p.folded).where(key > after).order_by(*key.clauses).limit(PAGE)
    ).all()
    recorded.add(connection, recorded.size)  # what came since
    subjects = {
        row.subject for row in names if row.subject and row.subject[:LONGEST] not in recorded.subjects
    }
    logins = {row.person for row in names if not row.subject and row.person[:LONGEST] not in recorded.logins}
    for gone in (_p.subject.in_(subjects), (_p.subject == "") & _p.person.in_(logins)):
        connection.execute(delete(audit_person).where(gone))
    return None if len(names) < PAGE else (names[-1].subject, names[-1].person, names[-1].folded)
