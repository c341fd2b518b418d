"""What the log told of its damage in the last days, by kinds: on the overview and on the page about integrity.

A later verification that finds the log whole takes nothing of it back: what somebody put behind the end is signed then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.audit.canonical import Recorded
from gateway.audit.damage import LOG_DAMAGED
from gateway.audit.entry import Code, Outcome
from gateway.audit.search import Query, Search

SHOWN_FOR = timedelta(days=30)
LOOKED_AT = 200  # entries, the newest
TOLD = frozenset(LOG_DAMAGED) - {Code.LOG_VERIFIED}
"""A verification has its own place on these pages."""


@dataclass(frozen=True, slots=True)
class DamageTold:
    """Of one kind. `newest`: the last entry of it."""

    newest: Recorded
    number: int


async def damage_told(log: Search, now: datetime) -> Sequence[DamageTold]:
    """The newest first; nothing where the log told of none."""
    asked = Query(codes=TOLD, outcome=Outcome.FAILURE, since=now - SHOWN_FOR)
    page = await log.page(asked, None, LOOKED_AT)
    found: dict[Code, DamageTold] = {}
    for one in page.entries:
        if isinstance(one, Recorded):
            known = found.get(one.entry.code)
            number = 1 if known is None else known.number + 1
            found[one.entry.code] = DamageTold(one if known is None else known.newest, number)
    return tuple(found.values())
