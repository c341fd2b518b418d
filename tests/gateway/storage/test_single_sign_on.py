"""Ending a session at the gateway ends single sign-on in the same transaction: wholly, or not at all."""

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import SQLAlchemyError

from config.vocabulary import Language, SubjectId
from gateway.audit.entry import Code, Entry, Outcome
from gateway.sessions.lost_factors import Removal
from gateway.sessions.session import EndReason, Session
from gateway.storage.audit import LogInconsistent, append
from gateway.storage.database import Database
from gateway.storage.sessions import StoredSessions
from gateway.storage.single_sign_on import REASONS, SingleSignOn
from idp.events import Actor, Origin
from idp.login.book import Flow
from idp.login.handle import FlowId, HandleHash, new_flow_id, new_session_id
from idp.login.states import AwaitingOfficersCode, AwaitingPassword, Standing
from idp.login.totp import Secret
from idp.login.upstream import Identity, Link
from tests.gateway.storage.both_sides import Sides, sides
from tests.rig.people import JANA, OPERATOR, person
from tests.rig.session_store import ACTIVITY, SEAL

PETR = SubjectId("6f1c2f0e-6d7e-4a5e-9a51-2b8e6f0c1a02")
ORIGIN = Origin(address="192.0.2.9", request_id="request-7")
KUCERA = Actor("kucera", "urad:officer")
MINUTE = timedelta(minutes=1)
SECRET = Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")


@pytest.fixture
def both(database: Database) -> Sides:
    return sides(database)


def ended(session: Session, now: datetime) -> Entry:
    return Entry(
        code=Code.SESSION_ENDED,
        outcome=Outcome.SUCCESS,
        at=now,
        session=session.id,
        address="192.0.2.9",
        request_id="request-7",
    )


async def end(both: Sides, sessions: list[Session], reason: EndReason, now: datetime, *people: SubjectId):
    entries = [ended(session, now) for session in sessions]
    return await both.store.end(
        [one.id for one in sessions], reason, now, now + MINUTE, entries, people, origin=ORIGIN
    )


@pytest.mark.parametrize("reason", REASONS)
async def test_single_sign_on_ends_with_the_session_and_is_recorded_with_it(
    reason: EndReason, both: Sides, now: datetime
) -> None:
    session, other = await both.sign_in(now), await both.sign_in(now, PETR)
    await end(both, [session], reason, now)
    assert (await both.theirs(session)).end_reason == REASONS[reason]
    assert (await both.theirs(other)).ended_at is None
    here, there = both.entries()
    assert here.code is Code.SESSION_ENDED
    assert there.session == session.provider_sid
    assert (there.reason, there.address, there.request_id) == (REASONS[reason], "192.0.2.9", "request-7")
    assert "by" not in there.details


async def test_the_providers_entry_says_who_ended_it_where_it_was_somebody_else(
    both: Sides, now: datetime
) -> None:
    session = await both.sign_in(now)
    reason, entries = EndReason.ENDED_BY_OFFICER, [ended(session, now)]
    await both.store.end([session.id], reason, now, now + MINUTE, entries, by=KUCERA)
    _, there = both.entries()
    assert there.details["by"] == "kucera"


@pytest.mark.parametrize(
    "step",
    [
        "INSERT ON revoked",
        "UPDATE ON session",
        "UPDATE ON provider_session",
        "INSERT ON audit_entry",
        "INSERT ON audit_entry WHEN NEW.subject <> ''",  # the provider's entry alone
        "UPDATE ON audit_tail",
    ],
)
async def test_an_officers_kill_that_fails_at_any_step_has_ended_nothing_anywhere(
    step: str, both: Sides, now: datetime
) -> None:
    session = await both.sign_in(now)
    kept = await both.sign_in(now, PETR)
    await end(both, [kept], EndReason.SIGNED_OUT, now)  # the log has a tail now
    before = both.codes()
    await both.fault(step)
    with pytest.raises((SQLAlchemyError, sqlite3.Error, LogInconsistent)):
        await end(both, [session], EndReason.ENDED_BY_OFFICER, now)
    assert await both.mine(session) == session
    assert (await both.theirs(session)).ended_at is None
    assert session.revocation_id not in await both.store.revoked(now)
    assert both.codes() == before
    await both.mend()
    await end(both, [session], EndReason.ENDED_BY_OFFICER, now)
    assert (await both.mine(session)).ended_at == (await both.theirs(session)).ended_at == now


