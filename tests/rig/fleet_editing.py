"""Configurations of a fleet's nodes that are edited while they run, and an application that comes and goes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from gateway.audit.entry import Code
from gateway.demo.configuration import MAP
from gateway.demo.people import CENTRE
from tests.rig import fleet_policies
from tests.rig.changing import NOTES_TABLE
from tests.rig.fleet import PATIENCE, Fleet, Node
from tests.rig.visitor import Visitor

MAP_TABLE = 'id = "map"\n'
NOTES_POLICY = f"""
@id("notes-read")
@title_cs("Poznámky čtou všichni")
@title_en("Everybody reads notes")
permit (principal, action == Action::"read", resource in Municipality::"{CENTRE}")
when {{ resource in Application::"notes" && principal.memberships.contains(resource.municipality) }};
"""


def notes_of(office: Fleet) -> str:
    """A table for one more application, behind which is what is behind the map."""
    settings = office.product.settings
    upstream = next(one for one in settings.applications if one.id == MAP).upstreams[0]
    return NOTES_TABLE.format(domain=settings.public.domain, upstream=upstream)


def url_of(office: Fleet, name: str) -> str:
    return f"https://{office.product.addresses.authority(f'{name}.{office.product.world.domain}')}/"


def permit_notes(node: Node) -> None:
    with fleet_policies.of_centre(node).open("a", encoding="utf-8") as file:
        file.write(NOTES_POLICY)


async def reloaded(node: Node, text: str) -> str:
    """That configuration, taken; what was said."""
    node.configuration.write_text(text, "utf-8")
    status, said = await node.brana("reload")
    assert status == 0, said
    return said


@contextlib.asynccontextmanager
async def feed(office: Fleet, browser: Visitor, node: str, url: str) -> AsyncIterator[Any]:
    """A web socket at that node, as the browser's person."""
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies(url).items())
    host = url.removeprefix("https://").rstrip("/")
    connector = aiohttp.TCPConnector(ssl=office.product.tls())
    async with (
        aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http,
        http.ws_connect(
            f"https://{office[node].address}:{office.product.port}/feed",
            headers={"Host": host, "Cookie": cookie},
            server_hostname=host.partition(":")[0],
        ) as socket,
    ):
        assert await answers(socket)
        yield socket


async def answers(socket: Any) -> bool:
    await socket.send_str("hello")
    return bool((await socket.receive(5)).data == "echo hello")


async def status_at(office: Fleet, browser: Visitor, node: str, url: str) -> int:
    return (await office.same(browser, node).get(url, follow=False)).status


async def let_in(office: Fleet, browser: Visitor, node: str, url: str) -> None:
    """By a grant that this node's gate honours."""
    there = office.same(browser, node)
    async with asyncio.timeout(PATIENCE):
        while True:
            shown = await there.get(url)
            (entry,) = await office.entries(Code.ACCESS, request_id=shown.request_id)
            assert (shown.status, entry.details["node"]) == (200, node), shown.title
            if entry.details["fresh"]:
                return


def edited(office: Fleet, node: str, old: str, new: str) -> str:
    """The first such place of the map's table."""
    begin, table, rest = office[node].configuration.read_text("utf-8").partition(MAP_TABLE)
    assert old in table + rest
    return begin + (table + rest).replace(old, new, 1)
