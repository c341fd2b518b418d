"""`/authorize` against a real directory and database: where answers go, and when the person is asked."""

from urllib.parse import urlencode

import ldap
import pytest

from gateway.audit.entry import Code
from idp.http.cookies import SSO
from idp.login.handle import read_flow_id
from tests.rig.provider import CALLBACK, VERIFIER, authorize_path, request_parameters
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, PETR, World
from tests.rig.slapd import person_dn

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    "address",
    ["https://evil.test/", "//evil.test/", "/\\evil.test", "https:evil.test", CALLBACK + "/",
     CALLBACK + "?x=1", CALLBACK + "#x", CALLBACK.upper(), CALLBACK + "%2e",
     CALLBACK.replace("https", "http"), CALLBACK + "\t",
     "https://portal.obec.test@evil.test/.brana/callback", "https://portal.obec.test.evil.test/.brana/callback",
     "https://portal.obec.test\\@evil.test/.brana/callback", "https://portal。obec.test/.brana/callback",
     "javascript:alert(1)", CALLBACK + "\n", " " + CALLBACK, "https://gis.obec.test/oidc/callback", ""],
)  # fmt: skip
async def test_nobody_is_sent_to_an_address_that_is_not_registered(world: World, address):
    answer = await world.rig.browser().get(authorize_path(redirect_uri=address))
    assert answer.status == 400
    assert "Location" not in answer.headers
    assert world.rig.kept.entries[-1].code is Code.CODE_REFUSED


@pytest.mark.parametrize("client", ["", "nikdo", "brana-gateway ", "BRANA-GATEWAY", "brana-gateway\x00"])
async def test_an_unknown_client_is_answered_by_a_page(world: World, client):
    answer = await world.rig.browser().get(authorize_path(client_id=client))
    assert answer.status == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "state", "code_challenge", "scope", "prompt"])
async def test_a_parameter_sent_twice_is_answered_by_a_page(world: World, name):
    doubled = [*request_parameters(prompt="none").items(), (name, "openid")]
    answer = await world.rig.browser().get("/authorize?" + urlencode(doubled))
    assert answer.status == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": VERIFIER}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "dance"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "1e3"}, "invalid_request"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"id_token_hint": "eyJ.eyJ.x"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
async def test_other_faults_are_told_to_the_application(world: World, changes, error):
    answer = await world.rig.browser().get(authorize_path(**changes))
    assert answer.status == 303
    assert answer.location.startswith(CALLBACK + "?")
    assert answer.said["error"] == error
    assert answer.said["state"] == "stav-1"
    assert answer.said["iss"] == "https://login.obec.test"
    assert world.rig.kept.entries[-1].reason == error


async def test_a_request_may_come_by_post_from_anywhere(world: World):
    answer = await world.rig.browser().post("/authorize", request_parameters(), Sec_Fetch_Site="cross-site")
    assert answer.location.startswith("/sign-in?flow=")


@pytest.mark.parametrize("query", ["client_id=%ff", "%ff=1", "&".join(f"a{n}=1" for n in range(60))])
async def test_what_cannot_be_read_is_answered_by_a_page(world: World, query):
    assert (await world.rig.browser().get("/authorize?" + query)).status == 400


async def test_asking_anew_asks_though_the_person_is_signed_in(world: World):
    browser, _ = await world.sign_in()
    world.rig.clock.forward(seconds=60)
    for changes in ({"prompt": "login"}, {"prompt": "select_account"}, {"max_age": "30"}, {"max_age": "0"}):
        assert (await browser.begin(**changes)).startswith("/sign-in?flow="), changes
    for changes in (
        {},
        {"prompt": "consent"},
        {"max_age": "600"},
        {"acr_values": "urn:brana:acr:two-factors"},
    ):
        assert (await browser.begin(**changes)).startswith(CALLBACK + "?code="), changes


async def test_signing_in_anew_keeps_the_sessions_name(world: World):
    browser, _ = await world.sign_in()
    world.rig.clock.forward(seconds=60)
    await world.sign_in(browser, prompt="login")
    sessions = {entry.session for entry in world.rig.kept.entries if entry.code is Code.SIGN_IN_COMPLETED}
    assert len(sessions) == 1
    assert world.rig.ended == []


