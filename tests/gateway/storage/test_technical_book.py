"""Secrets of programs and their assertions, in the real database."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from config.settings import SignIn
from idp.oidc.program import new_secret
from tests.rig.identity_store import identity_store
from tests.rig.people import NOON


async def test_a_secret_comes_back_as_it_was_kept_and_only_its_hash_is_in_the_file(tmp_path: Path) -> None:
    secret, kept = new_secret("import", "cli:root", NOON)
    _, other = new_secret("cidla", "cli:root", NOON + timedelta(minutes=1))
    with identity_store(tmp_path) as made:
        for one in (kept, other, replace(kept, ended_at=NOON)):
            await made.store.transact(lambda book, one=one: book.keep_program_secret(one))
        assert await made.store.look(lambda book: book.program_secrets("import")) == [
            replace(kept, ended_at=NOON)
        ]
        assert len(await made.store.look(lambda book: book.program_secrets())) == 2
        written = b"".join(path.read_bytes() for path in made.database.path.parent.glob("brana.db*"))
    assert secret.encode() not in written


async def test_an_assertion_is_spent_once_and_forgotten_after_its_time(tmp_path: Path) -> None:
    until = NOON + timedelta(minutes=6)
    with identity_store(tmp_path) as made:
        for spent in (True, False):
            assert await made.store.transact(lambda book: book.spend_assertion(b"a" * 32, until)) is spent
        await made.store.sweep(SignIn(), until)
        assert await made.store.transact(lambda book: book.spend_assertion(b"a" * 32, until)) is True
