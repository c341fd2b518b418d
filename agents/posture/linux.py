"""What can be found out on Linux: Debian, Ubuntu, Fedora and their kin, as root or as the person who is signed in.

Disks, the firewall, updates and people have files of their own.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from agents.posture import linux_disks, linux_firewall, linux_people, linux_updates
from agents.posture.asking import (
    Finding,
    Machine,
    NotUnderstood,
    Reader,
    days_between,
    found,
    keyed,
    succeeded,
)
from agents.protocol.facts import Fact, FactName

SECURE_BOOT = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
SETUP_MODE = "/sys/firmware/efi/efivars/SetupMode-8be4df61-93ca-11d2-aa0d-00e098032b8c"
SHIM_CHECKS_NOTHING = "/sys/firmware/efi/efivars/MokSBStateRT-605dab50-e046-4300-abb6-3dd810dd8b23"

CLAMAV = ("clamav-daemon.service", "clamd@scan.service")
CLAMAV_REFRESHES = ("clamav-freshclam.service",)
CLAMAV_KNOWS = ("/var/lib/clamav/daily.cld", "/var/lib/clamav/daily.cvd")
KNOWN_FOR = timedelta(days=7)
"""Signatures that are older do not count: new ones come out every day."""
PRODUCTS = {
    "mdatp.service": "Microsoft Defender",
    "eea.service": "ESET",
    "efs.service": "ESET",
    "falcon-sensor.service": "CrowdStrike",
    "sentinelone.service": "SentinelOne",
    "sav-protect.service": "Sophos",
    "sophos-spl.service": "Sophos",
    "kesl.service": "Kaspersky",
    "bdsec.service": "Bitdefender",
    "ds_agent.service": "Trend Micro",
    "wsavd.service": "WithSecure",
}
"""They refresh what they know by themselves; how old it is can be asked of none in the same way, and is not."""


def collect(machine: Machine, *, now: datetime, slow: bool = True) -> dict[FactName, Fact]:
    """`slow`: also what takes seconds (updates, disks that are asked how they are); for now and then. `now`: aware."""
    return found(READERS + SLOW if slow else READERS, machine, now)


def system(machine: Machine, _now: datetime) -> Iterator[Finding]:
    kernel = machine.read("/proc/sys/kernel/osrelease")
    if kernel:
        yield FactName.KERNEL, kernel.decode("ascii").strip(), "proc: kernel/osrelease"
    raw = machine.read("/etc/os-release") or machine.read("/usr/lib/os-release")
    if raw is None:
        raise NotUnderstood
    says = keyed(raw.decode("utf-8"))
    if "ID" not in says:
        raise NotUnderstood
    yield FactName.OS, "linux", "os-release: ID"
    if "PRETTY_NAME" in says:
        yield FactName.OS_RELEASE, says["PRETTY_NAME"], "os-release: PRETTY_NAME"
    first = re.match(r"\d{1,4}(?!\d)", says.get("VERSION_ID", ""), re.ASCII)
    if first:
        yield FactName.OS_VERSION, int(first[0]), "os-release: VERSION_ID"


def secure_boot(machine: Machine, _now: datetime) -> Iterator[Finding]:
    firmware = machine.entries("/sys/firmware")
    if not firmware:
        raise NotUnderstood
    if "efi" not in firmware:
        yield FactName.SECURE_BOOT, False, "sysfs: started without UEFI"
        return
    signed, setup = (_efi_variable(machine, path) for path in (SECURE_BOOT, SETUP_MODE))
    if signed is None or setup is None:
        raise NotUnderstood
    # shim is signed, and may have been told to check nothing that comes after it.
    on = signed == 1 and setup == 0 and _efi_variable(machine, SHIM_CHECKS_NOTHING) != 1
    yield FactName.SECURE_BOOT, on, "efivars: SecureBoot, SetupMode, MokSBStateRT"


def _efi_variable(machine: Machine, path: str) -> int | None:
    """Four bytes of attributes, one of value."""
    raw = machine.read(path)
    return raw[4] if raw is not None and len(raw) == 5 and raw[4] < 2 else None


def tpm(machine: Machine, _now: datetime) -> Iterator[Finding]:
    chips = machine.entries("/sys/class/tpm")
    if chips is None:
        raise NotUnderstood  # a kernel that knows of no such chips says nothing about the machine
    versions = {
        {b"1": "1.2", b"2": "2.0"}[(machine.read(f"/sys/class/tpm/{chip}/tpm_version_major") or b"").strip()]
        for chip in chips
        if chip.startswith("tpm") and not chip.startswith("tpmrm")
    }
    yield FactName.TPM_VERSION, max(versions, default="none"), "sysfs: tpm_version_major"


def antivirus(machine: Machine, now: datetime) -> Iterator[Finding]:
    run = services(machine)
    product = next((name for service, name in PRODUCTS.items() if service in run), None)
    if product is not None:
        yield FactName.ANTIVIRUS, True, f"systemd: {product} runs"
        return
    if not run.intersection(CLAMAV):
        yield FactName.ANTIVIRUS, False, "systemd: no known product runs"
        return
    made = _clamav_made(machine)
    age = days_between(made, now)
    if age is None:
        raise NotUnderstood
    follows = bool(run.intersection(CLAMAV_REFRESHES)) and age <= KNOWN_FOR.days
    yield FactName.ANTIVIRUS, follows, "systemd: ClamAV runs; age of its signatures"


def services(machine: Machine) -> frozenset[str]:
    """That run now."""
    asked = machine.run(
        "systemctl", "list-units", "--type=service", "--state=running", "--plain", "--no-legend"
    )
    names = frozenset(line.split()[0] for line in succeeded(asked).text.splitlines() if line.strip())
    if not any(name.endswith(".service") for name in names):
        raise NotUnderstood
    return names


def _clamav_made(machine: Machine) -> datetime:
    head = next((raw for path in CLAMAV_KNOWS if (raw := machine.read(path)) is not None), b"")[:512]
    made = re.match(rb"ClamAV-VDB:(\d{1,2} \w{3} \d{4} \d{2}[:-]\d{2} [+-]\d{4}):", head)
    if made is None:
        raise NotUnderstood
    return datetime.strptime(made[1].decode().replace("-", ":", 1), "%d %b %Y %H:%M %z").astimezone(UTC)


def clock(machine: Machine, _now: datetime) -> Iterator[Finding]:
    chrony = machine.run("chronyc", "-n", "-c", "tracking")
    if chrony is not None and chrony.code == 0:
        fields = chrony.text.strip().split(",")
        if len(fields) != 14 or fields[13] not in _LEAPS:
            raise NotUnderstood
        follows = fields[13] != "Not synchronised"
        yield FactName.CLOCK_SYNCHRONISED, follows, "chrony: chronyc tracking"
        if follows:
            yield FactName.CLOCK_OFFSET_MS, round(float(fields[4]) * 1000), "chrony: chronyc tracking"
        return
    says = keyed(succeeded(machine.run("timedatectl", "show")).text)
    yield (
        FactName.CLOCK_SYNCHRONISED,
        {"yes": True, "no": False}[says["NTPSynchronized"]],
        "systemd: timedatectl show",
    )


_LEAPS = frozenset({"Normal", "Insert second", "Delete second", "Not synchronised"})

READERS: tuple[Reader, ...] = (
    system,
    linux_disks.encryption,
    linux_disks.space,
    linux_firewall.firewall,
    linux_people.screen_lock,
    linux_people.administrators,
    linux_people.domain,
    secure_boot,
    tpm,
    antivirus,
    clock,
)
SLOW: tuple[Reader, ...] = (
    linux_updates.waiting,
    linux_updates.last_installed,
    linux_updates.restart,
    linux_disks.health,
)
