"""How many guesses an account and an address have, exactly.

A guess is counted before it is evaluated, in the transaction that lets it go on, so guessing in parallel
gains nothing. What is refused here never reaches the directory: the office's own account is not locked by a
stranger. A guess that turns out right is given back; wrong ones stay until the window has passed them.
"""

import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType, Protocol

from config.vocabulary import SubjectId
from idp.login.entered import same_login

BucketKey = NewType("BucketKey", str)
IPV6_NETWORK = 64  # bits: one household or office holds a whole /64 (RFC 6177 §2)


class Scope(StrEnum):
    ACCOUNT = "account"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Limit:
    """`guesses` within any `window`."""

    guesses: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Purse:
    """One counter a guess is paid from."""

    key: BucketKey
    scope: Scope
    limit: Limit


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


def within(times: Times, now: datetime, window: timedelta) -> Times:
    """A clock that was set back does not empty the purse: moments ahead of `now` count as well."""
    return tuple(moment for moment in times if moment > now - window)


def take(counters: Counters, purses: Sequence[Purse], now: datetime) -> Taken | Exhausted:
    """Pay one guess from every purse, or from none."""
    counted = [within(counters.guesses(purse.key), now, purse.limit.window) for purse in purses]
    for purse, times in zip(purses, counted, strict=True):
        if len(times) >= purse.limit.guesses:
            return Exhausted(purse.scope, times[-purse.limit.guesses] + purse.limit.window)
    for purse, times in zip(purses, counted, strict=True):
        _keep(counters, purse, tuple(sorted((*times, now))), now)
    return Taken(now, tuple(purses))


def give_back(counters: Counters, taken: Taken, now: datetime) -> None:
    """Return exactly the guess that was taken: it was right, or could not be evaluated."""
    for purse in taken.purses:
        times = list(counters.guesses(purse.key))
        if taken.at in times:
            times.remove(taken.at)
        _keep(counters, purse, tuple(times), now)


def reset(counters: Counters, key: BucketKey, now: datetime) -> None:
    counters.keep_guesses(key, (), now)


def _keep(counters: Counters, purse: Purse, times: Times, now: datetime) -> None:
    latest = max(times, default=now)
    counters.keep_guesses(purse.key, times, max(latest, now) + purse.limit.window)


def login_key(login: str) -> BucketKey:
    """Purse of a login whose person is not known; hashed, as people type passwords into the wrong field."""
    return BucketKey("login:" + hashlib.sha256(same_login(login).encode("utf-8", "replace")).hexdigest())


def subject_key(subject: SubjectId) -> BucketKey:
    return BucketKey(f"subject:{subject}")


def browser_key(subject: SubjectId, browser: bytes) -> BucketKey:
    """A browser the person signed in with before has a purse of its own: strangers cannot empty it."""
    return BucketKey(f"browser:{subject}:{browser.hex()}")


def address_key(address: str) -> BucketKey:
    """One purse for an IPv4 address or an IPv6 /64; all unreadable addresses share one."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return BucketKey("address:unknown")
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return BucketKey(f"address:{parsed.ipv4_mapped}")
        return BucketKey(f"address:{ipaddress.ip_network((parsed, IPV6_NETWORK), strict=False)}")
    return BucketKey(f"address:{parsed}")
