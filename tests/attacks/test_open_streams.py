"""Whoever may do something no more tries to keep a connection open, or to open it again."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest

from gateway.audit.entry import Code
from gateway.demo.configuration import MAP
from tests.rig.attacked import STREAMS, Ground

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
FORGED = {
    "x-brana-fresh": "another-session.1 588296",
    "x-brana-decided": "map 588296 another-session.1 epoch own ,read,",
    "x-brana-route": "map - administer",
    "x-brana-request": "another",
    "x-brana-address": "192.0.2.1",
    "x-brana-reason": "nothing",
    "x-request-id": "another",
    "x-envoy-max-retries": "9",
    "grpc-timeout": "1n",
    "te": "trailers",
}
"""Words of ours, of Envoy's and of its calls to the watch."""


@contextlib.asynccontextmanager
async def feed(ground: Ground, cookie: str, **headers: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    host = ground.host(MAP)
    connector = aiohttp.TCPConnector(ssl=ground.product.tls())
    async with (
        aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http,
        http.ws_connect(
            f"https://127.0.0.1:{ground.product.port}/feed",
            headers={"Host": host, "Cookie": cookie, **headers},
            server_hostname=host.partition(":")[0],
        ) as opened,
    ):
        yield opened


async def test_a_revoked_session_keeps_no_web_socket_whatever_the_client_says_and_opens_none(
    ground: Ground,
) -> None:
    account, start = ground.somebody(), ground.product.application(MAP)
    browser = await ground.signed_in(account, start)
    cookie = ground.cookie(browser, start)
    async with feed(ground, cookie, **FORGED) as opened:
        await opened.send_str("hello")
        assert (await opened.receive(5)).data == "echo hello"
        (begun,) = await ground.entries(at_least=1, codes=(Code.STREAM_OPENED,), person=account.login)
        assert (begun.application, begun.action, begun.address) == (MAP, "read", "127.0.0.1")
        assert begun.request_id != "another"
        told = {name.lower(): value for name, value in ground.taken_over.last.headers}
        assert not [name for name in FORGED if name.startswith("x-") and told.get(name) == FORGED[name]]
        revoking = asyncio.create_task(ground.brana("sessions", "revoke", "--user", account.login))
        async with asyncio.timeout(20):
            while (await opened.receive()).type not in (
                aiohttp.WSMsgType.CLOSED,
                aiohttp.WSMsgType.CLOSE,
            ):
                pass
        ended = time.time()
        await revoking
    (cut,) = await ground.entries(at_least=1, codes=(Code.STREAM_CUT,), person=account.login)
    assert (cut.outcome, cut.reason, cut.request_id) == ("refused", "ended_by_officer", begun.request_id)
    assert ended - cut.at.timestamp() < 1.0
    entry = await ground.entry(begun.request_id)
    assert (entry.outcome, entry.reason) == ("refused", "ended_by_officer")
    for forged in ({}, FORGED):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with feed(ground, cookie, **forged):
                pass
        assert refused.value.status == 401


async def test_one_person_does_not_take_the_room_of_everybody_s_streams(ground: Ground) -> None:
    account, start = ground.somebody(), ground.product.application(MAP)
    cookie = ground.cookie(await ground.signed_in(account, start), start)
    other = ground.cookie(await ground.signed_in(ground.somebody(), start), start)
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(STREAMS):
            await stack.enter_async_context(feed(ground, cookie))
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await stack.enter_async_context(feed(ground, cookie))
        assert refused.value.status == 429
        assert refused.value.headers is not None
        entry = await ground.entry(refused.value.headers["x-request-id"])
        assert (entry.outcome, entry.reason) == ("refused", "too_many_streams")
        assert (entry.application, entry.person) == (MAP, account.login)
        async with feed(ground, other) as opened:
            await opened.send_str("hello")
            assert (await opened.receive(5)).data == "echo hello"
