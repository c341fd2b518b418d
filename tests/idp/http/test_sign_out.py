"""Signing out: by the application that holds an id token, or by the person; never by a stranger's link."""

from base64 import urlsafe_b64encode
from urllib.parse import urlencode

import pytest

from gateway.audit.entry import Code
from idp.oidc import logout_token
from idp.oidc.client import GATEWAY
from tests.rig.provider import ISSUER, SIGNED_OUT
from tests.rig.sign_in_world import World

pytestmark = pytest.mark.real
SSO = "__Host-brana-sso"


async def test_a_logout_token_is_no_hint(world: World):
    """Else whoever was told of an end could end a session of the same name without a question."""
    browser, _ = await world.sign_in()
    session = (await world.rig.kept.store.look(lambda book: book.sessions_of_subject(world.jana.subject)))[0]
    said = logout_token.claims(
        world.rig.provider.clients[GATEWAY],
        world.jana.subject,
        session.sid,
        "name-1",
        ISSUER,
        world.rig.clock.now,
    )
    shown = world.rig.provider.keys.sign(said, "ES256", logout_token.TYPE)
    assert "Sign out?" in (await browser.get(logout(id_token_hint=shown))).text
    assert await alive(world)


async def hint_for(world: World, client: str = "brana-gateway", **changes: object) -> str:
    session = (await world.rig.kept.store.look(lambda book: book.sessions_of_subject(world.jana.subject)))[0]
    now = int(world.rig.clock().timestamp())
    claims = {
        "iss": ISSUER,
        "sub": world.jana.subject,
        "aud": client,
        "sid": session.sid,
        "iat": now,
        "exp": now,
    }
    return world.rig.provider.keys.sign(claims | changes, "ES256")


def logout(**values: str) -> str:
    return "/logout?" + urlencode(values)


async def alive(world: World) -> bool:
    return bool(await world.rig.kept.store.look(lambda book: book.sessions_of_subject(world.jana.subject)))


async def test_a_hint_about_this_session_signs_out_and_leads_back(world: World):
    browser, _ = await world.sign_in()
    hint = await hint_for(world)
    world.rig.clock.forward(minutes=10)  # the token is long expired: it is a hint, not a credential
    answer = await browser.get(logout(id_token_hint=hint, post_logout_redirect_uri=SIGNED_OUT, state="s 1"))
    assert answer.location == SIGNED_OUT + "?state=s+1"
    assert SSO not in browser.cookies
    assert not await alive(world)
    assert len(world.rig.ended) == 1
    assert world.rig.kept.codes()[-1] is Code.SIGN_OUT


async def test_a_link_without_a_hint_only_asks(world: World):
    browser, _ = await world.sign_in()
    answer = await browser.get("/logout")
    assert answer.status == 200
    assert "Sign out?" in answer.text
    assert await alive(world)
    done = await browser.post("/logout/confirm", {})
    assert "You are signed out" in done.text
    assert not await alive(world)
    assert (await browser.begin(prompt="login")).startswith("/sign-in")


async def test_the_confirmation_is_taken_from_our_own_page_only(world: World):
    browser, _ = await world.sign_in()
    assert (await browser.post("/logout/confirm", {}, Sec_Fetch_Site="cross-site")).status == 403
    assert await alive(world)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://login.evil.test"},
        {"sid": "A" * 22},
        {"iat": 4_000_000_000},
        {"aud": ["brana-gateway"]},
    ],
)
async def test_a_hint_that_is_not_about_this_session_only_asks(world: World, changes):
    browser, _ = await world.sign_in()
    answer = await browser.get(logout(id_token_hint=await hint_for(world, **changes)))
    assert "Sign out?" in answer.text
    assert await alive(world)


async def test_what_was_asked_for_by_post_is_done_as_by_get(world: World):
    """RP-Initiated Logout 1.0 §2 asks for both."""
    browser, _ = await world.sign_in()
    form = {"id_token_hint": await hint_for(world), "post_logout_redirect_uri": SIGNED_OUT}
    assert (await browser.post("/logout", form, Sec_Fetch_Site="cross-site")).location == SIGNED_OUT
    assert not await alive(world)


