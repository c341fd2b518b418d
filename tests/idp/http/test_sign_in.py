"""Signing in, against a real directory, a real database and the real application on its socket."""

import asyncio
from pathlib import Path

import pytest

from gateway.audit.entry import Code
from idp.login.handle import hashed
from tests.rig.provider import CALLBACK, Browser, secret_on
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, PETR, PETR_PASSWORD, SECRET, World

pytestmark = pytest.mark.real
SSO, LOGIN, KNOWN = "__Host-brana-sso", "__Host-brana-login", "__Host-brana-browser"


async def signed_in(world: World, browser: Browser | None = None):
    return await world.sign_in(browser, prompt="login")


async def test_password_and_code_lead_back_to_the_application(world: World):
    _, answer = await signed_in(world)
    assert answer.location.startswith(CALLBACK + "?")
    assert answer.said["state"] == "stav-1"
    assert answer.said["iss"] == "https://login.obec.test"
    assert len(answer.said["code"]) == 43
    assert world.rig.kept.codes() == [
        Code.SIGN_IN_STARTED,
        Code.SIGN_IN_PASSWORD_ACCEPTED,
        Code.SIGN_IN_CODE_ACCEPTED,
        Code.NEW_DEVICE,
        Code.SIGN_IN_COMPLETED,
        Code.CODE_ISSUED,
    ]
    completed = world.rig.kept.entries[4]
    assert (completed.subject, completed.person, completed.address) == (world.jana.subject, JANA, "192.0.2.7")
    assert {entry.session for entry in world.rig.kept.entries[3:]} == {completed.session}


async def test_cookies_are_host_only_secure_and_out_of_reach_of_scripts(world: World):
    browser, _ = await signed_in(world)
    assert {SSO, KNOWN} <= {line.partition("=")[0] for line in browser.set_cookies}
    for line in browser.set_cookies:
        attributes = {part.strip().lower() for part in line.split(";")[1:]}
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= attributes
        assert not any(part.startswith("domain") for part in attributes)


async def test_every_sign_in_gives_a_new_handle_and_the_old_one_is_dead(world: World):
    browser, _ = await signed_in(world)
    before = browser.cookies[SSO]
    world.rig.clock.forward(seconds=60)
    await signed_in(world, browser)
    assert browser.cookies[SSO] != before
    stale = world.rig.browser()
    stale.cookies[SSO] = before
    assert (await stale.begin(prompt="none")).startswith(CALLBACK + "?error=login_required")


async def test_a_session_handle_planted_before_the_sign_in_is_not_taken_over(world: World):
    browser = world.rig.browser()
    browser.cookies[SSO] = planted = "A" * 43
    await signed_in(world, browser)
    assert browser.cookies[SSO] != planted


async def test_a_second_application_needs_no_second_sign_in(world: World):
    browser, _ = await signed_in(world)
    answer = await browser.get("/authorize?" + "&".join([
        "client_id=gis", "redirect_uri=https%3A%2F%2Fgis.obec.test%2Foidc%2Fcallback", "response_type=code",
        "scope=openid", "code_challenge_method=S256", "code_challenge=" + "A" * 43, "prompt=none",
    ]))  # fmt: skip
    assert answer.location.startswith("https://gis.obec.test/oidc/callback?code=")


@pytest.mark.parametrize(
    ("login", "password"),
    [(JANA, "spatne-heslo"), ("nikdo.takovy", "spatne-heslo"), ("*", "x"), (f"{JANA})(uid=*", JANA_PASSWORD),
     (f"uid={JANA},ou=people", JANA_PASSWORD), ("*)(objectClass=*", "*")],
)  # fmt: skip
async def test_wrong_unknown_and_injected_logins_get_one_answer(world: World, login, password):
    browser = world.rig.browser()
    page = await browser.begin()
    answer = await browser.password(page, login, password)
    assert answer.status == 422
    assert "The user name or password is not right." in answer.text
    assert 'role="alert"' in answer.text
    assert SSO not in browser.cookies


