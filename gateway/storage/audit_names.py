"""People by their names, of whom the log has no entry any more: their names go too."""

from functools import partial

from sqlalchemy import Connection, delete, exists, select, tuple_

from gateway.storage.database import Database
from gateway.storage.tables.audit import audit_entry, audit_person

PAGE = 200  # names looked at in one transaction
_p, _e = audit_person.c, audit_entry.c
Name = tuple[str, str, str]


async def forget_names(database: Database) -> None:
    """Page by page; who is recorded meanwhile stays."""
    after: Name | None = ("", "", "")
    while after is not None:
        after = await database.write(partial(_forget_page, after=after))


def _forget_page(connection: Connection, after: Name) -> Name | None:
    """Answers the last name that was looked at; None: there are no more."""
    key = tuple_(_p.subject, _p.person, _p.folded)
    names = connection.execute(
        select(_p.subject, _p.person, _p.folded).where(key > after).order_by(*key.clauses).limit(PAGE)
    ).all()
    subjects = {row.subject for row in names if row.subject}
    logins = {row.person for row in names if not row.subject}
    gone = (_p.subject.in_(subjects), (_p.subject == "") & _p.person.in_(logins))
    # the second condition of each names the partial index
    told = (
        exists().where(_e.subject == _p.subject, _e.subject != ""),
        exists().where(_e.person == _p.person, _e.person != ""),
    )
    for concerned, known in zip(gone, told, strict=True):
        connection.execute(delete(audit_person).where(concerned, ~known))
    return None if len(names) < PAGE else (names[-1].subject, names[-1].person, names[-1].folded)
