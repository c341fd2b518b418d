"""Secrets of programs and their assertions, in the real database."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from config.settings import SignIn
from gateway.storage.database import Database
from gateway.storage.tables.technical import technical_secret
from idp.oidc.program import new_secret
from tests.rig.identity_store import kept_in
from tests.rig.people import NOON


async def test_a_secret_comes_back_as_it_was_kept_and_only_its_hash_is_in_the_table(
    database: Database,
) -> None:
    secret, kept = new_secret("import", "cli:root", NOON)
    _, other = new_secret("cidla", "cli:root", NOON + timedelta(minutes=1))
    store = kept_in(database).store
    for one in (kept, other, replace(kept, ended_at=NOON)):
        await store.transact(lambda book, one=one: book.keep_program_secret(one))
    assert await store.look(lambda book: book.program_secrets("import")) == [replace(kept, ended_at=NOON)]
    assert len(await store.look(lambda book: book.program_secrets())) == 2
    rows = await database.read(lambda connection: connection.execute(technical_secret.select()).all())
    assert secret not in str(rows)
    if isinstance(database.place, Path):
        written = b"".join(path.read_bytes() for path in database.place.parent.glob("brana.db*"))
        assert kept.digest in written
        assert secret.encode() not in written


async def test_an_assertion_is_spent_once_and_forgotten_after_its_time(database: Database) -> None:
    until = NOON + timedelta(minutes=6)
    store = kept_in(database).store
    for spent in (True, False):
        assert await store.transact(lambda book: book.spend_assertion(b"a" * 32, until)) is spent
    await store.sweep(SignIn(), until)
    assert await store.transact(lambda book: book.spend_assertion(b"a" * 32, until)) is True


async def test_of_several_that_come_with_one_assertion_at_once_one_has_it(database: Database) -> None:
    until = NOON + timedelta(minutes=6)
    store = kept_in(database).store
    spent = [store.transact(lambda book: book.spend_assertion(b"b" * 32, until)) for _ in range(5)]
    assert sorted(await asyncio.gather(*spent)) == [False] * 4 + [True]
