"""The identity store on a real database: one write for a step, sealed secrets, bounded sweeps."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from config.settings import SignIn
from config.vocabulary import AuthenticationLevel, Language, Role, SessionId
from gateway.audit.entry import Code
from gateway.storage.database import Database
from gateway.storage.identity import STRANGERS_KEPT, IdentityStore
from gateway.storage.identity_book import IdentityBook
from gateway.storage.identity_rows import state_of, state_text
from gateway.storage.tables.audit import audit_entry
from idp.directory.person import AccountState, RoleHeld
from idp.events import NOWHERE, EndReason, PasswordRefused, SignInStarted
from idp.login import conduct, desk, totp
from idp.login.authenticator import Proof
from idp.login.book import Book, Flow
from idp.login.conduct import Visit
from idp.login.desk import Caller, Fresh
from idp.login.drawn import draw
from idp.login.handle import FlowId, HandleHash, hashed, new_handle, new_session_id
from idp.login.inputs import Rejected
from idp.login.refusal import Refusal
from idp.login.session import Session
from idp.login.states import (
    AwaitingEnrolment,
    AwaitingFactor,
    AwaitingNewPassword,
    AwaitingOfficersCode,
    AwaitingPassword,
    AwaitingSaved,
    CheckingPassword,
    Question,
    Standing,
)
from tests.rig.identity_store import Kept, identity_store
from tests.rig.people import HULIN, JANA, JANA_ID, NOON, OPERATOR, PETR, person

SECRET = totp.Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
LIMITS = SignIn()
BROWSER = HandleHash(b"b" * 32)
CALLER = Caller(origin=NOWHERE, browser=BROWSER)
ALENA = person("urad:alena")


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with identity_store(tmp_path) as made:
        yield made


def session(**changes: object) -> Session:
    usual = Session(
        sid=new_session_id(),
        handle=hashed(new_handle()),
        person=JANA,
        facts_at=NOON,
        locale=Language.CZECH,
        level=AuthenticationLevel.TWO_FACTORS,
        methods=("pwd", "otp", "mfa"),
        auth_time=NOON,
        created_at=NOON,
        last_seen=NOON,
        expires_at=NOON + timedelta(hours=10),
    )
    return replace(usual, **changes)


def flow(name: str = "f" * 22, state: object = None) -> Flow:
    return Flow(
        id=FlowId(name),
        browser=BROWSER,
        state=state or AwaitingPassword(b"c" * 32),
        asked="",
        address="192.0.2.7",
        locale=Language.CZECH,
        began_at=NOON,
        expires_at=NOON + timedelta(minutes=10),
    )


async def entries_in_the_log(kept: Kept) -> int:
    return await kept.database.read(
        lambda c: c.execute(select(func.count()).select_from(audit_entry)).scalar_one()
    )


async def test_a_change_and_its_entry_are_kept_together_or_not_at_all(kept: Kept):
    def breaks(book):
        book.keep_flow(flow())
        book.record(SignInStarted(at=NOON, client="gis"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await kept.store.transact(breaks)
    assert await kept.store.look(lambda book: book.flow(FlowId("f" * 22))) is None
    assert await entries_in_the_log(kept) == 0


async def test_of_what_strangers_are_refused_so_much_is_kept_and_of_the_rest_the_number(kept: Kept):
    """Anybody can send forms without a password; whatever concerns a person is kept."""

    def refused(at: datetime, subject: str = "") -> PasswordRefused:
        return PasswordRefused(at=at, person="nikdo", subject=subject, reason="empty_password")

    def flood(book: Book) -> None:
        for _ in range(STRANGERS_KEPT[0] + 7):
            book.record(refused(NOON))
        book.record(refused(NOON, JANA_ID))
        book.record(refused(NOON + STRANGERS_KEPT[1]))

    await kept.store.transact(flood)
    assert len(kept.entries) == STRANGERS_KEPT[0] + 2
    assert [one.details.get("left_out_before") for one in kept.entries[-2:]] == [None, 7]


def visit() -> Visit:
    return Visit(
        flow=FlowId("f" * 22), caller=CALLER, limits=LIMITS, drawn=draw(), now=NOON,
        fresh=Fresh(sid=new_session_id(), handle=hashed(new_handle()), known=hashed(new_handle())),
    )  # fmt: skip


def asks_about_jana(book: Book) -> CheckingPassword:
    checking = conduct.enter_password(book, visit(), JANA.login, "x").checking
    assert isinstance(checking, CheckingPassword)
    admitted = conduct.admit(book, visit().flow, CALLER, visit().rules, checking, JANA_ID, NOON)
    assert isinstance(admitted, CheckingPassword)
    return admitted


async def test_a_command_of_another_process_ends_a_sign_in_while_the_directory_is_being_asked(
    kept: Kept, tmp_path: Path
):
    """Whatever its clock says: what counts is which transaction came first."""
    await kept.store.transact(lambda book: book.keep_flow(flow()))
    checking = await kept.store.transact(asks_about_jana)
    another, past = Database(tmp_path / "brana.db"), NOON - timedelta(hours=1)
    with contextlib.closing(another):
        command = IdentityStore(another, kept.seal, lambda _connection, _entries: None)
        end = partial(desk.end_all, subject=JANA_ID, reason=EndReason.BY_OFFICER, origin=NOWHERE, now=past)
        await command.transact(end)
    late = await kept.store.transact(lambda book: conduct.answer_password(book, visit(), checking, JANA))
    assert (late.flow.state.asking, late.session) == (None, None)
    assert kept.reasons() == ["answered_too_late"]


async def test_after_a_crash_a_sign_in_is_still_that_of_whom_the_directory_was_asked_about(
    kept: Kept, tmp_path: Path
):
    """The answer is lost with the process; whoever goes on asks anew, and what ends the person's ends it."""
    await kept.store.transact(lambda book: book.keep_flow(flow()))
    await kept.store.transact(asks_about_jana)
    with contextlib.closing(Database(tmp_path / "brana.db")) as restarted:
        store = IdentityStore(restarted, kept.seal, lambda _connection, _entries: None)
        assert await store.signing_in(NOON) == {JANA_ID: NOON}
        again = await store.transact(asks_about_jana)
        gone_on = await store.transact(lambda book: conduct.answer_password(book, visit(), again, JANA))
        assert isinstance(gone_on.flow.state, AwaitingOfficersCode)


