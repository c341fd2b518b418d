"""Trouble that lasts is told to the operators when it begins, when its words change and when it is over."""

from dataclasses import dataclass, field

import structlog

from gateway.fleet.carrier import ControlPlaneAway, NotBelieved
from gateway.storage.unusable import DatabaseUnusable
from idp.directory.errors import DirectoryUnusable

KNOWN = (ControlPlaneAway, DatabaseUnusable, DirectoryUnusable, NotBelieved)
"""They say themselves what to do: a traceback would only hide it."""
log = structlog.get_logger("troubles")


@dataclass(slots=True)
class LastingTrouble:
    """Of one place that tries again and again. `event` names it in the log, `about` tells it from its like."""

    event: str
    about: dict[str, str] = field(default_factory=dict)
    told: str = ""
    """What was said last; empty while all is well."""

    def tell(self, error: Exception) -> None:
        if str(error) != self.told:
            self.told = str(error)
            log.error(self.event, cause=self.told, **self.about)

    def over(self) -> None:
        if self.told:
            log.info(self.event, over=self.told, **self.about)
            self.told = ""

    def hear(self, error: Exception | None) -> None:
        """None: it works again."""
        if error is None:
            self.over()
        else:
            self.tell(error)
