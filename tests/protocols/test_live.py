"""Connections that stay: web sockets, events, long polls, in Chromium and with `websockets`; and gRPC-web in a page."""

import asyncio
import json
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.async_api import Browser, Page
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.rig.browser import PROJECT
from tests.rig.centre import Centre
from tests.rig.rpc_server import SERVICE

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
LONG = "zpráva " * 20_000
GRPC_WEB = PROJECT / "node_modules/grpc-web/index.js"
OPENED = "url => { window.socket = new WebSocket(url); return new Promise(done => {"
ECHOED = (
    OPENED
    + "socket.onopen = () => { socket.send('extensions'); socket.send('ahoj'); }; const said = [];"
    + "socket.onmessage = one => { said.push(one.data); if (said.length == 2) done([said, socket.extensions]); };"
    + "socket.onclose = one => done(['closed', one.code]); }) }"
)
EVENTS = """url => new Promise(done => {
  const source = new EventSource(url), said = [];
  source.onmessage = one => {
    said.push(one.data);
    if (said.length == 5) { source.close(); done(said); }
  };
  source.onerror = () => { if (source.readyState == EventSource.CLOSED) done('closed'); };
})"""
CALL = """([path, name, text]) => new Promise(done => {
  const bytes = one => new TextEncoder().encode(one), words = one => new TextDecoder().decode(one);
  const way = name == 'Down' ? 'server_streaming' : 'unary';
  const described = new grpcWeb.MethodDescriptor(path + name, way, Object, Object, bytes, words);
  const client = new grpcWeb.GrpcWebClientBase({format: 'text'}), host = location.origin;
  if (way == 'unary')
    client.rpcCall(host + path + name, text, {}, described, (error, answer) =>
      done(error ? [error.code, error.message, error.metadata] : answer));
  else {
    const said = [], stream = client.serverStreaming(host + path + name, text, {}, described);
    stream.on('data', one => said.push(one)); stream.on('end', () => done(said));
    stream.on('error', error => done([error.code, error.message]));
  }
})"""

SEEN = """path => fetch(path, {method: 'POST', headers: {'Content-Type': 'application/grpc-web-text'}}).then(
  answer => [answer.headers.get('grpc-message'), answer.headers.get('x-brana-reason')])"""


async def page(browser: Browser, there: Centre, *signed_in_at: str) -> Page:
    """An open page of the chatty application, of somebody with a session at these hosts."""
    context = await browser.new_context(ignore_https_errors=True, locale="cs-CZ")
    for application in signed_in_at:
        name, _, value = (await there.cookie(application)).partition("=")
        kept: Any = {
            "name": name,
            "value": value,
            "url": there.url(application),
            "secure": True,
            "httpOnly": True,
        }
        await context.add_cookies([kept])
    made = await context.new_page()
    await made.goto(there.url("chatty"))
    return made


def socket(there: Centre, cookie: str, **more: Any) -> connect:
    authority = there.authority("sockets")
    return connect(
        f"wss://{authority}/", host="127.0.0.1", port=there.product.port, ssl=there.product.tls(),
        server_hostname=authority.partition(":")[0], additional_headers={"Cookie": cookie},
        max_size=2**24, proxy=None, **more,
    )  # fmt: skip


async def test_a_web_socket_carries_long_messages_deflated_both_ways(there: Centre) -> None:
    async with socket(there, await there.cookie("sockets")) as opened:
        await opened.send(LONG)
        assert await opened.recv() == LONG
        await opened.send(LONG.encode())
        assert await opened.recv() == LONG.encode()
        assert "permessage-deflate" in opened.response.headers["Sec-WebSocket-Extensions"]
        await opened.send("extensions")
        assert "PerMessageDeflate" in str(await opened.recv())
        await (await opened.ping())


async def test_a_stranger_s_handshake_is_refused_with_a_reason(there: Centre) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with socket(there, "nobody=1"):
            pass
    answer = refused.value.response
    assert (answer.status_code, json.loads(answer.body)["reason"]) == (401, "sign_in_needed")


