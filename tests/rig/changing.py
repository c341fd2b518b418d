"""A product whose configuration changes while it runs: the demo's applications, and policies of its own."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from config.vocabulary import ApplicationId, MunicipalityCode
from gateway.audit.entry import Code, Entry
from gateway.audit.search import Query
from gateway.demo.configuration import POLICIES
from gateway.demo.slapd import free_port
from gateway.demo.start import DOMAIN
from gateway.storage.audit_search import LogSearch
from tests.rig import warm
from tests.rig.neighbours import Neighbour, listening
from tests.rig.product import Product, installed
from tests.rig.signed_in import SignedIn, sign_in

HULIN = MunicipalityCode("588491")
NOTES = ApplicationId("notes")
NOTES_TABLE = """
[[applications]]
id = "notes"
host = "notes.{domain}"
upstreams = ["{upstream}"]
title = {{ cs = "Poznámky", en = "Notes" }}
description = {{ cs = "Poznámky obce.", en = "Notes of the municipality." }}

[[applications.routes]]
path = "/feed"
action = "read"
websocket = true

[[applications.routes]]
action = "read"
"""
NOTES_POLICY = """
@id("notes-read")
@title_cs("Poznámky čtou všichni")
@title_en("Everybody reads notes")
permit (principal, action == Action::"read", resource in Municipality::"588491")
when { resource in Application::"notes" && principal.memberships.contains(resource.municipality) };
"""


@dataclass(slots=True)
class Changing:
    product: Product
    application: Neighbour
    """Behind all applications."""
    upstream: str
    first: str
    """Text of the configuration at the start."""

    @property
    def policies(self) -> Path:
        return self.product.world.folder / "policies/municipalities/588491.cedar"

    @property
    def notes(self) -> str:
        """A table for one more application."""
        return NOTES_TABLE.format(domain=self.product.world.domain, upstream=self.upstream)

    def write(self, text: str, notes_policy: str = "") -> None:
        """The configuration, and what the municipality says of the application `notes`."""
        self.product.configuration.write_text(text, "utf-8")
        original = POLICIES / "municipalities/588491.cedar"
        self.policies.write_text(original.read_text("utf-8") + notes_policy, "utf-8")

    async def reload(self) -> tuple[int, str, str]:
        """`brana reload`: its status, and what it said."""
        return await brana(self.product, "reload")

    async def reloaded(self, text: str, notes_policy: str = "") -> str:
        """Written and taken."""
        self.write(text, notes_policy)
        status, said, complaint = await self.reload()
        assert status == 0, complaint
        return said

    async def with_notes(self) -> str:
        return await self.reloaded(self.first + self.notes, NOTES_POLICY)

    async def somebody(self, host: str) -> SignedIn:
        """Jana Nováková, who works in Hulín, with a new session at a host (with port)."""
        people = [(self.product.account("novakova.jana"), HULIN)]
        with self.product.state() as state:
            (made,) = await sign_in(state, people, lambda _: host)
        return made

    def host(self, name: str) -> str:
        return self.product.addresses.authority(f"{name}.{self.product.world.domain}")

    @contextlib.asynccontextmanager
    async def browser(self) -> AsyncIterator["Browser"]:
        connector = aiohttp.TCPConnector(ssl=self.product.tls(), limit=0)
        async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http:
            yield Browser(http, self.product.port)

    async def recorded(self, code: Code, at_least: int = 1, **which: Any) -> list[Entry]:
        """The latest first."""
        with self.product.state() as state:
            search = LogSearch(state.database)
            async with asyncio.timeout(10):
                while True:
                    page = await search.page(Query(codes=frozenset({code}), **which))
                    if len(page.entries) >= at_least:
                        return [one.entry for one in page.entries]
                    await asyncio.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Browser:
    """Keeps its connections, and no cookies."""

    http: aiohttp.ClientSession
    port: int

    async def get(self, host: str, path: str, cookie: str) -> tuple[int, str]:
        """Status, and the grant that was given with the answer, as a cookie."""
        async with self.http.get(
            f"https://127.0.0.1:{self.port}{path}",
            headers={"Host": host, "Cookie": cookie},
            server_hostname=host.partition(":")[0],
        ) as answer:
            await answer.read()
            return answer.status, answer.headers.get("Set-Cookie", "").partition(";")[0]

    def socket(self, host: str, path: str, cookie: str) -> Any:
        return self.http.ws_connect(
            f"https://127.0.0.1:{self.port}{path}",
            headers={"Host": host, "Cookie": cookie},
            server_hostname=host.partition(":")[0],
        )


async def brana(product: Product, *arguments: str) -> tuple[int, str, str]:
    """A command beside the running product."""
    words = [*arguments, "--config", str(product.configuration)]
    done = await asyncio.to_thread(warm.brana, words, os.environ)
    return done.returncode, done.stdout, done.stderr


@contextlib.asynccontextmanager
async def changing(
    folder: Path, more: Callable[[str, str], str] = lambda _upstream, _domain: ""
) -> AsyncIterator[Changing]:
    """Running. `more`: further tables of the configuration, made of upstream and domain."""
    port = free_port()
    application = Neighbour(web_socket=True)
    upstream = f"http://127.0.0.1:{port}"
    shutil.copytree(POLICIES, folder / "policies", ignore=shutil.ignore_patterns("*.cases.toml"))

    def configured(text: str) -> str:
        return text.replace(str(POLICIES), str(folder / "policies")) + more(upstream, DOMAIN)

    async with (
        listening(application, port),
        installed(folder, application=upstream, configured=configured) as product,
    ):
        await product.start()
        yield Changing(product, application, upstream, product.configuration.read_text("utf-8"))
