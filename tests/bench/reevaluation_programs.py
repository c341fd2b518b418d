"""From what is done to a technical account to re-evaluation.

`ended_p99_ms`: an operator ends what was opened with the account, as `brana technical revoke` does, from before it is
written; `revoked_p99_ms`: the list of revoked certificates is replaced, from the moment it has its name; `expired_ms`:
a client certificate expires, of which there are too few for a percentile, so the slowest counts. Each to the arrival of
the first refusal, on a connection that is open all the time. The baseline is an answer without a question.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography import x509

from config.vocabulary import technical_subject
from gateway.commands.sessions import end_sessions
from tests.bench.figure import fresh_answer, p99, slowest
from tests.rig.programs import Programs, Told, programs

SAMPLES, EXPIRING = 200, 6  # of so many the 99th percentile is the second worst
BAR = 100.0  # ms
PATIENCE = 20.0  # seconds
Ask = Callable[[str], Awaitable[Told]]


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; less than a minute."""
    return asyncio.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        async with programs(Path(name).resolve()) as world:
            fresh: list[float] = []
            ended = [await _ended(world, fresh) for _ in range(SAMPLES)]
            revoked = [await _revoked(world, fresh) for _ in range(SAMPLES)]
            expired = [await _expired(world, fresh) for _ in range(EXPIRING)]
    baseline = fresh_answer(fresh)
    return {
        "ended_p99_ms": p99(ended, baseline, BAR),
        "revoked_p99_ms": p99(revoked, baseline, BAR),
        "expired_ms": slowest(expired, baseline, BAR),
    }


async def _ended(world: Programs, fresh: list[float]) -> float:
    told = await world.token(**world.assertion())
    subject, state = technical_subject("podatelna"), world.ground.state
    async with world.one_connection(Authorization=f"Bearer {told.body['access_token']}") as ask:
        fresh.append(await _let_in(ask, url := world.address("agenda") + "/x"))
        began = time.time()
        sessions = await state.sessions.open_of([subject])
        ending = asyncio.create_task(end_sessions(state, sessions, "cli:bench", [subject]))
        out = await _until_out(ask, url, "token_withdrawn")
        await ending
    return out - began


async def _revoked(world: Programs, fresh: list[float]) -> float:
    certificate, serial = world.authority.client()
    async with world.one_connection(certificate) as ask:
        fresh.append(await _let_in(ask, url := world.address("api") + "/x"))
        world.authority.revoke(serial)
        began = time.time()
        return await _until_out(ask, url, "certificate_revoked") - began


async def _expired(world: Programs, fresh: list[float]) -> float:
    certificate, _ = world.authority.client(ends=timedelta(seconds=2))
    leaf = x509.load_pem_x509_certificate(certificate.read_bytes())
    async with world.one_connection(certificate) as ask:
        fresh.append(await _let_in(ask, url := world.address("api") + "/x"))
        return await _until_out(ask, url, "certificate_expired") - leaf.not_valid_after_utc.timestamp()


async def _let_in(ask: Ask, url: str) -> float:
    """Seconds of an answer for which nobody was asked any more."""
    for _ in range(2):
        began = time.perf_counter()
        told = await ask(url)
        assert told.status == 200, told.body
    return time.perf_counter() - began


async def _until_out(ask: Ask, url: str, reason: str) -> float:
    until = time.time() + PATIENCE
    while (told := await ask(url)).status == 200:
        assert time.time() < until
    assert told.body["reason"] == reason, told.body
    return time.time()