async def test_what_ends_for_a_whole_person_ends_where_no_session_of_the_gateway_belongs_to_it(
    both: Sides, now: datetime
) -> None:
    session, theirs = await both.sign_in(now), await both.sign_in_at_provider(now)
    stranger = await both.sign_in(now, PETR)
    await end(both, [session], EndReason.SIGNED_OUT_EVERYWHERE, now, session.subject)
    assert await both.at_provider(session.subject) == []
    assert (await both.theirs(stranger)).ended_at is None
    assert {entry.session for entry in both.entries()} == {session.id, session.provider_sid, theirs.sid}


async def test_a_sign_on_of_the_provider_alone_ends_by_its_name_and_nothing_else_of_the_person(
    both: Sides, now: datetime
) -> None:
    theirs, other = await both.sign_in_at_provider(now), await both.sign_in(now)
    assert await both.store.sign_ons() == [theirs]
    reason = EndReason.ROLE_LOST
    await both.store.end([], reason, now, now + MINUTE, [], sign_ons=[theirs.sid], origin=ORIGIN, by=KUCERA)
    (entry,) = both.entries()
    assert (entry.code, entry.session, entry.reason) == (Code.SESSION_ENDED, theirs.sid, "role_lost")
    assert (entry.address, entry.details["by"]) == ("192.0.2.9", "kucera")
    assert await both.store.sign_ons() == []
    assert await both.mine(other) == other


async def test_a_person_without_sessions_at_the_gateway_is_out_at_the_provider_too(
    both: Sides, now: datetime
) -> None:
    theirs = await both.sign_in_at_provider(now)
    assert await end(both, [], EndReason.ENDED_BY_OFFICER, now, theirs.person.subject) == []
    assert await both.at_provider(theirs.person.subject) == []


async def test_sign_ins_under_way_end_with_everything_of_their_person_and_with_no_one_elses(
    both: Sides, now: datetime
) -> None:
    """Also where the person has no session yet: an officer found the account closed, or resets the factor."""
    jana, petr, nobody = (
        Flow(
            id=new_flow_id(), browser=HandleHash(b"b" * 32), state=state, asked="", address="192.0.2.7",
            locale=Language.CZECH, began_at=now, expires_at=now + timedelta(minutes=10),
        )
        for state in (
            AwaitingOfficersCode(Standing(person=JANA, read_at=now)),
            AwaitingOfficersCode(Standing(person=person(PETR, "svoboda.petr"), read_at=now)),
            AwaitingPassword(b"c" * 32),
        )
    )  # fmt: skip

    async def left() -> list[FlowId]:
        return await both.identities.look(
            lambda book: [one.id for one in (jana, petr, nobody) if book.flow(one.id) is not None]
        )

    for one in (jana, petr, nobody):
        await both.identities.transact(lambda book, one=one: book.keep_flow(one))
    await end(both, [], EndReason.ACCOUNT_GONE, now, JANA.subject)
    assert await left() == [petr.id, nobody.id]
    await both.identities.enrol_for(PETR, SECRET, now)
    without_factor = SingleSignOn(SEAL, append).ending_without_factor(Removal(login="petr", by=OPERATOR))
    store = StoredSessions(both.database, append, ACTIVITY, without_factor)
    await store.end([], EndReason.ENDED_BY_OFFICER, now, now + MINUTE, [], [PETR])
    assert await left() == [nobody.id]