async def test_chromium_opens_its_web_sockets_within_its_http_2_connection(
    there: Centre, browser: Browser
) -> None:
    cookie = await there.cookie("sockets")
    opened = await page(browser, there, "chatty", "sockets")
    url = there.url("sockets").replace("https:", "wss:")
    context = opened.context
    name, _, value = cookie.partition("=")
    await context.add_cookies(
        [{"name": name, "value": value, "url": there.url("sockets"), "secure": True, "httpOnly": True}]
    )
    await opened.goto(there.url("sockets"))  # a connection by HTTP/2, within which a socket opens (RFC 8441)
    said, extensions = await opened.evaluate(ECHOED, url)
    assert (said[1], "permessage-deflate" in extensions) == ("ahoj", True)
    assert "PerMessageDeflate" in said[0]
    closing = asyncio.create_task(
        opened.evaluate("() => new Promise(done => { socket.onclose = one => done(one.code); })")
    )
    await there.revoke(await there.session(cookie, "sockets"))
    assert await asyncio.wait_for(closing, 20) == 1006
    assert await opened.evaluate(ECHOED, url) == ["closed", 1006]
    await context.close()


async def test_chromium_reads_events_and_goes_on_where_it_was(there: Centre, browser: Browser) -> None:
    opened = await page(browser, there, "chatty")
    there.chatty.went_on_from.clear()
    said = await opened.evaluate(EVENTS, "/events")
    assert said == [f"event {number}" for number in range(1, 6)]
    assert there.chatty.went_on_from[:3] == [None, "2", "4"]
    await opened.context.clear_cookies()
    assert await opened.evaluate(EVENTS, "/events") == "closed"  # 401: a browser does not come again
    await opened.context.close()


async def test_a_long_poll_is_answered_late_and_a_silent_one_ends(there: Centre) -> None:
    cookie = await there.cookie("chatty")
    there.chatty.news.clear()
    waiting = asyncio.create_task(there.curl(there.url("chatty", "/poll"), cookie=cookie))
    silent = await there.curl(there.url("chatty", "/silent"), cookie=cookie)
    assert (silent.status, silent.reason) == ("HTTP/2 504", "application_too_slow")
    assert not waiting.done()
    there.chatty.news.set()
    assert json.loads((await waiting).body) == {"news": True}


async def test_a_script_of_one_application_calls_another_that_allows_it(
    there: Centre, browser: Browser
) -> None:
    opened = await page(browser, there, "chatty", "soap")
    await opened.goto(there.url("soap", "/?wsdl"))
    called = await opened.evaluate(
        """url => fetch(url, {method: 'PATCH', credentials: 'include', body: '{}',
             headers: {'Content-Type': 'application/json'}}).then(answer => answer.json())""",
        there.url("chatty", "/api"),
    )
    assert called == {"method": "PATCH", "told": True, "body": "{}"}
    assert there.chatty.preflights[-1] == there.url("soap", "").rstrip("/")
    await opened.context.close()


async def test_an_upload_that_is_too_large_is_told_why(there: Centre, browser: Browser) -> None:
    opened = await page(browser, there, "chatty")
    told = await opened.evaluate(
        """size => fetch('/small', {method: 'PUT', body: new Uint8Array(size)})
             .then(async answer => [answer.status, (await answer.json()).reason])""",
        2**20 + 1,
    )
    assert told == [413, "request_too_large"]
    await opened.context.close()


async def test_a_page_calls_grpc_by_grpc_web(there: Centre, browser: Browser) -> None:
    there.chatty.scripts["grpc-web"] = (
        f"(() => {{ const exports = {{}}; {GRPC_WEB.read_text()}; window.grpcWeb = exports; }})();"
    )
    opened, path = await page(browser, there, "chatty"), f"/{SERVICE}/"
    assert await opened.evaluate(CALL, [path, "One", "žádost"]) == "echo žádost"
    assert await opened.evaluate(CALL, [path, "Down", "3"]) == ["0", "1", "2"]
    code, message, told = await opened.evaluate(CALL, [path, "One", "fail"])
    assert (code, message, told["asked-by"]) == (9, "spis je uzavřen", "True")
    await opened.context.clear_cookies()
    code, *_ = await opened.evaluate(CALL, [path, "One", "x"])
    assert code == 16
    message, reason = await opened.evaluate(SEEN, f"{path}One")
    assert (unquote(message).partition(".")[0], reason) == ("Nejprve se přihlaste", "sign_in_needed")
    await opened.context.close()
