"""A fleet on one machine: node `a` decides and lets people in, edges `b`, `c` let people in; on a database that is
shared they may be whole nodes too. Each has its own loopback address, and the same ports, so that a name may lead to
any of them.
"""

import asyncio
import contextlib
import json
import os
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from config.vocabulary import ApplicationId
from gateway.audit.entry import Code, Entry
from gateway.audit.search import Query
from gateway.commands.state import State
from gateway.demo.slapd import free_port
from gateway.demo.world import Account
from gateway.storage.audit_search import LogSearch
from tests.rig.product import ENDS_WITHIN, READY_WITHIN, ROOT, Product, installed
from tests.rig.visitor import Visitor
from tests.rig.warm import PROGRAM, Copied, brana, going_to, serving

FLEET = """
[fleet]
node = "{name}"
role = "{role}"
address = "{address}"
port = {port}
grace = "{grace}"
"""
PEER = """
[[fleet.peers]]
name = "{name}"
address = "{address}"
port = {port}
"""
A = "127.0.0.1"
EDGES = ["127.0.8.2", "127.0.8.3"]
PATIENCE = 20.0  # seconds


@dataclass
class Node:
    name: str
    address: str
    configuration: Path
    state: Path
    metrics_port: int
    log: Path
    network: Path | None = None
    """Its namespace, where it has a network of its own."""
    process: asyncio.subprocess.Process | Copied | None = None
    source: Path = ROOT
    """The source tree of the version that is installed there."""

    async def serve(self) -> None:
        with self.log.open("ab") as log:
            words = ("--config", str(self.configuration))
            if self.source == ROOT:
                self.process = await serving(words, log, network=self.network)
                return
            self.process = await asyncio.create_subprocess_exec(
                *going_to(self.network), *PROGRAM, "serve", *words,
                cwd=self.source, stderr=log, stdin=asyncio.subprocess.DEVNULL,
            )  # fmt: skip

    async def ready(self) -> None:
        """Return when people may be sent here."""
        await self.until(lambda status, _: status == 200)

    async def until(self, wanted: Callable[[int, Mapping[str, bool]], bool]) -> None:
        end = time.monotonic() + READY_WITHIN
        while not wanted(*await asyncio.to_thread(self.readiness)):
            ended = self.process is None or self.process.returncode is not None
            if ended or time.monotonic() > end:
                raise AssertionError(f"{self.name}: {self.readiness()}\n{self.log.read_text()[-4000:]}")
            await asyncio.sleep(0.02)

    def readiness(self) -> tuple[int, Mapping[str, bool]]:
        """Status of `/readyz`, and its parts."""
        try:
            with urllib.request.urlopen(
                f"http://{self.address}:{self.metrics_port}/readyz", timeout=2
            ) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())
        except OSError:
            return 0, {}

    async def stop(self) -> None:
        if self.process is None or self.process.returncode is not None:
            return
        self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), ENDS_WITHIN)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()

    def kill(self) -> None:
        """All of it at once, as when the machine dies; returns when none of its processes is left."""
        assert self.process is not None
        supervisor = psutil.Process(self.process.pid)
        all_of_it = [supervisor, *supervisor.children(recursive=True)]
        for one in all_of_it:
            with contextlib.suppress(psutil.NoSuchProcess):  # the kernel ends them with the first
                one.kill()
        until = time.monotonic() + ENDS_WITHIN
        while any(map(_runs, all_of_it)):
            assert time.monotonic() < until, all_of_it
            time.sleep(0.001)

    def child(self, word: str) -> psutil.Process:
        assert self.process is not None
        children = psutil.Process(self.process.pid).children()
        return next(one for one in children if any(word in part for part in one.cmdline()))

    async def brana(self, *arguments: str, typed: str = "") -> tuple[int, str]:
        """Exit status, and all that is said."""
        words = [*arguments, "--config", str(self.configuration)]
        environment = os.environ | {"COLUMNS": "200"}
        if self.source == ROOT:
            done = await asyncio.to_thread(brana, words, environment, typed=typed, network=self.network)
            return done.returncode, done.stdout + done.stderr
        process = await asyncio.create_subprocess_exec(
            *going_to(self.network), *PROGRAM, *words, cwd=self.source, env=environment, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await process.communicate(typed.encode())
        assert process.returncode is not None
        return process.returncode, said.decode()


@dataclass
class Fleet:
    product: Product
    nodes: dict[str, Node]
    fleet_port: int
    state: State
    """Of `a`, opened beside it."""
    visitors: list[Visitor] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    """Logins of people whom a test has used."""
    people_at: str = "127.0.0.1"
    """Address of people's machines."""

    def __getitem__(self, name: str) -> Node:
        return self.nodes[name]

    def visitor(self, to: str, address: str = "") -> Visitor:
        """A new browser whose names lead to that node."""
        made = Visitor(self.product.tls(), address or self.people_at, self[to].address)
        self.visitors.append(made)
        return made

    def same(self, other: Visitor, to: str) -> Visitor:
        """The same browser with connections of its own to that node."""
        made = Visitor(other.tls, other.address, self[to].address, other.jar)
        self.visitors.append(made)
        return made

    async def decides(self, at: str) -> None:
        """Return when a stranger who comes in there is sent to the sign-in."""
        browser = self.visitor(at)
        async with asyncio.timeout(PATIENCE):
            while (await browser.get(self.product.addresses.portal, follow=False)).status != 302:
                await asyncio.sleep(0.05)

    async def invite(self, name: str, role: str = "edge") -> str:
        """A code for that node, from `a`."""
        status, said = await self["a"].brana("fleet", "invite", name, "--role", role)
        assert status == 0, said
        return said.split()[1]

    async def join(self, name: str, role: str = "edge") -> None:
        status, said = await self[name].brana("fleet", "join", typed=f"{await self.invite(name, role)}\n")
        assert status == 0, said

    async def entries(self, *codes: Code, at_least: int = 1, **asked: Any) -> list[Entry]:
        """What the log of `a` has, newest first; waits for so many."""
        query, search = Query(codes=frozenset(codes), **asked), LogSearch(self.state.database)
        async with asyncio.timeout(PATIENCE):
            while True:
                page = await search.page(query, limit=1_000)
                if len(page.entries) >= at_least:
                    return [recorded.entry for recorded in page.entries]
                await asyncio.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Network:
    """Where the machines are."""

    nodes: Mapping[str, str] = field(default_factory=lambda: dict(zip("abc", (A, *EDGES), strict=True)))
    """Addresses."""
    namespaces: Mapping[str, Path] = field(default_factory=dict)
    directory: str = A
    people: str = A


LOOPBACK = Network()


def _runs(process: psutil.Process) -> bool:
    """Any of its threads, which together hold its sockets."""
    try:
        return len(list(Path(f"/proc/{process.pid}/task").iterdir())) > 1 or (
            process.status() != psutil.STATUS_ZOMBIE
        )
    except (psutil.NoSuchProcess, FileNotFoundError):
        return False


def _node(folder: Path, name: str, address: str, text: str, metrics_port: int) -> Node:
    home = folder / name
    home.mkdir(exist_ok=True)
    configuration = home / "brana.toml"
    configuration.write_text(text, "utf-8")
    return Node(name, address, configuration, home / "state", metrics_port, home / "brana.log")


@contextlib.asynccontextmanager
async def fleet(
    folder: Path,
    edges: Sequence[str] = ("b",),
    accounts: Sequence[Account] = (),
    application: str | Mapping[ApplicationId, str] = "http://127.0.0.1:1",
    configured: Callable[[str, str], str] = lambda _name, text: text,
    grace: str = "2 s",
    role: str = "whole",
    whole: Sequence[str] = (),
    network: Network = LOOPBACK,
) -> AsyncIterator[Fleet]:
    """`a` has founded the fleet and serves; the edges have joined and serve. `configured`: of a node's name and its
    configuration. `role`: of `a`. `whole`: those of the edges that are whole nodes instead.
    """
    port, addresses = free_port(), network.nodes

    def fleet_of(name: str) -> str:
        its = role if name == "a" else "whole" if name in whole else "edge"
        own = addresses[name] if its != "edge" else A  # where an edge would listen, and does not
        peers = (one for one in ("a", *whole) if one != name)
        return FLEET.format(name=name, role=its, address=own, port=port, grace=grace) + "".join(
            PEER.format(name=one, address=addresses[one], port=port) for one in peers
        )

    plain = ""

    def addressed(name: str, text: str) -> str:
        for table in ("public", "metrics"):
            text = text.replace(f"[{table}]\n", f'[{table}]\naddress = "{addresses[name]}"\n', 1)
        return configured(name, text + fleet_of(name))

    def of_a(text: str) -> str:
        nonlocal plain
        plain = text
        return addressed("a", text)

    def of_another(name: str) -> str:
        own = plain.replace(f'"{folder.resolve() / "state"}"', f'"{folder / name / "state"}"')
        return addressed(name, own)

    async with installed(folder, accounts, application, of_a, network.directory) as product:
        with product.state() as state:
            made = Fleet(product, {}, port, state, people_at=network.people)
            async with _running(made, folder, {one: of_another(one) for one in edges}, whole, network):
                yield made


@contextlib.asynccontextmanager
async def _running(
    made: Fleet, folder: Path, others: Mapping[str, str], whole: Sequence[str], network: Network
) -> AsyncIterator[None]:
    """`others`: their names and configurations."""
    product = made.product
    keys = product.settings.state.directory / "keys"
    metrics = product.settings.metrics.port
    made.nodes["a"] = Node(
        "a", network.nodes["a"], product.configuration, product.settings.state.directory, metrics, product.log
    )
    for name, text in others.items():
        made.nodes[name] = _node(folder, name, network.nodes[name], text, metrics)
        if name in whole:
            shutil.copytree(keys, folder / name / "state" / "keys", copy_function=shutil.copy2)
    for name, namespace in network.namespaces.items():
        made.nodes[name].network = namespace
    try:
        status, said = await made["a"].brana("fleet", "authority")
        assert status == 0, said
        await made["a"].serve()
        await made["a"].ready()
        await asyncio.gather(*(_begin(made, name, "whole" if name in whole else "edge") for name in others))
        yield
    finally:
        for visitor in made.visitors:
            await visitor.close()
        first, *more = made.nodes.values()
        await asyncio.gather(*(node.stop() for node in more))
        await first.stop()  # last: edges bring it what their logs still have


async def _begin(made: Fleet, name: str, role: str) -> None:
    await made.join(name, role)
    await made[name].serve()
    await made[name].ready()
