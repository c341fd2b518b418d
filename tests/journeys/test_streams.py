"""A live feed of the map, open while things change: an officer ends the session, the grant runs out, a part dies."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from yarl import URL

from config.vocabulary import MunicipalityCode
from gateway.audit.entry import Code, Entry
from gateway.audit.search import Query
from gateway.demo.configuration import MAP
from gateway.demo.slapd import free_port
from gateway.storage.audit_search import LogSearch
from tests.rig.neighbours import Neighbour, listening
from tests.rig.product import Product, installed
from tests.rig.signed_in import SignedIn, sign_in
from tests.rig.visitor import Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
AT_ONCE = 1.0  # seconds after the officer was told that it is done
BACK_WITHIN = 30.0  # seconds, on a busy machine
CONFIGURED = '\n[grants]\nlifetime = "2 s"\n\n[streams]\ngrace = "20 s"\n'
HULIN = MunicipalityCode("588491")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    port = free_port()
    async with (
        listening(Neighbour(web_socket=True), port),
        installed(
            tmp_path_factory.mktemp("s"),
            application=f"http://127.0.0.1:{port}",
            configured=lambda text: text + CONFIGURED,
        ) as running,
    ):
        await running.start()
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def officer(product: Product) -> Visitor:
    browser = product.visitor()
    page = await browser.sign_in(product.account("kucera.martin"), product.addresses.admin)
    assert (page.status, page.url.authority) == (200, URL(product.addresses.admin).authority), page.title
    return browser


async def told_to_end(product: Product, officer: Visitor, who: SignedIn) -> Shown:
    page = f"{product.addresses.admin}/sessions/end/now"
    return await officer.post(page, {"session": who.session.id}, follow=False)


async def somebody(product: Product) -> SignedIn:
    """Jana Nováková, with a new session."""
    people = [(product.account("novakova.jana"), HULIN)]
    with product.state() as state:
        (made,) = await sign_in(state, people, lambda _: product.host(MAP))
    return made


@contextlib.asynccontextmanager
async def feed(product: Product, who: SignedIn) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    host = product.host(MAP)
    async with (
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=product.tls()), cookie_jar=aiohttp.DummyCookieJar()
        ) as http,
        http.ws_connect(
            f"https://127.0.0.1:{product.port}/feed",
            headers={"Host": host, "Cookie": who.cookie},
            server_hostname=host.partition(":")[0],
        ) as opened,
    ):
        yield opened


async def answers(opened: aiohttp.ClientWebSocketResponse) -> bool:
    await opened.send_str("hello")
    return (await opened.receive(5)).data == "echo hello"


async def ended(opened: aiohttp.ClientWebSocketResponse) -> None:
    message = await opened.receive(BACK_WITHIN)
    assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE), message


async def recorded(product: Product, who: SignedIn, code: Code, at_least: int = 1) -> list[Entry]:
    with product.state() as state:
        search = LogSearch(state.database)
        async with asyncio.timeout(BACK_WITHIN):
            while True:
                page = await search.page(Query(session=who.session.id, codes=frozenset({code})))
                if len(page.entries) >= at_least:
                    return [one.entry for one in page.entries]
                await asyncio.sleep(0.05)


async def test_an_officer_ends_a_session_and_its_web_socket_ends_within_a_second(
    product: Product, officer: Visitor
) -> None:
    mine, theirs = await somebody(product), await somebody(product)
    async with feed(product, mine) as cut, feed(product, theirs) as kept:
        assert await answers(cut)
        await recorded(product, mine, Code.STREAM_OPENED)
        closed = asyncio.create_task(ended(cut))
        done = await told_to_end(product, officer, mine)
        told = time.monotonic()
        assert done.status == 303, done.title
        await closed
        assert time.monotonic() - told < AT_ONCE
        assert await answers(kept)
    (entry,) = await recorded(product, mine, Code.STREAM_CUT)
    assert (entry.outcome, entry.reason, entry.application) == ("refused", "ended_by_officer", MAP)
    (request,) = await recorded(product, mine, Code.ACCESS)
    assert (request.outcome, request.reason, request.request_id) == (
        "refused",
        "ended_by_officer",
        entry.request_id,
    )
    assert request.details["status"] == 101
    assert int(str(request.details["bytes_in"])) > 0 < int(str(request.details["bytes_out"]))
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with feed(product, mine):
            pass
    assert refused.value.status == 401


async def test_it_stays_open_past_its_grant_while_the_answer_is_yes(product: Product) -> None:
    who = await somebody(product)
    async with feed(product, who) as opened:
        kept = await recorded(product, who, Code.STREAM_KEPT, at_least=2)
        assert await answers(opened)
    assert {one.request_id for one in kept} == {
        one.request_id for one in await recorded(product, who, Code.STREAM_OPENED)
    }
    (request,) = await recorded(product, who, Code.ACCESS)
    assert (request.outcome, request.reason) == ("success", "")


async def test_it_survives_a_control_plane_that_dies_and_hears_of_what_happened_meanwhile(
    product: Product, officer: Visitor
) -> None:
    who = await somebody(product)
    async with feed(product, who) as opened:
        await recorded(product, who, Code.STREAM_OPENED)
        product.control_plane().kill()
        assert await answers(opened)
        await recorded(product, who, Code.STREAM_KEPT)
        async with asyncio.timeout(BACK_WITHIN):  # Envoy asks the new one a moment after streams do
            while (await told_to_end(product, officer, who)).status != 303:
                await asyncio.sleep(0.05)
        await ended(opened)


async def test_a_watch_that_dies_ends_streams_and_is_started_again(product: Product) -> None:
    who = await somebody(product)
    async with feed(product, who) as opened:
        await recorded(product, who, Code.STREAM_OPENED)
        product.watch_of_streams().kill()
        await ended(opened)
    (request,) = await recorded(product, who, Code.ACCESS)
    assert (request.outcome, request.reason) == ("failure", "stream_watch_lost")
    async with asyncio.timeout(BACK_WITHIN):
        while True:
            with contextlib.suppress(aiohttp.WSServerHandshakeError):
                async with feed(product, who) as again:
                    assert await answers(again)
                    return
            await asyncio.sleep(0.05)
