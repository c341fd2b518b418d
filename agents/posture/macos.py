"""What can be found out on macOS 12 and newer, as root, which the daemon is.

Disks: `macos_disks`; updates, and what protects against malware: `macos_updates`; people and what manages the machine:
`macos_people`. Where macOS keeps what it knows in property lists, they are read: their words are the same in every
language.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from agents.posture import macos_disks, macos_people, macos_updates
from agents.posture.asking import Finding, Machine, NotUnderstood, Reader, found, keyed, succeeded
from agents.protocol.facts import Fact, FactName


def collect(machine: Machine, *, now: datetime, slow: bool = True) -> dict[FactName, Fact]:
    """`slow`: also what takes seconds or the network (a source of time); for now and then. `now`: aware."""
    return found(READERS + SLOW if slow else READERS, machine, now)


def system(machine: Machine, _now: datetime) -> Iterator[Finding]:
    says = keyed(succeeded(machine.run("sw_vers")).text, ":")
    version, build = says["ProductVersion"], says["BuildVersion"]
    first = re.match(r"(\d{1,4})(\.\d{1,4}){0,3}\Z", version, re.ASCII)
    if first is None or says["ProductName"] not in ("macOS", "Mac OS X"):
        raise NotUnderstood
    yield FactName.OS, "macos", "sw_vers: ProductName"
    yield FactName.OS_VERSION, int(first[1]), "sw_vers: ProductVersion"
    yield FactName.OS_RELEASE, f"{version} ({build})", "sw_vers: ProductVersion, BuildVersion"
    yield FactName.KERNEL, succeeded(machine.run("uname", "-r")).text.strip(), "uname: -r"


STATE = re.compile(r"\(State = ([012])\)")


def firewall(machine: Machine, _now: datetime) -> Iterator[Finding]:
    """0 is off, 1 lets in what is signed or permitted, 2 nothing."""
    state = STATE.search(succeeded(machine.run("socketfilterfw", "--getglobalstate")).text)
    if state is None:
        raise NotUnderstood
    yield FactName.FIREWALL, state[1] != "0", "application firewall: socketfilterfw --getglobalstate"


MODE = re.compile(r"^\s*Security Mode:\s+(Full|Reduced|Permissive)\s+\(smb[01]\)", re.MULTILINE)
POLICY = "94b73556-2197-4702-82a8-3e1337dafbfb:AppleSecureBootPolicy"
CHECKS = {"%00": False, "%01": True, "%02": True}
"""Of Macs with a T2 chip: no security, medium, full."""


def secure_boot(machine: Machine, _now: datetime) -> Iterator[Finding]:
    """Apple's own chips tell a mode by `bputil`, those of Intel with a T2 a policy; older ones have nothing to tell."""
    modes = MODE.findall(_said(machine, "bputil", "--display-policy"))
    if modes:
        # Of several systems on the machine it is not said which one runs.
        yield FactName.SECURE_BOOT, "Permissive" not in modes, "bputil: Security Mode"
        return
    name, _, policy = _said(machine, "nvram", POLICY).strip().partition("\t")
    if name == POLICY and policy in CHECKS:
        yield FactName.SECURE_BOOT, CHECKS[policy], "nvram: AppleSecureBootPolicy"


def _said(machine: Machine, *command: str) -> str:
    answer = machine.run(*command)
    return answer.text if answer is not None and answer.code == 0 else ""


OFFSET = re.compile(r"^([+-]\d{1,9}\.\d{1,9}) \+/- \d", re.MULTILINE)
NEAR_ENOUGH = 2000
"""Milliseconds from Apple's source of time."""


def clock(machine: Machine, _now: datetime) -> Iterator[Finding]:
    says = keyed(succeeded(machine.run("systemsetup", "-getusingnetworktime")).text, ":")
    uses = {"On": True, "Off": False}[says["Network Time"]]
    if not uses:
        yield FactName.CLOCK_SYNCHRONISED, False, "systemsetup: -getusingnetworktime"
    answer = OFFSET.search(succeeded(machine.run("sntp", "time.apple.com")).text)
    if answer is None:
        raise NotUnderstood
    # What sntp tells is what has to be added to the clock.
    offset = round(float(answer[1]) * 1000)
    yield FactName.CLOCK_OFFSET_MS, offset, "sntp: time.apple.com"
    if uses:
        near = abs(offset) <= NEAR_ENOUGH
        yield FactName.CLOCK_SYNCHRONISED, near, "systemsetup: -getusingnetworktime; sntp"


READERS: tuple[Reader, ...] = (
    system,
    macos_disks.encryption,
    macos_disks.volume,
    firewall,
    secure_boot,
    macos_people.screen_lock,
    macos_people.administrators,
    macos_people.managed,
    macos_updates.waiting,
    macos_updates.last_installed,
    macos_updates.antivirus,
)
SLOW: tuple[Reader, ...] = (clock,)
