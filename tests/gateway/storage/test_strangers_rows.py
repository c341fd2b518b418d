"""What strangers make at will is bounded: rows of sign-ins that are begun and left, and entries of the log."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from config.settings import SignIn
from config.vocabulary import RECOVERY_ADMINISTRATOR
from gateway.audit.entry import Code
from gateway.storage.identity import STRANGERS_KEPT, SWEPT_AT_ONCE
from gateway.storage.identity_book import IdentityBook
from gateway.storage.tables.identity import sign_in_flow
from idp.events import NOWHERE, Origin, PasswordRefused, RecoveryRefused, SignInStarted
from idp.login import conduct
from idp.login.book import Book
from idp.login.conduct import Crowd
from idp.login.handle import HandleHash, new_flow_id
from idp.login.recovery import LOGIN
from idp.login.recovery_use import RecoveryRefusal
from tests.gateway.storage.test_identity import flow
from tests.rig.identity_store import Kept, identity_store
from tests.rig.people import JANA_ID, NOON

LIMITS = SignIn()


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with identity_store(tmp_path) as made:
        yield made


async def test_a_sign_in_is_begun_in_a_known_browser_only_where_somebody_signed_in(kept: Kept):
    known, stranger = HandleHash(b"k" * 32), HandleHash(b"s" * 32)
    await kept.store.transact(lambda book: book.keep_browser(known, JANA_ID, NOON))

    def begin(book: IdentityBook) -> list[bool]:
        for handle in (known, stranger, None):
            assert conduct.begin(book, flow(), "gis", NOWHERE, NOON, handle) is None
        return [event.known_browser for event in book.events if isinstance(event, SignInStarted)]

    assert await kept.store.transact(begin) == [True, False, False]


async def test_of_sign_ins_that_strangers_begin_so_many_are_kept_from_all_addresses_together(kept: Kept):
    """A browser in which somebody signed in, and what is refused meanwhile, has nothing to do with them."""

    def started(at: datetime, number: int, *, known: bool = False) -> SignInStarted:
        origin = Origin(address=f"2001:db8:{number:x}::1")
        return SignInStarted(at=at, origin=origin, client="gis", known_browser=known)

    def flood(book: Book) -> None:
        for number in range(STRANGERS_KEPT[0] + 7):
            book.record(started(NOON, number))
        book.record(started(NOON, 0, known=True))
        book.record(PasswordRefused(at=NOON, person="nikdo", reason="empty_password"))
        book.record(started(NOON + STRANGERS_KEPT[1], 0))

    await kept.store.transact(flood)
    assert len(kept.entries) == STRANGERS_KEPT[0] + 3
    assert [one.details.get("left_out_before") for one in kept.entries[-3:]] == [None, None, 7]


async def test_a_sweep_removes_all_that_expired_and_lets_other_writers_in_between(kept: Kept):
    """However many strangers made; what lives stays."""

    def fill(book):
        for number in range(SWEPT_AT_ONCE + 20):
            book.keep_flow(flow(f"{number:022}"))
        book.keep_flow(replace(flow("l" * 22), expires_at=NOON + timedelta(days=1)))

    def count(connection: Connection) -> int:
        return connection.execute(select(func.count()).select_from(sign_in_flow)).scalar_one()

    await kept.store.transact(fill)
    sweeping = kept.store.sweep(LIMITS, NOON + timedelta(minutes=10))
    _, meanwhile = await asyncio.gather(sweeping, kept.database.write(count))
    assert (meanwhile, await kept.database.read(count)) == (21, 1)


async def test_where_too_many_sign_ins_are_under_way_only_known_browsers_begin_one(kept: Kept):
    known = HandleHash(b"k" * 32)

    def flood(connection: Connection) -> None:
        book = IdentityBook(connection, kept.seal)
        book.keep_browser(known, JANA_ID, NOON)
        book.keep_flow(flow())
        columns = [column.name for column in sign_in_flow.columns if column.name not in {"id", "address"}]
        connection.exec_driver_sql(
            f"INSERT INTO sign_in_flow (id, address, {', '.join(columns)}) "
            "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            f"SELECT i, i, {', '.join(columns)} FROM n, sign_in_flow",
            (conduct.FLOWS_TOGETHER,),
        )

    def begin(book: Book, at: datetime, browser: HandleHash | None = None) -> Crowd | None:
        begun = replace(flow(new_flow_id()), address="198.51.100.1", expires_at=at + timedelta(minutes=10))
        return conduct.begin(book, begun, "gis", NOWHERE, at, browser)

    await kept.database.write(flood)
    assert await kept.store.transact(lambda book: begin(book, NOON)) is Crowd.EVERYWHERE
    assert (
        await kept.store.transact(lambda book: begin(book, NOON, HandleHash(b"s" * 32))) is Crowd.EVERYWHERE
    )
    assert await kept.store.transact(lambda book: begin(book, NOON, known)) is None
    assert await kept.store.transact(lambda book: begin(book, NOON + timedelta(minutes=10))) is None
    [first, *_] = kept.entries
    assert (first.code, first.reason, first.application) == (
        Code.SIGN_IN_NOT_BEGUN, "too_many_sign_ins_at_once", "gis"
    )  # fmt: skip


async def test_of_strangers_tries_of_the_recovery_secret_so_many_are_kept_and_those_with_the_right_one_all(
    kept: Kept,
):
    """Refusals of other strangers take none of their room."""

    def tried(at: datetime, reason: RecoveryRefusal) -> RecoveryRefused:
        who = {"subject": RECOVERY_ADMINISTRATOR, "person": LOGIN}
        return RecoveryRefused(at=at, account="", reason=reason, **who)

    def flood(book: Book) -> None:
        for _ in range(STRANGERS_KEPT[0] + 7):
            book.record(PasswordRefused(at=NOON, person="nikdo", reason="wrong_credentials"))
        for _ in range(STRANGERS_KEPT[0] + 5):
            book.record(tried(NOON, RecoveryRefusal.WRONG))
        book.record(tried(NOON, RecoveryRefusal.CODE_WRONG))
        book.record(tried(NOON + STRANGERS_KEPT[1], RecoveryRefusal.TOO_MANY))

    await kept.store.transact(flood)
    found = [one for one in kept.entries if one.code is Code.RECOVERY_REFUSED]
    assert len(found) == STRANGERS_KEPT[0] + 2
    assert [(one.reason, one.details.get("left_out_before")) for one in found[-2:]] == [
        ("recovery_factor_wrong", None), ("recovery_too_many_attempts", 5)
    ]  # fmt: skip
