"""Whether an account may be used, from what OpenLDAP and Active Directory say of it.

Sources: draft-behera-ldap-password-policy-10 §5.3 (pwd…), shadow(5), [MS-ADTS] 2.2.16 (userAccountControl),
[MS-ADA1] 2.1 (accountExpires). An unreadable value is an EntryUnusable, never "active".
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from idp.directory.entries import Entry
from idp.directory.errors import EntryUnusable
from idp.directory.person import AccountState

OF_PASSWORD_POLICY = (
    "pwdAccountLockedTime",
    "pwdStartTime",
    "pwdEndTime",
    "pwdReset",
    "shadowExpire",
    "nsAccountLock",
)
OF_ACTIVE_DIRECTORY = (
    "userAccountControl",
    "msDS-User-Account-Control-Computed",
    "accountExpires",
    "pwdLastSet",
)

UNTIL_AN_ADMINISTRATOR = "000001010000Z"  # draft-behera §5.3.3: locked permanently
AD_DISABLED = 0x2
AD_LOCKED = 0x10  # only in the computed attribute
AD_PASSWORD_EXPIRED = 0x800000  # only in the computed attribute; also where it was never set
AD_NO_PASSWORD_TO_CHANGE = 0x10000 | 0x40000  # it never expires, or the account signs in by smart card
AD_NEVER = frozenset({0, 0x7FFFFFFFFFFFFFFF})
AD_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def account_state(entry: Entry, now: datetime) -> AccountState:
    """The gravest of what the entry says; raises EntryUnusable."""
    return next((state for state, holds in RULES if holds(entry, now)), AccountState.ACTIVE)


def generalized_time(text: str) -> datetime:
    """`YYYYmmddHH[MM[SS]][.f]Z` (RFC 4517 §3.3.13) in UTC; ValueError for anything else."""
    whole, _, fraction = text.removesuffix("Z").replace(",", ".").partition(".")
    if not (text.endswith("Z") and whole.isascii() and whole.isdecimal() and len(whole) in {10, 12, 14}):
        raise ValueError(f"{text!r} is no generalized time in UTC (RFC 4517 §3.3.13)")
    if ("." in text or "," in text) and not (fraction.isascii() and fraction.isdecimal()):
        raise ValueError(f"{text!r} has an unreadable fraction")
    return datetime.strptime(whole + "0000"[: 14 - len(whole)], "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _permanently_locked(entry: Entry, _now: datetime) -> bool:
    return entry.text("pwdAccountLockedTime") == UNTIL_AN_ADMINISTRATOR


def _locked(entry: Entry, _now: datetime) -> bool:
    value = entry.text("pwdAccountLockedTime")
    return value not in {None, UNTIL_AN_ADMINISTRATOR}


def _before_or_after(entry: Entry, now: datetime) -> bool:
    begins, ends = _time(entry, "pwdStartTime"), _time(entry, "pwdEndTime")
    return (begins is not None and now < begins) or (ends is not None and now >= ends)


def _shadow_expired(entry: Entry, now: datetime) -> bool:
    day = _number(entry, "shadowExpire")
    return day is not None and day >= 0 and now >= UNIX_EPOCH + timedelta(days=min(day, 2_000_000))


def _ad_expired(entry: Entry, now: datetime) -> bool:
    ticks = _number(entry, "accountExpires")  # 100 ns since 1601
    if ticks is None or ticks in AD_NEVER:
        return False
    return now >= AD_EPOCH + timedelta(microseconds=min(ticks // 10, 2**57))


def _truth(attribute: str) -> Callable[[Entry, datetime], bool]:
    def holds(entry: Entry, _now: datetime) -> bool:
        value = entry.text(attribute)
        if value is not None and value.upper() not in {"TRUE", "FALSE"}:
            raise EntryUnusable(entry.dn, f"{attribute} is neither TRUE nor FALSE")
        return value is not None and value.upper() == "TRUE"

    return holds


def _flag(attribute: str, bit: int) -> Callable[[Entry, datetime], bool]:
    def holds(entry: Entry, _now: datetime) -> bool:
        value = _number(entry, attribute)
        return value is not None and bool(value & bit)

    return holds


def _never_set(entry: Entry, _now: datetime) -> bool:
    if _number(entry, "pwdLastSet") != 0:
        return False
    return not (_number(entry, "userAccountControl") or 0) & AD_NO_PASSWORD_TO_CHANGE


def _number(entry: Entry, attribute: str) -> int | None:
    value = entry.text(attribute)
    if value is None:
        return None
    if not (value.removeprefix("-").isdecimal() and value.isascii()) or len(value) > 20:
        raise EntryUnusable(entry.dn, f"{attribute} is not a number")
    return int(value)


def _time(entry: Entry, attribute: str) -> datetime | None:
    value = entry.text(attribute)
    try:
        return None if value is None else generalized_time(value)
    except ValueError as error:
        raise EntryUnusable(entry.dn, f"{attribute}: {error}") from error


COMPUTED = "msDS-User-Account-Control-Computed"
RULES: tuple[tuple[AccountState, Callable[[Entry, datetime], bool]], ...] = (
    (AccountState.DISABLED, _permanently_locked),
    (AccountState.DISABLED, _truth("nsAccountLock")),
    (AccountState.DISABLED, _flag("userAccountControl", AD_DISABLED)),
    (AccountState.EXPIRED, _before_or_after),
    (AccountState.EXPIRED, _shadow_expired),
    (AccountState.EXPIRED, _ad_expired),
    (AccountState.LOCKED, _locked),
    (AccountState.LOCKED, _flag(COMPUTED, AD_LOCKED)),
    (AccountState.MUST_CHANGE_PASSWORD, _truth("pwdReset")),
    (AccountState.MUST_CHANGE_PASSWORD, _never_set),
    (AccountState.PASSWORD_EXPIRED, _flag(COMPUTED, AD_PASSWORD_EXPIRED)),
)
