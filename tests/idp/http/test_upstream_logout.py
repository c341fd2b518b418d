"""Signing out with another provider: what it tells us, once and rightly; and the way out of it."""

import asyncio

import pytest

from gateway.audit.entry import Code
from idp.login.states import AwaitingPassword
from tests.rig.provider import CALLBACK as PORTAL_CALLBACK
from tests.rig.provider import SIGNED_OUT
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, hanging
from tests.rig.upstream_provider import Wrong
from tests.rig.upstream_world import JANAS, NAME, PETRS, TITLE, UpstreamWorld, upstream_world

pytestmark = pytest.mark.real
PATH = f"/upstream/{NAME}/backchannel"


@pytest.fixture
async def there(office, tmp_path):
    async with upstream_world(office, tmp_path) as made:
        made.op.sids[JANAS] = "relace-1"
        await made.link()
        yield made


async def by_provider(there: UpstreamWorld, **changes: str | None):
    """Jana, come in by the provider."""
    browser = there.world.rig.browser()
    page, _ = await there.through(browser, **changes)
    done = await browser.code(page, there.world.code())
    assert done.location.startswith(PORTAL_CALLBACK + "?code=")
    there.world.rig.clock.forward(seconds=31)
    return browser


async def vias(there: UpstreamWorld) -> list[str]:
    """By which sessions of the provider Jana's here were opened; empty for those by password."""
    subject = there.world.jana.subject
    mine = await there.world.rig.kept.store.look(lambda book: book.sessions_of_subject(subject))
    return [one.via.sid if one.via is not None else "" for one in mine]


async def tell(there: UpstreamWorld, **changes):
    return await sent(there, there.op.logout_token(**changes))


async def sent(there: UpstreamWorld, token: str):
    server = there.world.rig.browser("198.51.100.4")
    return await server.post(PATH, {"logout_token": token}, **{"Sec-Fetch-Site": "none"})


def last(there: UpstreamWorld, code: Code):
    return [one for one in there.world.rig.kept.entries if one.code is code][-1]


@pytest.mark.parametrize("whose", [{"sub": JANAS}, {"sid": "relace-1"}, {"sub": JANAS, "sid": "relace-1"}])
async def test_what_a_session_there_opened_ends_with_it_and_nothing_else(there, whose):
    await by_provider(there)
    assert sorted(await vias(there)) == ["", "relace-1"]
    answer = await tell(there, **whose)
    assert (answer.status, answer.text, answer.headers["Cache-Control"]) == (200, "", "no-store")
    assert await vias(there) == [""]
    assert len(there.world.rig.ended) == 1
    told = last(there, Code.UPSTREAM_SIGNED_OUT)
    assert (told.details["upstream"], told.details["ended"]) == (NAME, 1)
    assert last(there, Code.SIGN_OUT).details["by"] == f"upstream:{NAME}"


async def test_a_session_of_which_it_named_none_ends_with_any_of_its_person(there):
    there.op.sids.clear()
    await by_provider(there)
    assert (await tell(there, sid="relace-9")).status == 200
    assert len(await vias(there)) == 2
    assert (await tell(there, sub=JANAS, sid="relace-9")).status == 200
    assert len(await vias(there)) == 1


@pytest.mark.parametrize("whose", [{"sub": PETRS}, {"sid": "relace-2"}, {"sub": PETRS, "sid": "relace-1"}])
async def test_sessions_of_others_there_are_nothing_to_us(there, whose):
    await by_provider(there)
    assert (await tell(there, **whose)).status == 200
    assert sorted(await vias(there)) == ["", "relace-1"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://jiny.test"}, "upstream_issuer_wrong"),
        ({"aud": "nekdo-jiny"}, "upstream_audience_wrong"),
        ({"aud": ["brana", "nekdo-jiny"]}, "upstream_audience_wrong"),
        ({"events": {}}, "upstream_no_logout"),
        ({"events": {"http://schemas.openid.net/event/backchannel-logout": "ano"}}, "upstream_no_logout"),
        ({"events": None}, "upstream_token_unreadable"),
        ({"nonce": "n"}, "upstream_no_logout"),
        ({"iat": 0}, "upstream_time_wrong"),
        ({"exp": 0}, "upstream_time_wrong"),
        ({"jti": None}, "upstream_token_unreadable"),
        ({"jti": ""}, "upstream_token_unreadable"),
        ({"sub": None}, "upstream_token_unreadable"),
    ],
)
async def test_a_token_that_says_it_wrongly_ends_nothing(there, changes, reason):
    await by_provider(there)
    answer = await tell(there, **{"sub": JANAS, **changes})
    assert (answer.status, answer.headers["Cache-Control"]) == (400, "no-store")
    assert last(there, Code.UPSTREAM_SIGN_OUT_REFUSED).reason == reason
    assert sorted(await vias(there)) == ["", "relace-1"]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (Wrong.ALG_NONE, "upstream_algorithm"),
        (Wrong.CONFUSED, "upstream_algorithm"),
        (Wrong.FOREIGN_KEY, "upstream_signature_wrong"),
    ],
)
async def test_a_token_that_another_signed_ends_nothing(there, wrong, reason):
    await by_provider(there)
    there.op.wrong.add(wrong)
    assert (await tell(there, sub=JANAS)).status == 400
    assert last(there, Code.UPSTREAM_SIGN_OUT_REFUSED).reason == reason
    assert sorted(await vias(there)) == ["", "relace-1"]


