"""Which suspensions stand at a moment, as conditions of the database."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from config.vocabulary import SubjectId
from gateway.storage.moment import micros
from gateway.storage.tables.incidents import suspension


def standing_at(now: datetime) -> ColumnElement[bool]:
    late = or_(suspension.c.until.is_(None), suspension.c.until > micros(now))
    return and_(suspension.c.lifted_at.is_(None), late)


def is_suspended(connection: Connection, subject: SubjectId, now: datetime) -> bool:
    query = select(suspension.c.id).where(suspension.c.subject == subject, standing_at(now)).limit(1)
    return connection.execute(query).first() is not None
