"""What the password alone opens by an exception, ends with the exception."""

from datetime import datetime, timedelta

import pytest

from config.vocabulary import AuthenticationLevel, SubjectId
from gateway.audit.entry import Code
from idp.login import officer
from idp.login.exception import LONGEST, new_exception
from idp.login.session import Session
from tests.rig.people import OPERATOR
from tests.rig.provider import Browser
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, World

pytestmark = pytest.mark.real


async def excepted(world: World, **lapse: float) -> datetime:
    """Jana may sign in by password alone for so long; until when."""
    subject, now = SubjectId(world.jana.subject), world.rig.clock()
    until = now + timedelta(**lapse)
    granted = new_exception(subject, JANA, "telefon", OPERATOR, now, until)
    await world.rig.kept.store.transact(lambda book: officer.grant_exception(book, granted))
    return until


async def by_password(world: World) -> tuple[Browser, Session]:
    browser = world.rig.browser()
    assert (await browser.password(await browser.begin(), JANA, JANA_PASSWORD)).status == 303
    (session,) = await world.rig.kept.store.look(lambda book: book.sessions_of_subject(world.jana.subject))
    assert session.level is AuthenticationLevel.PASSWORD
    return browser, session


async def test_a_session_by_an_exception_lasts_no_longer_than_the_exception(world: World):
    until = await excepted(world, minutes=7)
    browser, session = await by_password(world)
    assert (session.expires_at, session.ended_at) == (until, None)
    world.rig.clock.forward(minutes=6)
    assert (await browser.get("/account")).status == 200  # which reads the person's facts again
    world.rig.clock.forward(minutes=1)
    assert (await browser.get("/account")).location.startswith("/sign-in?flow=")
    over = await world.rig.kept.store.sweep(world.rig.provider.sign_in, world.rig.clock())
    assert over == (session.sid,)


async def test_a_long_exception_makes_no_session_longer(world: World):
    await excepted(world, days=30)
    _, session = await by_password(world)
    assert session.expires_at == session.auth_time + world.rig.provider.sign_in.absolute


async def test_a_session_that_was_raised_by_a_factor_rests_on_the_exception_no_more(world: World):
    await excepted(world, minutes=7)
    browser, session = await by_password(world)
    key = await world.key_of()
    page = await browser.begin(acr_values=AuthenticationLevel.PHISHING_RESISTANT.value)
    assert (await browser.key(page, key)).status == 303
    (raised,) = await world.rig.kept.store.look(lambda book: book.sessions_of_subject(world.jana.subject))
    assert (raised.sid, raised.level) == (session.sid, AuthenticationLevel.PHISHING_RESISTANT)
    assert raised.expires_at == session.auth_time + world.rig.provider.sign_in.absolute


async def test_ending_an_exception_ends_what_it_opened_and_nothing_else(world: World):
    other, _ = await world.sign_in()
    await excepted(world, days=1)
    browser = world.rig.browser()
    await browser.password(await browser.begin(), JANA, JANA_PASSWORD)
    held = await world.rig.kept.store.look(lambda book: book.sessions_of_subject(world.jana.subject))
    weak = next(one.sid for one in held if one.level is AuthenticationLevel.PASSWORD)
    subject, now = SubjectId(world.jana.subject), world.rig.clock()
    ended = await world.rig.kept.store.transact(
        lambda book: officer.end_exceptions(book, subject, JANA, OPERATOR, now)
    )
    assert ended == officer.Ended(1, (weak,))
    assert (await browser.get("/account")).location.startswith("/sign-in?flow=")
    assert (await other.get("/account")).status == 200
    entry = next(one for one in world.rig.kept.entries if one.code is Code.SESSION_ENDED)
    assert (entry.session, entry.reason) == (weak, "exception_ended")


async def test_an_exception_has_a_bound(world: World):
    with pytest.raises(officer.ExceptionTooLong, match="90 days at most"):
        await excepted(world, days=LONGEST.days, seconds=1)
    assert await world.rig.kept.store.look(lambda book: book.exceptions()) == []


async def test_whoever_has_no_factor_at_all_is_led_to_the_enrolment_where_more_is_needed(world: World):
    await excepted(world, days=1)
    browser, session = await by_password(world)
    for held in await world.rig.kept.store.look(lambda book: book.authenticators(session.person.subject)):
        await world.rig.kept.store.transact(lambda book, held=held: book.drop_authenticator(held.id))
    page = await browser.begin(acr_values=AuthenticationLevel.TWO_FACTORS.value)
    assert "<h1>Confirm that it is you</h1>" in (await browser.get(page)).text
    assert (await browser.password(page, JANA, JANA_PASSWORD)).status == 303
    shown = (await browser.get(page)).text
    for words in ('name="enrolment"', "Call Helpdesk, 573 321 100", "Jana Nov", 'action="/logout/confirm"'):
        assert words in shown
    code = await world.enrolment_code(session.person)
    assert (await browser.form(page, "enrolment", {"enrolment": code})).status == 303
    assert "level_unreachable" not in world.rig.kept.reasons()


async def test_whoever_signs_in_by_password_alone_confirms_by_it_before_signing_out_elsewhere(world: World):
    await excepted(world, days=1)
    browser, _ = await by_password(world)
    other = world.rig.browser()
    assert (await other.password(await other.begin(), JANA, JANA_PASSWORD)).status == 303
    world.rig.clock.forward(minutes=6)
    page = (await browser.get("/account/prove?for=sign-ins")).location
    assert (await browser.password(page, JANA, JANA_PASSWORD)).location == "/account#sign-ins"
    await browser.post("/account/sign-ins/end-others", {})
    assert (await other.get("/account")).status == 303
