"""The form of the page that asks for consent: it brings nobody past what the client asked for."""

from urllib.parse import urlencode

import pytest

from gateway.audit.entry import Code
from idp.login.handle import hashed, new_handle
from idp.oidc.client import ClientId
from idp.oidc.pushed import push, uri
from tests.idp.http.test_admission import Policies, newest, party_of, policies
from tests.idp.http.test_consent import SCOPES, agree, fields
from tests.idp.http.test_pushed_requests import configured
from tests.rig.code_flow import RelyingParty, finish
from tests.rig.sign_in_world import PETR, PETR_PASSWORD, SECRET, World

__all__ = ["policies"]
pytestmark = pytest.mark.real


async def left(world: World, party: RelyingParty, **changes: str) -> str:
    """A request that the client has pushed, as a browser brings it."""
    handle, asked = new_handle(), {name: value for name, value in (party.asked() | changes).items() if value}
    client, now = ClientId(party.client), world.rig.clock()
    await world.rig.kept.store.transact(
        lambda book: push(book, urlencode(asked), client, hashed(handle), now)
    )
    return urlencode({"client_id": party.client, "request_uri": uri(handle)})


@pytest.mark.parametrize("client", ["outside", "public"])
@pytest.mark.parametrize("demands", [{"prompt": "login"}, {"prompt": "select_account"}, {"max_age": "60"}])
async def test_a_sign_in_that_is_demanded_is_not_passed_by_agreeing_to_the_request(
    world: World, client: str, demands: dict[str, str]
) -> None:
    party = await party_of(world, "outside")
    browser, _ = await world.sign_in()
    form = fields(await party.send(browser, scope="openid"), "agree")
    configured(world, client, require_pushed=True)
    world.rig.clock.forward(minutes=2)
    request = await left(world, await party_of(world, client), **demands)
    answer = await browser.post("/consent", form | {"request": request})
    assert answer.said["error"] == "login_required"
    assert "code" not in answer.said
    assert newest(world, Code.CODE_REFUSED).reason == "login_required"
    assert not [one for one in world.rig.kept.entries if one.code is Code.CONSENT_GIVEN]


async def test_nobody_agrees_to_an_application_of_the_centre(world: World) -> None:
    party, own = await party_of(world, "outside"), await party_of(world, "public")
    browser, _ = await world.sign_in()
    form = fields(await party.send(browser, scope="openid"), "agree")
    answer = await browser.post("/consent", form | {"request": urlencode(own.asked())})
    assert own.code_in(answer)  # as at `/authorize`
    assert not [one for one in world.rig.kept.entries if one.code is Code.CONSENT_GIVEN]


async def test_who_reads_the_page_for_long_is_not_asked_to_sign_in_again(world: World) -> None:
    party = await party_of(world, "outside")
    browser, _ = await world.sign_in()
    page = await party.send(browser, scope="openid", max_age="60", prompt="consent")
    world.rig.clock.forward(minutes=2)
    assert party.code_in(await agree(browser, page))


async def test_that_consent_was_asked_for_outlives_a_sign_in_of_a_pushed_request(world: World) -> None:
    party = await party_of(world, "outside")
    browser, _ = await world.sign_in()
    await agree(browser, await party.send(browser, scope=SCOPES))
    configured(world, "outside", require_pushed=True)
    world.rig.clock.forward(minutes=1)
    begun = await browser.get(f"/authorize?{await left(world, party, prompt='login consent')}")
    _, done = await finish(world, browser, begun.location)
    page = await browser.get(done.location)
    assert "Kurzy s.r.o." in page.text
    assert party.code_in(await agree(browser, page))


async def test_whoever_signed_in_meanwhile_is_asked_though_they_have_agreed_before(world: World) -> None:
    party = await party_of(world, "outside")
    browser, _ = await world.sign_in()
    await agree(browser, await party.send(browser, scope="openid"))
    form = fields(await party.send(browser, scope="openid", prompt="consent"), "agree")
    asked = await browser.post("/consent", form | {"session": "x" * 22})
    assert "Kurzy s.r.o." in asked.text


@pytest.mark.parametrize("demands", [{"prompt": "login"}, {"max_age": "0"}])
@pytest.mark.parametrize("client", ["decided", "outside"])
async def test_a_sign_in_of_somebody_else_satisfies_nothing_in_another_browser(
    world: World, policies: Policies, client: str, demands: dict[str, str]
) -> None:
    """Whoever finds a browser signed in takes the request to one of their own, and what it leads to back."""
    configured(world, client, require_pushed=True)
    party = await party_of(world, client)
    found, _ = await world.sign_in()
    await world.rig.kept.store.enrol_for(world.petr.subject, SECRET, world.rig.clock())
    world.rig.clock.forward(minutes=6)
    own = world.rig.browser()
    page = (await own.get(f"/authorize?{await left(world, party, **demands)}")).location
    await own.password(page, PETR, PETR_PASSWORD)
    onward = (await own.code(page, world.code())).location
    assert onward.startswith("/authorize?")
    assert (await found.get(onward)).location.startswith("/sign-in?flow=")


async def test_a_sign_in_that_was_demanded_leads_on_in_its_own_browser(
    world: World, policies: Policies
) -> None:
    configured(world, "decided", require_pushed=True)
    party, browser = await party_of(world, "decided"), world.rig.browser()
    page = (await browser.get(f"/authorize?{await left(world, party, prompt='login', max_age='0')}")).location
    _, done = await finish(world, browser, page)
    world.rig.clock.forward(minutes=1)
    assert party.code_in(await browser.get(done.location))
