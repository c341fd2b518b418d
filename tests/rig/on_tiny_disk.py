"""A product whose state directory is a small file system of its own, which can be filled and freed while it runs."""

import asyncio
import contextlib
import json
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from pathlib import Path

import aiohttp
from aiohttp import web

from config.load import load
from gateway.audit.entry import Code, Entry
from gateway.audit.search import Query
from gateway.demo.configuration import RECORDS
from gateway.demo.slapd import free_port
from gateway.storage.audit_search import LogSearch
from gateway.storage.database import Database
from gateway.storage.place import Place, is_shared, place_of
from tests.rig.neighbours import Neighbour, listening
from tests.rig.postgres import Server
from tests.rig.product import Product, installed
from tests.rig.tiny_disk import TinyDisk, tiny_disk
from tests.rig.visitor import Visitor

MIB = 2**20
DISK = 112  # MiB: what a start asks for, the database, and room set aside
WITHIN = 30.0  # seconds, on a busy machine
HULIN = "588491"


class OnTinyDisk:
    """`sent`: the numbers of requests that the application answered."""

    def __init__(self, product: Product, disk: TinyDisk, place: Place) -> None:
        self.product, self.disk = product, disk
        self.database = Database(place)
        self.sent: list[str] = []
        self._freed: Path | None = None

    @property
    def address(self) -> str:
        return self.product.application(RECORDS, HULIN)

    async def asks(self, visitor: Visitor, headers: Mapping[str, str] | None = None) -> str:
        """Why the application could not be opened; empty where it was."""
        shown = await visitor.get(self.address, follow=False, headers=headers or {"Accept": "text/html"})
        if shown.status == 200:
            self.sent.append(shown.headers["x-request-id"])
            return ""
        return f"{shown.status} {shown.headers.get('x-brana-reason', '')}"

    async def until_closed(self, visitor: Visitor, headers: Mapping[str, str] | None = None) -> str:
        """Ask again and again until somebody says no."""
        async with asyncio.timeout(WITHIN):
            while not (no := await self.asks(visitor, headers)):
                pass
        return no

    async def until_open(self, visitor: Visitor) -> None:
        async with asyncio.timeout(WITHIN):
            while await self.asks(visitor):
                await asyncio.sleep(0.1)

    def fill(self, leave: int = 0) -> None:
        self._freed = self.disk.fill(leave)

    def free(self) -> None:
        assert self._freed is not None
        self._freed.unlink()

    async def local(self, path: str) -> tuple[int, str]:
        """A page of the address for measurements."""
        where = f"http://127.0.0.1:{self.product.settings.metrics.port}{path}"
        async with aiohttp.ClientSession() as http, http.get(where) as answer:
            return answer.status, await answer.text()

    async def ready(self) -> tuple[int, dict[str, bool]]:
        status, said = await self.local("/readyz")
        return status, json.loads(said)

    async def entries(self, *codes: Code, at_least: int = 1) -> Sequence[Entry]:
        """Oldest first, as soon as there are so many."""
        begun = time.monotonic()
        while True:
            page = await LogSearch(self.database).page(Query(codes=frozenset(codes)), limit=50)
            if len(page.entries) >= at_least:
                return [one.entry for one in reversed(page.entries)]
            assert time.monotonic() - begun < WITHIN, f"not recorded: {codes}"
            await asyncio.sleep(0.05)

    async def recorded(self, requests: Collection[str]) -> Counter[str]:
        """How often each is in the log as a request, once all are there or nothing more comes."""
        begun, found = time.monotonic(), Counter[str]()
        while len(found) < len(requests) and time.monotonic() - begun < WITHIN:
            found = await _accesses(self.database, requests)
            await asyncio.sleep(0.1)
        return found


async def _accesses(database: Database, requests: Collection[str]) -> Counter[str]:
    from tests.rig.fleet_log import _how_often  # noqa: PLC0415

    return await database.read(lambda connection: _how_often(connection, requests))


@contextlib.asynccontextmanager
async def on_tiny_disk(folder: Path, server: Server | None) -> AsyncIterator[OnTinyDisk]:
    """Started; its database on the small disk too, or at `server`."""
    records, port = Neighbour(), free_port()
    records.answer = lambda _: web.Response(text="spis")
    shared = ""
    if server is not None:
        shared = f'\n[state.database]\nhosts = ["{server.folder}"]\nname = "{server.empty().name}"\n'
    async with (
        listening(records, port),
        installed(
            folder, application=f"http://127.0.0.1:{port}", configured=lambda text: text + shared
        ) as product,
    ):
        state = product.settings.state.directory
        with tiny_disk(state, DISK) as disk:  # over what was prepared, for who enters
            for one in state.iterdir():
                copy = shutil.copytree if one.is_dir() else shutil.copy2
                copy(one, disk.outside / one.name)
            product.before = disk.enter
            settings, _ = load(product.configuration)
            place = place_of(settings.state)
            await product.start()
            made = OnTinyDisk(product, disk, place if is_shared(place) else disk.outside / "brana.db")
            try:
                yield made
            finally:
                made.database.close()
                await product.stop()
