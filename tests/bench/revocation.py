"""From the officer's click to re-evaluation, with 10,000 revoked ids in the table.

A person's browser polls an application over one kept connection with a fresh grant; the officer ends the session on the
real page. The time runs from sending the click to the arrival of the first answer that was decided anew. The
baseline is a fresh answer of the same poll in the same run: what a look costs when nothing has changed.
"""

import asyncio
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from gateway.demo.configuration import RECORDS
from gateway.storage.moment import micros
from gateway.storage.tables.sessions import revoked
from tests.bench.figure import figure
from tests.rig.polling import application_that_answers, polling
from tests.rig.product import Product, installed
from tests.rig.signed_in import SignedIn, reader_of_records, sign_in
from tests.rig.visitor import Visitor

REVOKED = 10_000
SAMPLES = 400  # so that the 99th percentile is the fifth worst, and not one bad moment of the machine
BAR = 100.0  # ms
HULIN = "588491"


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; about half a minute."""
    return asyncio.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        async with (
            application_that_answers() as upstream,
            installed(Path(name), application=upstream) as product,
        ):
            people = await _prepare(product)
            await product.start()
            officer = product.visitor()
            await officer.sign_in(product.account("kucera.martin"), product.addresses.admin)
            samples = [await _sample(product, officer, one) for one in people]
    clicks, polls = sorted(one[0] for one in samples), [one[1] for one in samples]
    p99 = clicks[int(len(clicks) * 0.99)]
    baseline = (
        f"{statistics.median(polls):.2f} ms for a fresh answer; median {statistics.median(clicks):.1f} ms"
    )
    return {"p99_ms": figure(p99, "ms", baseline, BAR, digits=1)}


async def _prepare(product: Product) -> list[SignedIn]:
    """The full table, and people who are signed in."""
    account = product.account("novakova.jana")
    where = reader_of_records(account)
    assert where == HULIN
    until = micros(datetime.now(UTC) + timedelta(minutes=10))
    rows = [{"id": f"{number:022d}.1", "until": until} for number in range(REVOKED)]
    with product.state() as state:
        await state.database.write(lambda connection: connection.execute(insert(revoked), rows))
        return await sign_in(
            state, [(account, where)] * SAMPLES, lambda municipality: product.host(RECORDS, municipality)
        )


async def _sample(product: Product, officer: Visitor, victim: SignedIn) -> tuple[float, float]:
    """Milliseconds from the click to the first answer decided anew, and of one fresh answer before."""
    async with polling(product, product.host(RECORDS, HULIN), victim.cookie) as polls:
        fresh = await polls.begin()
        began = time.time()
        click = asyncio.create_task(
            officer.post(
                f"{product.addresses.admin}/sessions/end/now", {"session": victim.session.id}, follow=False
            )
        )
        took = await polls.until_anew() - began
        assert (await click).status == 303
    return took * 1000, fresh * 1000
