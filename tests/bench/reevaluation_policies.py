"""From other policies to re-evaluation: a reload that brings them, and a moment that they name.

`reload_ms`: from the moment that the log has for the reload, which is before it is durable, to the arrival of the first
answer that was decided by the new policies; `moment_ms`: from the moment from which on a policy refuses, to the arrival
of the first refusal of somebody who had a grant. There are too few samples for a percentile, so the slowest counts. The
baseline of the first is how long it was after the reload's answer, of the second an answer that a grant gives.
"""

import asyncio
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gateway.asking import ask_to_reload
from gateway.audit.entry import Code
from gateway.demo.configuration import HOSTS, MAP
from tests.bench.figure import fresh_answer, slowest
from tests.rig.changing import Changing, changing
from tests.rig.polling import Polling, polling

SAMPLES = 12
BAR = 100.0  # ms
FORBID = """
@id("map-shut")
@reason("map_shut")
@title_cs("Mapa je zavřená")
@title_en("The map is shut")
@advice_cs("Zkuste to zítra.")
@advice_en("Try again tomorrow.")
forbid (principal, action, resource in Municipality::"588491")
when {{ resource in Application::"map" && context.time.now >= datetime("{:%Y-%m-%dT%H:%M:%SZ}") }};
"""


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; less than a minute."""
    return asyncio.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    reloads, answers, moments, fresh = list[float](), list[float](), list[float](), list[float]()
    with tempfile.TemporaryDirectory() as name:
        async with changing(Path(name).resolve()) as world:
            host = world.host(HOSTS[MAP])
            somebody = await world.somebody(host)
            async with polling(world.product, host, somebody.cookie) as polls:
                for _ in range(SAMPLES):
                    await polls.begin()
                    shuts = int(time.time()) + 3
                    recorded, answered, anew = await _reloaded(world, polls, shuts)
                    reloads.append(anew - recorded)
                    answers.append(anew - answered)
                    fresh.append(await polls.begin())
                    moments.append(await polls.until_out() - shuts)
                    world.write(world.first)
                    await _reload(world)
    answered = f"{max(answers) * 1000:.1f} ms at the most after its answer"
    return {
        "reload_ms": slowest(reloads, answered, BAR),
        "moment_ms": slowest(moments, fresh_answer(fresh), BAR),
    }


async def _reloaded(world: Changing, polls: Polling, shuts: int) -> tuple[float, float, float]:
    """When the reload was recorded, when it answered, and when an answer came by its policies."""
    world.write(world.first, FORBID.format(datetime.fromtimestamp(shuts, UTC)))
    reloading = asyncio.create_task(_reload(world))
    anew = await polls.until_anew()
    answered = await reloading
    (entry, *_) = await world.recorded(Code.CONFIGURATION_RELOADED)
    return entry.at.timestamp(), answered, anew


async def _reload(world: Changing) -> float:
    """When it answered."""
    told = await asyncio.to_thread(ask_to_reload, world.product.run / "control.sock")
    assert told.applied, told.said
    return time.time()
