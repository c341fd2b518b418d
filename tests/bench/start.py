"""How soon people can come in, and how much memory the control plane takes, at rest and after 10,000 sign-ins.

Ready is measured from `brana serve` on a state that exists to the portal's first redirect of a stranger; its
baseline is the interpreter's own start with the control plane imported. Some six hundred sign-ins by three hundred
people go the whole way (directory, code, provider, callback, first grant, portal); the others are new sessions that
the real control plane decides for the first time, which is what it keeps of a sign-in. Growth is counted after a
warm-up in which everybody has signed in once, so that what is made once and kept is there.
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp

from config.vocabulary import MunicipalityCode
from gateway.demo.configuration import RECORDS
from gateway.demo.world import Account
from tests.bench.figure import MIB, figure
from tests.rig.product import ROOT, Product, installed
from tests.rig.signed_in import SignedIn, everybody, reader_of_records, sign_in

STARTS = 3
SIGN_INS = 10_000
CODES = (-1, 0, 1)
"""Time steps of the one-time codes of the rounds, counted from the present one (RFC 6238 §5.2): nobody has to wait
for the next code. The first round is the warm-up."""
WARM_UP = 2_000
AT_ONCE = 16
WHOLE_AT_ONCE = 4
READY_BAR, RESIDENT_BAR, GROWTH_BAR = 2.0, 120.0, 8.0  # seconds, MiB, MiB
ALL_BAR = 200.0  # MiB
ALL = "all processes of ours (PSS), with the one that indexes"


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; under a minute."""
    return asyncio.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    people = [one for one in everybody() if one.totp_secret and not one.disabled]
    readers = [(one, where) for one in people if (where := reader_of_records(one))]
    with tempfile.TemporaryDirectory() as name:
        async with installed(Path(name), people) as product:
            await product.start()  # the first time: keys are made
            await product.stop()
            starts = []
            for _ in range(STARTS):
                starts.append(await product.start())
                if len(starts) < STARTS:
                    await product.stop()
            resident, everything_at_rest = _resident(product), _of_all(product)
            warm_up, *rounds = CODES
            await _decide(product, readers, WARM_UP)
            await _everybody(product, readers, warm_up)
            before = _resident(product)
            for code in rounds:
                await _everybody(product, readers, code)
            await _decide(product, readers, SIGN_INS - len(rounds) * len(readers))
            after, everything = _resident(product), _of_all(product)
    ready, whole = statistics.median(starts), len(rounds) * len(readers)
    imports = _imports()
    return {
        "ready_s": figure(ready, "s", f"{imports:.2f} s to import the control plane", READY_BAR),
        "resident_mib": figure(resident, "MiB", "at rest", RESIDENT_BAR),
        "resident_after_mib": figure(after, "MiB", _sign_ins(whole), RESIDENT_BAR),
        "all_processes_mib": figure(
            everything, "MiB", f"{everything_at_rest:.1f} MiB at rest; {ALL}", ALL_BAR
        ),
        "growth_mib": figure(after - before, "MiB", f"{before:.1f} MiB after a warm-up", GROWTH_BAR),
    }


def _sign_ins(whole: int) -> str:
    return f"after {whole} whole sign-ins and {SIGN_INS - whole} sessions decided for the first time"


def _resident(product: Product) -> float:
    return product.control_plane().memory_info().rss / MIB


def _of_all(product: Product) -> float:
    """Envoy is not ours. What several processes share is divided among them (PSS of proc_pid_smaps(5))."""
    supervisor, envoy = product.supervisor(), product.envoy()
    ours = [one for one in (supervisor, *supervisor.children(recursive=True)) if one != envoy]
    return sum(one.memory_full_info().pss for one in ours) / MIB


async def _everybody(product: Product, readers: list[tuple[Account, MunicipalityCode]], code: int) -> None:
    for first in range(0, len(readers), WHOLE_AT_ONCE):
        chosen = readers[first : first + WHOLE_AT_ONCE]
        await asyncio.gather(*(_whole(product, one, code) for one, _ in chosen))


async def _whole(product: Product, account: Account, code: int) -> None:
    visitor = product.visitor()
    page = await visitor.sign_in(account, product.addresses.portal, code)
    if page.status != 200 and code < 0:  # the step turned while it was on its way: it was two steps old
        page = await visitor.sign_in(account, product.addresses.portal, code)
    assert page.status == 200, (account.login, page.title)
    await visitor.close()


async def _decide(product: Product, readers: list[tuple[Account, MunicipalityCode]], number: int) -> None:
    """New sessions, each decided for the first time, asked as Envoy asks."""
    chosen = [readers[count % len(readers)] for count in range(number)]
    with product.state() as state:
        sessions = await sign_in(state, chosen, lambda where: product.host(RECORDS, where))
    connector = aiohttp.UnixConnector(str(product.run / "authorize.sock"), limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http:
        for first in range(0, number, AT_ONCE):
            await asyncio.gather(*(_ask(http, product, one) for one in sessions[first : first + AT_ONCE]))


async def _ask(http: aiohttp.ClientSession, product: Product, one: SignedIn) -> None:
    where = str(one.session.municipality)
    headers = {
        "x-brana-route": f"{RECORDS} {where} read",
        "Host": product.host(RECORDS, where),
        "x-brana-client-address": "192.0.2.7",
        "x-request-id": one.session.id,
        "Cookie": one.cookie,
    }
    async with http.get("http://authorize/", headers=headers) as answer:
        assert answer.status == 200, await answer.text()


def _imports() -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", "import gateway.commands.control_plane_process"], cwd=ROOT, check=True
    )
    return time.perf_counter() - began
