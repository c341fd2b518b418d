"""Holding records back from deletion, as officers do it: what a hold takes, and why it comes to nothing. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from config.unseen import is_seen
from gateway.audit.acts import TEXT
from gateway.audit.entry import Entry
from gateway.audit.facts import microseconds, moment
from gateway.audit.retention import Hold, Kept, Standing

Told = Callable[[Entry], Entry]
"""The entry of the act, with who did it and from where."""


class Why(StrEnum):
    """The same word in page, log and test."""

    REASON = "hold_without_reason"
    TIMES = "hold_times_unusable"
    OVER = "hold_over"
    NOT_CONFIRMED = "sign_in_too_old"
    """What lets records be deleted again needs factors that were shown just now."""


class HoldRefused(Exception):
    def __init__(self, reason: Why) -> None:
        super().__init__(reason)
        self.reason = reason


class Holds(Protocol):
    """Raises the database's own errors."""

    async def kept(self, months: int) -> Kept: ...

    async def holds(self) -> Sequence[Hold]:
        """Those that were lifted too."""
        ...

    async def place(
        self, since: int, until: int | None, why: str, by: str, now: datetime, told: Told
    ) -> Hold:
        """Recorded in the same transaction."""
        ...

    async def lift(self, number: int, why: str, by: str, now: datetime, told: Told) -> Hold | None:
        """None: there is none that stands."""
        ...


@dataclass(frozen=True, slots=True)
class Wish:
    """A hold that is asked for. Times in microseconds since the epoch."""

    since: int
    until: int | None
    """Not included; None: whatever comes."""
    why: str

    @property
    def begins(self) -> datetime:
        return moment(self.since)

    @property
    def ends(self) -> datetime | None:
        return None if self.until is None else moment(self.until)

    def met(self, months: Sequence[Standing]) -> Sequence[Standing]:
        """Closed months of which a moment lies in it."""
        hold = Hold(0, self.since, self.until, self.why, 0, "")
        return [one for one in months if hold.covers(one.shard)]


def wish(since: datetime | None, until: datetime | None, why: str) -> Wish:
    """Raises HoldRefused."""
    if since is None or (until is not None and until <= since):
        raise HoldRefused(Why.TIMES)
    return Wish(microseconds(since), None if until is None else microseconds(until), reason_of(why))


def reason_of(text: str) -> str:
    """On one line. Raises HoldRefused where it says nothing, or too much."""
    said = " ".join(text.split())
    if not (0 < len(said) <= TEXT and is_seen(said)):
        raise HoldRefused(Why.REASON)
    return said
