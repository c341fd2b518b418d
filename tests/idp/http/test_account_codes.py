"""New recovery codes at "my account": asked about first, shown once, and never made by a reload."""

import re
from datetime import timedelta

import pytest

from config.vocabulary import AuthenticationLevel
from gateway.audit.entry import Code
from idp.http.cookies import SSO
from idp.login.exception import new_exception
from idp.login.spoken_code import new_spoken_code
from tests.rig.people import OPERATOR
from tests.rig.provider import NEW_CODES, Answer, Browser
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, World

pytestmark = pytest.mark.real
CODES = re.compile(r"<li><code>([0-9A-Z-]{23})</code></li>")


async def unused(world: World) -> int:
    return await world.rig.kept.store.look(lambda book: book.recovery_codes_left(world.jana.subject))


async def by_recovery_code(world: World, code: str) -> tuple[Browser, Answer]:
    browser = world.rig.browser()
    page = await browser.begin()
    await browser.password(page, JANA, JANA_PASSWORD)
    return browser, await browser.form(page, "recovery", {"recovery": code})


async def test_a_form_that_is_sent_again_leaves_the_printed_codes_valid_and_says_so(world: World):
    browser, _ = await world.sign_in()
    form = await browser.asking_for_codes()
    printed = CODES.findall((await browser.post(NEW_CODES, form)).text)
    for minutes in (0, 10):  # at once, and when the proof is too old by itself
        world.rig.clock.forward(minutes=minutes)
        again = await browser.post(NEW_CODES, form)
        assert (again.status, again.location) == (303, NEW_CODES)
        assert again.headers["x-brana-reason"] == "codes_made_already"
    assert world.rig.kept.codes().count(Code.RECOVERY_CODES_MADE) == 1
    assert "codes_made_already" in world.rig.kept.reasons()
    shown = (await browser.get(NEW_CODES)).text
    assert "You have 10 unused recovery codes." in shown
    assert "cannot be shown again" in shown
    assert (await by_recovery_code(world, printed[0]))[1].status == 303


async def test_a_form_that_names_no_codes_makes_none(world: World):
    browser, _ = await world.sign_in()
    answer = await browser.post(NEW_CODES, {})
    assert answer.headers["x-brana-reason"] == "codes_made_already"
    assert await unused(world) == 0


async def test_another_language_leads_to_the_question_and_makes_nothing(world: World):
    browser, _ = await world.sign_in()
    made = await browser.new_codes()
    assert 'href="?lang=cs"' in made.text
    shown = (await browser.get(f"{NEW_CODES}?lang=cs")).text
    assert "Kódy se ukazují jen jednou" in shown
    assert "Vytvořit nové kódy a zrušit dřívější" in shown
    assert await unused(world) == 10


async def test_earlier_codes_end_only_after_a_question(world: World):
    browser, _ = await world.sign_in()
    await browser.new_codes()
    account = (await browser.get("/account")).text
    assert f'href="{NEW_CODES}"' in account
    assert f'action="{NEW_CODES}"' not in account
    assert "all earlier codes end at once" in (await browser.get(NEW_CODES)).text


async def test_what_is_printed_says_whose_codes_they_are_and_from_when(world: World):
    browser, _ = await world.sign_in()
    shown = (await browser.new_codes()).text
    assert f"<strong>Jana Nováková</strong> ({JANA}) – made on <time" in shown
    assert "data-print hidden" in shown


async def test_a_proof_that_is_too_old_leads_to_a_new_one(world: World):
    browser, _ = await world.sign_in()
    world.rig.clock.forward(minutes=5)
    shown = (await browser.get(NEW_CODES)).text
    assert 'href="/account/prove"' in shown
    assert "<form class" not in shown


