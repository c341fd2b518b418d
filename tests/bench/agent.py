"""What `brana-agent` costs a computer: memory of the service, and the share of one core that its habits add up to.

A quick look each minute, a thorough one each half an hour, and a report each five minutes that a chip signs (swtpm).
The baseline of the memory is Python with the libraries that every agent loads, and nothing of ours.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from agents.command.__main__ import main
from agents.command.looking import collector
from agents.command.service import LONGEST_NAP
from agents.command.waking import addresses
from agents.keys.tpm import TpmKey
from agents.posture.machine import ThisMachine
from agents.uplink.line import Line
from agents.uplink.speaking import report
from agents.uplink.uplink import Say
from tests.agents.gateway import CODE, Gateway, over_tls
from tests.bench.figure import MIB, figure
from tests.rig.authority import make_authority, server_pair
from tests.rig.child import PATIENCE
from tests.rig.tpm import swtpm

LIBRARIES = "import cryptography.x509, http.client, msgspec, ssl, time; print(flush=True); time.sleep(60)"
QUICK, SLOW, REPORTS = 60.0, 1800.0, 300.0  # seconds from one to the next
TIMES = 10


def run() -> dict[str, dict[str, Any]]:
    """About half a minute."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="agent")))
        authority = make_authority(folder)
        pair = server_pair(authority)
        gateway = Gateway()
        url = stack.enter_context(over_tls(gateway, str(pair.certificate), str(pair.key)))
        chip = stack.enter_context(swtpm(folder / "chip"))
        places = [
            "--lang",
            "en",
            "--no-browsers",
            "--state",
            str(folder / "state"),
            "--open",
            str(folder / "open"),
        ]
        places += ["--tpm", chip.name]
        assert main([*places, "enrol", url, CODE, "--trust", str(authority.certificate)]) == 0
        resident = memory([sys.executable, "-m", "agents.command", *places, "run"], gateway)
        share, parts = cost(
            TpmKey.kept((folder / "state/device.tpm").read_bytes(), chip.name), url, authority, gateway
        )
    bare = memory([sys.executable, "-c", LIBRARIES], None)
    return {
        "resident_mib": figure(
            resident, "MiB", f"{bare:.1f} MiB for Python and its libraries", 40.0, digits=1
        ),
        "core_percent": figure(share * 100, "%", parts, 0.5, digits=3),
    }


def memory(words: list[str], gateway: Gateway | None) -> float:
    """MiB, the most of some seconds after it reported."""
    started = subprocess.Popen(words, stdout=subprocess.PIPE)
    try:
        until = time.monotonic() + PATIENCE
        if gateway is None:
            assert started.stdout is not None
            started.stdout.readline()
        while gateway is not None and gateway.device.reported_at is None:
            assert time.monotonic() < until, "the agent does not report"
            time.sleep(0.1)
        most = 0
        for _ in range(TIMES * 3):
            most = max(most, psutil.Process(started.pid).memory_info().rss)
            time.sleep(0.1)
        return most / MIB
    finally:
        started.terminate()
        started.wait(10)


def cost(key: TpmKey, url: str, authority: Any, gateway: Gateway) -> tuple[float, str]:
    """Share of one core, and of what it consists."""
    machine, collect, line = ThisMachine(), collector(), Line(url, authority.certificate)
    sequence = gateway.device.sequence
    facts = collect(machine, now=datetime.now(UTC), slow=False)

    def say() -> None:
        nonlocal sequence
        sequence += 1
        now = datetime.now(UTC)
        assert report(
            line, Say(gateway.device.nonce, sequence), facts, None, None, gateway.device.id, key, now
        )

    def look(*, slow: bool) -> Callable[[], object]:
        return lambda: collect(machine, now=datetime.now(UTC), slow=slow)

    each = {
        "quick look": (processor(look(slow=False), TIMES), QUICK),
        "thorough look": (processor(look(slow=True), 1), SLOW),
        "report": (processor(say, TIMES), REPORTS),
        "glance at the network": (processor(addresses, TIMES), LONGEST_NAP.total_seconds()),
    }
    parts = ", ".join(f"{name} {seconds * 1000:.1f} ms" for name, (seconds, _) in each.items())
    return sum(seconds / every for seconds, every in each.values()), parts


def processor(act: Callable[[], object], times: int) -> float:
    """Seconds of a processor for one, of our children too."""
    before = _used()
    for _ in range(times):
        act()
    return (_used() - before) / times


def _used() -> float:
    each = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in each)
