"""How long a full sync of a region's directory takes, and how much memory.

A real slapd with 100,000 people, 10,000 groups and some 500,000 memberships is read by the process that the control
plane starts for it, into a database of its own each time. The baseline reads the same attributes of the same entries
with the same page size and does nothing with them, by turns, in a process of its own as well. The ratio is of seconds
by the clock, the best of each; in its unit stands that of processor time as the kernel counts it, of the reading
process and the server together. `again_s` is what comes later: a read into a replica that is full, with the
comparison, the switch, and the old rows swept away. The slapd's data are made once (about half a minute) and kept
below `build`.
"""

import contextlib
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from gateway.commands.directory_read import ReadInChild, settings_text
from gateway.storage.database import Database
from gateway.storage.directory import StoredReplica
from gateway.storage.migrate import prepare
from tests.bench.figure import MIB, figure
from tests.rig.large_directory import GROUP_COUNT, PEOPLE_COUNT, large_directory
from tests.rig.slapd import Directory

ROUNDS = 3
SECONDS_BAR, RESIDENT_BAR, RATIO_BAR = 60.0, 300.0, 3.0
BARE = """
import os, sys
from ldap.controls.libldap import SimplePagedResultsControl
from gateway.commands.directory_read import settings_of
from idp.directory.pool import Pool
from idp.directory.sync.openldap_form import OpenLdapForm
os.nice(5)  # as the other one
settings = settings_of(sys.stdin.buffer.read())
form = OpenLdapForm(settings)
def read(line):
    for query in (form.people, form.groups):
        control = SimplePagedResultsControl(True, settings.page_size, "")
        while True:
            number = line.raw.search_ext(query.base, 2, query.where, list(query.attributes), serverctrls=[control])
            _, _, _, controls = line.raw.result3(number, all=1, timeout=line.timeout)
            control.cookie = controls[0].cookie
            if not control.cookie:
                break
Pool(settings).run_here(read)
"""


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; under a minute once the data are there."""
    with tempfile.TemporaryDirectory() as name, large_directory(Path(name)) as directory:
        _bare(directory)  # the kernel has the file in memory then
        bare, full, resident = [], [], 0.0
        for number in range(ROUNDS):
            with _measured(directory) as cost:
                _bare(directory)
            bare.append(cost)
            database = _new(Path(name) / f"replica-{number}")
            with _measured(directory) as cost:
                resident = max(resident, _full(directory, database))
            full.append(cost)
        with _measured(directory) as again:
            resident = max(resident, _full(directory, database))
            _sweep(database)
    read, seconds = (min(one.seconds for one in costs) for costs in (bare, full))
    used, processor = (min(one.processor for one in costs) for costs in (bare, full))
    times = f"times (of processor time {processor / used:.1f})"
    no_more = f"to read {PEOPLE_COUNT} people and {GROUP_COUNT} groups, no more"
    return {
        "seconds": figure(seconds, "s", f"{read:.2f} s {no_more}", SECONDS_BAR),
        "again_s": figure(
            again.seconds, "s, and the old rows are gone", f"{seconds:.2f} s at first", SECONDS_BAR
        ),
        "resident_mib": figure(resident, "MiB", "highest of the process that reads", RESIDENT_BAR),
        "ratio": figure(seconds / read, times, f"{read:.2f} s {no_more}", RATIO_BAR),
    }


@dataclass
class Cost:
    seconds: float = 0.0
    processor: float = 0.0
    """Seconds of processor, of children that have ended and of the server."""


@contextlib.contextmanager
def _measured(directory: Directory) -> Iterator[Cost]:
    cost, server = Cost(), psutil.Process(directory.server.pid)

    def used() -> float:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        times = server.cpu_times()
        return children.ru_utime + children.ru_stime + times.user + times.system

    began, before = time.monotonic(), used()
    yield cost
    cost.seconds, cost.processor = time.monotonic() - began, used() - before


def _bare(directory: Directory) -> None:
    subprocess.run(
        [sys.executable, "-c", BARE], input=settings_text(directory.settings(page_size=500)), check=True
    )


def _new(folder: Path) -> Path:
    folder.mkdir()
    path = folder / "brana.db"
    prepare(path)
    return path


def _sweep(path: Path) -> None:
    database = Database(path)
    StoredReplica(database).sweep()
    database.close()


def _full(directory: Directory, path: Path) -> float:
    """The highest MiB of the process that reads."""
    settings = directory.settings(page_size=500)
    peak, ended = [0.0], threading.Event()
    watching = threading.Thread(target=_watch, args=(peak, ended))
    watching.start()
    held = ReadInChild(path, settings, os.getpid())(lambda _: None)
    ended.set()
    watching.join()
    assert held is None
    database = Database(path)
    replica = StoredReplica(database)
    generation = replica.standing(settings.name).generation
    assert generation is not None
    size = replica.size(generation)
    database.close()
    assert (size.people, size.groups, size.problems) == (PEOPLE_COUNT, GROUP_COUNT, 0)
    return peak[0]


def _watch(peak: list[float], ended: threading.Event) -> None:
    """The kernel's own record of the highest, looked at often enough to catch it before the end."""
    while not ended.wait(0.02):
        for child in psutil.Process().children():
            try:
                lines = Path(f"/proc/{child.pid}/status").read_text().splitlines()
                command = child.cmdline()
            except (OSError, psutil.Error):
                continue
            if any("directory_read_process" in word for word in command):
                high = next((line for line in lines if line.startswith("VmHWM:")), "VmHWM: 0 kB")
                peak[0] = max(peak[0], int(high.split()[1]) * 1024 / MIB)
