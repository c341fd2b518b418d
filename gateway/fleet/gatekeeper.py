"""What a node's gate goes by, from what it heard and when. Pure; time is a clock's seconds, never going back.

Laws:

- without a word of any control plane for the grace no grant is honoured: nobody knows what was revoked meanwhile;
- a gate that can write down nothing honours none either;
- while other routes take the place of those before none is honoured: it was not made for them;
- nor for an application of which whoever decides has other settings, or none;
- what was said to be revoked stays so for a while after it is said no more: the control plane that is heard now may be
  another one, to which it has not come yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.fleet.words import Known

NO_EPOCH = "none"  # no digest: fits no grant
OVERLAP = 5.0  # seconds: far above what news needs from one control plane to another


@dataclass(slots=True)
class Gatekeeper:
    grace: float
    """Seconds."""
    known: Known | None = None
    room: bool = True
    """Whether the access log can be written."""
    switching: bool = False
    """Whether other routes are just coming into force."""
    _heard: float | None = None
    _dropped: dict[str, float] = field(default_factory=dict)
    """Ids that are said no more, and since when."""

    def heard(self, now: float, news: Known | None) -> None:
        if news is not None:
            before = self.known.revoked if self.known is not None else []
            gone = dict.fromkeys(set(before) - set(news.revoked), now)
            kept = {name: at for name, at in self._dropped.items() if now - at < OVERLAP}
            self._dropped = gone | kept
            self.known = news
        self._heard = now

    def revoked(self) -> frozenset[str]:
        said = self.known.revoked if self.known is not None else ()
        return frozenset(said) | self._dropped.keys()

    def epoch(self, now: float) -> str:
        if self.known is None or not self.room or self.switching or self.alone(now):
            return NO_EPOCH
        return self.known.epoch

    def unsettled(self, marks: Mapping[str, str]) -> tuple[str, ...]:
        """Applications for which no grant counts. `marks`: of this node's own settings (`config.marks`)."""
        said = self.known.marks if self.known is not None else None
        return () if said is None else tuple(sorted(one for one in marks if said.get(one) != marks[one]))

    def alone(self, now: float) -> bool:
        return self._heard is None or now - self._heard >= self.grace
