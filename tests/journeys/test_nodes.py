"""A fleet as an officer sees it in a browser: who serves, who is taken out, who left, who is invited, who is dead."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from gateway.demo.people import CENTRE, inhabitants
from gateway.demo.world import draw_accounts
from tests.journeys.conftest import person, sign_in
from tests.rig.browser import accessibility_faults, chosen, chromium, overflow, screenshot
from tests.rig.demo import Account
from tests.rig.fleet import Fleet, fleet

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
PATIENCE = 40.0  # seconds; one who is dead is told so after twelve
PHONE, SCREEN = {"width": 360, "height": 800}, {"width": 1280, "height": 900}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Fleet]:
    people = draw_accounts(inhabitants([CENTRE]))
    async with fleet(tmp_path_factory.mktemp("f"), ["b"], people) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def officer(office: Fleet) -> AsyncIterator[Page]:
    known = office.product.account("kucera.martin")
    fields = {name: getattr(known, name, None) for name in Account.__dataclass_fields__}
    fields["database"] = office.product.settings.state.directory / "brana.db"
    async with chromium() as browser, person(browser) as page:
        await page.goto(office.product.addresses.admin)
        await sign_in(page, Account(**fields))
        yield page


async def shown(officer: Page, **wanted: str) -> None:
    """Return when the page says that of these nodes."""
    said: dict[str, str] = {}
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                await chosen(officer, "Systém", "Uzly")
                for row in await officer.get_by_role("row").all():
                    name, _, words = (await row.inner_text()).partition("\n")
                    said[name] = words
                if all(words in said.get(name, "") for name, words in wanted.items()):
                    return
                await asyncio.sleep(0.3)
    except TimeoutError:
        raise AssertionError(f"{wanted} is not what is said: {said}") from None


async def looked_at(officer: Page, name: str) -> None:
    for scheme, size in (("dark", PHONE), ("light", SCREEN)):
        await officer.emulate_media(color_scheme=scheme)
        await officer.set_viewport_size(size)
        await screenshot(officer, f"{name}-{scheme}-{size['width']}")
        assert await accessibility_faults(officer) + await overflow(officer) == []


async def test_an_officer_sees_a_node_serve_leave_come_again_go_out_of_service_and_die(
    office: Fleet, officer: Page
) -> None:
    serves, edge = "v provozu", office["b"]
    await shown(officer, a=serves, b=serves)
    await expect(officer.locator("main")).to_contain_text("V provozu jsou 2 uzly.")
    status, said = await office["a"].brana("fleet", "leave", "b")
    assert status == 0, said
    await shown(officer, b="vyřazený")
    await edge.stop()
    code = await office.invite("b")
    await shown(officer, b="pozvaný")
    status, said = await edge.brana("fleet", "join", typed=f"{code}\n")
    assert status == 0, said
    await edge.serve()
    await shown(officer, a=serves, b=serves)
    status, said = await edge.brana("drain", "--notice", "0")
    assert status == 0, said
    await shown(officer, b="správce ho vyřazuje z provozu")
    edge.kill()
    await shown(officer, a=serves, b="neozývá se")
    await expect(officer.locator(".notice-warning")).to_contain_text("Neozývá se: b")
    await looked_at(officer, "nodes-in-trouble")
