"""What a connection may hold: forms that never end, and bodies."""

import asyncio

import pytest
import pytest_asyncio
from aiohttp import web

from gateway.envoy.hardening import OUR_FORM_BYTES, POLICY_TEXT_BYTES
from tests.rig.envoy import DOMAIN, Plane

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nothing_is_allowed(plane: Plane) -> None:
    plane.forget()


OUR_FORMS = {"login": "/sign-in/password", "files": "/.brana/sign-out", "portal": "/municipality"}


@pytest.mark.parametrize("host", OUR_FORMS)
async def test_a_form_that_is_not_whole_holds_nothing_of_ours(plane: Plane, host: str) -> None:
    path, cookie = OUR_FORMS[host], plane.cookie(application="portal")
    ours = plane.idp if host == "login" else plane.web
    arrived: list[str] = []
    answering = ours.handle

    async def noted(asked: web.BaseRequest) -> web.StreamResponse:
        arrived.append(asked.path)
        return await answering(asked)

    ours.handle = noted
    _, writer = await plane.connect()
    try:
        head = f"POST {path} HTTP/1.1\r\nHost: {host}.{DOMAIN}\r\nCookie: {cookie}\r\n"
        writer.write(f"{head}Content-Length: 2\r\n\r\na".encode())
        await writer.drain()
        await asyncio.sleep(0.3)
        assert arrived == [], "a thousand of these, and nobody can sign in"
        writer.write(b"b")
        await writer.drain()
        async with asyncio.timeout(5):
            while not ours.requests:
                await asyncio.sleep(0.02)
        assert ours.last.body == b"ab"
    finally:
        ours.handle = answering
        writer.transport.abort()


async def test_a_form_longer_than_any_of_ours_is_refused_before_it_reaches_us(plane: Plane) -> None:
    body = b"a" * (OUR_FORM_BYTES + 1)
    for host, path in OUR_FORMS.items():
        cookie = plane.cookie(application="portal")
        answer = await plane.ask(path, host=f"{host}.{DOMAIN}", method="POST", cookie=cookie, body=body)
        assert answer.status == 413
    assert plane.idp.requests == plane.web.requests == []


async def test_a_text_of_policies_may_be_longer_where_drafts_are_written_and_nowhere_else(
    plane: Plane,
) -> None:
    async def answered(path: str, length: int) -> int:
        cookie, host = plane.cookie(application="policies"), f"policies.{DOMAIN}"
        return (await plane.ask(path, host=host, method="POST", cookie=cookie, body=b"a" * length)).status

    assert await answered("/proposals/x/text", POLICY_TEXT_BYTES) == 200
    assert len(plane.web.last.body) == POLICY_TEXT_BYTES
    assert await answered("/proposals/x/text", POLICY_TEXT_BYTES + 1) == 413
    assert await answered("/incidents/close", OUR_FORM_BYTES + 1) == 413


async def test_an_application_still_takes_long_bodies(plane: Plane) -> None:
    body = b"a" * (4 * OUR_FORM_BYTES)
    answer = await plane.ask("/", method="POST", cookie=plane.cookie(), body=body)
    assert answer.status == 200
    assert plane.application.last.body == body
