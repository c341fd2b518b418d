"""Whether an account may be used, from what OpenLDAP and Active Directory say of it.

Sources: draft-behera-ldap-password-policy-10 §5.3 (pwd…), shadow(5), [MS-ADTS] 2.2.16 (userAccountControl),
[MS-ADA1] 2.1 (accountExpires), [MS-ADTS] 3.1.1.4.5.42 (when a password expires). An unreadable value is an
EntryUnusable, never "active".
"""

from datetime import UTC, datetime, timedelta

from idp.directory.entries import Entry
from idp.directory.errors import EntryUnusable
from idp.directory.person import AccountFacts, AccountState

COMPUTED = "msDS-User-Account-Control-Computed"
PASSWORD_EXPIRY = "msDS-UserPasswordExpiryTimeComputed"
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
    COMPUTED,
    "accountExpires",
    "pwdLastSet",
    PASSWORD_EXPIRY,
)

TELLING = frozenset(name.lower() for name in (*OF_PASSWORD_POLICY, *OF_ACTIVE_DIRECTORY))
NOTHING_TOLD = AccountFacts()
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
    return account_facts(entry).state(now)


def account_facts(entry: Entry) -> AccountFacts:
    """All that the entry says of its account, whichever kind of directory it is from; raises EntryUnusable."""
    if TELLING.isdisjoint(entry.attributes):
        return NOTHING_TOLD
    locked_at = entry.text("pwdAccountLockedTime")
    flags, computed = _number(entry, "userAccountControl") or 0, _number(entry, COMPUTED) or 0
    return AccountFacts(
        disabled=locked_at == UNTIL_AN_ADMINISTRATOR
        or _truth(entry, "nsAccountLock")
        or bool(flags & AD_DISABLED),
        starts_at=_time(entry, "pwdStartTime"),
        expires_at=min(
            filter(None, (_time(entry, "pwdEndTime"), _shadow_end(entry), _ad_end(entry))), default=None
        ),
        locked=locked_at not in {None, UNTIL_AN_ADMINISTRATOR} or bool(computed & AD_LOCKED),
        password_expires_at=_password_end(entry, computed),
        must_change=_truth(entry, "pwdReset")
        or (_number(entry, "pwdLastSet") == 0 and not flags & AD_NO_PASSWORD_TO_CHANGE),
    )


def generalized_time(text: str) -> datetime:
    """`YYYYmmddHH[MM[SS]][.f]Z` (RFC 4517 §3.3.13) in UTC; ValueError for anything else."""
    whole, _, fraction = text.removesuffix("Z").replace(",", ".").partition(".")
    if not (text.endswith("Z") and whole.isascii() and whole.isdecimal() and len(whole) in {10, 12, 14}):
        raise ValueError(f"{text!r} is no generalized time in UTC (RFC 4517 §3.3.13)")
    if ("." in text or "," in text) and not (fraction.isascii() and fraction.isdecimal()):
        raise ValueError(f"{text!r} has an unreadable fraction")
    return datetime.strptime(whole + "0000"[: 14 - len(whole)], "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _shadow_end(entry: Entry) -> datetime | None:
    day = _number(entry, "shadowExpire")
    return None if day is None or day < 0 else UNIX_EPOCH + timedelta(days=min(day, 2_000_000))


def _ad_end(entry: Entry) -> datetime | None:
    ticks = _number(entry, "accountExpires")
    return None if ticks is None or ticks in AD_NEVER else _since_1601(ticks)


def _password_end(entry: Entry, computed: int) -> datetime | None:
    """When the server will call the password expired; it says so by a flag as well, once it is."""
    ticks = _number(entry, PASSWORD_EXPIRY)
    if ticks is None:
        return AD_EPOCH if computed & AD_PASSWORD_EXPIRED else None
    return None if ticks >= max(AD_NEVER) else _since_1601(ticks)


def _since_1601(ticks: int) -> datetime:
    """`ticks`: 100 ns each."""
    return AD_EPOCH + timedelta(microseconds=max(0, min(ticks // 10, 2**57)))


def _truth(entry: Entry, attribute: str) -> bool:
    value = entry.text(attribute)
    if value is not None and value.upper() not in {"TRUE", "FALSE"}:
        raise EntryUnusable(entry.dn, f"{attribute} is neither TRUE nor FALSE")
    return value is not None and value.upper() == "TRUE"


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
