"""The recovery administrator's account in the real database."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.settings import SignIn
from idp.events import Origin
from idp.login import recovery, recovery_use, totp
from idp.login.desk import Caller, Fresh
from idp.login.handle import hashed, new_handle, new_session_id
from idp.login.recovery import Account, Ending, RecoveryId
from idp.login.recovery_use import Counted, Opened, RecoveryRefusal, Refused
from tests.rig.identity_store import Kept, identity_store
from tests.rig.people import HULIN, NOON

LIMITS = SignIn()
ACCOUNT = Account(
    id=RecoveryId("ABCD1234"), secret_hash="$argon2id$…", code=totp.Enrolled(totp.new_secret(), -1),
    municipality=HULIN, issued_at=NOON, issued_by="cli:root",
)  # fmt: skip


@pytest.fixture
def kept(tmp_path: Path):
    with identity_store(tmp_path) as made:
        yield made


async def present(kept: Kept) -> Account | None:
    return await kept.store.look(lambda book: book.recovery())


async def test_an_account_comes_back_as_it_was_kept(kept: Kept) -> None:
    assert await present(kept) is None
    for account in (
        ACCOUNT,
        replace(ACCOUNT, code=None),
        replace(ACCOUNT, fingerprint=b"f" * 32),
        replace(ACCOUNT, ended_at=NOON, ending=Ending.USED),
    ):
        await kept.store.transact(lambda book, account=account: book.keep_recovery(account))
        assert await present(kept) == account


async def test_the_second_factor_is_sealed(kept: Kept) -> None:
    await kept.store.transact(lambda book: book.keep_recovery(ACCOUNT))
    assert ACCOUNT.code is not None
    written = b"".join(path.read_bytes() for path in Path(kept.database.where).parent.glob("brana.db*"))
    assert ACCOUNT.code.secret.base32.encode() not in written


async def test_the_one_in_force_is_found_also_when_the_clock_was_set_back_before_it_was_issued(
    kept: Kept,
) -> None:
    await kept.store.transact(
        lambda book: book.keep_recovery(replace(ACCOUNT, ended_at=NOON, ending=Ending.USED))
    )
    later = replace(ACCOUNT, id=RecoveryId("NEW00000"), issued_at=NOON - timedelta(days=1))
    await kept.store.transact(lambda book: book.keep_recovery(later))
    assert await present(kept) == later


async def test_of_many_uses_at_once_one_opens_a_session(kept: Kept) -> None:
    await kept.store.transact(lambda book: book.keep_recovery(replace(ACCOUNT, code=None)))

    async def one(number: int) -> Opened | Refused:
        caller = Caller(origin=Origin(address=f"10.{number}.0.1"), browser=None)
        counted = await kept.store.transact(lambda book: recovery_use.count(book, caller, LIMITS, NOON))
        assert isinstance(counted, Counted)
        fresh = Fresh(sid=new_session_id(), handle=hashed(new_handle()), known=hashed(new_handle()))
        return await kept.store.transact(
            lambda book: recovery_use.use(book, counted, True, "", caller, LIMITS, fresh, NOON, None)
        )

    said = await asyncio.gather(*(one(number) for number in range(20)))
    assert sum(isinstance(each, Opened) for each in said) == 1
    assert {each.reason for each in said if isinstance(each, Refused)} <= {
        RecoveryRefusal.SPENT,
        RecoveryRefusal.NOT_ISSUED,
    }
    account = await present(kept)
    assert account is not None
    assert account.ending is Ending.USED
    assert len([code for code in kept.codes() if code == "recovery.used"]) == 1


async def test_issuing_at_once_leaves_one_in_force(kept: Kept) -> None:
    accounts = [replace(ACCOUNT, id=recovery.new_id(), code=None) for _ in range(8)]
    await asyncio.gather(
        *(
            kept.store.transact(lambda book, each=each: recovery.issue(book, each, "cli:root", NOON))
            for each in accounts
        )
    )
    assert kept.codes().count("recovery.issued") == 8
    revoked = await kept.store.transact(lambda book: recovery.revoke(book, "cli:root", NOON))
    assert revoked is not None
    assert await kept.store.transact(lambda book: recovery.revoke(book, "cli:root", NOON)) is None
