"""People of a Windows machine: whether their screens lock, who administers it, what it is joined to.

Names and numbers of accounts stay here; counts leave.
"""

import re
from collections.abc import Iterator
from datetime import datetime

import msgspec

from agents.posture.asking import Finding, Machine, NotUnderstood, dns_name
from agents.posture.windows_answers import Answers
from agents.protocol.facts import FactName

LOCKS_WITHIN = 900
"""Seconds."""
NOT_SET = -1


class _Saver(msgspec.Struct):
    on: str = msgspec.field(name="ScreenSaveActive")
    locks: str = msgspec.field(name="ScreenSaverIsSecure")
    after: str = msgspec.field(name="ScreenSaveTimeOut")
    program: str = msgspec.field(name="SCRNSAVE.EXE")


class _Lock(msgspec.Struct):
    inactivity: int
    people: list[_Saver]


def screen_lock(answers: Answers, _machine: Machine, _now: datetime) -> Iterator[Finding]:
    """The machine's own limit holds for everybody; otherwise each who is signed in needs a screen saver that locks."""
    says = answers.of("lock", _Lock)
    if 0 < says.inactivity <= LOCKS_WITHIN:
        yield FactName.SCREEN_LOCK, True, "registry: InactivityTimeoutSecs"
    elif says.people:
        yield (
            FactName.SCREEN_LOCK,
            all(_locks(one) for one in says.people),
            "registry: screen savers of who is here",
        )
    elif says.inactivity != NOT_SET:
        yield FactName.SCREEN_LOCK, False, "registry: InactivityTimeoutSecs"


def _locks(saver: _Saver) -> bool:
    """Without a program nothing starts, whatever the rest says."""
    wait = int(saver.after) if re.fullmatch(r"\d{1,9}", saver.after, re.ASCII) else 0
    return saver.on == "1" and saver.locks == "1" and bool(saver.program) and 0 < wait <= LOCKS_WITHIN


class _Member(msgspec.Struct):
    id: str
    kind: str


class _Administrators(msgspec.Struct):
    members: list[_Member]
    people: list[str]


def administrators(answers: Answers, _machine: Machine, _now: datetime) -> Iterator[Finding]:
    """Who is a member by a group of the domain stands in no list here: then nobody is said not to be one."""
    says = answers.of("administrators", _Administrators)
    if not says.members:
        raise NotUnderstood  # Windows always has one
    found_by = "adsi: members of S-1-5-32-544"
    yield FactName.LOCAL_ADMINISTRATORS, len({one.id for one in says.members}), found_by
    if not says.people:
        return
    direct = {one.id for one in says.members} & set(says.people)
    if direct:
        yield FactName.USER_IS_ADMINISTRATOR, True, found_by
    elif all(one.kind == "User" and one.id.startswith("S-1-5-21-") for one in says.members):
        yield FactName.USER_IS_ADMINISTRATOR, False, found_by


class _Joined(msgspec.Struct):
    member: bool
    domain: str
    mdm: bool


ENTRA = re.compile(r"^\s*AzureAdJoined\s*:\s*(YES|NO)\s*$", re.MULTILINE)


def joined(answers: Answers, machine: Machine, _now: datetime) -> Iterator[Finding]:
    """Out of a domain its name is that of the workgroup, and says nothing."""
    says = answers.of("joined", _Joined)
    if says.member:
        yield FactName.DOMAIN, dns_name(says.domain), "cim: Win32_ComputerSystem"
    if says.mdm:
        yield FactName.MANAGED_BY, "mdm", "registry: Enrollments"
        return
    if says.member:
        yield FactName.MANAGED_BY, "domain", "cim: Win32_ComputerSystem"
        return
    asked = machine.run("dsregcmd.exe", "/status")
    entra = ENTRA.search(asked.text) if asked is not None and asked.code == 0 else None
    if entra is None:
        raise NotUnderstood
    yield FactName.MANAGED_BY, "entra" if entra[1] == "YES" else "none", "dsregcmd: /status"
