"""A product whose state directory is a small file system of its own, which can be filled and freed while it runs."""

import asyncio
import contextlib
import json
import shutil
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from pathlib import Path

import aiohttp
import msgspec
from aiohttp import web

from config.load import load
from gateway.audit.entry import Code, Entry
from gateway.demo.configuration import RECORDS
from gateway.demo.slapd import free_port
from gateway.storage.audit_requests import ACCESSES
from gateway.storage.place import Place, is_shared, place_of, place_text
from tests.rig.neighbours import Neighbour, listening
from tests.rig.postgres import Server
from tests.rig.product import ROOT, Product, installed
from tests.rig.tiny_disk import TinyDisk, tiny_disk
from tests.rig.visitor import Visitor

MIB = 2**20
DISK = 112  # MiB: what a start asks for, the database, and room set aside
WITHIN = 30.0  # seconds, on a busy machine
HULIN = "588491"
READING = """
import sys, msgspec
from gateway.audit.canonical import parse
from gateway.storage.audit_evidence import rows
from gateway.storage.database import Database
from gateway.storage.place import place_from
log = Database(place_from(sys.argv[1]))
entries = log.read_now(lambda connection: [parse(row.canonical).entry for row in rows(connection)])
sys.stdout.buffer.write(msgspec.json.encode(entries))
log.close()
"""


class OnTinyDisk:
    """`sent`: the numbers of requests that the application answered."""

    def __init__(self, product: Product, disk: TinyDisk, place: Place) -> None:
        self.product, self.disk, self._place = product, disk, place
        self.database_is_here = not is_shared(place)
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

    async def entries(self, code: Code) -> Sequence[Entry]:
        """Oldest first, as soon as there is one."""
        async with asyncio.timeout(WITHIN):
            while not (found := [one for one in await self._log() if one.code is code]):
                await asyncio.sleep(0.05)
        return found

    async def recorded(self, requests: Collection[str]) -> Counter[str]:
        """How often each is in the log as a request, once all are there or nothing more comes."""
        begun, found, wanted = time.monotonic(), Counter[str](), set(requests)
        while len(found) < len(wanted) and time.monotonic() - begun < WITHIN:
            accesses = [one.request_id for one in await self._log() if one.code in ACCESSES]
            found = Counter(one for one in accesses if one in wanted)
        return found

    async def _log(self) -> Sequence[Entry]:
        """All of it, read by a process that sees the disk: SQLite follows no way into another's."""
        words = (*self.disk.enter, sys.executable, "-c", READING, place_text(self._place))
        reading = await asyncio.create_subprocess_exec(*words, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
        said, _ = await reading.communicate()
        return msgspec.json.decode(said, type=list[Entry])


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
            await product.start()
            try:
                yield OnTinyDisk(product, disk, place_of(settings.state))
            finally:
                await product.stop()
