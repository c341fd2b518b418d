"""Why somebody is kept out after wrong guesses, and what an officer may give back, over a real store."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from config.settings import SignIn
from gateway.audit.entry import Code
from idp.directory.lockout import NO_LOCKOUT, Lockout
from idp.events import Actor
from idp.login import purses, throttle
from idp.login.blocks import Block, Whose, blocks, lift
from idp.login.book import Book
from idp.login.charging import Rules
from idp.login.handle import HandleHash
from idp.login.purses import Kind
from idp.login.throttle import Purse
from tests.rig.identity_store import Kept, identity_store
from tests.rig.people import JANA_ID, NOON

LIMITS = SignIn(attempts=3, attempts_window=timedelta(minutes=10))
RULES = Rules(LIMITS, NO_LOCKOUT)
LOCKING = Rules(LIMITS, Lockout(5, timedelta(minutes=30)))
OWN = HandleHash(b"1" * 32)
ONE = Actor("dvorak", "urad:dvorak")
LOGIN = "novakova"


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with identity_store(tmp_path) as made:
        yield made


async def use_up(kept: Kept, spent: Sequence[Purse], guesses: int = 3) -> None:
    def work(book: Book) -> None:
        book.keep_browser(OWN, JANA_ID, NOON)
        for _ in range(guesses):
            throttle.take(book, spent, NOON)

    await kept.store.transact(work)


async def now(kept: Kept, rules: Rules = RULES, later: timedelta = timedelta(0)) -> dict[Whose, timedelta]:
    found: Sequence[Block] = await kept.store.look(
        lambda book: blocks(book, JANA_ID, LOGIN, rules, NOON + later)
    )
    return {one.whose: one.until - NOON for one in found}


async def lifted(kept: Kept, rules: Rules = RULES) -> bool:
    return await kept.store.transact(lambda book: lift(book, JANA_ID, LOGIN, "volala", ONE, rules, NOON))


@pytest.mark.parametrize(
    ("spent", "whose"),
    [
        (purses.of_account(JANA_ID, None, Kind.PASSWORD, LIMITS), Whose.STRANGERS),
        (purses.of_account(JANA_ID, None, Kind.CODE, LIMITS), Whose.STRANGERS),
        (purses.of_account(RULES.names(LOGIN)[0], None, Kind.PASSWORD, LIMITS), Whose.STRANGERS),
        (purses.of_account(JANA_ID, OWN, Kind.PASSWORD, LIMITS), Whose.OWN),
        (purses.of_account(JANA_ID, OWN, Kind.CODE, LIMITS), Whose.OWN),
    ],
)
async def test_who_is_kept_out_is_told_until_when_and_given_all_guesses_back(
    kept: Kept, spent: Sequence[Purse], whose: Whose
) -> None:
    await use_up(kept, spent, guesses=2)
    assert await now(kept) == {}
    assert not await lifted(kept)
    await use_up(kept, spent, guesses=1)
    assert await now(kept) == {whose: LIMITS.attempts_window}
    assert await now(kept, later=LIMITS.attempts_window) == {}
    assert await lifted(kept)
    assert await now(kept) == {}
    [entry] = kept.entries
    assert (entry.code, entry.subject, entry.person) == (Code.BLOCK_LIFTED, JANA_ID, LOGIN)
    assert (entry.details["by"], entry.details["why"]) == ("dvorak", "volala")


async def test_what_keeps_the_directory_from_locking_is_told_and_never_lifted(kept: Kept) -> None:
    await use_up(kept, purses.of_directory(JANA_ID, LOCKING.lockout, known=False), guesses=5)
    assert set(await now(kept, LOCKING)) == {Whose.DIRECTORY_STRANGERS}
    await use_up(kept, purses.of_directory(JANA_ID, LOCKING.lockout, known=True), guesses=5)
    assert set(await now(kept, LOCKING)) == {Whose.DIRECTORY_STRANGERS, Whose.DIRECTORY}
    assert not await lifted(kept, LOCKING)
    assert set(await now(kept, LOCKING)) == {Whose.DIRECTORY_STRANGERS, Whose.DIRECTORY}
    assert kept.entries == []
