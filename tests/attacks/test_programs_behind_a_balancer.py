"""A certificate counts with the address it comes from, also where a load balancer says which address that is."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.audit.entry import Code
from tests.rig.programs import Programs, programs

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Programs]:
    async with programs(tmp_path_factory.mktemp("b"), 'proxies = ["127.0.0.1/32"]') as made:
        yield made


async def asked(world: Programs, certificate: Path, source: str) -> tuple[bytes, str]:
    """Status and request id of what the balancer passes on from `source`."""
    host = world.address("api").removeprefix("https://")
    tls = ssl.create_default_context(cafile=str(world.ground.product.world.authority))
    tls.load_cert_chain(certificate)
    reader, writer = await asyncio.open_connection("127.0.0.1", world.ground.product.port)
    try:
        writer.write(f"PROXY TCP4 {source} 127.0.0.1 40000 443\r\n".encode())
        await writer.start_tls(tls, server_hostname=host.partition(":")[0])
        writer.write(f"GET /x HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer = await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    head = answer.partition(b"\r\n\r\n")[0].split(b"\r\n")
    name = b"x-request-id: "
    return head[0].split()[1], next(line for line in head if line.startswith(name))[len(name) :].decode()


async def test_a_certificate_let_in_from_its_network_is_not_let_in_from_anywhere_else(
    world: Programs,
) -> None:
    certificate, _ = world.authority.client()
    for _ in range(20):  # several workers of Envoy remember each for itself
        status, request_id = await asked(world, certificate, "127.0.0.7")
        assert status == b"200"
        if (await world.ground.entry(request_id)).details["fresh"]:
            break
    else:
        pytest.fail("no worker has remembered it")
    for _ in range(12):
        status, request_id = await asked(world, certificate, "203.0.113.7")
        assert status == b"401"
        entry = await world.ground.entry(request_id, Code.TECHNICAL_REFUSED)
        assert (entry.reason, entry.address) == ("technical_address", "203.0.113.7")
