"""A sign-in that has shown something ends with all of its person's sessions: it opens nothing afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import ldap
import pytest

from config.vocabulary import REASON_HEADER, Role, SubjectId
from gateway.audit.entry import Code
from idp.directory.person import AccountState, RoleHeld
from idp.events import NOWHERE, EndReason
from idp.http.cookies import KNOWN, SSO
from idp.login import desk, officer, totp
from idp.login.exception import new_exception
from idp.login.handle import hashed
from idp.login.session import Session
from tests.idp.http.test_enrolment import codes_on, enrolled_with_codes
from tests.rig.people import HULIN, OPERATOR, person
from tests.rig.provider import Browser
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, PETR_PASSWORD, World
from tests.rig.slapd import person_dn

pytestmark = pytest.mark.real


async def at_factor(world: World) -> tuple[Browser, str]:
    browser = world.rig.browser()
    page = await browser.begin()
    assert (await browser.password(page, JANA, JANA_PASSWORD)).status == 303
    return browser, page


async def opens_nothing(world: World, browser: Browser, page: str) -> None:
    world.rig.clock.forward(seconds=30)
    answer = await browser.code(page, world.code())
    assert "code=" not in answer.headers.get("Location", "")
    assert SSO not in browser.cookies
    assert "can no longer be finished" in (await browser.get(page)).text


@pytest.mark.parametrize("sessions_end", [True, False])
async def test_a_factor_enrolled_with_an_intercepted_code_opens_nothing_once_an_officer_removed_it(
    world: World, sessions_end: bool
):
    """Mallory stands at the recovery codes while `brana user reset-factor` runs."""
    mallory, petr, now = world.rig.browser(), world.petr, world.rig.clock()
    page, _, shown = await enrolled_with_codes(world, mallory)
    assert len(codes_on(shown)) == 10

    def reset(book):
        assert desk.remove_factors(book, petr.subject, petr.login, OPERATOR, now)
        if sessions_end:
            desk.end_all(book, petr.subject, EndReason.BY_OFFICER, NOWHERE, now)

    await world.rig.kept.store.transact(reset)
    assert codes_on(await mallory.form(page, "recovery-codes", {})) == []
    answer = await mallory.form(page, "saved", {})
    assert "code=" not in answer.headers.get("Location", "")
    assert SSO not in mallory.cookies
    left = await world.rig.kept.store.look(lambda book: book.recovery_codes_left(petr.subject))
    assert left == 0


async def test_a_factor_that_goes_alone_opens_nothing_from_the_page_of_its_recovery_codes(world: World):
    """Whatever removes it: the last step looks at what the person holds."""
    browser, petr = world.rig.browser(), world.petr
    page, _, _ = await enrolled_with_codes(world, browser)

    def drop(book):
        (held,) = book.authenticators(petr.subject)
        book.drop_authenticator(held.id)

    await world.rig.kept.store.transact(drop)
    await browser.form(page, "saved", {})
    assert SSO not in browser.cookies
    assert world.rig.kept.reasons()[-1] == "factor_missing"


async def test_an_enrolment_under_way_ends_with_the_persons_factors(world: World):
    """The code was spent already; nothing was enrolled yet."""
    browser, petr, now = world.rig.browser(), world.petr, world.rig.clock()
    page = await world.at_enrolment(browser)
    await world.rig.kept.store.transact(
        lambda book: desk.remove_factors(book, petr.subject, petr.login, OPERATOR, now)
    )
    assert "can no longer be finished" in (await browser.get(page)).text


@pytest.mark.parametrize("path", ["end-all", "end-others"])
async def test_the_person_ends_sign_ins_under_way_with_the_sessions(world: World, path: str):
    here, _ = await world.sign_in()
    thief, page = await at_factor(world)
    await here.post(f"/account/sign-ins/{path}", {})
    await opens_nothing(world, thief, page)


async def test_a_thief_with_a_session_alone_keeps_nobody_out_and_its_person_puts_the_thief_out(world: World):
    """The cookie of a session whose factors were shown a while ago is all that the thief has."""
    thief, _ = await world.sign_in()
    world.rig.clock.forward(minutes=9)
    own, page = await at_factor(world)
    refused = await thief.post("/account/sign-ins/end-others", {})
    assert (refused.location, refused.headers["x-brana-reason"]) == (
        "/account?done=confirm-first#sign-ins", "proof_too_old"
    )  # fmt: skip
    assert (await own.code(page, world.code())).status == 303
    theirs = hashed(own.cookies[SSO])
    session = await world.rig.kept.store.look(lambda book: book.session_of(theirs))
    await thief.post("/account/sign-ins/end", {"session": session.sid})
    assert world.rig.ended == []
    recorded = [one for one in world.rig.kept.entries if one.code is Code.SIGN_OUT_REFUSED]
    assert [(one.subject, one.reason) for one in recorded] == [(world.jana.subject, "proof_too_old")] * 2
    await own.post("/account/sign-ins/end-others", {})
    assert (await thief.get("/account")).status == 303


async def test_whoever_disowns_a_browser_ends_sign_ins_under_way(world: World):
    here, _ = await world.sign_in()
    world.rig.clock.forward(minutes=1)
    there, _ = await world.sign_in(prompt="login")
    thief, page = await at_factor(world)
    name = hashed(there.cookies[KNOWN]).hex()[:32]
    assert "Call Helpdesk" in (await here.post("/account/devices/not-mine", {"device": name})).text
    await opens_nothing(world, thief, page)


async def test_an_account_found_closed_ends_sign_ins_under_way_and_nobody_elses(world: World):
    await world.sign_in()
    late, page = await at_factor(world)
    other = world.rig.browser()
    others = await other.begin()
    await other.password(others, world.petr.login, PETR_PASSWORD)
    store, limits, now = world.rig.kept.store, world.rig.provider.sign_in, world.rig.clock()
    closed = person(world.jana.subject, state=AccountState.DISABLED)
    (session,) = await store.look(lambda book: book.sessions_of_subject(world.jana.subject))
    assert await store.refresh(session.sid, closed, limits, now) is None
    await opens_nothing(world, late, page)
    assert "single-use code from your administrator" in (await other.get(others)).text


async def test_a_removed_authenticator_ends_sign_ins_under_way(world: World):
    await world.key_of()
    here, _ = await world.sign_in()
    late, page = await at_factor(world)
    held = await world.rig.kept.store.look(lambda book: book.authenticators(world.jana.subject))
    key = next(one for one in held if not isinstance(one.means, totp.Enrolled))
    await here.post("/account/authenticators/remove/now", {"which": key.id})
    left = await world.rig.kept.store.look(lambda book: book.authenticators(world.jana.subject))
    assert key not in left
    await opens_nothing(world, late, page)


async def test_an_exception_that_an_officer_ends_ends_sign_ins_under_way(world: World):
    late, page = await at_factor(world)
    subject, now = SubjectId(world.jana.subject), world.rig.clock()

    def work(book):
        until = now + timedelta(days=1)
        officer.grant_exception(book, new_exception(subject, JANA, "telefon", OPERATOR, now, until))
        assert officer.end_exceptions(book, subject, JANA, OPERATOR, now) == officer.Ended(1, ())

    await world.rig.kept.store.transact(work)
    await opens_nothing(world, late, page)


async def opened(world: World) -> Session:
    (session,) = await world.rig.kept.store.look(lambda book: book.sessions_of_subject(world.jana.subject))
    return session


async def test_facts_are_as_old_as_the_password_step_where_that_was_just_now(world: World):
    browser, page = await at_factor(world)
    read_at = world.rig.clock()
    world.rig.clock.forward(seconds=4)
    assert (await browser.code(page, world.code())).status == 303
    session = await opened(world)
    assert (session.facts_at, session.auth_time) == (read_at, world.rig.clock())


@pytest.mark.parametrize("lapse", [timedelta(seconds=5), timedelta(minutes=9)])
async def test_facts_are_read_again_where_there_was_time_between_password_and_code(
    world: World, lapse: timedelta
):
    browser, page = await at_factor(world)
    world.rig.clock.forward(seconds=lapse.total_seconds())
    assert (await browser.code(page, world.code())).status == 303
    assert (await opened(world)).facts_at == world.rig.clock()


@contextmanager
def changed(world: World, attribute: str, value: str) -> Iterator[None]:
    """Jana's account in the directory, of which no news come here."""
    with world.directory.as_root() as root:
        root.modify_s(person_dn(JANA), [(ldap.MOD_ADD, attribute, value.encode())])
        try:
            yield
        finally:
            root.modify_s(person_dn(JANA), [(ldap.MOD_DELETE, attribute, None)])