async def test_what_cannot_be_recorded_does_not_happen(kept: Kept):
    def refuses(_connection, _entries):
        raise ConnectionError

    store = IdentityStore(kept.database, kept.seal, refuses)
    opened = session()
    await kept.store.transact(lambda book: book.keep_session(opened))
    with pytest.raises(ConnectionError):
        await store.transact(lambda book: desk.end_one(book, opened.sid, EndReason.BY_OFFICER, NOWHERE, NOON))
    assert await kept.store.look(lambda book: book.sessions_of_subject(JANA_ID)) == [opened]


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
people = st.builds(
    replace, st.just(JANA), name=names, login=names, mail=names, state=st.sampled_from(AccountState),
    roles=st.lists(st.builds(RoleHeld, st.just(HULIN), st.sampled_from(Role)), max_size=3).map(tuple),
)  # fmt: skip
levels = st.sampled_from(AuthenticationLevel)
standings = st.builds(
    Standing,
    person=people,
    level=levels,
    methods=st.sampled_from([("pwd",), ("pwd", "otp", "mfa")]),
    demanded=st.none() | levels,
    must_change=st.sampled_from([None, Refusal.PASSWORD_EXPIRED]),
    lifting=st.sampled_from([None, SessionId("s" * 22)]),
    since=st.sampled_from([None, NOON]),
)
challenges = st.binary(min_size=32, max_size=32)
waiting = (
    st.builds(AwaitingPassword, challenges, st.none() | levels)
    | st.builds(AwaitingFactor, standings, challenges)
    | st.builds(AwaitingOfficersCode, standings)
    | st.builds(AwaitingEnrolment, standings, st.sampled_from(Proof), st.just(SECRET), challenges)
    | st.builds(AwaitingSaved, standings)
    | st.builds(AwaitingNewPassword, standings)
)


@given(waiting)
def test_a_state_is_read_back_as_it_was_kept(state):
    assert state_of(state_text(state)) == state


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(people, st.integers(0, 10**15), st.sampled_from([None, *EndReason]))
def test_a_session_is_read_back_as_it_was_kept(kept: Kept, who, micro, reason):
    moment = NOON + timedelta(microseconds=micro)
    made = session(person=who, last_seen=moment, ended_at=moment if reason else None, end_reason=reason)
    kept.database.write_soon(lambda c: kept_book(kept, c).keep_session(made)).result()
    assert kept.database.read_now(lambda c: kept_book(kept, c).session(made.sid)) == made
    assert kept.database.read_now(lambda c: kept_book(kept, c).session_of(made.handle)) == made


def kept_book(kept: Kept, connection):
    return IdentityBook(connection, kept.seal)


async def test_a_removed_factor_is_gone_and_recorded_once(kept: Kept):
    await kept.store.enrol_for(JANA_ID, SECRET, NOON)

    def remove():
        return kept.store.transact(
            lambda book: desk.remove_factors(book, JANA_ID, JANA.login, OPERATOR, NOON)
        )

    assert await remove()
    assert not await remove()
    assert kept.codes() == [Code.FACTOR_REMOVED]


