"""Access reviews in the database; implements `gateway.access_review.book`."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, case, func, select

from config.vocabulary import Action, ApplicationId, MunicipalityCode, Role, SubjectId
from gateway.access_review.blocks import Block, BlockId, Blocks, blocks_of
from gateway.access_review.campaign import (
    Campaign,
    CampaignId,
    Choice,
    Decided,
    Held,
    Item,
    Kind,
    Opened,
    Progress,
    Scope,
)
from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code, Entry
from gateway.audit.search import Having, Query
from gateway.storage.audit_search import LogSearch
from gateway.storage.database import Database
from gateway.storage.keyed_rows import KeyedRows
from gateway.storage.moment import micros, moment_of
from gateway.storage.tables.access_review import access_block, access_review, access_review_item
from idp.events import Actor

T = TypeVar("T")
Append = Callable[[Connection, Sequence[Entry]], range]

_IN_FORCE = select(access_block).where(access_block.c.ended_at.is_(None)).order_by(access_block.c.since)
_LIST = select(
    *(column for column in access_review.c if column.name != "report"), access_review.c.digest.label("report")
).order_by(access_review.c.begun_at.desc(), access_review.c.id)
"""Of many campaigns without what may be long."""


class StoredReviews:
    """Implements `gateway.access_review.book.ReviewStore`."""

    def __init__(self, database: Database, append: Append) -> None:
        self._database, self._append = database, append

    async def transact(self, work: Callable[["Reviews"], T]) -> T:
        return await self._database.write(lambda connection: work(Reviews(connection, self._append)))

    async def look(self, query: Callable[["Reviews"], T]) -> T:
        return await self._database.read(lambda connection: query(Reviews(connection, self._append)))

    async def blocks(self) -> Blocks:
        """Those in force; a few rows, asked for whenever it is worked out what somebody may."""
        return blocks_of(await self._database.look_up(_blocks))

    async def last_use(self, subject: SubjectId, municipality: MunicipalityCode) -> datetime | None:
        """When something there was last permitted to somebody; None: the log tells of no time."""
        of_theirs = Having("subject", frozenset({subject}))
        query = Query(codes=frozenset({Code.DECISION_PERMIT}), municipality=municipality, having=(of_theirs,))
        found = (await LogSearch(self._database).page(query, limit=1)).entries
        if not found:
            return None
        return found[0].entry.at if isinstance(found[0], Recorded) else found[0].at


class Reviews(KeyedRows):
    """Implements `gateway.access_review.book.ReviewBook`."""

    def __init__(self, connection: Connection, append: Append) -> None:
        super().__init__(connection)
        self._append = append

    def campaigns(self, municipality: str | None = None) -> list[Campaign]:
        query = _LIST if municipality is None else _LIST.where(access_review.c.municipality == municipality)
        return [replace(_campaign(row), report="") for row in self._connection.execute(query)]

    def campaign(self, which: CampaignId) -> Campaign | None:
        row = self._at(access_review, id=which)
        return None if row is None else _campaign(row)

    def keep_campaign(self, one: Campaign) -> None:
        self._put(
            access_review,
            {
                "id": one.id,
                "municipality": one.municipality,
                "scope": one.scope.value,
                "application": one.application,
                "begun_at": micros(one.begun_at),
                **_by("begun_by", one.begun_by),
                "begun_entry": one.begun_entry,
                "deadline": micros(one.deadline),
                "closed_at": _micros(one.closed_at),
                **_by("closed_by", one.closed_by),
                "closed_entry": one.closed_entry,
                "report": one.report,
                "digest": one.digest,
            },
        )

    def items(self, of: CampaignId) -> list[Item]:
        mine = select(access_review_item).where(access_review_item.c.review == of)
        return [_item(row) for row in self._connection.execute(mine.order_by(access_review_item.c.number))]

    def tallies(self, municipality: str | None = None) -> dict[CampaignId, Progress]:
        here = access_review_item.c
        undecided = here.gone_at.is_(None) & (here.choice.is_(None) | (here.choice == Choice.UNCLEAR.value))
        query = select(
            here.review,
            func.count().label("all"),
            _number(undecided).label("left"),
            _number(here.choice == Choice.REMOVE.value).label("removed"),
            _number(undecided & here.choice.is_not(None)).label("unclear"),
        ).group_by(here.review)
        if municipality is not None:
            mine = select(access_review.c.id).where(access_review.c.municipality == municipality)
            query = query.where(here.review.in_(mine))
        return {
            CampaignId(row.review): Progress(row.all, row.all - row.left, row.removed, row.unclear)
            for row in self._connection.execute(query)
        }

    def item(self, of: CampaignId, number: int) -> Item | None:
        row = self._at(access_review_item, review=of, number=number)
        return None if row is None else _item(row)

    def keep_item(self, of: CampaignId, one: Item) -> None:
        held, decided = one.held, one.decided
        opens = [[each.application, [*each.actions]] for each in held.opens]
        self._put(
            access_review_item,
            {
                "review": of,
                "number": one.number,
                "kind": held.kind.value,
                "subject": held.subject,
                "login": held.login,
                "name": held.name,
                "what": held.what,
                "about": held.about,
                "opens": json.dumps(opens),
                "last_use": _micros(held.last_use),
                "added_at": micros(one.added_at),
                "gone_at": _micros(one.gone_at),
                "choice": None if decided is None else decided.choice.value,
                "comment": "" if decided is None else decided.comment,
                **_by("decided_by", None if decided is None else decided.by),
                "decided_at": None if decided is None else micros(decided.at),
                "entry": None if decided is None else decided.entry,
                "until": _micros(held.until),
                "lent": held.lent,
            },
        )

    def blocks(self) -> list[Block]:
        return _blocks(self._connection)

    def blocks_of(self, campaign: CampaignId) -> list[Block]:
        mine = select(access_block).where(access_block.c.review == campaign)
        return [_block(row) for row in self._connection.execute(mine.order_by(access_block.c.since))]

    def block(self, which: BlockId) -> Block | None:
        row = self._at(access_block, id=which)
        return None if row is None else _block(row)

    def keep_block(self, one: Block) -> None:
        self._put(
            access_block,
            {
                "id": one.id,
                "subject": one.subject,
                "login": one.login,
                "name": one.name,
                "municipality": one.municipality,
                "role": one.role.value,
                "review": one.campaign,
                "item": one.item,
                **_by("removed_by", one.by),
                "since": micros(one.since),
                "gone_since": _micros(one.gone_since),
                "ended_at": _micros(one.ended_at),
                **_by("ended_by", one.ended_by),
            },
        )

    def record(self, entry: Entry) -> int:
        return self._append(self._connection, [entry])[-1]


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _blocks(connection: Connection) -> list[Block]:
    return [_block(row) for row in connection.execute(_IN_FORCE)]


def _campaign(row: Any) -> Campaign:
    return Campaign(
        id=CampaignId(row.id),
        municipality=MunicipalityCode(row.municipality),
        scope=Scope(row.scope),
        application=row.application,
        begun_at=moment_of(row.begun_at),
        begun_by=Actor(row.begun_by, row.begun_by_subject),
        begun_entry=row.begun_entry,
        deadline=moment_of(row.deadline),
        closed_at=_moment(row.closed_at),
        closed_by=_actor(row.closed_by, row.closed_by_subject),
        closed_entry=row.closed_entry,
        report=row.report,
        digest=row.digest,
    )


def _item(row: Any) -> Item:
    decided = None
    if row.choice is not None:
        by, at = Actor(row.decided_by, row.decided_by_subject), moment_of(row.decided_at)
        decided = Decided(choice=Choice(row.choice), comment=row.comment, by=by, at=at, entry=row.entry)
    opens = json.loads(row.opens)
    return Item(
        number=row.number,
        held=Held(
            kind=Kind(row.kind),
            subject=SubjectId(row.subject),
            login=row.login,
            name=row.name,
            what=row.what,
            about=row.about,
            lent=None if row.lent is None else Role(row.lent),
            until=_moment(row.until),
            opens=tuple(Opened(ApplicationId(one), tuple(map(Action, some))) for one, some in opens),
            last_use=_moment(row.last_use),
        ),
        added_at=moment_of(row.added_at),
        gone_at=_moment(row.gone_at),
        decided=decided,
    )


def _block(row: Any) -> Block:
    return Block(
        id=BlockId(row.id),
        subject=SubjectId(row.subject),
        login=row.login,
        name=row.name,
        municipality=MunicipalityCode(row.municipality),
        role=Role(row.role),
        campaign=CampaignId(row.review),
        item=row.item,
        by=Actor(row.removed_by, row.removed_by_subject),
        since=moment_of(row.since),
        gone_since=_moment(row.gone_since),
        ended_at=_moment(row.ended_at),
        ended_by=_actor(row.ended_by, row.ended_by_subject),
    )


def _by(column: str, actor: Actor | None) -> dict[str, str | None]:
    return {
        column: None if actor is None else actor.name,
        f"{column}_subject": None if actor is None else actor.subject,
    }


def _actor(name: str | None, subject: str | None) -> Actor | None:
    return None if name is None else Actor(name, subject or "")


def _micros(at: datetime | None) -> int | None:
    return None if at is None else micros(at)


def _moment(at: int | None) -> datetime | None:
    return None if at is None else moment_of(at)
