"""Programs at work while an officer looks: who is connected is seen, and whoever is put out is out within a second."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from gateway.audit.entry import Code, Entry
from gateway.commands.state import now
from tests.journeys.conftest import person, sign_in
from tests.rig.browser import accessibility_faults, chromium, overflow, screenshot
from tests.rig.demo import Account
from tests.rig.programs import Programs, programs

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
AT_ONCE = 1.0  # seconds
BY_CERTIFICATE, BY_TOKEN = "Čidla skladu", "Import podatelny"
PHONE, SCREEN = {"width": 360, "height": 800}, {"width": 1280, "height": 900}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Programs]:
    async with programs(tmp_path_factory.mktemp("programs")) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def officer(world: Programs) -> AsyncIterator[Page]:
    """At the list of sessions."""
    known = world.ground.product.account("kucera.martin")
    fields = {name: getattr(known, name, None) for name in Account.__dataclass_fields__}
    fields["database"] = world.ground.product.settings.state.directory / "brana.db"
    async with chromium() as browser, person(browser) as page:
        await page.goto(sessions(world))
        await sign_in(page, Account(**fields))
        yield page


def sessions(world: Programs) -> str:
    return f"{world.address('admin')}/sessions"


async def row_of(officer: Page, world: Programs, name: str) -> Locator:
    """What the list says of that program now."""
    await officer.goto(sessions(world))
    return officer.get_by_role("row").filter(has_text=name)


async def answers(stream: aiohttp.ClientWebSocketResponse) -> None:
    await stream.send_str("hello")
    assert (await stream.receive(5)).data == "echo hello"


async def ended(stream: aiohttp.ClientWebSocketResponse) -> None:
    message = await stream.receive(8)
    assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE), message


async def looked_at(officer: Page, name: str) -> None:
    """Pictures for people, and nothing that is wider than a telephone."""
    for scheme, size in (("light", SCREEN), ("dark", PHONE)):
        await officer.emulate_media(color_scheme=scheme)
        await officer.set_viewport_size(size)
        await screenshot(officer, f"{name}-{scheme}-{size['width']}")
        assert await accessibility_faults(officer) + await overflow(officer) == []


async def put_out(
    officer: Page,
    world: Programs,
    name: str,
    proof: str,
    stream: aiohttp.ClientWebSocketResponse,
    picture: str,
) -> None:
    """The officer finds the program, ends what it has, and sees that it is out."""
    row = await row_of(officer, world, name)
    await expect(row).to_have_count(1)
    await expect(row).to_contain_text("technický účet")
    await expect(row).to_contain_text(proof)
    await expect(row.get_by_role("button", name="Znovu načíst z adresáře")).to_have_count(0)
    await looked_at(officer, f"{picture}-connected")
    await row.get_by_role("button", name="Ukončit relaci").click()
    await expect(officer.locator("h1")).to_contain_text(name)
    await expect(officer.locator("main")).to_contain_text("Program se může hned sám přihlásit znovu")
    await looked_at(officer, f"{picture}-asked")
    await answers(stream)  # not put out by the question
    click = asyncio.create_task(officer.get_by_role("button", name="Ukončit relaci").click())
    await ended(stream)
    out = now()
    await click
    await expect(officer.get_by_role("status")).to_contain_text(name)
    await expect(officer.get_by_role("row").filter(has_text=name)).to_have_count(0)
    await looked_at(officer, f"{picture}-out")
    (acted, *_) = await world.ground.entries(
        at_least=1, codes=(Code.SESSION_ENDED,), reason="ended_by_officer"
    )
    assert out - acted.at < timedelta(seconds=AT_ONCE)  # not from the click: a browser takes its time


async def cut(world: Programs, person: str, reason: str) -> Entry:
    (entry,) = await world.ground.entries(at_least=1, codes=(Code.STREAM_CUT,), person=person, reason=reason)
    return entry


async def test_an_officer_puts_out_a_program_that_came_by_a_certificate(
    world: Programs, officer: Page
) -> None:
    certificate, _ = world.authority.client()
    async with world.web_socket(world.address("api") + "/feed", certificate) as stream:
        await answers(stream)
        await put_out(officer, world, BY_CERTIFICATE, "certifikát programu", stream, "program-by-certificate")
    entry = await cut(world, "cidla", "ended_by_officer")
    assert (entry.outcome, entry.application) == ("refused", "agenda")


async def test_an_officer_puts_out_a_program_that_came_by_a_token_and_the_token_is_worth_nothing(
    world: Programs, officer: Page
) -> None:
    secret, _ = await world.secret()
    given = await world.token("podatelna", secret)
    bearer = {"Authorization": f"Bearer {given.body['access_token']}"}
    async with world.web_socket(world.address("agenda") + "/feed", **bearer) as stream:
        await answers(stream)
        await put_out(officer, world, BY_TOKEN, "heslo programu", stream, "program-by-token")
    await cut(world, "podatelna", "ended_by_officer")
    told = await world.ask(world.address("agenda"), **bearer)
    assert (told.status, told.body["reason"]) == (401, "token_withdrawn")


async def test_a_certificate_that_is_withdrawn_ends_its_stream_and_the_officer_sees_why(
    world: Programs, officer: Page
) -> None:
    certificate, serial = world.authority.client()
    async with world.web_socket(world.address("api") + "/feed", certificate) as stream:
        await answers(stream)
        await expect(await row_of(officer, world, BY_CERTIFICATE)).to_have_count(1)
        began = time.monotonic()
        world.authority.revoke(serial)
        await ended(stream)
        assert time.monotonic() - began < AT_ONCE
    await cut(world, "cidla", "certificate_revoked")
    await expect(await row_of(officer, world, BY_CERTIFICATE)).to_have_count(0)
    await officer.goto(f"{world.address('admin')}/log?person=cidla&reason=certificate_revoked")
    await expect(officer.locator("table").last).to_contain_text("Ukončená relace")
    await looked_at(officer, "program-certificate-withdrawn")
