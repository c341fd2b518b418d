"""My account: who somebody is, where they are signed in, and what they may end. A real provider and directory."""

import re
from dataclasses import replace

import pytest

from gateway.audit.entry import Code, Entry
from idp.http.account import FORMS
from idp.http.app import FORM_PAGES
from idp.http.cookies import KNOWN, SSO
from idp.login.handle import hashed
from tests.rig.people import PETR_ID
from tests.rig.provider import Browser
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, World

pytestmark = pytest.mark.real

DEVICE = re.compile(r'name="device" value="([0-9a-f]{32})"')


async def signed_in(world: World) -> Browser:
    """Jana in a new browser; a code is good once, so a minute goes by."""
    world.rig.clock.forward(minutes=1)
    browser, _ = await world.sign_in(prompt="login")
    return browser


def sessions_on(text: str) -> list[str]:
    return re.findall(r'name="session" value="([^"]{22})"', text)


def entries_of(world: World, code: Code) -> list[Entry]:
    return [entry for entry in world.rig.kept.entries if entry.code is code]


async def test_whoever_is_not_signed_in_is_led_through_a_sign_in_and_comes_back(world: World):
    browser = world.rig.browser()
    answer = await browser.get("/account")
    assert answer.status == 303
    assert answer.location.startswith("/sign-in?flow=")
    page = answer.location
    await browser.password(page, JANA, JANA_PASSWORD)
    answer = await browser.code(page, world.code())
    assert (answer.status, answer.location) == (303, "/account")
    shown = await browser.get("/account")
    assert shown.status == 200
    assert "<h1>My account</h1>" in shown.text
    assert Code.CODE_ISSUED not in world.rig.kept.codes()  # no application was involved


@pytest.mark.parametrize("path", ["/account", "/account/prove"])
async def test_images_and_frames_of_a_strangers_page_begin_nothing(world: World, path: str):
    for destination in ("image", "iframe"):
        answer = await world.rig.browser().get(path, Sec_Fetch_Dest=destination)
        assert answer.status == 400
    assert Code.SIGN_IN_STARTED not in world.rig.kept.codes()


async def test_a_sign_in_begun_there_goes_on_by_itself_once_another_tab_is_signed_in(world: World):
    browser = world.rig.browser()
    page = (await browser.get("/account")).location
    await world.sign_in(browser)
    answer = await browser.get(page)
    assert (answer.status, answer.location) == (303, "/account")
    assert "can no longer be finished" in (await browser.get(page)).text


async def test_the_page_says_who_somebody_is_and_where_they_are_signed_in(world: World):
    browser = await signed_in(world)
    firefox = "Mozilla/5.0 (Windows NT 10.0; rv:145.0) Gecko/20100101 Firefox/145.0"
    world.rig.clock.forward(minutes=1)
    page = await browser.begin(prompt="login")
    await browser.password(page, JANA, JANA_PASSWORD)
    await browser.code(page, world.code(), User_Agent=firefox)
    shown = (await browser.get("/account")).text
    for words in (
        *("Jana Nováková", JANA, "Město Kroměříž", "Roles: Hulín", "registrar", "just now"),
        *("Firefox, Windows", "192.0.2.7 (Hulín town hall)", "This browser"),
        *("password, one-time code (two factors)",),
    ):
        assert words in shown, words
    czech = (await browser.get("/account?lang=cs")).text
    for words in ("Můj účet", "192.0.2.7 (Městský úřad Hulín)", "matrikářka", "heslo, jednorázový kód"):
        assert words in czech, words


async def test_a_page_of_a_signed_in_person_may_run_our_script_and_no_other(world: World):
    browser = await signed_in(world)
    policy = (await browser.get("/account")).headers["Content-Security-Policy"]
    assert "script-src 'self'; connect-src 'self';" in policy
    assert "unsafe" not in policy
    page = await browser.begin(prompt="login")
    assert "script-src" not in (await browser.get(page)).headers["Content-Security-Policy"]


async def test_another_sign_in_is_ended_everywhere_and_recorded(world: World):
    here, there = await signed_in(world), await signed_in(world)
    shown = (await here.get("/account")).text
    mine, other = sessions_on(shown)
    answer = await here.post("/account/sign-ins/end", {"session": other})
    assert answer.location == "/account?done=ended#sign-ins"
    assert world.rig.ended == [other]  # what the gateway is told, and ends its own by
    assert sessions_on((await here.get("/account")).text) == [mine]
    assert (await there.get("/account")).location.startswith("/sign-in")
    (out,) = entries_of(world, Code.SIGN_OUT)
    assert (out.session, out.subject, out.reason) == (other, world.jana.subject, "signed_out")
    assert out.address == "192.0.2.7"