async def test_idle_and_absolute_limits_end_the_session(world: World):
    browser, _ = await world.sign_in()
    world.rig.clock.forward(minutes=15)
    assert "error=login_required" in await browser.begin(prompt="none")
    world.rig.clock.forward(minutes=1)
    browser, _ = await world.sign_in()
    for _ in range(61):
        world.rig.clock.forward(minutes=10)
        last = await browser.begin(prompt="none")
        if "error" in last:
            break
    began = next(e.at for e in reversed(world.rig.kept.entries) if e.code is Code.SIGN_IN_COMPLETED)
    assert (world.rig.clock() - began).total_seconds() == 10 * 3600


async def test_an_account_closed_in_the_directory_gets_no_new_codes(world: World):
    browser, _ = await world.sign_in()
    world.rig.clock.forward(minutes=2)
    with world.directory.as_root() as root:
        root.modify_s(person_dn(JANA), [(ldap.MOD_ADD, "pwdAccountLockedTime", [b"000001010000Z"])])
    try:
        assert "error=login_required" in await browser.begin(prompt="none")
        assert len(world.rig.ended) == 1
        ended = next(entry for entry in world.rig.kept.entries if entry.code is Code.SESSION_ENDED)
        assert ended.reason == "account_closed"
    finally:
        with world.directory.as_root() as root:
            root.modify_s(person_dn(JANA), [(ldap.MOD_DELETE, "pwdAccountLockedTime", None)])


async def test_last_facts_serve_while_the_directory_is_away_and_then_no_more(world: World):
    browser, _ = await world.sign_in()
    world.directory.stop()
    try:
        world.rig.clock.forward(minutes=10)
        assert "code=" in await browser.begin(prompt="none")
        world.rig.clock.forward(minutes=6)
        assert "error=temporarily_unavailable" in await browser.begin(prompt="none")
    finally:
        world.directory.start()


async def test_a_hint_about_another_person_asks_and_does_not_answer_for_the_wrong_one(world: World):
    browser, _ = await world.sign_in()
    session = (await world.rig.kept.store.look(lambda book: book.sessions_of_subject(world.jana.subject)))[0]
    claims = {
        "iss": "https://login.obec.test",
        "sub": world.jana.subject,
        "aud": "gis",
        "iat": 1,
        "sid": session.sid,
    }
    mine = world.rig.provider.keys.sign(claims, "ES256")
    other = world.rig.provider.keys.sign({**claims, "sub": PETR}, "ES256")
    assert "code=" in await browser.begin(prompt="none", id_token_hint=mine)
    assert "error=login_required" in await browser.begin(prompt="none", id_token_hint=other)
    world.rig.clock.forward(seconds=60)
    page = await browser.begin(id_token_hint=other)
    await browser.password(page, JANA, JANA_PASSWORD)
    answer = await browser.code(page, world.code())
    assert answer.said["error"] == "login_required"


async def test_the_page_is_in_the_language_the_application_asks_for(world: World):
    browser = world.rig.browser()
    page = await browser.begin(ui_locales="de cs-CZ en")
    shown = await browser.get(page)
    assert '<html lang="cs">' in shown.text
    assert "Přihlásit se" in shown.text


async def test_pages_allow_forms_to_the_application_that_asked_and_nowhere_else(world: World):
    browser = world.rig.browser()
    shown = await browser.get(await browser.begin(login_hint="novakova.jana"))
    policy = shown.headers["Content-Security-Policy"]
    assert "form-action 'self' https://portal.obec.test;" in policy
    assert "script-src 'self';" in policy  # key.js, which speaks with passkeys
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert shown.headers["Cache-Control"] == "no-store"
    assert 'value="novakova.jana"' in shown.text
    for attribute in ('autocomplete="username"', 'autocomplete="current-password"'):
        assert attribute in shown.text


