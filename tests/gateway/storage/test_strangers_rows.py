"""What strangers make at will is bounded: rows of sign-ins that are begun and left, and entries of the log."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from config.settings import SignIn
from config.vocabulary import RECOVERY_ADMINISTRATOR, SubjectId
from gateway.audit.entry import Code
from gateway.storage.identity import KEPT_OF_EACH, STRANGERS_KEPT, SWEPT_AT_ONCE, THROTTLED_KEPT_OF_EACH
from gateway.storage.tables.identity import sign_in_flow
from idp.events import Origin, PasswordRefused, RecoveryRefused, SignInStarted, Throttled
from idp.login.book import Book
from idp.login.recovery import LOGIN
from idp.login.recovery_use import RecoveryRefusal
from tests.gateway.storage.test_identity import flow
from tests.rig.identity_store import Kept, identity_store
from tests.rig.people import JANA_ID, NOON, PETR_ID

LIMITS = SignIn()


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with identity_store(tmp_path) as made:
        yield made


async def test_of_sign_ins_that_strangers_begin_so_many_are_kept_from_all_addresses_together(kept: Kept):
    """A browser in which somebody signed in, and what is refused meanwhile, has nothing to do with them."""

    def started(at: datetime, number: int, *, known_to: SubjectId | None = None) -> SignInStarted:
        origin = Origin(address=f"2001:db8:{number:x}::1")
        return SignInStarted(at=at, origin=origin, client="gis", known_to=known_to)

    def flood(book: Book) -> None:
        for number in range(STRANGERS_KEPT[0] + 7):
            book.record(started(NOON, number))
        book.record(started(NOON, 0, known_to=JANA_ID))
        book.record(PasswordRefused(at=NOON, person="nikdo", reason="empty_password"))
        book.record(started(NOON + STRANGERS_KEPT[1], 0))

    await kept.store.transact(flood)
    assert len(kept.entries) == STRANGERS_KEPT[0] + 3
    assert [one.details.get("left_out_before") for one in kept.entries[-3:]] == [None, None, 7]


async def test_of_sign_ins_begun_in_one_persons_browsers_so_many_are_kept_and_they_say_whose(kept: Kept):
    def started(at: datetime, whose: SubjectId) -> SignInStarted:
        return SignInStarted(at=at, client="gis", known_to=whose)

    def flood(book: Book) -> None:
        for _ in range(KEPT_OF_EACH[0] + 5):
            book.record(started(NOON, JANA_ID))
        book.record(started(NOON, PETR_ID))
        book.record(started(NOON + 2 * KEPT_OF_EACH[1], JANA_ID))

    await kept.store.transact(flood)
    assert len(kept.entries) == KEPT_OF_EACH[0] + 2
    first, *_, petr, last = kept.entries
    assert (first.subject, first.details) == ("", {"browser_of_subject": JANA_ID})
    assert petr.details == {"browser_of_subject": PETR_ID}
    assert last.details == {"browser_of_subject": JANA_ID, "left_out_before": 5}


async def test_no_flood_hides_that_somebody_has_no_guess_left(kept: Kept):
    def throttled(whose: SubjectId) -> Throttled:
        return Throttled(at=NOON, subject=whose, person="x", reason="too_many_attempts_account", until=NOON)

    def flood(book: Book) -> None:
        for _ in range(STRANGERS_KEPT[0] + 1):
            book.record(PasswordRefused(at=NOON, person="nikdo", reason="empty_password"))
        for _ in range(THROTTLED_KEPT_OF_EACH[0] + 1):
            book.record(throttled(JANA_ID))
        book.record(throttled(PETR_ID))

    await kept.store.transact(flood)
    about = [entry.subject for entry in kept.entries if entry.code is Code.SIGN_IN_THROTTLED]
    assert about == [JANA_ID] * THROTTLED_KEPT_OF_EACH[0] + [PETR_ID]


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
