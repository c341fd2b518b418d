"""A listener beside a real slapd, seen from the server's own log."""

import contextlib
import queue
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import ldap
import pytest

from idp.directory.connection import Connection
from idp.directory.sync.listening import LET_GO, Listener
from idp.directory.sync.record import Changes
from tests.rig.slapd import BASE, PEOPLE, Directory, person_dn, person_ldif, slapd
from tests.rig.synced import synced

pytestmark = pytest.mark.real
PATIENCE = 10.0  # seconds
LINE = r"^(?P<seconds>[0-9a-f]{8})\.(?P<parts>[0-9a-f]{8}) \S+ conn=(?P<connection>\d+) "
ENDED = re.compile(LINE + r"op=\d+ SEARCH RESULT .* err=4096 ", re.MULTILINE)


def test_a_server_has_time_to_forget_a_search_that_it_ended(tmp_path: Path) -> None:
    """Else a renamed base may stop an OpenLDAP for good."""
    with slapd(tmp_path / "server", person_ldif("p0")) as directory:
        directory.server.debug = 256
        directory.stop()
        directory.start()
        with listening(directory, tmp_path / "replica"), directory.as_root() as root:
            root.rename_s(PEOPLE, "ou=lide")
            root.rename_s(f"ou=lide,{BASE}", "ou=people")  # at the next change the server looks for the base
            ended = found(directory, ENDED)
            unbound = LINE.replace(r"\d+", ended["connection"]) + r"op=\d+ UNBIND"
            closed = found(directory, re.compile(unbound, re.MULTILINE))
    assert moment(closed) - moment(ended) > 0.9 * LET_GO


@contextlib.contextmanager
def listening(directory: Directory, folder: Path) -> Iterator[None]:
    """A listener that has heard something of people already."""
    with synced(folder, directory.settings()) as office:
        office.full()
        told: queue.SimpleQueue[Callable[[Connection], Changes]] = queue.SimpleQueue()
        standing = office.replica.standing
        listener = Listener(
            0, office.source, office.pool, lambda: standing(office.settings.name).position, told.put
        )
        thread = threading.Thread(target=listener.run)
        thread.start()
        try:
            with directory.as_root() as root:
                for attempt in range(int(PATIENCE / 0.2)):
                    root.modify_s(person_dn("p0"), [(ldap.MOD_REPLACE, "displayName", [b"%d" % attempt])])
                    with contextlib.suppress(queue.Empty):
                        told.get(timeout=0.2)
                        break
            yield
        finally:
            listener.stop()
            thread.join(PATIENCE)


def found(directory: Directory, what: re.Pattern[str]) -> re.Match[str]:
    log = directory.server.plan.folder / "slapd.log"
    until = time.monotonic() + PATIENCE
    while (line := what.search(log.read_text(errors="replace"))) is None:
        assert time.monotonic() < until, (what.pattern, log.read_text(errors="replace")[-3000:])
        time.sleep(0.01)
    return line


def moment(line: re.Match[str]) -> float:
    return int(line["seconds"], 16) + int(line["parts"], 16) / 1e9
