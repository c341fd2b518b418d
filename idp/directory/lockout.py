"""How the office directory locks accounts after wrong passwords, as it says itself.

Sources: draft-behera-ldap-password-policy-10 §5.2.11, §5.2.12 (pwdLockout, pwdMaxFailure, pwdFailureCountInterval);
[MS-ADA2] 2.95, 2.96 (lockoutThreshold, lockOutObservationWindow; msDS-… of a password settings object).
"""

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from idp.directory.entries import Entry
from idp.directory.errors import EntryUnusable

TICKS_IN_MICROSECOND = 10  # Active Directory counts durations in negative steps of 100 ns
LONGEST = timedelta(days=1)
"""Stands for "never forgotten" too: nobody is to wait for longer."""
LEAST = 3
"""Below that one guess is left at most: whoever makes it keeps the person out, in a known browser too."""
MOST_ATTEMPTS = 1_000  # above that nobody is locked by guesses that we let through

PPOLICY_ATTRIBUTES = ("pwdLockout", "pwdMaxFailure", "pwdFailureCountInterval")
AD_ATTRIBUTES = (
    "lockoutThreshold",
    "lockOutObservationWindow",
    "msDS-LockoutThreshold",
    "msDS-LockoutObservationWindow",
)
ATTRIBUTES = (*PPOLICY_ATTRIBUTES, *AD_ATTRIBUTES)
POLICIES = "(|(objectClass=pwdPolicy)(objectClass=msDS-PasswordSettings))"


@dataclass(frozen=True, slots=True)
class Lockout:
    """So many wrong passwords lock an account, if no `window` passes without one. 0 attempts: nothing does."""

    attempts: int
    window: timedelta


NO_LOCKOUT = Lockout(0, timedelta(0))
CAUTIOUS = Lockout(5, timedelta(minutes=30))
"""Where neither the settings nor the directory tell: what offices usually have, on the strict side."""


def leaves_one_for_everybody(lockout: Lockout) -> bool:
    """Whether strangers and the person's own browsers can both have a wrong password before it locks."""
    return not 0 < lockout.attempts < LEAST


def strictest(lockouts: Iterable[Lockout]) -> Lockout:
    """One that keeps to all of them; it holds for everybody, so that it tells no account from another."""
    locking = [one for one in lockouts if one.attempts]
    if not locking:
        return NO_LOCKOUT
    return Lockout(min(one.attempts for one in locking), max(one.window for one in locking))


def in_force(attempts: int | None, window: timedelta | None, told: Lockout | None) -> Lockout:
    """What the settings say, where they do; else what the directory told; else a cautious guess."""
    known = told if told is not None else CAUTIOUS
    number = known.attempts if attempts is None else attempts
    if not number:
        return NO_LOCKOUT
    if window is None:
        window = known.window if known.attempts else CAUTIOUS.window
    return Lockout(number, min(window, LONGEST))


def told_by(entries: Iterable[Entry], report: Callable[[EntryUnusable], None]) -> Lockout | None:
    """The strictest that these entries of policies say; None when they say nothing of it.

    One that cannot be read is reported, and counts as CAUTIOUS, or stricter where that much can be read of it.
    """
    found = []
    for entry in entries:
        try:
            said = _of_ppolicy(entry) or _of_domain(entry)
        except EntryUnusable as unusable:
            report(unusable)
            said = _of_damaged(entry)
        if said is not None:
            found.append(said)
    return strictest(found) if found else None


def _of_damaged(entry: Entry) -> Lockout:
    told = [CAUTIOUS.attempts]
    for attribute in ("pwdMaxFailure", *AD_ATTRIBUTES[::2]):
        with contextlib.suppress(EntryUnusable):
            told.append(_number(entry, attribute) or CAUTIOUS.attempts)
    return Lockout(min(one for one in told if one > 0), CAUTIOUS.window)


def _of_ppolicy(entry: Entry) -> Lockout | None:
    """An entry of class pwdPolicy. Without pwdMaxFailure, or with 0, failures are not counted."""
    locks = entry.text("pwdLockout")
    if locks is None:
        return None
    attempts = _number(entry, "pwdMaxFailure") or 0
    if locks.upper() != "TRUE" or not attempts:
        return NO_LOCKOUT
    return _lockout(attempts, timedelta(seconds=min(_number(entry, "pwdFailureCountInterval") or 0, 10**9)))


def _of_domain(entry: Entry) -> Lockout | None:
    """A domain's head, or a password settings object, of Active Directory."""
    for threshold, window in (AD_ATTRIBUTES[:2], AD_ATTRIBUTES[2:]):
        attempts = _number(entry, threshold)
        if attempts is not None:
            ticks = -(_number(entry, window) or 0)
            return _lockout(
                attempts, timedelta(microseconds=min(max(ticks, 0) // TICKS_IN_MICROSECOND, 10**15))
            )
    return None


def _lockout(attempts: int, window: timedelta) -> Lockout:
    if not 0 < attempts <= MOST_ATTEMPTS:
        return NO_LOCKOUT
    return Lockout(attempts, min(window, LONGEST) if window else LONGEST)


def _number(entry: Entry, attribute: str) -> int | None:
    value = entry.text(attribute)
    if value is None:
        return None
    try:
        return int(value)
    except ValueError as error:
        raise EntryUnusable(entry.dn, f"{attribute} is no number") from error
