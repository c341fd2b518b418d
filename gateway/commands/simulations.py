"""Simulations that pages begin: one at a time, beside what decides, remembered until the product ends."""

from collections import OrderedDict
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from threading import Lock, Thread

import structlog

from gateway.commands.simulating import simulated
from gateway.commands.simulation_work import Work
from gateway.storage.database import DatabaseUnusable
from gateway.web.policies.impact import Key, UnderWay
from policies.load import PoliciesUnusable

KEPT = 16
log = structlog.get_logger("policies")


class _Closing(Exception):
    """The product ends."""


@dataclass(slots=True)
class Simulations:
    _found: OrderedDict[Key, UnderWay] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)
    _busy: bool = False
    _closing: bool = False

    def of(self, key: Key) -> UnderWay | None:
        return self._found.get(key)

    def begin(self, key: Key, work: Work) -> bool:
        """False: another one goes on."""
        with self._lock:
            if self._busy or self._closing:
                return False
            self._busy = True
            self._tell(key, UnderWay(0, 0))
        Thread(target=self._run, args=(key, work), name="simulation", daemon=True).start()
        return True

    def close(self) -> None:
        """What goes on ends with the part at hand."""
        self._closing = True

    def _run(self, key: Key, work: Work) -> None:
        def told(done: int, total: int) -> None:
            if self._closing:
                raise _Closing
            self._tell(key, UnderWay(done, total))

        try:
            found = simulated(work, told)
            self._tell(key, UnderWay(found.decisions, found.decisions, found))
        except _Closing:
            pass
        except (BrokenProcessPool, DatabaseUnusable, PoliciesUnusable) as failure:
            log.warning("policies.simulation_failed", cause=str(failure))
            self._tell(key, UnderWay(0, 0, failed=True))
        finally:
            self._busy = False

    def _tell(self, key: Key, standing: UnderWay) -> None:
        self._found[key] = standing
        self._found.move_to_end(key)
        while len(self._found) > KEPT:
            self._found.popitem(last=False)
