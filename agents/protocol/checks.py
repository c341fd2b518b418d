"""What can be amiss with a device, judged from its facts: for its person, to see and to mend.

Whether that refuses anything is the policies' affair; they ask about facts.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum

from agents.protocol.facts import Fact, FactName

LEAST_FREE_MIB = 5_120
LEAST_FREE_PERCENT = 5
"""Below both, updates of a system do not fit any more."""
FARTHEST_CLOCK = timedelta(seconds=60)
"""One-time codes and certificates of short life go wrong beyond it."""
OLDEST_PATCHES = timedelta(days=45)
"""Systems bring out updates each month; some days are for putting them off."""


class Check(StrEnum):
    """Where it is a fact of that name that has to be true, the name is the same."""

    DISK_ENCRYPTED = "disk_encrypted"
    FIREWALL = "firewall"
    UPDATES_INSTALLED = "updates_installed"
    PATCH_AGE = "patch_age"
    RESTARTED = "restarted"
    SCREEN_LOCK = "screen_lock"
    ANTIVIRUS = "antivirus"
    SECURE_BOOT = "secure_boot"
    TPM = "tpm"
    NOT_ADMINISTRATOR = "not_administrator"
    MANAGED = "managed"
    DISK_SPACE = "disk_space"
    DISK_HEALTHY = "disk_healthy"
    CLOCK = "clock"


Facts = Mapping[FactName, Fact]
Judge = Callable[[Facts], bool | None]


def passes(check: Check, facts: Facts) -> bool | None:
    """None: it could not be found out. That passes no rule, but nobody knows whether there is something to mend."""
    return PASSES[check](facts)


def _so(name: FactName, *, wanted: bool = True) -> Judge:
    def judged(facts: Facts) -> bool | None:
        said = _yes(facts, name)
        return None if said is None else said is wanted

    return judged


def _patch_age(facts: Facts) -> bool | None:
    age = _number(facts, FactName.PATCH_AGE_DAYS)
    return None if age is None else timedelta(days=age) <= OLDEST_PATCHES


def _word(name: FactName, *good: str) -> Judge:
    def judged(facts: Facts) -> bool | None:
        fact = facts.get(name)
        return None if fact is None else fact.value in good

    return judged


def _disk_space(facts: Facts) -> bool | None:
    free, share = (_number(facts, one) for one in (FactName.DISK_FREE_MIB, FactName.DISK_FREE_PERCENT))
    return None if free is None or share is None else free >= LEAST_FREE_MIB or share >= LEAST_FREE_PERCENT


def _clock(facts: Facts) -> bool | None:
    """One that follows nothing may still be right now; it will not stay so."""
    follows = _yes(facts, FactName.CLOCK_SYNCHRONISED)
    offset = _number(facts, FactName.CLOCK_OFFSET_MS)
    if offset is not None and timedelta(milliseconds=abs(offset)) > FARTHEST_CLOCK:
        return False
    return follows


def _yes(facts: Facts, name: FactName) -> bool | None:
    fact = facts.get(name)
    return fact.value if fact is not None and isinstance(fact.value, bool) else None


def _number(facts: Facts, name: FactName) -> int | None:
    fact = facts.get(name)
    return fact.value if fact is not None and type(fact.value) is int else None


PASSES: Mapping[Check, Judge] = {
    Check.DISK_ENCRYPTED: _so(FactName.DISK_ENCRYPTED),
    Check.FIREWALL: _so(FactName.FIREWALL),
    Check.UPDATES_INSTALLED: _so(FactName.UPDATES_INSTALLED),
    Check.PATCH_AGE: _patch_age,
    Check.RESTARTED: _so(FactName.REBOOT_PENDING, wanted=False),
    Check.SCREEN_LOCK: _so(FactName.SCREEN_LOCK),
    Check.ANTIVIRUS: _so(FactName.ANTIVIRUS),
    Check.SECURE_BOOT: _so(FactName.SECURE_BOOT),
    Check.TPM: _word(FactName.TPM_VERSION, "2.0"),
    Check.NOT_ADMINISTRATOR: _so(FactName.USER_IS_ADMINISTRATOR, wanted=False),
    Check.MANAGED: _word(FactName.MANAGED_BY, "domain", "entra", "mdm"),
    Check.DISK_SPACE: _disk_space,
    Check.DISK_HEALTHY: _so(FactName.DISK_HEALTHY),
    Check.CLOCK: _clock,
}
