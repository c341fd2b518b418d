"""The whole product: what it is killed before telling, and what is ended beside it, no application misses."""

import asyncio
from pathlib import Path

import pytest

from gateway.audit.entry import Code
from gateway.audit.search import Query
from gateway.commands.sessions import end_sessions
from gateway.storage.audit_search import LogSearch
from tests.rig.many_clients import configured, sign_out, signed_in_at
from tests.rig.product import Product, installed
from tests.rig.told_clients import told_clients

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]
CLIENTS = [f"application-{number}" for number in range(5)]


@pytest.fixture
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose name leaves room for sockets."""
    return tmp_path_factory.mktemp("s")


async def recorded(product: Product, code: Code) -> int:
    with product.state() as state:
        return len((await LogSearch(state.database).page(Query(codes=frozenset({code})))).entries)


async def test_a_kill_between_end_and_delivery_loses_no_sign_out(short: Path) -> None:
    async with told_clients(short / "told") as told:
        told.hanging |= set(CLIENTS)  # they have the request, and have not said that they took it
        async with installed(short / "p", configured=configured(told, CLIENTS)) as product:
            await product.start()
            visitor = await signed_in_at(product, product.account("horak.tomas"), CLIENTS)
            assert told.requests == []
            left = await sign_out(product, visitor)
            policy = left.headers["Content-Security-Policy"]
            for name in CLIENTS:  # the browser is asked to tell them too
                assert f'<iframe src="https://{name}.kromeriz.example/forget?iss=' in left.text
                assert f"https://{name}.kromeriz.example/forget" in policy
            while not told.requests:
                await asyncio.sleep(0.01)
            supervisor, plane = product.supervisor(), product.control_plane()
            supervisor.kill()  # the kernel then ends its children
            await asyncio.to_thread(plane.wait, 10)
            assert told.tokens == {}
            told.hanging.clear()
            await product.stop()
            await product.start()
            await told.until(len(CLIENTS), within=60)
            assert set(told.tokens) == set(CLIENTS)
            while await recorded(product, Code.SIGN_OUT_TOLD) < len(CLIENTS):
                await asyncio.sleep(0.05)


async def test_what_a_command_ends_beside_the_product_is_told_by_it(short: Path) -> None:
    async with (
        told_clients(short / "told") as told,
        installed(short / "p", configured=configured(told, CLIENTS)) as product,
    ):
        await product.start()
        account = product.account("horak.tomas")
        await signed_in_at(product, account, CLIENTS[:2])
        with product.state() as state:
            found = await state.sessions.open_of([account.subject])
            await end_sessions(state, found, "cli:test")
        await told.until(2)
        assert set(told.tokens) == set(CLIENTS[:2])
