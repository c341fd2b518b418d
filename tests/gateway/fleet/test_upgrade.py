"""A fleet of this version becomes one of the next, node by node and under load, on one PostgreSQL."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import psycopg
import pytest
import pytest_asyncio

from gateway import __version__
from gateway.audit.entry import Code
from gateway.demo.configuration import MAP
from gateway.demo.world import Account
from gateway.storage.schema import newest
from tests.rig.fleet import PATIENCE, Fleet
from tests.rig.fleet_load import AT_WORK, Load, under_load
from tests.rig.fleet_log import recorded, verified
from tests.rig.fleet_people import inhabited, records, signed_in
from tests.rig.next_version import ANEW, MARK, NEXT, next_version
from tests.rig.postgres import Server
from tests.rig.product import READY_WITHIN, ROOT
from tests.rig.visitor import Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
WAITS = (
    "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'session'::regclass AND mode LIKE '%Exclusive%'"
)
MOMENT = 1.0  # seconds in which what one control plane hears is everywhere


@dataclass
class Office:
    """Two whole nodes `a`, `b`, an edge `c`; the next version lies where they can be started from it."""

    fleet: Fleet
    database: str
    server: Server
    next: Path
    browser: Visitor
    """Of somebody who signed in at `c` before anything was upgraded."""
    account: Account

    @property
    def records(self) -> str:
        return records(self.fleet)

    async def stands(self, next_at: str) -> None:
        """Nodes of the next version are these; where a test before has not brought them there."""
        for name, node in self.fleet.nodes.items():
            source = self.next if name in next_at else ROOT
            if node.source != source:
                await self.restarted(name, source)

    async def restarted(self, name: str, source: Path) -> None:
        """As docs/operators.md, "Upgrading node by node", has it."""
        node = self.fleet[name]
        status, said = await node.brana("drain", "--notice", "0.5", "--at-most", "10")
        assert status == 0, said
        assert "nothing is under way" in said
        await node.stop()
        node.source = source
        await node.serve()
        await node.ready()

    async def revoked(self, said_at: str) -> None:
        """Somebody who is in at every node is out at every node, within a moment of the command's end."""
        browser, account = await signed_in(self.fleet, said_at)
        browsers = {node: self.fleet.same(browser, node) for node in self.fleet.nodes}
        for one in browsers.values():
            assert (await one.get(self.records, follow=False)).status == 200
        status, said = await self.fleet[said_at].brana("sessions", "revoke", "--user", account.login)
        assert status == 0, said
        ended = time.monotonic()
        for node, one in browsers.items():
            while (shown := (await one.get(self.records, follow=False)).status) != 302:
                assert time.monotonic() - ended < MOMENT, (node, shown)
                await asyncio.sleep(0.01)

    def reads_until_it_was_given_way_to(self) -> None:
        """As a verification or a dump does, in the way of whoever changes the table of sessions."""
        end = time.monotonic() + 2 * READY_WITHIN
        with psycopg.connect(host=str(self.server.folder), dbname=self.database, user="brana") as reads:
            reads.execute("SELECT count(*) FROM session")
            for waits in (True, False, True):
                while (self.server.run(WAITS, self.database) != []) is not waits:
                    assert time.monotonic() < end
                    time.sleep(0.01)

    async def is_seen(self, next_at: str) -> None:
        """What each node runs, as the officers' page of nodes has it."""
        wanted = {(name, NEXT if name in next_at else __version__) for name in self.fleet.nodes}
        async with asyncio.timeout(PATIENCE):
            while set(self.server.run("SELECT node, release FROM fleet_node_heard", self.database)) != wanted:
                await asyncio.sleep(0.05)

    def stamp(self) -> object:
        return self.server.run("SELECT version_num FROM alembic_version", self.database)[0][0]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> AsyncIterator[Office]:
    database = postgres.empty().name

    def configured(_: str, text: str) -> str:
        return f'{text}\n[state.database]\nhosts = ["{postgres.folder}"]\nname = "{database}"\n'

    folder = tmp_path_factory.mktemp("u")
    after = next_version(folder / "next")
    async with inhabited(folder, ["b", "c"], whole=["b"], configured=configured) as made:
        made.used.add(AT_WORK)
        browser, account = await signed_in(made, "c")
        yield Office(made, database, postgres, after, browser, account)


