"""What is closed because something happens, by one act, until somebody opens it again."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from config.vocabulary import MunicipalityCode
from policies.incidents import Closure


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Times are aware. Open again: `opened_at` says since when, `why` why."""

    id: str
    closure: Closure
    """What is closed, why, by whom and since when."""
    closed_by_name: str
    opened_by: str = ""
    opened_by_name: str = ""
    opened_at: datetime | None = None
    why: str = ""

    @property
    def stands(self) -> bool:
        return self.opened_at is None

    def concerns(self, municipality: MunicipalityCode) -> bool:
        """Its people: what is closed everywhere does; what is closed in another municipality alone does not."""
        return self.closure.municipality in (None, municipality)


def closures(incidents: Iterable[Incident], district: Collection[MunicipalityCode]) -> list[Closure]:
    """Of what stands; a municipality that left the district is closed without them."""
    found = [one.closure for one in incidents if one.stands]
    return [one for one in found if one.municipality is None or one.municipality in district]