async def test_ending_this_sign_in_says_signed_out_and_takes_the_cookie(world: World):
    here = await signed_in(world)
    (mine,) = sessions_on((await here.get("/account")).text)
    answer = await here.post("/account/sign-ins/end", {"session": mine})
    assert "You are signed out" in answer.text
    assert SSO not in here.cookies
    assert world.rig.ended == [mine]


async def test_all_others_end_and_this_one_stays(world: World):
    first, second, here = [await signed_in(world) for _ in range(3)]
    await here.post("/account/sign-ins/end-others", {})
    assert len(world.rig.ended) == 2
    assert (await here.get("/account?done=ended-others")).status == 200
    for other in (first, second):
        assert (await other.get("/account")).status == 303
    assert {one.reason for one in entries_of(world, Code.SIGN_OUT)} == {"signed_out_elsewhere"}


async def test_to_sign_out_elsewhere_takes_factors_shown_just_now_and_the_page_says_how(world: World):
    other, here = await signed_in(world), await signed_in(world)
    world.rig.clock.forward(minutes=6)
    shown = (await here.get("/account")).text
    assert len(sessions_on(shown)) == 1  # only this one can be ended at once
    assert 'href="/account/prove?for=sign-ins"' in shown
    assert "end-others" not in shown
    said = await here.get((await here.post("/account/sign-ins/end-others", {})).location)
    assert "Confirm first that it is you" in said.text
    page = (await here.get("/account/prove?for=sign-ins")).location
    await here.password(page, JANA, JANA_PASSWORD)
    assert (await here.code(page, world.code())).location == "/account#sign-ins"
    assert len(sessions_on((await here.get("/account")).text)) == 2
    assert (await here.post("/account/sign-ins/end-others", {})).location.endswith("ended-others#sign-ins")
    assert (await other.get("/account")).status == 303


async def test_all_end_with_this_one(world: World):
    other, here = await signed_in(world), await signed_in(world)
    answer = await here.post("/account/sign-ins/end-all", {})
    assert "You are signed out" in answer.text
    assert len(world.rig.ended) == 2
    assert (await other.get("/account")).status == 303
    assert {one.reason for one in entries_of(world, Code.SIGN_OUT)} == {"signed_out_everywhere"}


async def test_a_session_of_somebody_else_cannot_be_ended(world: World):
    here = await signed_in(world)
    stranger = await signed_in(world)
    sid = sessions_on((await stranger.get("/account")).text)[0]
    session = await world.rig.kept.store.look(lambda book: book.session(sid))
    of_petr = replace(session, person=replace(session.person, subject=PETR_ID))
    await world.rig.kept.store.transact(lambda book: book.keep_session(of_petr))
    answer = await here.post("/account/sign-ins/end", {"session": sid})
    assert answer.location == "/account?done=gone#sign-ins"
    assert world.rig.ended == []
    assert (await world.rig.kept.store.look(lambda book: book.session(sid))).ended_at is None


@pytest.mark.parametrize("path", FORMS)
async def test_no_form_is_taken_from_a_strangers_page(world: World, path: str):
    here = await signed_in(world)
    (mine,) = sessions_on((await here.get("/account")).text)
    answer = await here.post(path, {"session": mine}, Sec_Fetch_Site="cross-site")
    assert answer.status == 403
    assert world.rig.ended == []


@pytest.mark.parametrize("path", FORMS)
async def test_whoever_is_signed_out_does_nothing_and_comes_to_the_sign_in(world: World, path: str):
    answer = await world.rig.browser().post(path, {"session": "x", "device": "y"})
    assert (answer.status, answer.location) == (303, FORM_PAGES.get(path, "/account"))


async def test_a_new_browser_is_told_to_every_other_sign_in_but_not_to_itself(world: World):
    first = await signed_in(world)
    second = await signed_in(world)
    told = (await first.get("/account")).text
    assert "Was it you?" in told
    sid = sessions_on(told)[1]
    met = entries_of(world, Code.NEW_DEVICE)
    assert [entry.session for entry in met][-1] == sid
    assert DEVICE.findall((await second.get("/account")).text) != DEVICE.findall(told)


async def test_a_known_browser_is_not_told_of_again(world: World):
    here = await signed_in(world)
    before = len(entries_of(world, Code.NEW_DEVICE))
    world.rig.clock.forward(hours=11)  # the session is over, the browser is known
    await world.sign_in(here)
    assert len(entries_of(world, Code.NEW_DEVICE)) == before == 1


async def test_the_person_says_it_was_me_and_is_not_asked_again(world: World):
    first, _ = await signed_in(world), await signed_in(world)
    (device,) = DEVICE.findall((await first.get("/account")).text)[::2]
    answer = await first.post("/account/devices/mine", {"device": device})
    assert answer.location == "/account?done=owned"
    assert "Was it you?" not in (await first.get("/account")).text
    (owned,) = entries_of(world, Code.NEW_DEVICE_OWNED)
    assert owned.details["device_address"] == "192.0.2.7"


