"""How many guesses an account, an address and a network have, exactly.

A guess is counted before it is evaluated, in the transaction that lets it go on, so guessing in parallel
gains nothing. What is refused here never reaches the directory: the office's own account is not locked by a
stranger. A guess that turns out right is given back; wrong ones stay until the window has passed them.
Whose purses a guess is paid from: `purses.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType, Protocol

BucketKey = NewType("BucketKey", str)


class Scope(StrEnum):
    """What has no guess left."""

    ACCOUNT = "account"
    ADDRESS = "address"
    NETWORK = "network"
    DIRECTORY = "directory"
    """One more wrong password would bring the account near the directory's own lock-out."""


@dataclass(frozen=True, slots=True)
class Limit:
    """`guesses` within any `window`."""

    guesses: int
    window: timedelta
    until_quiet: bool = False
    """Nothing is forgotten until a whole window has passed without a guess, as Active Directory counts."""


@dataclass(frozen=True, slots=True)
class Purse:
    """One counter a guess is paid from."""

    key: BucketKey
    scope: Scope
    limit: Limit
    part_of: "Purse | None" = None
    """Every guess is paid from that one too, and counts for as long as it counts there."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The guess is counted and may be evaluated."""

    at: datetime
    purses: tuple[Purse, ...]


@dataclass(frozen=True, slots=True)
class Exhausted:
    """No guess is left; the next one is `until`."""

    scope: Scope
    until: datetime


Times = tuple[datetime, ...]
"""Moments of the guesses that count, oldest first; never more than the limit."""


class Counters(Protocol):
    """The counters of all purses, inside one transaction."""

    def guesses(self, key: BucketKey) -> Times: ...

    def keep_guesses(self, key: BucketKey, times: Times, forget_at: datetime) -> None: ...


def counted(times: Times, now: datetime, limit: Limit) -> Times:
    """A clock that was set back does not empty the purse: moments ahead of `now` count as well."""
    if limit.until_quiet:
        return times if times and times[-1] > now - limit.window else ()
    return tuple(moment for moment in times if moment > now - limit.window)


def left(counters: Counters, purses: Sequence[Purse], now: datetime) -> Exhausted | None:
    """None while every purse has a guess; nothing is paid."""
    for purse in purses:
        limit, times = purse.limit, _counted(counters, purse, now)
        if len(times) >= limit.guesses:
            all_times = _counted(counters, purse.part_of or purse, now)
            first_to_go = all_times[-1] if limit.until_quiet else times[-limit.guesses]
            return Exhausted(purse.scope, first_to_go + limit.window)
    return None


def _counted(counters: Counters, purse: Purse, now: datetime) -> Times:
    times = counters.guesses(purse.key)
    if purse.part_of is None:
        return counted(times, now, purse.limit)
    whole = _counted(counters, purse.part_of, now)
    return tuple(moment for moment in times if moment in whole)


def take(counters: Counters, purses: Sequence[Purse], now: datetime) -> Taken | Exhausted:
    """Pay one guess from every purse, or from none."""
    exhausted = left(counters, purses, now)
    if exhausted is not None:
        return exhausted
    taken = Taken(now, tuple(purses))
    put_back(counters, taken, now)
    return taken


def put_back(counters: Counters, taken: Taken, now: datetime) -> None:
    """Count the guess again that was given back a moment ago."""
    for purse in taken.purses:
        times = _counted(counters, purse, now)
        _keep(counters, purse, tuple(sorted((*times, taken.at))), now)


def give_back(counters: Counters, taken: Taken, now: datetime) -> None:
    """Return exactly the guess that was taken: it was right, or could not be evaluated."""
    for purse in taken.purses:
        times = list(counters.guesses(purse.key))
        if taken.at in times:
            times.remove(taken.at)
        _keep(counters, purse, tuple(times), now)


def forgive(counters: Counters, purses: Sequence[Purse], before: datetime, now: datetime) -> None:
    """Forget the guesses until `before`: who is meant by the purses has proven to be it since."""
    for purse in purses:
        later = tuple(moment for moment in counters.guesses(purse.key) if moment > before)
        _keep(counters, purse, later, now)


def move(counters: Counters, before: Purse, after: Purse, now: datetime) -> None:
    """What was paid from `before` counts in `after` from now on."""
    times = counters.guesses(before.key)
    if times:
        _keep(counters, after, times, now)
        counters.keep_guesses(before.key, (), now)


def reset(counters: Counters, purses: Sequence[Purse], now: datetime) -> None:
    for purse in purses:
        counters.keep_guesses(purse.key, (), now)


def _keep(counters: Counters, purse: Purse, times: Times, now: datetime) -> None:
    latest = max(times, default=now)
    # others may keep the whole from being quiet, with each guess that is left in it
    windows = purse.part_of.limit.guesses if purse.part_of is not None else 1
    counters.keep_guesses(purse.key, times, max(latest, now) + purse.limit.window * windows)