async def test_an_account_disabled_while_it_stands_at_the_code_opens_nothing_before_any_news(world: World):
    browser, page = await at_factor(world)
    with changed(world, "pwdAccountLockedTime", "000001010000Z"):
        await opens_nothing(world, browser, page)


async def test_a_password_that_must_be_changed_by_now_leads_from_the_code_to_a_new_one_before_any_news(
    world: World,
):
    browser, page = await at_factor(world)
    world.rig.clock.forward(seconds=30)
    with changed(world, "pwdReset", "TRUE"):
        assert (await browser.code(page, world.code())).location == page
    assert SSO not in browser.cookies
    assert 'name="new"' in (await browser.get(page)).text


async def test_a_passkey_alone_opens_a_session_with_facts_of_that_moment(world: World):
    key, browser = await world.key_of(), world.rig.browser()
    page = await browser.begin()
    world.rig.clock.forward(minutes=9)
    assert (await browser.key(page, key)).status == 303
    assert (await opened(world)).facts_at == world.rig.clock()


@pytest.mark.parametrize("later", [2, 0])
async def test_a_sign_in_does_not_bring_back_facts_that_its_session_has_younger(world: World, later: int):
    """A role was given while the same browser stood at the code of another sign-in, or as the password was shown."""
    browser, _ = await world.sign_in()
    world.rig.clock.forward(minutes=1)
    page = await browser.begin(prompt="login")
    assert (await browser.password(page, JANA, JANA_PASSWORD)).status == 303
    world.rig.clock.forward(seconds=later)
    roles, now = (*world.jana.roles, RoleHeld(HULIN, Role.AUDITOR)), world.rig.clock()
    sid, limits = (await opened(world)).sid, world.rig.provider.sign_in
    assert await world.rig.kept.store.refresh(sid, replace(world.jana, roles=roles), limits, now) is not None
    world.rig.clock.forward(seconds=2)
    assert (await browser.code(page, world.code())).status == 303
    session = await opened(world)
    assert (session.person.roles, session.facts_at) == (roles, now)


