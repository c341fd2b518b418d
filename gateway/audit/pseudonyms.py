"""An entry with less in it about people, so that an export can be given to who needs only the course of events.

Pure. People, sessions, addresses, devices and whatever somebody wrote become names that say nothing, the same for the
same value under one key, so that it can still be followed who did several things. What stays is what the product itself
chose: codes, reasons, rules, applications, municipalities, roles, numbers, times. Whoever has the key and a guess can
check the guess, so the key is given to nobody; whoever has the log finds everybody by number and time.
"""

import hmac
from dataclasses import replace
from hashlib import sha256
from ipaddress import ip_address

from gateway.audit.acts import OPERATOR, SYSTEM
from gateway.audit.canonical import Detail, Recorded
from gateway.audit.entry import Entry

KEY_LEAST = 32  # bytes: as many as the hash has, RFC 2104 §3
DIGITS = 16  # hexadecimal, of a pseudonym: 64 bits, so that a district's entries hold no two alike by chance

KEPT = frozenset(
    {
        *(
            "access",
            "accesses",
            "acr",
            "act",
            "action",
            "actions",
            "activity_role",
            "agenda",
            "amr",
            "channel",
        ),
        *(
            "approvals",
            "attempts",
            "authenticated_at",
            "country",
            "country_before",
            "counts_from",
            "decision",
        ),
        *(
            "ends",
            "expires",
            "factor",
            "flags",
            "form",
            "from",
            "gained",
            "granted_actions",
            "happened",
            "kind",
        ),
        *("lost", "method", "of_application", "part", "protocol", "review_by", "role", "roles", "route"),
        *(
            "routes",
            "scope",
            "signs_from",
            "since",
            "stage",
            "until",
            "version",
            "policy_version",
            "previous",
        ),
        *("key_kind", "standing"),
        *("digest", "difference", "state", "alert_rule", "group_by", "receiver"),
    }
)
"""Details whose texts come from a closed set, or are a time or a digest. Any other text is replaced: a detail that is
added later is about a person until somebody says here that it is not."""
OF_PEOPLE = frozenset(
    {
        *("by", "of", "name", "granted_by", "owner", "sponsor", "author", "approver", "login", "person"),
    }
)
OF_SUBJECTS = frozenset({"by_subject", "of_subject", "granted_by_subject", "browser_of_subject"})
OF_ADDRESSES = frozenset({"device_address", "address", "tunnel_address", "program_address"})
OF_AN_ALERT = "alert_of"
"""For whom or what it counted: as a rule a login or an address, and then the same pseudonym as elsewhere."""


def pseudonymised(recorded: Recorded, key: bytes) -> Recorded:
    """Raises ValueError for a key that could be guessed."""
    if len(key) < KEY_LEAST:
        raise ValueError(f"the key of pseudonyms has {len(key)} bytes, and needs {KEY_LEAST}")
    entry = recorded.entry
    return replace(
        recorded,
        entry=replace(
            entry,
            subject=_subject(key, entry.subject),
            person=_of(key, "person", entry.person),
            session=_of(key, "session", entry.session),
            address=_of(key, "address", entry.address),
            request_id=_of(key, "request", entry.request_id),
            details={name: _detail(key, entry, name) for name in entry.details},
        ),
    )


def _detail(key: bytes, entry: Entry, name: str) -> Detail:
    value = entry.details[name]
    if name in KEPT or isinstance(value, bool | int | float):
        return value
    kind = _kind(name, value)
    if isinstance(value, list):
        return [_of(key, kind, one) for one in value]
    return _subject(key, value) if kind == "subject" else _of(key, kind, value)


def _kind(name: str, value: Detail) -> str:
    """Values of one kind have one pseudonym wherever they stand."""
    if name in OF_PEOPLE:
        return "person"
    if name in OF_SUBJECTS:
        return "subject"
    if name == OF_AN_ALERT:
        return "address" if _is_address(value) else "person"
    return "address" if name in OF_ADDRESSES else "text"


def _is_address(value: Detail) -> bool:
    try:
        ip_address(str(value))
    except ValueError:
        return False
    return True


def _subject(key: bytes, value: str) -> str:
    if value == SYSTEM:
        return value
    shown = OPERATOR if value.startswith(OPERATOR) else ""
    return shown + _of(key, "subject", value) if value else ""


def _of(key: bytes, kind: str, value: str) -> str:
    if not value or value == SYSTEM:
        return value
    digest = hmac.new(key, f"{kind}\0{value}".encode("utf-8", "surrogatepass"), sha256).hexdigest()
    return f"{kind}-{digest[:DIGITS]}"
