"""People of a Mac, and what manages it. Names stay here; numbers leave."""

import re
from collections.abc import Iterator
from datetime import datetime

import msgspec

from agents.posture.asking import Finding, Machine, NotUnderstood, dns_name, keyed, succeeded
from agents.posture.macos_lists import listed, told
from agents.protocol.facts import FactName

LOCKS_WITHIN = 900
"""Seconds."""
SETTLED = "/Library/Managed Preferences/com.apple.screensaver.plist"
DELAY = re.compile(r"screenLock delay is (?:(immediate)|(\d{1,9})(?:\.0+)? seconds)")
OFF = "screenLock is off"


class _Settled(msgspec.Struct):
    asks: bool = msgspec.field(name="askForPassword")
    delay: int = msgspec.field(name="askForPasswordDelay", default=0)
    idle: int | None = msgspec.field(name="idleTime", default=None)


class _Saver(msgspec.Struct):
    idle: int = msgspec.field(name="idleTime")


def screen_lock(machine: Machine, _now: datetime) -> Iterator[Finding]:
    """Where a profile settles it for everybody; otherwise only a person's own agent sees that person's."""
    raw = machine.read(SETTLED)
    settled = listed(raw, _Settled) if raw is not None else None
    if settled is not None and settled.idle is not None:
        locks = settled.asks and settled.idle > 0 and settled.idle + settled.delay <= LOCKS_WITHIN
        yield FactName.SCREEN_LOCK, locks, "profile: com.apple.screensaver"
        return
    if succeeded(machine.run("id", "-u")).text.strip() == "0":
        raise NotUnderstood  # root would be told root's own settings
    answer = succeeded(machine.run("sysadminctl", "-screenLock", "status"))
    said = (answer.out + answer.err).decode("utf-8", "replace")
    if OFF in said:
        yield FactName.SCREEN_LOCK, False, "sysadminctl: -screenLock status"
        return
    delay = DELAY.search(said)
    if delay is None:
        raise NotUnderstood
    idle = told(machine.run("defaults", "-currentHost", "export", "com.apple.screensaver", "-"), _Saver).idle
    locks = idle > 0 and idle + int(delay[2] or 0) <= LOCKS_WITHIN
    yield FactName.SCREEN_LOCK, locks, "sysadminctl: -screenLock status; defaults: idleTime"


NOBODY = ("root", "_mbsetupuser")
"""They have the screen while nobody is signed in."""
PERSON = re.compile(r"[a-z_][\w.@+-]{0,63}\Z", re.ASCII | re.IGNORECASE)


class _Group(msgspec.Struct):
    members: list[str] = msgspec.field(name="dsAttrTypeStandard:GroupMembership")
    nested: list[str] = msgspec.field(name="dsAttrTypeStandard:NestedGroups", default_factory=list)


def administrators(machine: Machine, _now: datetime) -> Iterator[Finding]:
    group = told(machine.run("dscl", "-plist", ".", "-read", "/Groups/admin"), _Group)
    if "root" not in group.members:
        raise NotUnderstood  # macOS always has it there
    found_by = "directory: dscl /Groups/admin"
    yield FactName.LOCAL_ADMINISTRATORS, len(set(group.members) - {"root"}) + len(group.nested), found_by
    here = succeeded(machine.run("stat", "-f", "%Su", "/dev/console")).text.strip()
    if here in group.members and here != "root":
        yield FactName.USER_IS_ADMINISTRATOR, True, found_by
    elif PERSON.match(here) and here not in NOBODY and not group.nested:
        yield FactName.USER_IS_ADMINISTRATOR, False, found_by


class _General(msgspec.Struct):
    domain: str = msgspec.field(name="Active Directory Domain")


class _Bound(msgspec.Struct):
    general: _General = msgspec.field(name="General Info")


def managed(machine: Machine, _now: datetime) -> Iterator[Finding]:
    enrolled = keyed(succeeded(machine.run("profiles", "status", "-type", "enrollment")).text, ":")[
        "MDM enrollment"
    ]
    answer = succeeded(machine.run("dsconfigad", "-show", "-xml"))
    # Where it is bound to no domain it says nothing.
    domain = dns_name(told(answer, _Bound).general.domain) if answer.out.strip() else None
    if domain is not None:
        yield FactName.DOMAIN, domain, "dsconfigad: -show"
    if enrolled.startswith("Yes"):
        yield FactName.MANAGED_BY, "mdm", "profiles: status -type enrollment"
    elif domain is not None:
        yield FactName.MANAGED_BY, "domain", "dsconfigad: -show"
    elif enrolled == "No":
        yield FactName.MANAGED_BY, "none", "profiles: status -type enrollment; dsconfigad: -show"
