"""What can be found out on Windows 10, 11 and Server, as LocalSystem, which the service is.

Updates and disks: `windows_updates`; people and domains: `windows_people`.
"""

import re
from collections.abc import Iterator
from datetime import datetime

import msgspec

from agents.posture import windows_people, windows_updates
from agents.posture.asking import MINUTE, MINUTES, Finding, Machine, NotUnderstood, found, succeeded
from agents.posture.windows_answers import Answers, Reading, readers
from agents.posture.windows_questions import QUICK, SLOW
from agents.protocol.facts import Fact, FactName

FIRST_OF_11 = 22_000
"""Builds; by its own version Windows 11 calls itself 10."""
PERSONAL = 1
"""Kind of Windows that is no server."""


def collect(machine: Machine, *, now: datetime, slow: bool = True) -> dict[FactName, Fact]:
    """`slow`: also what takes seconds (updates, disks that are asked how they are); for now and then. `now`: aware."""
    asked = readers(machine, QUICK, MINUTE, READINGS)
    if slow:
        asked += readers(machine, SLOW, MINUTES, SLOW_READINGS)
    return found(asked, machine, now)


class _System(msgspec.Struct):
    version: str
    build: int
    kind: int
    revision: int


def system(answers: Answers, _machine: Machine, _now: datetime) -> Iterator[Finding]:
    says = answers.of("system", _System)
    first = re.match(r"(\d{1,4})\.\d+\.\d+\Z", says.version, re.ASCII)
    if first is None:
        raise NotUnderstood
    eleven = says.kind == PERSONAL and says.build >= FIRST_OF_11
    found_by = "cim: Win32_OperatingSystem"
    yield FactName.OS, "windows", found_by
    yield FactName.OS_VERSION, 11 if eleven else int(first[1]), found_by
    yield FactName.OS_RELEASE, f"{says.version}.{says.revision}", found_by
    yield FactName.KERNEL, f"{says.version}.{says.revision}", found_by


class _Volume(msgspec.Struct):
    protection: str
    volume: str


PROTECTIONS = frozenset({"On", "Off", "Unknown"})
WHOLLY = frozenset({"FullyEncrypted", "FullyEncryptedWipeInProgress", "FullyEncryptedWipeSuspended"})
"""The rest of a volume that is being encrypted is still open; of one whose free space is being wiped, nothing is."""


def disk_encrypted(answers: Answers, _machine: Machine, _now: datetime) -> Iterator[Finding]:
    """While protection is suspended the key lies open on the disk."""
    says = answers.of("bitlocker", _Volume)
    if says.protection not in PROTECTIONS:
        raise NotUnderstood
    encrypted = says.protection == "On" and says.volume in WHOLLY
    yield FactName.DISK_ENCRYPTED, encrypted, "bitlocker: Get-BitLockerVolume"


class _Profile(msgspec.Struct):
    on: int
    inbound: int


class _Profiles(msgspec.Struct):
    profiles: list[_Profile]


class _Product(msgspec.Struct):
    id: str
    state: int

    @property
    def runs(self) -> bool:
        """The second byte of three: 0x10 and 0x11 are on; off, snoozed and expired are others."""
        return self.state >> 8 & 0xFF in (0x10, 0x11)

    @property
    def current(self) -> bool:
        """The lowest byte: 0 where what it knows is up to date."""
        return self.state & 0xFF == 0


class _Products(msgspec.Struct):
    antivirus: list[_Product]
    firewall: list[_Product]


OF_WINDOWS = 3
"""Profiles: domain, private, public."""
TURNED_ON = 1
LETS_IN = 2


def firewall(answers: Answers, _machine: Machine, _now: datetime) -> Iterator[Finding]:
    """Windows' own in each of its profiles, or another maker's that has taken its place."""
    own = answers.maybe("firewall", _Profiles)
    others = answers.maybe("products", _Products)
    profiles = own.profiles if own is not None else []
    whole = len(profiles) == OF_WINDOWS
    if whole and all(one.on == TURNED_ON and one.inbound != LETS_IN for one in profiles):
        yield FactName.FIREWALL, True, "firewall: Get-NetFirewallProfile"
    elif others is not None and any(one.runs for one in others.firewall):
        yield FactName.FIREWALL, True, "security center: FirewallProduct"
    elif whole and others is not None:
        yield FactName.FIREWALL, False, "firewall: Get-NetFirewallProfile; security center"


