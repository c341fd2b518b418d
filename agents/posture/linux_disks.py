"""Disks of Linux: encrypted, well, how full.

Encryption is read from the kernel's own picture of its block devices (sysfs), from each file system down to the disks:
LUKS below LVM, below RAID or below btrfs is found without any command. Encryption of single folders (fscrypt) is not
counted: what lies beside them is open.
"""

import re
from collections.abc import Iterator
from datetime import datetime

import msgspec

from agents.posture.asking import Finding, Machine, NotUnderstood, as_json, succeeded
from agents.protocol.facts import FactName

OF_THE_SYSTEM = ("/", "/home", "/var")
"""What of them is mounted by itself has to be encrypted too."""
WITH_DATA = ("/home/", "/var/", "/root/", "/srv/", "/opt/")
"""And what is mounted there or below, of a disk; `/media` and `/mnt` are for what is plugged in for a while."""
IMAGES = "/dev/loop"
"""They lie in a file of another file system."""
IN_MEMORY = "/dev/zram"
ON_DISKS = frozenset({"ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "jfs", "reiserfs"})
"""File systems that are understood. One that may encrypt by itself (bcachefs) is not, nor is one in memory."""
ELSEWHERE = frozenset({"nfs", "nfs4", "cifs", "smb3", "autofs", "fuse.sshfs", "tmpfs"})
"""Not on a disk of this machine."""
ENCRYPTS = re.compile(rb"CRYPT-(LUKS1|LUKS2|PLAIN|BITLK|TCRYPT|FVAULT2|LOOPAES)-")
"""Beginning of what the device mapper is told by cryptsetup; its other devices prove and do not encrypt."""
DEEPEST = 16
ON_TOP_OF = re.compile(r"/dev/(?:mapper/)?([\w.+-]{1,128})\Z", re.ASCII)


class Mounted(msgspec.Struct, frozen=True):
    device: str
    """`major:minor`."""
    kind: str
    source: str


def encryption(machine: Machine, _now: datetime) -> Iterator[Finding]:
    mounts = _mounts(machine)
    if "/" not in mounts:
        raise NotUnderstood
    looked_at = [mounts[point] for point in OF_THE_SYSTEM if point in mounts]
    local = [one for one in looked_at if one.kind not in ELSEWHERE]
    if mounts["/"] not in local or any(one.kind not in ON_DISKS for one in local):
        raise NotUnderstood
    local += [one for point, one in mounts.items() if point not in OF_THE_SYSTEM and _holds_data(point, one)]
    encrypted = all(_encrypted(machine, one) for one in local) and _swap_encrypted(machine)
    zfs = any(one.kind == "zfs" for one in local)
    yield (
        FactName.DISK_ENCRYPTED,
        encrypted,
        "zfs: encryption; sysfs: dm" if zfs else "sysfs: dm/uuid and slaves",
    )


def _holds_data(point: str, one: Mounted) -> bool:
    on_disk = one.kind == "zfs" or (one.source.startswith("/dev/") and not one.source.startswith(IMAGES))
    return on_disk and f"{point}/".startswith(WITH_DATA)


def _swap_encrypted(machine: Machine) -> bool:
    """What was in memory lies there; a file of it is as encrypted as its file system."""
    lines = (machine.read("/proc/swaps") or b"").decode("utf-8", "replace").splitlines()[1:]
    own = [fields[0] for line in lines if (fields := line.split())[1] == "partition"]
    return all(
        _node_encrypted(machine, _name_of(machine, one)) for one in own if not one.startswith(IN_MEMORY)
    )


def _mounts(machine: Machine) -> dict[str, Mounted]:
    """By mount point; of two upon each other the later one, which is what is seen."""
    # The first process sees the whole machine, a service perhaps less.
    raw = machine.read("/proc/1/mountinfo") or machine.read("/proc/self/mountinfo")
    mounts = {}
    for line in (raw or b"").decode("utf-8", "replace").splitlines():
        before, _, after = line.partition(" - ")
        fields, behind = before.split(" "), after.split(" ")
        mounts[fields[4]] = Mounted(fields[2], behind[0], behind[1])
    return mounts


def _encrypted(machine: Machine, one: Mounted) -> bool:
    if one.kind == "bcachefs":
        raise NotUnderstood  # it may encrypt by itself
    if one.kind == "zfs":
        return _zfs_encrypted(machine, one.source)
    if one.kind == "btrfs":  # its device is of its own making; the disks below it are named apart
        return _all_encrypted(machine, _disks_of_btrfs(machine, _name_of(machine, one.source)))
    return _node_encrypted(machine, _name_of(machine, one.source, one.device))


def _name_of(machine: Machine, source: str, device: str = "") -> str:
    """The kernel's name of a block device: `sda2`, `dm-0`."""
    blocks = machine.entries("/sys/class/block") or ()
    for block in blocks if device else ():
        if (machine.read(f"/sys/class/block/{block}/dev") or b"").strip() == device.encode():
            return block
    named = ON_TOP_OF.match(source)
    if named is None:
        raise NotUnderstood
    if named[1] in blocks:
        return named[1]
    for block in blocks:
        if (machine.read(f"/sys/class/block/{block}/dm/name") or b"").strip() == named[1].encode():
            return block
    raise NotUnderstood


def _disks_of_btrfs(machine: Machine, one: str) -> tuple[str, ...]:
    for identity in machine.entries("/sys/fs/btrfs") or ():
        disks = machine.entries(f"/sys/fs/btrfs/{identity}/devices") or ()
        if one in disks:
            return disks
    raise NotUnderstood


def _all_encrypted(machine: Machine, names: tuple[str, ...], depth: int = 0) -> bool:
    return bool(names) and all(_node_encrypted(machine, name, depth) for name in names)


def _node_encrypted(machine: Machine, name: str, depth: int = 0) -> bool:
    if depth > DEEPEST:
        raise NotUnderstood
    here = f"/sys/class/block/{name}"
    if machine.read(f"{here}/dev") is None:
        raise NotUnderstood
    if ENCRYPTS.match(machine.read(f"{here}/dm/uuid") or b""):
        return True
    below = machine.entries(f"{here}/slaves")
    if below is None and machine.read(f"{here}/partition") is not None:
        below = machine.entries(f"{here}/../slaves")  # a partition stands below its disk
    if below is None:
        raise NotUnderstood
    return _all_encrypted(machine, below, depth + 1)


def _zfs_encrypted(machine: Machine, dataset: str) -> bool:
    asked = machine.run("zfs", "get", "-H", "-t", "filesystem", "-o", "name,value", "encryption")
    rows = [line.split("\t") for line in succeeded(asked).text.splitlines()]
    value = {name: value for name, value in rows}[dataset]  # noqa: C416 - each row has to be a pair
    if value not in ("off", "-"):
        return True
    pool = dataset.partition("/")[0]
    shown = succeeded(machine.run("zpool", "list", "-v", "-H", "-L", "-P")).text.splitlines()
    disks, own = [], False
    for line in shown:
        if not line.startswith("\t"):
            own = line.split("\t")[0] == pool
        elif own and (path := line.split("\t")[1]).startswith("/dev/"):
            disks.append(_name_of(machine, path))
    if not disks:
        raise NotUnderstood
    return _all_encrypted(machine, tuple(disks))


def space(machine: Machine, _now: datetime) -> Iterator[Finding]:
    asked = succeeded(machine.run("df", "--block-size=1", "--output=size,avail", "/"))
    size, free = (int(number) for number in asked.text.splitlines()[1].split())
    if not 0 <= free <= size or size == 0:
        raise NotUnderstood
    yield FactName.DISK_FREE_MIB, free // 2**20, "df: /"
    yield FactName.DISK_FREE_PERCENT, 100 * free // size, "df: /"


class _Passed(msgspec.Struct):
    passed: bool


class _Health(msgspec.Struct):
    smart_status: _Passed


WATCH_THEMSELVES = re.compile(r"(sd[a-z]{1,3}|nvme\d{1,3}n\d{1,3})\Z")


def health(machine: Machine, _now: datetime) -> Iterator[Finding]:
    """`smartctl` says by its exit status what it thinks of a disk, so it is read whatever that is."""
    disks = [name for name in machine.entries("/sys/block") or () if WATCH_THEMSELVES.match(name)]
    said = [_said_by(machine, disk) for disk in disks]
    if False in said:
        yield FactName.DISK_HEALTHY, False, "smartctl: --health"
    elif said and None not in said:
        yield FactName.DISK_HEALTHY, True, "smartctl: --health"


def _said_by(machine: Machine, disk: str) -> bool | None:
    asked = machine.run("smartctl", "--json", "--health", f"/dev/{disk}")
    try:
        return as_json(asked.out if asked else None, _Health).smart_status.passed
    except NotUnderstood:
        return None
