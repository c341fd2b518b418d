"""Disks of macOS: encrypted, well, how full."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from agents.posture.asking import Finding, Machine, NotUnderstood, succeeded
from agents.posture.macos_lists import told
from agents.protocol.facts import FactName

ON, OFF = "FileVault is On.", "FileVault is Off."


def encryption(machine: Machine, _now: datetime) -> Iterator[Finding]:
    """Of a disk that is being encrypted, or decrypted, some lies open; that is told in further lines."""
    lines = [
        line.strip()
        for line in succeeded(machine.run("fdesetup", "status")).text.splitlines()
        if line.strip()
    ]
    if lines[0] not in (ON, OFF):
        raise NotUnderstood
    yield FactName.DISK_ENCRYPTED, lines == [ON], "filevault: fdesetup status"


class _Volume(msgspec.Struct):
    total: int = msgspec.field(name="APFSContainerSize")
    free: int = msgspec.field(name="APFSContainerFree")
    health: str = msgspec.field(name="SMARTStatus", default="")


HEALTHY = {"Verified": True, "Failing": False}
"""`Not Supported` is neither."""


def volume(machine: Machine, _now: datetime) -> Iterator[Finding]:
    """Volumes of one container share its space."""
    says = told(machine.run("diskutil", "info", "-plist", "/"), _Volume)
    if says.health in HEALTHY:
        yield FactName.DISK_HEALTHY, HEALTHY[says.health], "diskutil: info /, SMARTStatus"
    if not 0 <= says.free <= says.total or says.total == 0:
        raise NotUnderstood
    yield FactName.DISK_FREE_MIB, says.free // 2**20, "diskutil: info /"
    yield FactName.DISK_FREE_PERCENT, 100 * says.free // says.total, "diskutil: info /"