@pytest.mark.parametrize("loads", ["image", "iframe", "empty", "script", ""])
async def test_images_and_frames_of_a_stranger_s_page_begin_no_sign_in(world: World, loads):
    """Three hundred of them, and nobody behind that address could sign in for minutes."""
    browser = world.rig.browser("192.0.2.99")
    answer = await browser.get(authorize_path(), Sec_Fetch_Dest=loads)
    assert answer.headers["Location"].startswith(f"{CALLBACK}?error=login_required")
    assert Code.SIGN_IN_STARTED not in {entry.code for entry in world.rig.kept.entries}
    assert world.rig.kept.entries[-1].code is Code.CODE_REFUSED
    answer = await browser.get(authorize_path(), Sec_Fetch_Dest="document")
    assert "/sign-in?flow=" in answer.headers["Location"]


async def test_a_sign_in_page_left_open_lets_nobody_in_whose_account_was_closed_meanwhile(world: World):
    """The other tab signed in while the account was open; nobody has looked at it since."""
    browser = world.rig.browser()
    parked = await browser.begin()
    await world.sign_in(browser)
    world.rig.clock.forward(seconds=world.rig.provider.refresh.total_seconds() + 1)
    with world.directory.as_root() as root:
        root.modify_s(person_dn(JANA), [(ldap.MOD_ADD, "pwdAccountLockedTime", [b"000001010000Z"])])
        try:
            answer = await browser.get(parked)
        finally:
            root.modify_s(person_dn(JANA), [(ldap.MOD_DELETE, "pwdAccountLockedTime", None)])
    assert (answer.status, "Location" in answer.headers) == (200, False)
    assert world.rig.kept.entries[-1].reason == "account_closed"
    assert len(world.rig.ended) == 1
    assert (await browser.get(parked)).status == 200  # and it is open again: the session is over all the same


async def test_a_sign_in_page_left_open_lets_nobody_in_while_old_facts_cannot_be_read_again(world: World):
    earlier, _ = await world.sign_in()
    world.directory.stop()
    try:
        world.rig.clock.forward(minutes=10)
        assert "code=" in await earlier.begin(prompt="none")
        browser = world.rig.browser()
        parked = await browser.begin()
        browser.cookies[SSO] = earlier.cookies[SSO]
        world.rig.clock.forward(minutes=6)
        answer = await browser.get(parked)
    finally:
        world.directory.start()
    assert answer.said["error"] == "temporarily_unavailable"


async def test_a_sign_in_keeps_what_we_understand_of_a_request_and_not_what_a_stranger_adds(world: World):
    flooded = authorize_path(login_hint=JANA, **{f"p{number}": "x" * 900 for number in range(5)})
    browser = world.rig.browser()
    page = (await browser.get(flooded)).location
    name = read_flow_id(page.partition("flow=")[2])
    flow = await world.rig.kept.store.look(lambda book: book.flow(name))
    assert len(flow.asked) < 600
    assert f"login_hint={JANA}" in flow.asked
    assert "p1" not in flow.asked


async def test_an_address_cannot_fill_the_disk_with_begun_sign_ins(world: World):
    browser = world.rig.browser()
    statuses = [(await browser.get(authorize_path())).status for _ in range(302)]
    assert statuses == [303] * 300 + [429] * 2
    refused = world.rig.kept.entries[-1]
    assert (refused.code, refused.reason) == (Code.SIGN_IN_NOT_BEGUN, "too_many_sign_ins_begun")
    world.rig.clock.forward(minutes=4)
    late = await browser.get(authorize_path())
    assert (late.status, late.headers["Retry-After"]) == (429, str(6 * 60))
    world.rig.clock.forward(minutes=6)
    assert (await browser.get(authorize_path())).status == 303
    assert (await world.rig.browser("198.51.100.1").get(authorize_path())).status == 303


async def test_one_holder_of_many_addresses_cannot_fill_the_disk_either(world: World):
    first = world.rig.browser("2001:db8:1:2::1")
    for _ in range(300):
        await first.get(authorize_path())
    assert (await world.rig.browser("2001:db8:1:2:ffff::7").get(authorize_path())).status == 429
    assert (await world.rig.browser("2001:db8:1:3::1").get(authorize_path())).status == 303