@pytest.mark.parametrize(
    ("login", "password"),
    [("", "x"), ("   ", "x"), (JANA, ""), ("", ""), (f"{JANA}\x00", JANA_PASSWORD), (JANA, "\x00"),
     (JANA, JANA_PASSWORD + "\x00"), ("x" * 300, "x"), (JANA, "x" * 1025), (f"{JANA}\r\n", JANA_PASSWORD)],
)  # fmt: skip
async def test_unusable_input_never_reaches_the_directory(world: World, login, password):
    browser = world.rig.browser()
    page = await browser.begin()
    assert (await browser.password(page, login, password)).status == 422
    assert world.asked == []
    assert Code.SIGN_IN_PASSWORD_REFUSED in world.rig.kept.codes()


async def test_enrolment_is_offered_to_nobody_who_did_not_give_the_password(world: World):
    browser, stranger = world.rig.browser(), world.rig.browser()
    page = await browser.begin()
    await browser.password(page, PETR, PETR_PASSWORD)
    assert (await stranger.get(page)).status == 400
    stranger.cookies[LOGIN] = "B" * 43
    assert (await stranger.get(page)).status == 400
    assert (await stranger.code(page, "000000")).status == 400


async def test_a_code_before_the_password_is_out_of_turn(world: World):
    browser = world.rig.browser()
    page = await browser.begin()
    answer = await browser.code(page, world.code())
    assert (answer.status, answer.location) == (303, page)
    assert SSO not in browser.cookies


async def test_a_sign_in_that_took_too_long_begins_again(world: World):
    browser = world.rig.browser()
    page = await browser.begin()
    await browser.password(page, JANA, JANA_PASSWORD)
    world.rig.clock.forward(minutes=10)
    assert (await browser.code(page, world.code())).status == 400
    assert SSO not in browser.cookies


async def test_a_finished_sign_in_cannot_be_finished_again(world: World):
    browser = world.rig.browser()
    page = await browser.begin()
    await browser.password(page, JANA, JANA_PASSWORD)
    await browser.code(page, world.code())
    world.rig.clock.forward(seconds=60)
    assert (await browser.code(page, world.code())).status == 400


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"},
     {"Sec-Fetch-Site": "", "Origin": "https://login.obec.test"}],
)  # fmt: skip
async def test_a_form_of_a_strangers_page_signs_nobody_in(world: World, headers):
    browser = world.rig.browser()
    page = await browser.begin()
    assert (await browser.password(page, JANA, JANA_PASSWORD, **headers)).status == 403
    assert world.asked == []


async def test_two_tabs_begun_at_once_both_arrive(world: World):
    browser = world.rig.browser()
    first = await browser.begin(state="prvni")
    second = await browser.begin(state="druha")
    await browser.password(second, JANA, JANA_PASSWORD)
    assert (await browser.code(second, world.code())).said["state"] == "druha"
    answer = await browser.get(first)
    assert answer.said["state"] == "prvni"
    assert "code" in answer.said


async def test_html_in_the_directory_is_shown_as_text(world: World):
    browser = world.rig.browser()
    page = await browser.begin(login_hint='"><script>alert(1)</script>')
    assert "alert(1)</script" not in (await browser.get(page)).text
    await browser.password(page, JANA, JANA_PASSWORD)
    assert "<script" not in (await browser.get(page)).text


async def test_a_directory_that_does_not_answer_lets_nobody_in_and_costs_no_guess(world: World):
    browser = world.rig.browser()
    page = await browser.begin()
    world.directory.stop()
    try:
        answers = [await browser.password(page, JANA, JANA_PASSWORD) for _ in range(6)]
    finally:
        world.directory.start()
    assert {answer.status for answer in answers} == {503}
    assert "the office directory does not answer" in answers[0].text
    for _ in range(50):
        if (await browser.password(page, JANA, JANA_PASSWORD)).status == 303:
            break
        await asyncio.sleep(0.1)
    assert (await browser.code(page, world.code())).status == 303


