"""What people prove themselves with, as it is kept."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from sqlite3 import IntegrityError

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from config.settings import SignIn
from gateway.storage.identity import IdentityStore
from gateway.storage.identity_book import IdentityBook
from gateway.storage.seal import Seal, SealBroken
from gateway.storage.tables.authenticators import enrolment_code, one_time_code, recovery_code
from idp.login.authenticator import Authenticator, Credential, CredentialId, Proof, new_authenticator_id
from idp.login.enrolment_code import EnrolmentCode
from idp.login.exception import ExceptionId, SignInException
from idp.login.spoken_code import new_spoken_code
from idp.login.totp import Enrolled, Secret
from tests.rig.identity_store import Kept, identity_store
from tests.rig.people import JANA_ID, NOON, OPERATOR, PETR_ID

SECRET = Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with identity_store(tmp_path) as opened:
        yield opened


def credential(name: bytes = b"c" * 16, **changed) -> Credential:
    made = Credential(
        id=CredentialId(name), public_key=b"\xa5", sign_count=7, aaguid="0" * 36, transports=("usb", "nfc"),
        user_verified=True, discoverable=True, backup_eligible=True, backed_up=False,
        attestation_format="packed", attestation_statement=b"\x00\xff",
    )  # fmt: skip
    return replace(made, **changed)


def authenticator(means, subject=JANA_ID, **changed) -> Authenticator:
    made = Authenticator(
        id=new_authenticator_id(), subject=subject, name="Klíč od trezoru", means=means, enrolled_at=NOON,
        proven_by=Proof.OFFICERS_CODE,
    )  # fmt: skip
    return replace(made, **changed)


def now_and_then(kept: Kept, work):
    return kept.database.write_soon(lambda connection: work(IdentityBook(connection, kept.seal))).result()


credentials = st.builds(
    credential,
    name=st.binary(min_size=16, max_size=64),
    sign_count=st.integers(0, 2**32 - 1),
    transports=st.sampled_from([(), ("usb",), ("internal", "hybrid")]),
    user_verified=st.booleans(),
    discoverable=st.booleans(),
    backup_eligible=st.booleans(),
    backed_up=st.booleans(),
    attestation_statement=st.binary(max_size=50),
)
means = credentials | st.builds(Enrolled, st.just(SECRET), st.integers(-1, 10**9), st.integers(-3, 3))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(means, st.text(max_size=20), st.none() | st.just(NOON), st.sampled_from(Proof))
def test_an_authenticator_is_read_back_as_it_was_kept(kept: Kept, held, name, used, proof):
    made = authenticator(held, name=name, last_used_at=used, proven_by=proof)
    now_and_then(kept, lambda book: book.keep_authenticator(made))
    assert now_and_then(kept, lambda book: book.authenticators(JANA_ID)) == [made]
    if isinstance(held, Credential):
        assert now_and_then(kept, lambda book: book.authenticator_of(held.id)) == made
    assert now_and_then(kept, lambda book: book.drop_authenticator(made.id))
    assert not now_and_then(kept, lambda book: book.drop_authenticator(made.id))
    assert now_and_then(kept, lambda book: book.authenticators(JANA_ID)) == []


async def test_several_of_one_person_come_oldest_first_and_those_of_others_not_at_all(kept: Kept):
    second = authenticator(Enrolled(SECRET, -1), enrolled_at=NOON + timedelta(days=1))
    first = authenticator(credential())
    for one in (second, first, authenticator(credential(b"d" * 16), PETR_ID)):
        await kept.store.transact(lambda book, one=one: book.keep_authenticator(one))
    assert await kept.store.look(lambda book: book.authenticators(JANA_ID)) == [first, second]


async def test_a_credential_belongs_to_one_authenticator(kept: Kept):
    await kept.store.transact(lambda book: book.keep_authenticator(authenticator(credential())))
    with pytest.raises(IntegrityError):
        await kept.store.transact(lambda book: book.keep_authenticator(authenticator(credential(), PETR_ID)))


async def test_a_secret_moved_to_another_authenticator_cannot_be_opened(kept: Kept):
    mine, other = authenticator(Enrolled(SECRET, -1)), authenticator(credential(), PETR_ID)
    await kept.store.transact(lambda book: book.keep_authenticator(mine))
    await kept.store.transact(lambda book: book.keep_authenticator(other))
    move = update(one_time_code).values(authenticator=other.id)
    await kept.database.write(lambda connection: connection.execute(move))
    with pytest.raises(SealBroken):
        await kept.store.look(lambda book: book.authenticators(PETR_ID))


async def test_a_secret_needs_the_master_key(kept: Kept):
    await kept.store.enrol_for(JANA_ID, SECRET, NOON)
    (held,) = await kept.store.look(lambda book: book.authenticators(JANA_ID))
    assert (held.means, held.proven_by) == (Enrolled(SECRET, -1), Proof.PREPARED)
    stranger = IdentityStore(kept.database, Seal(bytes(32)), lambda *_: None)
    with pytest.raises(SealBroken):
        await stranger.look(lambda book: book.authenticators(JANA_ID))


async def test_a_recovery_code_is_spent_once_and_by_its_owner_alone(kept: Kept):
    codes = [new_spoken_code() for _ in range(10)]
    await kept.store.transact(lambda book: book.renew_recovery_codes(JANA_ID, codes, NOON))

    def spend(subject, code):
        return kept.store.transact(lambda book: book.spend_recovery_code(subject, code, NOON))

    assert not await spend(PETR_ID, codes[0])
    assert not await spend(JANA_ID, new_spoken_code())
    assert [await spend(JANA_ID, codes[0]) for _ in range(2)] == [True, False]
    assert await kept.store.look(lambda book: book.recovery_codes_left(JANA_ID)) == 9
    assert await kept.store.look(lambda book: book.has_recovery_code(JANA_ID, codes[1]))
    assert not await kept.store.look(lambda book: book.has_recovery_code(JANA_ID, codes[0]))
    await kept.store.transact(lambda book: book.renew_recovery_codes(JANA_ID, (), NOON))
    assert not await spend(JANA_ID, codes[1])


async def test_another_set_of_codes_has_another_mark_and_a_spent_code_changes_none(kept: Kept):
    async def renewed(*codes) -> str:
        await kept.store.transact(lambda book: book.renew_recovery_codes(JANA_ID, codes, NOON))
        return await mark()

    def mark(subject=JANA_ID):
        return kept.store.look(lambda book: book.recovery_codes_mark(subject))

    first, second = new_spoken_code(), new_spoken_code()
    marks = [await mark(), await renewed(first), await renewed(second)]
    assert len(set(marks)) == 3
    assert await kept.store.transact(lambda book: book.spend_recovery_code(JANA_ID, second, NOON))
    assert await mark() == marks[-1]
    assert await mark(PETR_ID) == await renewed() == marks[0]


async def test_codes_are_not_in_the_file_and_one_seal_cannot_find_those_of_another(kept: Kept):
    code = new_spoken_code()
    issued = EnrolmentCode(subject=JANA_ID, issued_by=OPERATOR, issued_at=NOON, expires_at=NOON)
    await kept.store.transact(lambda book: book.keep_enrolment_code(code, issued))
    await kept.store.transact(lambda book: book.renew_recovery_codes(JANA_ID, [code], NOON))
    rows = [
        await kept.database.read(lambda c, table=table: c.execute(select(table.c.hash)).scalar_one())
        for table in (enrolment_code, recovery_code)
    ]
    assert rows[0] != rows[1]
    assert [len(row) for row in rows] == [32, 32]
    folder = Path(kept.database.where).parent
    assert code.encode() not in b"".join(path.read_bytes() for path in folder.glob("brana.db*"))
    stranger = IdentityStore(kept.database, Seal(bytes(32)), lambda *_: None)
    assert await stranger.look(lambda book: book.enrolment_code(code)) is None


async def test_an_enrolment_code_is_spent_once_and_a_new_one_withdraws_the_old(kept: Kept):
    old, new = new_spoken_code(), new_spoken_code()
    issued = EnrolmentCode(
        subject=JANA_ID, issued_by=OPERATOR, issued_at=NOON, expires_at=NOON + timedelta(hours=24)
    )
    for code in (old, new):
        await kept.store.transact(lambda book, code=code: book.keep_enrolment_code(code, issued))
    assert await kept.store.look(lambda book: book.enrolment_code(old)) is None
    assert await kept.store.look(lambda book: book.enrolment_code(new)) == issued

    def spend():
        return kept.store.transact(lambda book: book.spend_enrolment_code(new, NOON))

    assert [await spend(), await spend()] == [True, False]
    assert await kept.store.look(lambda book: book.enrolment_code(new)) == replace(issued, used_at=NOON)
    assert await kept.store.transact(lambda book: book.withdraw_enrolment_codes(JANA_ID)) == 0


async def test_the_sweep_forgets_enrolment_codes_that_expired_long_ago(kept: Kept):
    issued = EnrolmentCode(subject=JANA_ID, issued_by=OPERATOR, issued_at=NOON, expires_at=NOON)
    await kept.store.transact(lambda book: book.keep_enrolment_code(new_spoken_code(), issued))
    count = text("SELECT count(*) FROM enrolment_code")
    left = []
    for days in (6, 7):
        await kept.store.sweep(SignIn(), NOON + timedelta(days=days))
        left.append(await kept.database.read(lambda connection: connection.execute(count).scalar_one()))
    assert left == [1, 0]


async def test_an_exception_runs_from_its_beginning_to_its_end_or_until_it_is_ended(kept: Kept):
    week = timedelta(days=7)
    granted = SignInException(
        id=ExceptionId("e" * 22), subject=JANA_ID, login="novakova.jana", reason="rozbitý telefon",
        granted_by=OPERATOR, begins_at=NOON, ends_at=NOON + week,
    )  # fmt: skip
    longer = replace(granted, id=ExceptionId("f" * 22), ends_at=NOON + 2 * week)
    await kept.store.transact(lambda book: book.keep_exception(granted))

    def running(moment, subject=JANA_ID):
        return kept.store.look(lambda book: book.exception_of(subject, moment))

    assert await running(NOON) == granted
    assert await running(NOON - timedelta(seconds=1)) is None
    assert await running(NOON + week) is None
    assert await running(NOON, PETR_ID) is None
    await kept.store.transact(lambda book: book.keep_exception(longer))
    assert await running(NOON) == longer
    stopped = replace(longer, ended_at=NOON, ended_by=OPERATOR)
    await kept.store.transact(lambda book: book.keep_exception(stopped))
    assert await running(NOON) == granted
    assert set(await kept.store.look(lambda book: book.exceptions())) == {granted, stopped}