async def test_all_factors_that_are_lost_take_links_with_other_providers_along(
    both: Sides, now: datetime
) -> None:
    """Whoever added a factor may have linked an identity of theirs too."""
    identity = Identity(issuer="https://sso.kraj.test", subject="a1")
    link = Link(identity=identity, provider="kraj", name="", subject=PETR, linked_at=now)
    await both.identities.transact(lambda book: book.keep_link(link))
    await both.identities.enrol_for(PETR, SECRET, now)
    without_factor = SingleSignOn(SEAL, append).ending_without_factor(Removal(login="petr", by=OPERATOR))
    store = StoredSessions(both.database, append, ACTIVITY, without_factor)
    await store.end([], EndReason.ENDED_BY_OFFICER, now, now + MINUTE, [], [PETR])
    assert await both.identities.look(lambda book: book.links_of(PETR)) == []
    assert sorted(both.codes()) == [Code.FACTOR_REMOVED, Code.UPSTREAM_UNLINKED]


async def test_what_ended_at_the_provider_first_is_not_ended_there_again(both: Sides, now: datetime) -> None:
    session = await both.sign_in(now)
    await end(both, [session], EndReason.PROVIDER_SESSION_ENDED, now)
    assert both.codes() == [Code.SESSION_ENDED]


async def test_ending_a_session_twice_ends_and_records_single_sign_on_once(
    both: Sides, now: datetime
) -> None:
    session = await both.sign_in(now)
    await end(both, [session], EndReason.SIGNED_OUT, now)
    first = await both.theirs(session)
    await end(both, [session], EndReason.ENDED_BY_OFFICER, now + MINUTE)
    assert await both.theirs(session) == first
    assert both.codes() == [Code.SESSION_ENDED, Code.SIGN_OUT]


async def test_an_open_session_is_found_whose_sign_on_has_ended_without_telling(
    both: Sides, now: datetime
) -> None:
    left, kept = await both.sign_in(now), await both.sign_in(now, PETR)
    foreign = replace(kept, id=new_session_id(), provider_sid="of-another-provider")
    await both.store.add(foreign, b"h" * 32, "b.example", [])
    assert await both.store.outliving_sign_on() == []
    await both.end_at_provider(left, now)
    assert await both.store.outliving_sign_on() == [left]
    await end(both, [left], EndReason.PROVIDER_SESSION_ENDED, now)
    assert await both.store.outliving_sign_on() == []


async def test_a_session_that_no_session_of_the_provider_belongs_to_ends_all_the_same(
    both: Sides, now: datetime
) -> None:
    session = await both.sign_in(now)
    lonely = replace(session, id=new_session_id(), provider_sid="of-another-provider")
    await both.store.add(lonely, b"h" * 32, "b.example", [])
    await end(both, [lonely], EndReason.SIGNED_OUT, now)
    assert (await both.mine(lonely)).ended_at == now
    assert both.codes() == [Code.SESSION_ENDED]


@pytest.mark.parametrize(
    "step", ["DELETE ON authenticator", "UPDATE ON session", "UPDATE ON provider_session"]
)
async def test_a_lost_factor_goes_with_all_sessions_or_stays_with_them(
    step: str, both: Sides, now: datetime
) -> None:
    session, theirs = await both.sign_in(now), await both.sign_in_at_provider(now)
    await both.identities.enrol_for(session.subject, SECRET, now)
    store = StoredSessions(
        both.database,
        append,
        ACTIVITY,
        SingleSignOn(SEAL, append).ending_without_factor(Removal(login="jana", by=OPERATOR)),
    )

    async def reset() -> None:
        entry = ended(session, now)
        await store.end(
            [session.id], EndReason.ENDED_BY_OFFICER, now, now + MINUTE, [entry], [session.subject]
        )

    async def enrolled() -> bool:
        return await both.identities.look(lambda book: bool(book.authenticators(session.subject)))

    await both.fault(step)
    with pytest.raises((SQLAlchemyError, sqlite3.Error)):
        await reset()
    assert await enrolled()
    assert await both.mine(session) == session
    assert theirs in await both.at_provider(session.subject)
    await both.mend()
    await reset()
    assert not await enrolled()
    assert await both.at_provider(session.subject) == []
    assert both.codes() == [Code.SESSION_ENDED, Code.FACTOR_REMOVED, Code.SESSION_ENDED, Code.SESSION_ENDED]