async def test_nothing_secret_is_recorded(world: World):
    browser, answer = await signed_in(world)
    secrets = [JANA_PASSWORD, SECRET.base32, answer.said["code"], *browser.cookies.values()]
    recorded = repr(world.rig.kept.entries)
    assert not any(secret in recorded for secret in secrets)


async def test_the_database_holds_no_secret_in_the_clear(world: World):
    browser, answer = await signed_in(world)
    world.rig.clock.forward(seconds=60)
    page = await world.at_enrolment(browser, prompt="login")
    pending = secret_on(await browser.get(page + "&by=code"))
    folder = Path(world.rig.kept.database.where).parent
    raw = b"".join(path.read_bytes() for path in folder.glob("brana.db*"))
    for secret in (
        JANA_PASSWORD,
        PETR_PASSWORD,
        SECRET.base32,
        pending,
        answer.said["code"],
        *browser.cookies.values(),
    ):
        assert secret.encode() not in raw


async def test_the_language_of_a_refused_form_can_be_switched(world: World):
    browser = world.rig.browser()
    page = await browser.begin()
    refused = await browser.password(page, JANA, "spatne")
    link = refused.text.partition('hreflang="cs" href="')[2].partition('"')[0].replace("&amp;", "&")
    back = await browser.get("/sign-in/password" + link)
    assert back.status == 303
    shown = await browser.get(back.location)
    assert shown.status == 200
    assert "Heslo" in shown.text


async def test_a_browser_is_known_by_another_handle_after_each_sign_in_and_stays_the_same_browser(
    world: World,
):
    browser, _ = await world.sign_in()
    noted = browser.cookies[KNOWN]
    world.rig.clock.forward(minutes=1)
    await world.sign_in(browser, prompt="login")
    assert browser.cookies[KNOWN] != noted
    store, now = world.rig.kept.store, hashed(browser.cookies[KNOWN])
    for handle, knows in ((hashed(noted), False), (now, True)):
        assert await store.look(lambda book, one=handle: book.has_known(one)) is knows
    assert world.rig.kept.codes().count(Code.NEW_DEVICE) == 1
    assert [one.browser for one in await store.new_devices(world.jana.subject)] == [now]


async def test_guesses_of_somebody_else_in_a_known_browser_stay_counted_when_its_handle_changes(world: World):
    """Two people of one computer: who signs in again and again gets no more guesses of the other."""
    browser, petr = world.rig.browser(), world.petr.subject
    await world.sign_in(browser)
    await world.rig.kept.store.transact(
        lambda book: book.keep_browser(hashed(browser.cookies[KNOWN]), petr, world.rig.clock())
    )
    world.rig.clock.forward(minutes=1)
    page = await browser.begin(prompt="login")
    for _ in range(5):
        assert (await browser.password(page, world.petr.login, "spatne")).status == 422
    world.rig.clock.forward(minutes=1)
    await world.sign_in(browser, prompt="login")
    world.rig.clock.forward(minutes=1)
    page = await browser.begin(prompt="login")
    assert (await browser.password(page, world.petr.login, "spatne")).status == 429


async def test_a_password_in_the_field_of_the_name_does_not_stand_in_the_log(world: World):
    browser, typed = world.rig.browser(), "Tajne-heslo 53"
    page = await browser.begin()
    for _ in range(6):
        await browser.password(page, typed, "x")
    assert Code.SIGN_IN_THROTTLED in world.rig.kept.codes()
    assert typed not in repr(world.rig.kept.entries)
    refused = [one for one in world.rig.kept.entries if one.code is Code.SIGN_IN_PASSWORD_REFUSED]
    assert {one.person for one in refused} == {"Ta…(14)"}
    await browser.password(page, JANA, "spatne")
    assert world.rig.kept.entries[-1].person == JANA  # an officer sees which account is attacked
