"""What the officers' pages need to know and to have done. Implemented by who composes the product.

Every question carries who asks, so that an answer can be kept to the municipality they may see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from config.settings import Title
from config.vocabulary import ApplicationId, MunicipalityCode, SessionId
from gateway.audit.entry import Code, Entry, Outcome
from gateway.sessions.shown import LiveSession
from gateway.web.identity import Assertion
from idp.events import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which entries; None or empty text means "any". `since` ≤ time < `until`, both in UTC."""

    person: str = ""
    """Part of a login name, or a whole SubjectId."""
    municipality: MunicipalityCode | None = None
    application: ApplicationId | None = None
    outcome: Outcome | None = None
    code: Code | None = None
    session: SessionId | None = None
    request_id: str = ""
    technical: bool = False
    """Also requests that concern no application: sign-in pages, static files."""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An entry with what the log gave it: its place, time of receipt, leaf hash (RFC 9162 §2.1.1)."""

    sequence: int
    received_at: datetime
    leaf_hash: bytes
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The last signed state of the log: number of entries, root hash, when."""

    size: int
    root: bytes
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """The first thing that does not agree: at which entry (None: a checkpoint), what."""

    sequence: int | None
    what: Title


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Result of recomputing the log; whole exactly where `damage` is None."""

    entries: int
    unsealed: int
    """Entries younger than the last checkpoint."""
    took: timedelta
    damage: Damage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """Requests let through and refused in the hour that begins at `start` (UTC)."""

    start: datetime
    accesses: int
    refusals: int


class AuditLog(Protocol):
    async def search(
        self, caller: Assertion, query: Query, *, before: int | None, limit: int
    ) -> Sequence[Recorded]:
        """At most `limit` entries, newest first, that follow the entry `before`.

        Raises gateway.audit.search.TooManyPeople.
        """

    async def entry(self, caller: Assertion, sequence: int) -> Recorded | None: ...

    async def activity(self, caller: Assertion, since: datetime, until: datetime) -> Sequence[Hour]:
        """Hours of the span in which something happened."""

    async def last_checkpoint(self) -> Checkpoint | None: ...

    async def verify(self) -> Verification: ...

    async def record(self, entry: Entry) -> None:
        """Durable when it returns: an officer sees nothing before the look is recorded."""


class Sessions(Protocol):
    async def live(self, caller: Assertion, now: datetime) -> Sequence[LiveSession]: ...

    async def end(self, caller: Assertion, session: SessionId, *, origin: Origin, now: datetime) -> None:
        """End somebody's session, recorded as the caller's act; raises SessionUnknown."""
