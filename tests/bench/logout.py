"""From a sign-out to the moment at which the last of 20 applications was told of it (Back-Channel Logout 1.0).

`seconds`: the slowest of some sign-outs, from sending the form at the portal to the last token taken. The applications
are one HTTPS server on loopback, each with a path of its own. The baseline is the same server told 20 times by plain
requests, one after the other, each by a connection of its own as there, before each sign-out.
"""

import asyncio
import ssl
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp

from tests.bench.figure import figure
from tests.rig.many_clients import configured, sign_out, signed_in_at
from tests.rig.product import installed
from tests.rig.told_clients import ToldClients, told_clients

CLIENTS = [f"application-{number}" for number in range(20)]
TIMES = 5  # each by somebody else: a one-time code is good once
BAR = 2.0  # seconds


def run() -> dict[str, dict[str, Any]]:
    """Some half a minute."""
    return asyncio.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    took, plain = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with (
            told_clients(folder / "told") as told,
            installed(folder / "p", configured=configured(told, CLIENTS)) as product,
        ):
            await product.start()
            for login in [one.login for one in product.world.accounts if one.totp_secret][:TIMES]:
                visitor = await signed_in_at(product, product.account(login), CLIENTS)
                plain.append(await _one_by_one(told))
                told.tokens.clear()
                began = time.perf_counter()
                _, _ = await asyncio.gather(sign_out(product, visitor), told.until(len(CLIENTS)))
                took.append(time.perf_counter() - began)
                assert set(told.tokens) == set(CLIENTS)
    baseline = f"{statistics.median(plain):.2f} s for {len(CLIENTS)} plain requests, one by one"
    return {"seconds": figure(max(took), "s", baseline, BAR)}


async def _one_by_one(told: ToldClients) -> float:
    """Seconds."""
    tls = ssl.create_default_context(cafile=told.authority)
    began = time.perf_counter()
    connector = aiohttp.TCPConnector(ssl=tls, force_close=True)
    async with aiohttp.ClientSession(connector=connector) as http:
        for name in CLIENTS:
            async with http.post(told.address(name), data={"logout_token": "x" * 600}) as answer:
                assert answer.status == 200
    return time.perf_counter() - began