async def test_a_new_browser_does_not_vouch_for_itself(world: World):
    await signed_in(world)
    second = await signed_in(world)
    name = hashed(second.cookies[KNOWN]).hex()[:32]
    answer = await second.post("/account/devices/mine", {"device": name})
    assert answer.location == "/account?done=gone#sign-ins"
    assert entries_of(world, Code.NEW_DEVICE_OWNED) == []


def name_of(browser: Browser) -> str:
    return hashed(browser.cookies[KNOWN]).hex()[:32]


async def again(world: World, browser: Browser) -> None:
    """The session ended; somebody signs in once more in the same browser."""
    await browser.post("/account/sign-ins/end-all", {})
    world.rig.clock.forward(minutes=1)
    await world.sign_in(browser, prompt="login")


async def refuses_to_vouch(world: World, browser: Browser, *names: str) -> None:
    assert "It was me" not in (await browser.get("/account")).text
    for name in names:
        answer = await browser.post("/account/devices/mine", {"device": name})
        assert answer.location == "/account?done=gone#sign-ins"
    assert entries_of(world, Code.NEW_DEVICE_OWNED) == []


async def test_a_new_browser_does_not_vouch_for_itself_after_signing_in_again(world: World):
    await signed_in(world)
    thief = await signed_in(world)
    await again(world, thief)
    assert name_of(thief) not in DEVICE.findall((await thief.get("/account")).text)
    await refuses_to_vouch(world, thief, name_of(thief))


async def test_a_new_browser_vouches_for_no_other_before_it_is_confirmed_itself(world: World):
    """Two browsers of one thief, or one that threw its cookie away, are no better than one."""
    await signed_in(world)
    one, two = await signed_in(world), await signed_in(world)
    await refuses_to_vouch(world, one, name_of(two))
    await refuses_to_vouch(world, two, name_of(one))
    before = name_of(one)
    del one.cookies[KNOWN]
    await refuses_to_vouch(world, one, before, name_of(two))  # with the session alone
    await again(world, one)
    assert name_of(one) != before
    await refuses_to_vouch(world, one, before, name_of(two), name_of(one))


async def test_a_browser_that_was_confirmed_confirms_others_and_the_first_one_goes_on_doing_it(world: World):
    first, second, third, fourth = [await signed_in(world) for _ in range(4)]
    for browser, other in ((first, second), (second, third), (first, fourth), (second, first)):
        answer = await browser.post("/account/devices/mine", {"device": name_of(other)})
        assert answer.location == "/account?done=owned"
    assert len(entries_of(world, Code.NEW_DEVICE_OWNED)) == 4
    assert "Was it you?" not in (await third.get("/account")).text


async def test_a_browser_that_is_itself_asked_about_may_still_say_it_was_not_me(world: World):
    first, second = await signed_in(world), await signed_in(world)
    shown = (await second.get("/account")).text
    assert DEVICE.findall(shown) == [name_of(first)]  # one form alone: the careful answer
    answer = await second.post("/account/devices/not-mine", {"device": name_of(first)})
    assert "Call Helpdesk, 573 321 100" in answer.text
    assert len(world.rig.ended) == 2


async def test_it_was_not_me_ends_everything_forgets_the_browser_and_says_whom_to_call(world: World):
    first, second = await signed_in(world), await signed_in(world)
    name = hashed(second.cookies[KNOWN]).hex()[:32]
    answer = await first.post("/account/devices/not-mine", {"device": name})
    assert "Call Helpdesk, 573 321 100" in answer.text
    assert len(world.rig.ended) == 2
    assert (await second.get("/account")).status == 303
    (disowned,) = entries_of(world, Code.NEW_DEVICE_DISOWNED)
    assert disowned.subject == world.jana.subject
    browser = hashed(second.cookies[KNOWN])
    knows = await world.rig.kept.store.look(lambda book: book.knows_browser(browser, world.jana.subject))
    assert not knows  # the next sign-in there is told of again, and its guesses are a stranger's


async def test_the_page_says_when_the_sign_in_ends_and_staying_moves_it(world: World):
    browser = await signed_in(world)
    world.rig.clock.forward(minutes=10)
    assert '"seconds": 300.0' in (await browser.get("/account/expiry")).text  # to ask is not to be at work
    answer = await browser.post("/account/stay", {})
    assert answer.location == "/account"
    assert '"seconds": 900.0' in (await browser.get("/account/expiry")).text
    shown = (await browser.get("/account")).text
    assert "Without further activity you will be signed out at <time" in shown
    assert "In any case sign-in is needed again at <time" in shown


async def test_a_sign_in_that_is_over_is_not_prolonged(world: World):
    browser = await signed_in(world)
    world.rig.clock.forward(minutes=15)
    assert (await browser.get("/account/expiry")).status == 401
    await browser.post("/account/stay", {})
    assert (await browser.get("/account/expiry")).status == 401
