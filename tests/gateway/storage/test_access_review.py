"""Reviews in the real database, of either kind: what is kept comes back as it was, and is found."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from config.vocabulary import Action, ApplicationId, MunicipalityCode, Role, SubjectId
from gateway.access_review.blocks import Block, BlockId, blocks_of
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
from gateway.audit.entry import Code, Entry, Outcome
from gateway.storage.access_review import Reviews, StoredReviews
from gateway.storage.audit import append
from gateway.storage.database import Database
from idp.events import Actor

T = TypeVar("T")
HULIN, KVASICE = MunicipalityCode("588491"), MunicipalityCode("588644")
PETR = Actor("dvorak.petr", "urad:2")
JANA = SubjectId("urad:6f1c2f0e-6d7e-4a5e-9a51-2b8e6f0c1a01")
ID, BLOCK = CampaignId("AAAAAAAAAAAAAAA_"), BlockId("BBBBBBBBBBBBBBB-")


def campaign(now: datetime, which: CampaignId = ID) -> Campaign:
    return Campaign(
        id=which,
        municipality=HULIN,
        scope=Scope.APPLICATION,
        application="spisovka",
        begun_at=now,
        begun_by=PETR,
        begun_entry=7,
        deadline=now + timedelta(days=14),
    )


def item(now: datetime, number: int = 1) -> Item:
    held = Held(
        kind=Kind.ROLE,
        subject=JANA,
        login="mala.jana",
        name="Jana Malá",
        what=Role.CLERK.value,
        about="dvorak.petr",
        opens=(Opened(ApplicationId("spisovka"), (Action.READ, Action.WRITE)),),
        last_use=now - timedelta(days=3),
        lent=Role.MAYOR,
        until=now + timedelta(days=3),
    )
    return Item(number=number, held=held, added_at=now)


def block(now: datetime) -> Block:
    return Block(
        id=BLOCK,
        subject=JANA,
        login="mala.jana",
        name="Jana Malá",
        municipality=HULIN,
        role=Role.CLERK,
        campaign=ID,
        item=1,
        by=PETR,
        since=now,
    )


def write(database: Database, work: Callable[[Reviews], T]) -> T:
    return database.write_soon(lambda connection: work(Reviews(connection, append))).result()


def read(database: Database, query: Callable[[Reviews], T]) -> T:
    return database.read_now(lambda connection: query(Reviews(connection, append)))


def test_what_is_kept_comes_back_as_it_was_and_as_it_was_changed(database: Database, now: datetime) -> None:
    plain, decided = item(now), Decided(choice=Choice.REMOVE, comment="„Ž“ %s ?", by=PETR, at=now, entry=9)
    closed = replace(
        campaign(now), closed_at=now, closed_by=PETR, closed_entry=11, report="{}\n", digest="0" * 64
    )
    gone = replace(block(now), gone_since=now, ended_at=now, ended_by=PETR)
    for one in (plain, replace(plain, decided=decided), replace(plain, gone_at=now)):
        write(database, lambda book, one=one: book.keep_item(ID, one))
        assert read(database, lambda book: book.item(ID, 1)) == one
        assert read(database, lambda book: book.items(ID)) == [one]
    for kept in (campaign(now), closed):
        write(database, lambda book, kept=kept: book.keep_campaign(kept))
        assert read(database, lambda book: book.campaign(ID)) == kept
        assert read(database, lambda book: book.campaigns(HULIN)) == [replace(kept, report="")]
    for made, in_force in ((block(now), [block(now)]), (gone, [])):
        write(database, lambda book, made=made: book.keep_block(made))
        assert read(database, lambda book: book.block(BLOCK)) == made
        assert read(database, lambda book: book.blocks()) == in_force
        assert read(database, lambda book: book.blocks_of(ID)) == [made]


def test_what_was_never_kept_is_not_there(database: Database) -> None:
    nothing = read(database, lambda book: (book.campaign(ID), book.item(ID, 1), book.block(BlockId("b"))))
    assert nothing == (None, None, None)
    assert read(database, lambda book: (book.campaigns(), book.tallies(), book.blocks())) == ([], {}, [])


def test_how_far_campaigns_are_is_counted_where_they_are_kept(database: Database, now: datetime) -> None:
    decided = Decided(choice=Choice.CONFIRM, comment="", by=PETR, at=now, entry=9)
    items = [
        item(now, 1),
        replace(item(now, 2), decided=decided),
        replace(item(now, 3), decided=replace(decided, choice=Choice.REMOVE)),
        replace(item(now, 4), decided=replace(decided, choice=Choice.UNCLEAR, comment="?")),
        replace(item(now, 5), gone_at=now),
    ]

    def keep(book: Reviews) -> None:
        book.keep_campaign(campaign(now))
        for one in items:
            book.keep_item(ID, one)

    write(database, keep)
    expected = {ID: Progress(all=5, done=3, removed=1, unclear=1)}
    assert read(database, lambda book: book.tallies()) == expected
    assert read(database, lambda book: book.tallies(HULIN)) == expected
    assert read(database, lambda book: book.tallies(KVASICE)) == {}


async def test_blocks_in_force_are_found_at_once_by_whoever_asks(database: Database, now: datetime) -> None:
    store = StoredReviews(database, append)
    assert await store.blocks() == blocks_of([])
    await store.transact(lambda book: book.keep_block(block(now)))
    assert await StoredReviews(database, append).blocks() == blocks_of([block(now)])


async def test_the_last_use_is_the_last_thing_that_was_permitted_there(
    database: Database, now: datetime
) -> None:
    store = StoredReviews(database, append)

    def entry(minutes: int, code: Code = Code.DECISION_PERMIT, where: str = HULIN, who: str = JANA) -> Entry:
        at = now + timedelta(minutes=minutes)
        return Entry(code=code, outcome=Outcome.SUCCESS, at=at, subject=who, municipality=where)

    def record(entries: Sequence[Entry]) -> None:
        database.write_soon(lambda connection: append(connection, entries)).result()

    assert await store.last_use(JANA, HULIN) is None
    record(
        [entry(1), entry(2), entry(3, Code.DECISION_REFUSE), entry(4, where=KVASICE), entry(5, who="urad:9")]
    )
    assert await store.last_use(JANA, HULIN) == now + timedelta(minutes=2)
    assert await store.last_use(JANA, MunicipalityCode("588296")) is None


async def test_an_act_that_fails_leaves_no_entry_and_no_change(database: Database, now: datetime) -> None:
    store = StoredReviews(database, append)

    def fail(book: Reviews) -> None:
        book.keep_campaign(campaign(now))
        book.record(Entry(code=Code.ACCESS_REVIEW_BEGUN, outcome=Outcome.SUCCESS, at=now))
        raise LookupError

    with suppress(LookupError):
        await store.transact(fail)
    assert await store.look(lambda book: book.campaigns()) == []
    query = "SELECT count(*) FROM audit_entry"
    assert database.read_now(lambda connection: connection.exec_driver_sql(query).scalar()) == 0
