"""`acr_values`, `max_age` and `prompt`: a session is lifted by what it lacks, and by no less."""

from datetime import timedelta

import pytest

from config.vocabulary import AuthenticationLevel
from gateway.audit.entry import Code
from idp.http.cookies import SSO
from idp.login.exception import ExceptionId, SignInException
from tests.rig.people import OPERATOR
from tests.rig.provider import CALLBACK, authorize_path
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, World

pytestmark = pytest.mark.real
PASSWORD, TWO, RESISTANT = (level.value for level in AuthenticationLevel)
UNMET = "unmet_authentication_requirements"


async def test_a_session_is_lifted_by_the_key_alone_and_keeps_its_name(world: World):
    key = await world.key_of()
    browser, _ = await world.sign_in()
    first = world.rig.kept.entries[-1].session
    world.rig.clock.forward(minutes=5)
    page = await browser.begin(acr_values=RESISTANT)
    shown = await browser.get(page)
    assert "password" not in shown.text.lower()
    assert (await browser.code(page, world.code())).status == 422  # too weak, not even looked at
    done = await browser.key(page, key)
    assert done.location.startswith(CALLBACK + "?code=")
    completed = world.rig.kept.entries[-2]
    assert (completed.code, completed.session) == (Code.SIGN_IN_COMPLETED, first)
    assert completed.details["acr"] == RESISTANT
    (session,) = await world.rig.kept.store.look(lambda book: book.sessions_of_subject(world.jana.subject))
    assert (session.sid, session.level.value) == (first, RESISTANT)
    assert session.auth_time == world.rig.clock() - timedelta(minutes=5)
    silent = await browser.get(authorize_path(acr_values=RESISTANT, prompt="none"))
    assert "code" in silent.said


async def test_a_password_older_than_max_age_is_asked_for_again(world: World):
    await world.key_of()
    browser, _ = await world.sign_in()
    world.rig.clock.forward(minutes=5)
    page = await browser.begin(acr_values=RESISTANT, max_age="60")
    assert 'name="password"' in (await browser.get(page)).text


async def test_a_session_whose_level_suffices_answers_without_a_page(world: World):
    browser, _ = await world.sign_in()
    for wanted in (TWO, PASSWORD, f"urn:example:unknown {TWO}", f"{RESISTANT} {TWO}"):
        assert "code" in (await browser.get(authorize_path(acr_values=wanted))).said


async def test_a_level_nobody_knows_cannot_be_met(world: World):
    answer = await world.rig.browser().get(authorize_path(acr_values="urn:example:unknown"))
    assert answer.said["error"] == UNMET


async def test_a_level_the_person_has_no_factor_for_cannot_be_met(world: World):
    browser, _ = await world.sign_in()
    answer = await browser.get(authorize_path(acr_values=RESISTANT))
    assert answer.said["error"] == UNMET
    stranger = world.rig.browser()
    page = await stranger.begin(acr_values=RESISTANT)
    answer = await stranger.password(page, JANA, JANA_PASSWORD)
    assert (answer.said["error"], answer.said["state"]) == (UNMET, "stav-1")
    assert "level_unreachable" in world.rig.kept.reasons()
    assert "__Host-brana-sso" not in stranger.cookies


async def test_a_session_that_ended_meanwhile_is_not_lifted(world: World):
    key = await world.key_of()
    browser, _ = await world.sign_in()
    page = await browser.begin(acr_values=RESISTANT)
    other = dict(browser.cookies)
    await browser.post("/logout/confirm", {})
    browser.cookies = other  # as if the sign-out had come from elsewhere
    assert (await browser.key(page, key)).status == 400
    assert "session_over" in world.rig.kept.reasons()


async def test_without_a_page_a_level_that_is_missing_is_told_at_once(world: World):
    await world.key_of()
    browser, _ = await world.sign_in()
    answer = await browser.get(authorize_path(acr_values=RESISTANT, prompt="none"))
    assert answer.said["error"] == "login_required"


async def test_an_exception_lets_in_by_password_alone_unless_more_is_demanded(world: World):
    now = world.rig.clock()
    granted = SignInException(
        id=ExceptionId("e" * 22), subject=world.jana.subject, login=JANA, reason="rozbitý telefon",
        granted_by=OPERATOR, begins_at=now, ends_at=now.replace(year=now.year + 1),
    )  # fmt: skip
    await world.rig.kept.store.transact(lambda book: book.keep_exception(granted))
    browser = world.rig.browser()
    answer = await browser.password(await browser.begin(), JANA, JANA_PASSWORD)
    assert answer.location.startswith(CALLBACK + "?code=")
    codes = world.rig.kept.codes()
    assert Code.SIGN_IN_BY_EXCEPTION in codes
    assert world.rig.kept.entries[-2].details["acr"] == PASSWORD
    page = await browser.begin(acr_values=TWO)
    assert 'name="code"' in (await browser.get(page)).text
    assert "code" in (await browser.code(page, world.code())).said
    assert world.rig.kept.entries[-2].details["acr"] == TWO


async def test_a_key_that_only_raised_a_session_left_open_signs_nobody_in_alone(world: World):
    """Decision 33: not by whoever holds the key alone; decision 19: an unlocked computer proves nothing new."""
    key = await world.key_of(verifies=False)
    browser, _ = await world.sign_in()
    world.rig.clock.forward(minutes=14)  # nobody is at the computer
    key.verifies = True  # the thief gave the key a PIN
    page = await browser.begin(acr_values=RESISTANT)
    assert (await browser.key(page, key)).status == 303
    thief = world.rig.browser("198.51.100.9")
    alone = await thief.key(await thief.begin(), key)
    assert alone.status == 422
    assert SSO not in thief.cookies