async def test_after_a_recovery_code_the_person_hears_how_many_are_left_and_goes_on(world: World):
    code, other = new_spoken_code(), new_spoken_code()
    await world.rig.kept.store.transact(
        lambda book: book.renew_recovery_codes(world.jana.subject, [code, other], world.rig.clock())
    )
    browser, done = await by_recovery_code(world, code)
    told = (await browser.get(done.location)).text
    assert "You have 1 unused recovery code." in told
    assert 'href="/account#authenticators"' in told
    assert "code" in (await browser.told_of_the_code(done)).said


async def test_the_page_after_a_recovery_code_tells_nothing_to_whoever_is_not_signed_in(world: World):
    answer = await world.rig.browser().get("/sign-in/recovery-code-used?client_id=gis")
    assert answer.location == "/authorize?client_id=gis"


async def test_a_link_to_the_page_about_a_code_tells_nobody_of_what_did_not_happen(world: World):
    """In a session that another factor opened, and minutes after a code did: the request goes on as it was written."""
    link, onward = (
        "/sign-in/recovery-code-used?x=y&prompt=login&max_age=0&lang=cs",
        "/authorize?x=y&prompt=login&max_age=0",
    )
    other, _ = await world.sign_in()
    never = await other.get(link, Sec_Fetch_Site="cross-site")
    assert (never.status, never.location) == (303, onward)
    code = new_spoken_code()
    await world.rig.kept.store.transact(
        lambda book: book.renew_recovery_codes(world.jana.subject, [code], world.rig.clock())
    )
    browser, done = await by_recovery_code(world, code)
    assert (await browser.get(done.location)).status == 200
    world.rig.clock.forward(minutes=5)
    late = await browser.get(link)
    assert (late.status, late.location) == (303, onward)


async def test_a_code_that_raised_a_session_is_told_of_however_long_ago_the_password_was_shown(world: World):
    now, code = world.rig.clock(), new_spoken_code()
    granted = new_exception(
        world.jana.subject, JANA, "rozbitý telefon", OPERATOR, now, now + timedelta(days=1)
    )
    await world.rig.kept.store.transact(lambda book: book.keep_exception(granted))
    browser = world.rig.browser()
    await browser.password(await browser.begin(), JANA, JANA_PASSWORD)
    world.rig.clock.forward(minutes=10)
    await world.rig.kept.store.transact(
        lambda book: book.renew_recovery_codes(world.jana.subject, [code], world.rig.clock())
    )
    page = await browser.begin(acr_values=AuthenticationLevel.TWO_FACTORS.value)
    done = await browser.form(page, "recovery", {"recovery": code})
    assert "code" in (await browser.told_of_the_code(done)).said


async def test_a_recovery_code_on_the_way_to_my_account_is_told_of_there(world: World):
    code = new_spoken_code()
    await world.rig.kept.store.transact(
        lambda book: book.renew_recovery_codes(world.jana.subject, [code], world.rig.clock())
    )
    for path, location in (
        ("/account", "/account?done=recovery-code-used#authenticators"),
        ("/account/password", "/account/password"),
    ):
        await world.rig.kept.store.transact(
            lambda book: book.renew_recovery_codes(world.jana.subject, [code], world.rig.clock())
        )
        browser = world.rig.browser()
        page = (await browser.get(path)).location
        await browser.password(page, JANA, JANA_PASSWORD)
        answer = await browser.form(page, "recovery", {"recovery": code})
        assert (answer.location, SSO in browser.cookies) == (location, True)
    assert "remove it here" in (await browser.get("/account?done=recovery-code-used")).text


@pytest.mark.parametrize("led_by", ["cross-site", "same-site", "none"])
async def test_a_link_to_my_account_tells_nobody_of_what_did_not_happen(world: World, led_by: str):
    browser, _ = await world.sign_in()
    for done in ("recovery-code-used", "password-changed", "removed", "ended-others", "last_authenticator"):
        link = f"/account?done={done}"
        assert 'role="status"' not in (await browser.get(link, Sec_Fetch_Site=led_by)).text
        assert 'role="status"' in (await browser.get(link, Sec_Fetch_Site="same-origin")).text