async def test_without_a_state_none_comes_back(world: World):
    browser, _ = await world.sign_in()
    hint = await hint_for(world)
    answer = await browser.get(logout(id_token_hint=hint, post_logout_redirect_uri=SIGNED_OUT))
    assert answer.location == SIGNED_OUT


async def test_without_an_address_a_page_says_that_it_is_done(world: World):
    browser, _ = await world.sign_in()
    answer = await browser.get(logout(id_token_hint=await hint_for(world), state="s"))
    assert "You are signed out" in answer.text
    assert "Location" not in answer.headers
    assert not await alive(world)


async def test_a_state_alone_asks_and_the_yes_ends_on_a_page_of_ours(world: World):
    browser, _ = await world.sign_in()
    assert "Sign out?" in (await browser.get(logout(state="s"))).text
    done = await browser.post("/logout/confirm", {"state": "s"})
    assert "You are signed out" in done.text
    assert not await alive(world)


async def test_an_address_without_hint_and_client_asks_and_the_yes_leads_nowhere(world: World):
    browser, _ = await world.sign_in()
    form = {"post_logout_redirect_uri": SIGNED_OUT, "state": "s"}
    asked = await browser.get(logout(**form))
    assert "Sign out?" in asked.text
    assert SIGNED_OUT not in asked.text
    done = await browser.post("/logout/confirm", form)
    assert "Location" not in done.headers


@pytest.mark.parametrize("way", ["unsigned", "another signature"])
async def test_a_hint_that_somebody_changed_only_asks_and_leads_nowhere(world: World, way: str):
    browser, _ = await world.sign_in()
    head, said, signature = (await hint_for(world)).split(".")
    if way == "unsigned":
        head, signature = urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode(), ""
    else:
        signature = signature[:-8] + ("A" * 8 if signature[-8:] != "A" * 8 else "B" * 8)
    hint = f"{head}.{said}.{signature}"
    answer = await browser.get(logout(id_token_hint=hint, post_logout_redirect_uri=SIGNED_OUT))
    assert "Sign out?" in answer.text
    assert await alive(world)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "é.é.é", "." * 50])
async def test_a_hint_that_is_no_token_only_asks(world: World, token):
    browser, _ = await world.sign_in()
    assert "Sign out?" in (await browser.get(logout(id_token_hint=token))).text
    assert await alive(world)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.test/",
        SIGNED_OUT + "/",
        SIGNED_OUT + "?x",
        "//evil.test",
        "https://gis.obec.test/konec?a=1",
    ],
)
async def test_nobody_is_sent_to_an_address_not_registered_for_the_client(world: World, address):
    browser, _ = await world.sign_in()
    hint = await hint_for(world)
    answer = await browser.get(logout(id_token_hint=hint, post_logout_redirect_uri=address))
    assert answer.status == 200
    assert "Location" not in answer.headers


async def test_an_address_without_a_known_client_leads_nowhere(world: World):
    answer = await world.rig.browser().get(logout(post_logout_redirect_uri=SIGNED_OUT))
    assert answer.status == 200
    assert "You are signed out" in answer.text


async def test_the_confirmed_sign_out_leads_back_to_the_client_that_asked(world: World):
    browser, _ = await world.sign_in()
    form = {"client_id": "gis", "post_logout_redirect_uri": "https://gis.obec.test/konec?a=1", "state": "x"}
    asked = await browser.get(logout(**form))
    assert 'value="https://gis.obec.test/konec?a=1"' in asked.text
    answer = await browser.post("/logout/confirm", form)
    assert answer.location == "https://gis.obec.test/konec?a=1&state=x"


async def test_a_hint_and_a_client_that_disagree_only_ask(world: World):
    browser, _ = await world.sign_in()
    answer = await browser.get(logout(id_token_hint=await hint_for(world), client_id="gis"))
    assert "Sign out?" in answer.text


async def test_after_sign_out_the_old_handle_opens_nothing(world: World):
    browser, _ = await world.sign_in()
    stolen = browser.cookies[SSO]
    await browser.post("/logout/confirm", {})
    thief = world.rig.browser()
    thief.cookies[SSO] = stolen
    assert "error=login_required" in await thief.begin(prompt="none")
