"""What asking needs of a database. Every change, its entries, its notices and what it revokes are one transaction."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from config.vocabulary import MunicipalityCode, SubjectId
from gateway.asks.ask import Ask, AskId, Kind, Stage
from gateway.audit.entry import Entry
from gateway.notices.notice import Happened


@dataclass(frozen=True, slots=True)
class Changed:
    """What one act makes of it."""

    ask: Ask
    entries: Sequence[Entry]
    told: Sequence[Happened] = ()


Step = Callable[[Ask | None, Sequence[Ask]], Changed]
"""From what is kept under the name, and what its holder has that counts, waits or is new. Where it raises nothing is
kept.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is left out does not matter; the latest first."""

    name: AskId | None = None
    concerns: SubjectId | None = None
    """Asker, holder or sponsor."""
    sponsor: SubjectId | None = None
    municipality: MunicipalityCode | None = None
    kinds: frozenset[Kind] = frozenset()
    stages: frozenset[Stage] = frozenset()
    ends_after: datetime | None = None
    unreviewed: bool = False
    after: AskId | None = None
    """Only what comes after that one in the list."""
    limit: int = 100


class AskStore(Protocol):
    """Raises the database's own errors."""

    async def change(
        self, name: AskId, whose: Collection[SubjectId], step: Step, now: datetime, until: datetime
    ) -> tuple[Changed, list[str]]:
        """`whose`: the step of one that is new is told what these people asked for or hold. What the holder's open
        sessions were granted is revoked until `until`; gives the revocation ids.
        """
        ...

    async def decide_anew(self, holder: SubjectId, because: str, now: datetime, until: datetime) -> list[str]:
        """Revoke, until `until`, what the open sessions of somebody were granted."""
        ...

    async def counting(self, now: datetime) -> list[Ask]:
        """All that decisions have to know."""
        ...

    async def find(self, sought: Sought) -> list[Ask]: ...

    async def forget(self, before: datetime) -> int:
        """Delete what ended before a time, and is reviewed; the audit log keeps it. Gives their number."""
        ...
