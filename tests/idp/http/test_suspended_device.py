"""A browser has a lasting name from its first sign-in on; from one that is suspended nobody signs in."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import insert

from config.vocabulary import DeviceId, device_subject
from gateway.audit.entry import Code
from gateway.storage.moment import micros
from gateway.storage.tables.incidents import suspension
from idp.events import Origin
from idp.http.cookies import DEVICE, LOGIN, SSO
from idp.login import conduct
from idp.login.desk import Caller
from idp.login.handle import Handle, device_of, hashed, read_flow_id
from tests.rig.provider import Answer, Browser, authorize_path
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, World

pytestmark = pytest.mark.real


async def signed_in(world: World, browser: Browser) -> DeviceId:
    browser.cookies.pop(SSO, None)
    page = await browser.begin()
    assert (await browser.password(page, JANA, JANA_PASSWORD)).status == 303
    world.rig.clock.forward(seconds=30)
    assert "code=" in (await browser.code(page, world.code())).location
    return device_of(Handle(browser.cookies[DEVICE]))


async def suspend(world: World, device: DeviceId, until: datetime | None = None) -> None:
    row = {
        "id": "S" * 22, "subject": device_subject(device), "login": device, "name": "", "why": "Ztracený",
        "done_by": "officer", "done_by_subject": "o", "since": micros(world.rig.clock()), "lifted_why": "",
        "until": None if until is None else micros(until),
    }  # fmt: skip
    await world.rig.kept.database.write(lambda connection: connection.execute(insert(suspension), row))


def devices(world: World, code: Code) -> Sequence[object]:
    return [one.details.get("device") for one in world.rig.kept.entries if one.code is code]


def is_shut(answer: Answer) -> bool:
    return answer.status == 403 and "This device is suspended" in answer.text


async def test_a_browser_keeps_its_name_from_sign_in_to_sign_in_and_another_has_another(world: World):
    browser, other = world.rig.browser(), world.rig.browser()
    named = await signed_in(world, browser)
    assert any(line.startswith(f"{DEVICE}=") and "HttpOnly" in line for line in browser.set_cookies)
    assert devices(world, Code.SIGN_IN_STARTED) == [None]  # before the first sign-in it has no name
    assert await signed_in(world, browser) == named
    assert await signed_in(world, other) != named
    assert devices(world, Code.SIGN_IN_COMPLETED)[:2] == [named, named]
    assert devices(world, Code.SIGN_IN_PASSWORD_ACCEPTED)[:2] == [None, named]
    sessions = await world.rig.kept.store.look(lambda book: book.sessions_in(named))
    assert {one.device for one in sessions} == {named}
    assert browser.cookies[DEVICE] not in str(world.rig.kept.entries)


@pytest.mark.parametrize("path", [authorize_path(), "/sign-in?flow=x", "/account", "/account/password"])
async def test_a_suspended_one_is_told_so_on_every_page_before_anything_is_asked(world: World, path: str):
    browser = world.rig.browser()
    named = await signed_in(world, browser)
    await suspend(world, named)
    assert is_shut(await browser.get(path))
    [refused] = [one for one in world.rig.kept.entries if one.code is Code.SIGN_IN_NOT_BEGUN]
    assert (refused.reason, refused.details["device"]) == ("device_suspended", named)
    assert (await browser.get("/logout")).status == 200  # whoever is still in may go


async def test_a_sign_in_under_way_in_it_goes_no_further_and_goes_on_when_the_time_is_over(world: World):
    browser = world.rig.browser()
    named = await signed_in(world, browser)
    browser.cookies.pop(SSO)
    page = await browser.begin()
    assert (await browser.password(page, JANA, JANA_PASSWORD)).status == 303
    world.rig.clock.forward(seconds=30)
    await suspend(world, named, world.rig.clock() + timedelta(minutes=1))
    assert is_shut(await browser.code(page, world.code()))
    assert SSO not in browser.cookies
    world.rig.clock.forward(seconds=60)
    assert "code=" in (await browser.code(page, world.code())).location


async def test_the_transaction_of_a_step_looks_again_as_an_officer_may_be_quicker(world: World):
    browser = world.rig.browser()
    named = await signed_in(world, browser)
    browser.cookies.pop(SSO)
    page, now = await browser.begin(), world.rig.clock()
    flow = read_flow_id(page.partition("flow=")[2][:22])
    bound = hashed(Handle(browser.cookies[LOGIN]))
    caller = Caller(origin=Origin(device=named), browser=bound)
    looking = partial(conduct.current, name=flow, caller=caller, now=now)
    assert await world.rig.kept.store.look(looking) is not None
    await suspend(world, named)
    assert await world.rig.kept.store.look(looking) is None


async def test_a_flood_from_it_is_told_by_a_few_entries(world: World):
    browser = world.rig.browser()
    await suspend(world, await signed_in(world, browser))
    for _ in range(12):
        assert is_shut(await browser.get("/account"))
    assert len(devices(world, Code.SIGN_IN_NOT_BEGUN)) == 10


async def test_a_browser_without_its_cookie_is_another_device(world: World):
    """What this does not withstand: see THREAT_MODEL.md."""
    browser = world.rig.browser()
    named = await signed_in(world, browser)
    await suspend(world, named)
    browser.cookies.pop(DEVICE)
    assert await signed_in(world, browser) != named