async def test_a_password_alone_opens_nothing_where_the_session_has_become_an_administrators(world: World):
    """An exception was granted to a clerk, of whom news say by now what this sign-in was not told."""
    browser, _ = await world.sign_in()
    world.rig.clock.forward(seconds=1)
    subject, now, limits = SubjectId(world.jana.subject), world.rig.clock(), world.rig.provider.sign_in
    excepted = new_exception(subject, JANA, "telefon", OPERATOR, now, now + timedelta(days=1))
    await world.rig.kept.store.transact(lambda book: officer.grant_exception(book, excepted))
    more = replace(world.jana, roles=(*world.jana.roles, RoleHeld(HULIN, Role.LOCAL_ADMINISTRATOR)))
    before = await world.rig.kept.store.refresh((await opened(world)).sid, more, limits, now)
    page = await browser.begin(prompt="login")
    answer = await browser.password(page, JANA, JANA_PASSWORD)
    assert answer.headers[REASON_HEADER] == "start_again"
    refused = [one.reason for one in world.rig.kept.entries if one.code is Code.SIGN_IN_FAILED]
    assert refused == ["factor_too_weak"]
    assert await opened(world) == before


async def test_facts_of_a_time_to_come_are_not_younger_than_what_a_sign_in_reads(world: World):
    """The clock is set back by an hour while the same browser stands at the code of another sign-in."""
    browser, _ = await world.sign_in()
    world.rig.clock.forward(minutes=1)
    page = await browser.begin(prompt="login")
    assert (await browser.password(page, JANA, JANA_PASSWORD)).status == 303
    ahead = world.rig.clock() + timedelta(hours=1)
    foreign = replace(world.jana, roles=(RoleHeld(HULIN, Role.AUDITOR),))
    session = replace(await opened(world), person=foreign, facts_at=ahead)
    await world.rig.kept.store.transact(lambda book: book.keep_session(session))
    assert (await browser.code(page, world.code())).status == 303
    fresh = await opened(world)
    assert (fresh.sid, fresh.person.roles) == (session.sid, world.jana.roles)
    assert fresh.facts_at <= world.rig.clock()
