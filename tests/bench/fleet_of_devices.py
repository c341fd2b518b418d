"""Five thousand devices: what their reports cost the control plane, and what their rules cost the tunnel.

Reports that are really signed come through Envoy; what counts is processor time of the control plane above that of
rest, in interleaved rounds. `core_share`: at the rate of 5,000 devices that report each five minutes, where nobody else
asks for anything, so that the log is written and a checkpoint signed for these reports alone; beside it what Envoy
takes, on connections that are open already. `busy_share`: at ten times that rate, divided by ten: what reports add
where the log is written for others anyway. `rules_s`: everything that 5,000 devices reach, 20 targets each, said as a
whole to nftables; `peers_s`: that, and the peers of wireguard-go compared, as when the process of the tunnel starts.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import psutil

from gateway.tunnels import rules
from gateway.tunnels.tunnel import LEASE
from tests.bench.figure import figure, told
from tests.bench.tunnel import TARGETS, stranger
from tests.rig.many_devices import Line, Reporting, line_to, put
from tests.rig.product import installed
from tests.rig.tunnels import ground, now

DEVICES = 5_000
RATE = DEVICES / 300  # reports in a second: `devices.report` as delivered
TIMES = 10
AT_ONCE = 100  # connections: a report that changes nothing may wait for a quarter of a second
ROUNDS, ROUND = 3, 4.0  # seconds of each kind: the kernel tells hundredths
Shares = Sequence[float]
WHOLE = 3
ENABLED = "\n[devices]\nenabled = true\n"


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; about a minute."""
    return asyncio.run(reports()) | rules_of_all()


async def reports() -> dict[str, dict[str, Any]]:
    shares: dict[float, list[Shares]] = {0.0: [], RATE: [], TIMES * RATE: []}
    took: dict[float, list[float]] = {rate: [] for rate in shares}
    with tempfile.TemporaryDirectory() as name:
        async with installed(Path(name), configured=lambda text: text + ENABLED) as product:
            with product.state() as state:
                devices = list(await put(state, DEVICES))
            await product.start()
            both = product.control_plane(), product.envoy()
            async with line_to(product, AT_ONCE) as line:
                await _report(line, devices.pop())  # the connection, and what is made for the first
                for _ in range(ROUNDS):
                    for rate, each in shares.items():
                        these = [devices.pop() for _ in range(round(ROUND * rate))]
                        each.append(await _shares(both, _in_turn(line, these, rate, took[rate])))
    rest, alone, many = (
        [statistics.mean(one) * 100 for one in zip(*each, strict=True)] for each in shares.values()
    )
    return {
        "core_share": figure(
            alone[0] - rest[0],
            "%",
            f"{rest[0]:.1f} % at rest, {alone[0]:.1f} % with {RATE:.1f} reports/s, of Envoy"
            f" {rest[1]:.1f} and {alone[1]:.1f} %; {_answers(took[RATE])}",
            5.0,
        ),
        "busy_share": told(
            (many[0] - rest[0]) / TIMES,
            "%",
            f"{many[0]:.1f} % with {TIMES * RATE:.0f} reports/s, by {TIMES}; {_answers(took[TIMES * RATE])}",
        ),
    }


def _answers(seconds: Sequence[float]) -> str:
    return f"median of {len(seconds)} answers {statistics.median(seconds) * 1000:.1f} ms"


async def _shares(processes: Sequence[psutil.Process], act: Awaitable[None]) -> Shares:
    """Of one core, while that is done, each."""
    before, began = [_spent(one) for one in processes], time.perf_counter()
    await act
    lasted = time.perf_counter() - began
    return [(_spent(one) - so_far) / lasted for one, so_far in zip(processes, before, strict=True)]


def _spent(process: psutil.Process) -> float:
    return sum(process.cpu_times()[:2])


async def _in_turn(line: Line, devices: Sequence[Reporting], rate: float, took: list[float]) -> None:
    """For a round, at even distances, whether the one before was answered or not."""
    began, asked = time.perf_counter(), []
    for number, one in enumerate(devices):
        await asyncio.sleep(max(began + number / rate - time.perf_counter(), 0.0))
        asked.append(asyncio.ensure_future(_report(line, one)))
    took += await asyncio.gather(*asked)
    await asyncio.sleep(max(began + ROUND - time.perf_counter(), 0.0))


async def _report(line: Line, one: Reporting) -> float:
    """Seconds."""
    token, began = one.token(), time.perf_counter()
    status, said = await line.say(token)
    assert status == 200, said
    return time.perf_counter() - began


def rules_of_all() -> dict[str, dict[str, Any]]:
    with ground() as there:
        opened = there.open()
        many = [stranger(number) for number in range(DEVICES)]
        spoken, whole, one = [], [], []

        def say() -> None:
            text = rules.whole(there.plan, many, now(), now() + LEASE)
            opened.packets.do("\n".join((rules.base(there.plan), text)))

        for _ in range(WHOLE):
            spoken.append(_timed(say))
            opened.tunnel._certain = False  # the next act says everything again
            whole.append(_timed(lambda: there.run(opened.tunnel.apply(many, now()))))
            there.run(opened.tunnel.revoke(many[0].key, now()))
            one.append(_timed(lambda: there.run(opened.tunnel.admit(many[0], now()))))
        there.leave()
    beside = f"{statistics.median(one) * 1000:.0f} ms for one of them alone"
    said = f"{beside}; {DEVICES} devices × {TARGETS} targets, slowest of {WHOLE}"
    return {
        "rules_s": figure(max(spoken), "s", f"{said}, median {statistics.median(spoken):.2f} s", 2.0),
        "peers_s": told(max(whole), "s", f"{said}, median {statistics.median(whole):.2f} s"),
    }


def _timed(act: Callable[[], object]) -> float:
    """Seconds."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