class _Defender(msgspec.Struct):
    service: bool
    on: bool
    live: bool
    age: int
    mode: str


DEFENDER = "{D68DDC3A-831F-4FAE-9E44-DA132C1ACF46}"
"""Its name among products: it is asked itself, more closely."""
KNOWN_FOR = 7
"""Days. Signatures that are older do not count: new ones come out several times a day."""


def antivirus(answers: Answers, _machine: Machine, _now: datetime) -> Iterator[Finding]:
    own = answers.maybe("defender", _Defender)
    products = answers.maybe("products", _Products)
    others = [one for one in products.antivirus if one.id.upper() != DEFENDER] if products else []
    if (
        own is not None
        and own.service
        and own.on
        and own.live
        and own.age <= KNOWN_FOR
        and own.mode in ("", "Normal")
    ):
        yield FactName.ANTIVIRUS, True, "defender: Get-MpComputerStatus"
    elif any(one.runs and one.current for one in others):
        yield FactName.ANTIVIRUS, True, "security center: AntiVirusProduct"
    elif products is not None and (own is not None or others):
        yield FactName.ANTIVIRUS, False, "defender: Get-MpComputerStatus; security center"


BIOS = 1


def secure_boot(answers: Answers, _machine: Machine, _now: datetime) -> Iterator[Finding]:
    says = answers.maybe("secure_boot", bool)
    if says is not None:
        yield FactName.SECURE_BOOT, says, "firmware: Confirm-SecureBootUEFI"
    elif answers.of("firmware", int) == BIOS:
        yield FactName.SECURE_BOOT, False, "registry: started without UEFI"


class _Tpm(msgspec.Struct):
    present: bool
    versions: list[str]


def tpm(answers: Answers, _machine: Machine, _now: datetime) -> Iterator[Finding]:
    """Its specification is told as `2.0, 0, 1.59`."""
    says = answers.of("tpm", _Tpm)
    if says.present:
        yield FactName.TPM_VERSION, says.versions[0].partition(",")[0], "tpm: Win32_Tpm"
    elif not says.versions:
        yield FactName.TPM_VERSION, "none", "tpm: Get-Tpm"


class _Space(msgspec.Struct):
    size: int
    free: int


def space(answers: Answers, _machine: Machine, _now: datetime) -> Iterator[Finding]:
    says = answers.of("space", _Space)
    if not 0 <= says.free <= says.size or says.size == 0:
        raise NotUnderstood
    yield FactName.DISK_FREE_MIB, says.free // 2**20, "cim: Win32_LogicalDisk"
    yield FactName.DISK_FREE_PERCENT, 100 * says.free // says.size, "cim: Win32_LogicalDisk"


LEAP = re.compile(r"[^:]+:\s*([0-3])\s*\(")
STRATUM = re.compile(r"[^:]+:\s*(\d{1,2})\s*\(")
OFFSET = re.compile(r"[^:]+:\s*(-?\d{1,12})[.,](\d{1,9})s\Z")
NOT_SYNCHRONISED = 3
FARTHEST = 15
"""Stratum: farther from a clock than this, and 0, is no source."""


def clock(_answers: Answers, machine: Machine, _now: datetime) -> Iterator[Finding]:
    """Its names are in the language of Windows, so lines are known by their places."""
    asked = succeeded(machine.run("w32tm.exe", "/query", "/status", "/verbose"))
    lines = [line.strip() for line in asked.text.splitlines() if line.strip()]
    leap, stratum, offset = LEAP.match(lines[0]), STRATUM.match(lines[1]), OFFSET.match(lines[9])
    if leap is None or stratum is None:
        raise NotUnderstood
    follows = int(leap[1]) != NOT_SYNCHRONISED and 0 < int(stratum[1]) <= FARTHEST
    yield FactName.CLOCK_SYNCHRONISED, follows, "w32tm: /query /status"
    if follows and offset is not None:
        yield (
            FactName.CLOCK_OFFSET_MS,
            round(float(f"{offset[1]}.{offset[2]}") * 1000),
            "w32tm: /query /status",
        )


READINGS: tuple[Reading, ...] = (
    system,
    disk_encrypted,
    firewall,
    antivirus,
    windows_people.screen_lock,
    windows_people.administrators,
    windows_people.joined,
    windows_updates.restart,
    secure_boot,
    tpm,
    space,
    clock,
)
SLOW_READINGS: tuple[Reading, ...] = (
    windows_updates.waiting,
    windows_updates.last_installed,
    windows_updates.disks,
)
