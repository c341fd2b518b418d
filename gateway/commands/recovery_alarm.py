"""The operators' alarm of the account of last resort: nobody is to learn of a try by chance, or from a full disk."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from gateway.audit.sparing import Sparing, told
from gateway.metrics import Metrics
from idp.login.recovery import Ending
from idp.login.recovery_use import RIGHT_SECRET

log = structlog.get_logger("recovery")
STRANGERS_TOLD = (60, timedelta(minutes=1))
"""Lines for tries without the right secret; the next line tells how many more there were."""


class RecoveryAlarm:
    def __init__(self, page: str, metrics: Metrics, clock: Callable[[], datetime]) -> None:
        """`page`: where it was tried."""
        self._page, self._metrics, self._clock = page, metrics, clock
        self._sparing = Sparing(*STRANGERS_TOLD)

    def hear(self, what: str) -> None:
        """`what` became of a try: `Ending.USED`, or a `RecoveryRefusal`."""
        self._metrics.recovery_tried(used=what == Ending.USED)
        right = what == Ending.USED or what in RIGHT_SECRET
        left_out = 0 if right else self._sparing.take(self._clock())
        if left_out is not None:
            log.warning("recovery.tried", outcome=what, page=self._page, **told(left_out))