async def test_a_token_counts_once(there):
    token = there.op.logout_token(sub=JANAS)
    assert (await sent(there, token)).status == 200
    await by_provider(there)
    again = await sent(there, token)
    assert (again.status, last(there, Code.UPSTREAM_SIGN_OUT_REFUSED).reason) == (400, "upstream_replayed")
    assert sorted(await vias(there)) == ["", "relace-1"]


async def test_what_is_no_token_or_for_nobody_is_refused(there):
    assert (await sent(there, "")).status == 400
    assert (await sent(there, "a.b.c")).status == 400
    browser = there.world.rig.browser()
    assert (await browser.post("/upstream/neznamy/backchannel", {"logout_token": "x"})).status == 404


@pytest.mark.parametrize("whose", [{"sub": JANAS}, {"sid": "relace-1"}, {"sub": JANAS, "sid": "relace-1"}])
async def test_a_sign_in_under_way_by_it_ends_too_and_none_by_the_password(there, whose):
    by_it, by_password = there.world.rig.browser(), there.world.rig.browser()
    page, _ = await there.through(by_it)
    other = await by_password.begin()
    await by_password.password(other, "novakova.jana", "Jarni-louka-u-Moravy 7")
    assert (await tell(there, **whose)).status == 200
    assert (await by_it.code(page, there.world.code())).status == 400
    assert (await by_password.code(other, there.world.code())).status == 303


@pytest.mark.parametrize("whose", [{"sub": JANAS}, {"sid": "relace-1"}, {"sub": JANAS, "sid": "relace-1"}])
async def test_one_that_the_directory_is_being_asked_about_by_it_opens_nothing(there, whose):
    async def asked() -> bool:
        flows = await there.world.rig.kept.store.look(lambda book: book.flows_of(there.world.jana.subject))
        return any(isinstance(one.state, AwaitingPassword) for one in flows)

    browser = there.world.rig.browser()
    async with hanging(there.world):
        tab = asyncio.create_task(there.through(browser))
        while not await asked():
            await asyncio.sleep(0.01)
        assert (await tell(there, **whose)).status == 200
    page, _ = await tab
    assert 'name="password"' in (await browser.get(page)).text
    assert await vias(there) == [""]


async def test_one_that_would_be_linked_with_it_ends_too(there):
    there.op.sids[PETRS] = "relace-5"
    browser = there.world.rig.browser()
    page, _ = await there.through(browser, PETRS, link=True)
    await browser.password(page, JANA, JANA_PASSWORD)
    assert (await tell(there, sub=PETRS)).status == 200
    assert (await browser.code(page, there.world.code())).status == 400


async def test_whoever_sends_tokens_without_end_runs_out_of_them(there):
    answer, tries = await tell(there, sub=JANAS, nonce="n"), 1
    while answer.status == 400 and tries < 80:
        answer, tries = await tell(there, sub=JANAS, nonce="n"), tries + 1
    assert answer.status == 429
    assert tries < 80


async def test_who_signs_out_here_is_told_of_the_provider_and_led_out_of_it(there):
    browser = await by_provider(there)
    shown = await browser.post("/logout/confirm", {})
    assert f"Sign out at {TITLE} too" in shown.text
    out = await browser.get(f"/upstream/{NAME}/sign-out")
    assert out.location.startswith(f"{there.op.issuer}/logout?client_id=brana&")
    assert out.said["post_logout_redirect_uri"].endswith(f"/upstream/{NAME}/signed-out")
    assert "You are signed out" in (await browser.get(f"/upstream/{NAME}/signed-out")).text


async def test_who_came_in_by_the_password_is_told_of_no_provider(there):
    browser, _ = await there.world.sign_in()
    shown = await browser.post("/logout/confirm", {})
    assert "You are signed out" in shown.text
    assert TITLE not in shown.text
    there.world.rig.clock.forward(seconds=31)
    browser, _ = await there.world.sign_in()
    form = {"client_id": "brana-gateway", "post_logout_redirect_uri": SIGNED_OUT}
    assert (await browser.post("/logout/confirm", form)).location == SIGNED_OUT


async def test_a_provider_without_a_way_out_is_not_spoken_of(office, tmp_path):
    def prepared(running):
        running.op.lets_out = False

    async with upstream_world(office, tmp_path, prepared=prepared) as there:
        await there.link()
        browser = await by_provider(there)
        shown = await browser.post("/logout/confirm", {})
        assert "You are signed out" in shown.text
        assert TITLE not in shown.text