@contextlib.asynccontextmanager
async def at_work(office: Office, upgraded: str) -> AsyncIterator[Load]:
    """While the block runs people are at work everywhere, and one web socket is open at each node but that one; then no
    request has failed, the log has each of them once, nobody was signed out, and the sockets are open still.
    """
    fleet, browser, url = office.fleet, office.browser, office.fleet.product.application(MAP)
    opened: list[aiohttp.ClientWebSocketResponse] = []
    for node in fleet.nodes.keys() - {upgraded}:
        there = fleet.same(browser, node)
        assert (await there.get(url)).status == 200
        opened.append(await there.web_socket(url + "feed"))
    async with under_load(office) as load:
        yield load
        await load.spread(10)
    assert load.failed == []
    for one in opened:
        await one.send_str("x")
        assert (await one.receive(10)).data == "echo x"
        await one.close()
    for node in fleet.nodes:
        assert (await fleet.same(browser, node).get(office.records, follow=False)).status == 200
    await recorded(fleet, load.requests)


async def shows(office: Office, node: str, *, mark: bool) -> None:
    """The portal as that node's version shows it, once its own answers there; with its style, wherever that is from."""
    there, portal = office.fleet.same(office.browser, node), office.fleet.product.addresses.portal
    async with asyncio.timeout(PATIENCE):
        while (MARK in (page := await there.get(portal)).text) is not mark:
            assert page.status == 200
            await asyncio.sleep(0.05)
    style = page.text.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
    for other in office.fleet.nodes:
        found = await office.fleet.same(office.browser, other).get(portal.rstrip("/") + style)
        assert (found.status, ":root" in found.text) == (200, True)


def told_of_the_schema(office: Office, node: str) -> int:
    """How often its log says that the schema is newer than it knows."""
    return office.fleet[node].log.read_text("utf-8").count('"event": "database.newer_schema"')


async def test_the_first_node_of_the_next_version_migrates_and_works_beside_the_others(
    office: Office,
) -> None:
    before = newest()
    async with at_work(office, "b"):
        reading = asyncio.create_task(asyncio.to_thread(office.reads_until_it_was_given_way_to))
        await office.restarted("b", office.next)
        await reading
    assert office.stamp() == f"{int(before) + 1:04}"
    await office.is_seen(next_at="b")
    await shows(office, "b", mark=True)
    await shows(office, "a", mark=False)


async def test_what_is_revoked_at_a_node_of_one_version_is_in_force_at_the_nodes_of_the_other(
    office: Office,
) -> None:
    await office.stands(next_at="b")
    for node in ("a", "b"):
        await office.revoked(node)


async def test_a_version_verifies_and_shows_what_the_next_one_has_recorded(office: Office) -> None:
    await office.stands(next_at="b")
    await verified(office.fleet, "a")
    started, *_ = await office.fleet.entries(Code.STARTED)
    until = (started.at + timedelta(seconds=2)).isoformat(
        timespec="seconds"
    )  # what people have read since is more than a page
    status, said = await office.fleet["a"].brana("audit", "search", "--until", until, "--limit", "1000")
    assert status == 0, said
    assert f"Something that this version does not know: {ANEW}" in said


async def test_a_control_plane_of_the_old_version_that_dies_begins_again_on_the_new_schema(
    office: Office,
) -> None:
    await office.stands(next_at="b")
    fleet, starts = office.fleet, len(await office.fleet.entries(Code.STARTED))
    assert told_of_the_schema(office, "a") == 1  # while it ran
    fleet["a"].child("control_plane_process").kill()
    await fleet.entries(Code.STARTED, at_least=starts + 1)
    await fleet["a"].ready()
    await fleet.decides("a")
    assert told_of_the_schema(office, "a") == 2  # a moment after that it started is recorded


async def test_the_others_follow_one_by_one(office: Office) -> None:
    await office.stands(next_at="b")
    for node in ("a", "c"):
        async with at_work(office, node):
            await office.restarted(node, office.next)
    await verified(office.fleet, "a")


async def test_one_may_go_back_to_the_version_before(office: Office) -> None:
    await office.stands(next_at="abc")
    async with at_work(office, "b"):
        await office.restarted("b", ROOT)
    await office.is_seen(next_at="ac")
    await shows(office, "b", mark=False)
    await signed_in(office.fleet, "b")
    await verified(office.fleet, "b")
    starts = await office.fleet.entries(Code.STARTED)
    assert {str(one.details["version"]) for one in starts[:2]} == {NEXT, __version__}
    assert len(await office.fleet.entries(Code.SESSION_OPENED, person=office.account.login)) == 1