async def test_ending_all_of_a_person_ends_no_others_and_each_once(kept: Kept):
    mine, others = [session(), session()], session(person=PETR)
    for each in (*mine, others):
        await kept.store.transact(lambda book, each=each: book.keep_session(each))

    def end_all(reason):
        return kept.store.transact(lambda book: desk.end_all(book, JANA_ID, reason, NOWHERE, NOON))

    assert set(await end_all(EndReason.SIGNED_OUT_EVERYWHERE)) == {each.sid for each in mine}
    assert await end_all(EndReason.BY_OFFICER) == ()
    unknown = SessionId("x" * 22)
    nobody = await kept.store.transact(
        lambda book: desk.end_one(book, unknown, EndReason.BY_OFFICER, NOWHERE, NOON)
    )
    assert nobody == ()
    assert await kept.store.look(lambda book: book.sessions_of_subject(PETR.subject)) == [others]
    assert kept.codes() == [Code.SIGN_OUT] * 2


async def test_new_facts_shorten_the_session_of_a_new_administrator_and_end_a_closed_account(kept: Kept):
    opened = session()
    await kept.store.transact(lambda book: book.keep_session(opened))
    administrator = person(roles=(*JANA.roles, RoleHeld(HULIN, Role.LOCAL_ADMINISTRATOR)))
    fresh = await kept.store.refresh(opened.sid, administrator, LIMITS, NOON)
    assert fresh.expires_at == NOON + timedelta(hours=4)
    assert await kept.store.refresh(opened.sid, person(state=AccountState.DISABLED), LIMITS, NOON) is None
    assert await kept.store.look(lambda book: book.sessions_of_subject(JANA_ID)) == []
    assert kept.reasons() == ["account_closed"]


async def test_a_sweep_ends_sessions_that_are_over_and_says_why(kept: Kept):
    idle, old, awake = session(), session(expires_at=NOON), session(last_seen=NOON + timedelta(minutes=10))
    for each in (idle, old, awake):
        await kept.store.transact(lambda book, each=each: book.keep_session(each))
    over = await kept.store.sweep(LIMITS, NOON + timedelta(minutes=15))
    assert set(over) == {idle.sid, old.sid}
    assert sorted(kept.reasons()) == ["absolute_limit", "idle"]
    assert await kept.store.look(lambda book: book.sessions_of_subject(JANA_ID)) == [awake]


async def test_an_alias_the_directory_resolves_has_no_guesses_of_its_own(kept: Kept):
    """A directory may find one person by several names: after the first answer they share one purse."""

    def guess(book, login):
        progress = conduct.enter_password(book, visit(), login, "x")
        if progress.checking is not None:
            progress = conduct.answer_password(book, visit(), progress.checking, Rejected(subject=JANA_ID))
        return progress.told.reason.value

    await kept.store.transact(lambda book: book.keep_flow(flow()))
    logins = ["novakova", "novakova.jana", "jana@obec.test", "jn", "NOVAKOVA", "novakova.jana", "jn"]
    told = [await kept.store.transact(lambda book, login=login: guess(book, login)) for login in logins]
    assert told == ["wrong_credentials"] * 5 + ["too_many_attempts_account"] * 2
    fresh = await kept.store.transact(lambda book: guess(book, "fourth.alias"))
    assert fresh == "too_many_attempts_account"


async def test_whom_a_login_meant_is_forgotten_when_it_means_nobody_for_certain(kept: Kept):
    await kept.store.transact(lambda book: book.keep_subject_of("novak", JANA_ID, NOON))
    await kept.store.transact(lambda book: book.keep_subject_of("jana", JANA_ID, NOON))
    await kept.store.transact(lambda book: book.forget_subject_of("novak"))
    assert await kept.store.look(lambda book: book.subject_of("novak")) is None
    assert await kept.store.look(lambda book: book.subject_of("jana")) == JANA_ID


async def test_people_in_the_middle_of_a_sign_in_are_known_with_the_age_of_what_is_known_of_them(kept: Kept):
    later, over = NOON + timedelta(minutes=1), NOON - timedelta(seconds=1)
    flows = [
        (AwaitingPassword(b"c" * 32), later, NOON),
        (AwaitingPassword(b"c" * 32, None, Question("q" * 22, over, ALENA.subject)), later, NOON),
        (AwaitingFactor(Standing(person=JANA, read_at=NOON), b"c" * 32), later, NOON),
        (AwaitingOfficersCode(Standing(person=JANA, read_at=over)), later, NOON),
        (AwaitingOfficersCode(Standing(person=PETR, read_at=NOON)), later, NOON),
        (AwaitingOfficersCode(Standing(person=person("urad:pozde"), read_at=NOON)), NOON, NOON),
    ]
    for number, (state, until, began) in enumerate(flows):
        made = Flow(
            id=FlowId(f"{number:022}"), browser=BROWSER, state=state, asked="", address="192.0.2.1",
            locale=Language.CZECH, began_at=began, expires_at=until,
        )  # fmt: skip
        await kept.store.transact(lambda book, made=made: book.keep_flow(made))
    assert await kept.store.signing_in(NOON) == {JANA_ID: over, PETR.subject: NOON, ALENA.subject: over}
    assert await kept.store.signing_in(NOON, [PETR.subject]) == {PETR.subject: NOON}
    assert await kept.store.signing_in(NOON, []) == {}
