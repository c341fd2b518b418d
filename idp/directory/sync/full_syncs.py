"""When everything of one directory is read, and that it is read once at a time.

Laws: a full sync goes on in a thread beside all else, never two; after one that failed or was held back the next
waits, ever longer, unless somebody asks for it, by a clock that nobody sets; what it replaced is swept away only when
its end was told.
"""

import threading
from collections.abc import Callable
from datetime import timedelta

import structlog

from config.vocabulary import DirectoryName
from idp.directory.errors import DirectoryMisconfigured, DirectoryUnusable
from idp.directory.sync.full import Progress
from idp.directory.sync.replica import Hold, Replica

ReadAll = Callable[[Callable[[Progress], None]], Hold | None]
"""A full sync, in whatever process; tells its progress. Raises DirectoryUnusable."""
Outcome = Hold | DirectoryUnusable | None
"""Of a full sync: held back, failed, or current."""

AFTER_FAILURE = timedelta(minutes=1)  # until everything is read again, doubling up to the next
LONGEST_WAIT = timedelta(minutes=15)

log = structlog.get_logger("directory")


class FullSyncs:
    """`ended` is called in the thread of the full sync; whoever takes its outcome in says so by `settle`.

    `steady`: seconds of a monotonic clock.
    """

    def __init__(
        self,
        directory: DirectoryName,
        replica: Replica,
        read_all: ReadAll,
        steady: Callable[[], float],
        ended: Callable[[Outcome], None],
    ) -> None:
        self._name, self._replica, self._read_all, self._steady = directory, replica, read_all, steady
        self._ended = ended
        self.progress: Progress | None = None
        """Of the one under way."""
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self._not_before: float | None = None
        self._failures = 0

    @property
    def under_way(self) -> bool:
        return self._thread is not None

    @property
    def too_early(self) -> timedelta | None:
        """How long no full sync begins unless somebody asks for one; None where one may."""
        left = 0.0 if self._not_before is None else self._not_before - self._steady()
        return timedelta(seconds=left) if left > 0 else None

    def begin(self, why: str) -> None:
        """Unless one is under way, or it is too early for another."""
        if self.under_way or self.too_early is not None:
            return
        log.info("directory.full_sync", directory=self._name, why=why)
        self._thread = threading.Thread(target=self._run, name=f"full-{self._name}", daemon=True)
        self._thread.start()

    def allow(self) -> None:
        """The next one need not wait."""
        self._not_before = None

    def settle(self, outcome: Outcome) -> None:
        """The one under way has ended so."""
        self._thread = self.progress = None
        if isinstance(outcome, DirectoryUnusable):
            self._failures += 1
            wait = min(AFTER_FAILURE * 2 ** min(self._failures - 1, 10), LONGEST_WAIT)
        else:
            self._failures = 0
            # a source that does not even know the position just taken must not have everything read without end
            wait = AFTER_FAILURE if outcome is None else LONGEST_WAIT
        self._not_before = self._steady() + wait.total_seconds()

    def stop(self) -> None:
        """Sweeping ends at its next step."""
        self._closing.set()

    def join(self) -> None:
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        outcome: Outcome
        try:
            outcome = self._read_all(self._progressed)
        except DirectoryUnusable as trouble:
            outcome = trouble
        except Exception as error:
            log.exception("directory.sync_failed", directory=self._name)
            outcome = DirectoryMisconfigured(self._name, f"the full sync failed: {error}")
        self._ended(outcome)
        try:
            self._replica.sweep(self._closing.is_set)
        except Exception:
            log.exception("directory.sweep_failed", directory=self._name)

    def _progressed(self, progress: Progress) -> None:
        self.progress = progress
