"""When a sign-in ends by itself, as pages tell it before it strikes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from config.vocabulary import Language
from idp.http.moments import moment_text

WARNED_BEFORE = timedelta(minutes=3)  # WCAG 2.2.1 asks for 20 seconds at least
FRACTION = 3  # where the whole limit is short, a third of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    now: datetime
    idle_ends: datetime
    """If nothing more is asked for."""
    latest: datetime
    """However busy the person is."""

    @property
    def ends(self) -> datetime:
        return min(self.idle_ends, self.latest)

    @property
    def extendable(self) -> bool:
        """Whether being at work moves the end."""
        return self.idle_ends < self.latest

    @property
    def warned_before(self) -> timedelta:
        """How long before the end the page warns; of the span that was left when it was sent."""
        return min(WARNED_BEFORE, (self.ends - self.now) / FRACTION)

    def as_json(self, language: Language) -> dict[str, str | float | bool]:
        """For the page's script: seconds from now, so that no clock but its own matters to it."""
        return {
            "seconds": max(0.0, (self.ends - self.now).total_seconds()),
            "extendable": self.extendable,
            "at": moment_text(self.ends, language, "hour"),
        }
