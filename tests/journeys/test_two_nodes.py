"""Two nodes on one PostgreSQL are one product: whoever signed in at one is known at the other, and so is every end."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import psycopg
import pytest
import pytest_asyncio

from config.vocabulary import MunicipalityCode
from gateway.audit.checkpoint_file import NAME
from gateway.audit.entry import Code
from gateway.audit.note import Signer
from gateway.clients.office import ClientOffice
from gateway.commands.relying_parties import around
from gateway.demo.configuration import MAP
from gateway.demo.slapd import free_port
from gateway.grants.cookie import GRANT
from gateway.incidents.by import By
from gateway.storage.audit_evidence import verify_log
from gateway.storage.postgres.engine import LEADER, connected
from tests.gateway.clients.test_office import GIS
from tests.rig.neighbours import Neighbour, listening
from tests.rig.postgres import Server
from tests.rig.product import Product
from tests.rig.two_nodes import Nodes, two_nodes
from tests.rig.visitor import Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
AT_ONCE = 1.0  # seconds
BACK_WITHIN = 20.0
HULIN = MunicipalityCode("588491")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def nodes(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> AsyncIterator[Nodes]:
    port = free_port()
    async with (
        listening(Neighbour(), port),
        two_nodes(tmp_path_factory.mktemp("f"), postgres, f"http://127.0.0.1:{port}") as made,
    ):
        await made.first.start()
        await made.second.start()
        yield made


async def signed_in(nodes: Nodes, step: int = 0) -> tuple[Visitor, Visitor]:
    """One browser, at either node."""
    here = nodes.first.visitor()
    shown = await here.sign_in(nodes.first.account("novakova.jana"), nodes.first.application(MAP), step)
    assert shown.status == 200, shown.title
    return here, nodes.second.same_visitor(here)


async def status_at(browser: Visitor, product: Product) -> int:
    return (await browser.get(product.application(MAP), follow=False)).status


async def until(browser: Visitor, product: Product, status: int, within: float) -> float:
    """Seconds until the node answers so."""
    begun = time.monotonic()
    while (found := await status_at(browser, product)) != status:
        assert time.monotonic() - begun < within, found
        await asyncio.sleep(0.01)
    return time.monotonic() - begun


async def readiness(product: Product) -> dict[str, bool]:
    address = f"http://127.0.0.1:{product.settings.metrics.port}/readyz"
    async with aiohttp.ClientSession() as http, http.get(address) as answer:
        parts: dict[str, bool] = await answer.json()
        assert answer.status == (200 if parts["database"] and parts["data_plane"] else 503)
        return parts


async def until_ready(product: Product, *, ready: bool) -> None:
    async with asyncio.timeout(BACK_WITHIN):
        while (await readiness(product))["database"] is not ready:
            await asyncio.sleep(0.05)


async def sign_out(browser: Visitor, product: Product) -> dict[str, str]:
    """What the browser had there until then, as somebody who has copied it still has it."""
    had = browser.cookies(product.application(MAP))
    assert GRANT in had
    out = await browser.post(f"{product.application(MAP)}.brana/sign-out", {}, follow=False)
    assert out.status == 200, out.title
    return had


async def test_a_session_of_one_node_is_good_at_the_other_and_ends_at_both(nodes: Nodes) -> None:
    here, there = await signed_in(nodes)
    assert await status_at(there, nodes.second) == 200  # its grant is verified by the other's Envoy alone
    had = await sign_out(here, nodes.first)
    there.keep(nodes.second.application(MAP), had)
    assert await until(there, nodes.second, 302, AT_ONCE) < AT_ONCE


async def test_a_node_that_is_cut_off_serves_fresh_grants_opens_nothing_and_comes_back(nodes: Nodes) -> None:
    here, there = await signed_in(nodes, step=1)
    assert await status_at(there, nodes.second) == 200
    nodes.line.cut()
    await until_ready(nodes.second, ready=False)
    assert await status_at(there, nodes.second) == 200  # the fresh grant
    begun = time.monotonic()
    stranger = await nodes.second.visitor().get(nodes.second.addresses.portal, follow=True)
    assert stranger.status == 503
    assert time.monotonic() - begun < 2
    assert (await readiness(nodes.first))["database"]
    assert await status_at(here, nodes.first) == 200
    had = await sign_out(here, nodes.first)
    there.keep(nodes.second.application(MAP), had)
    nodes.line.heal()
    await until_ready(nodes.second, ready=True)
    assert await until(there, nodes.second, 302, BACK_WITHIN) < BACK_WITHIN  # what it missed is read again


async def test_whoever_takes_the_lead_by_hand_loses_it_and_officers_are_alerted(nodes: Nodes) -> None:
    """As anybody may who can connect as the product does: the session that leads is ended first."""
    place = nodes.first.settings.state.database
    assert place is not None
    holds = f"FROM pg_locks WHERE locktype = 'advisory' AND objid = {LEADER} AND granted"

    def stolen() -> psycopg.Connection[tuple[object, ...]]:
        thief = connected(place)
        while thief.execute(f"SELECT pg_try_advisory_lock({LEADER})").fetchone() != (True,):
            thief.execute(f"SELECT pg_terminate_backend(pid) {holds}")
        return thief

    def alerts() -> list[str]:
        with connected(place) as looking:
            return [str(of) for (of,) in looking.execute('SELECT "of" FROM alert_standing').fetchall()]

    thief = await asyncio.to_thread(stolen)
    async with asyncio.timeout(BACK_WITHIN):
        while Code.LOG_SCHEMA_ALTERED not in await asyncio.to_thread(alerts):
            await asyncio.sleep(0.1)
    with pytest.raises(psycopg.OperationalError):
        thief.execute("SELECT 1")


async def test_a_client_that_is_connected_at_one_node_is_known_at_the_other_and_so_is_its_end(
    nodes: Nodes,
) -> None:
    async def noted() -> None: ...

    async def answered(product: Product, status: int) -> None:
        parameters = (
            "response_type=code&scope=openid&redirect_uri=https%3A%2F%2Fgis.test%2Fcb&state=s&nonce=n"
        )
        asked = f"{product.addresses.issuer}/authorize?client_id=gis&{parameters}&code_challenge={'c' * 43}"
        browser = product.visitor()
        async with asyncio.timeout(2):
            while (await browser.get(f"{asked}&code_challenge_method=S256", follow=False)).status != status:
                await asyncio.sleep(0.02)

    with nodes.first.state() as state:
        office = ClientOffice(state.own_clients, lambda: around(state), noted, state.record)
        by, now = By(subject="operator:x", login="operator:x"), datetime.now(UTC)
        await office.add("gis", GIS, by, now)
        for one in (nodes.first, nodes.second):
            await answered(one, 303)
        await office.suspend("gis", by, now)
        for one in (nodes.first, nodes.second):
            await answered(one, 400)


async def test_the_lead_passes_to_the_other_node_when_one_dies(nodes: Nodes) -> None:
    await nodes.first.stop()
    async with asyncio.timeout(BACK_WITHIN):
        while "fleet.leads" not in nodes.second.log.read_text():
            await asyncio.sleep(0.05)
    assert (await readiness(nodes.second))["database"]


async def test_the_log_of_both_is_one_and_each_node_has_all_its_checkpoints(nodes: Nodes) -> None:
    with nodes.first.state() as state:  # whose line is not the relay of this loop
        signer = Signer(nodes.second.settings.public.domain, state.keys.checkpoint)
        for node in (nodes.first, nodes.second):
            report = verify_log(state.database, node.settings.state.directory / NAME, [signer.verifier])
            assert report.broken is None, report
