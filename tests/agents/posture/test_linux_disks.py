"""Whether disks of Linux are encrypted, however file systems stand upon them."""

import pytest

from agents.posture.asking import Answer
from agents.posture.linux import collect
from tests.agents.posture.linux_machines import (
    DISK,
    EMPTY_SLAVES,
    LVM_ON_LUKS,
    MOUNTINFO,
    OFFICE,
    UUID,
    block,
    partition,
)
from tests.agents.posture.recorded import NOW, Recorded, values

LUKS = f"CRYPT-LUKS2-{UUID}-luks-root"
BLOCKS = dict.fromkeys(LVM_ON_LUKS)


def encrypted(machine: Recorded) -> object:
    return values(collect(machine, now=NOW, slow=False)).get("disk_encrypted")


def machine(blocks: dict[str, str], mounts: str, **more: object) -> Recorded:
    """Only these block devices and mounts."""
    files = {**BLOCKS, **blocks, "/proc/1/mountinfo": mounts}
    return OFFICE.but(
        files=files, folders={**EMPTY_SLAVES, **more.get("folders", {})}, commands=more.get("commands")
    )


def mount(point: str, device: str, kind: str, source: str) -> str:
    return f"22 1 {device} / {point} rw,relatime shared:1 - {kind} {source} rw\n"


ROOT_ON_PARTITION = mount("/", "259:3", "ext4", "/dev/nvme0n1p3")
ROOT_ON_LUKS = mount("/", "252:0", "xfs", "/dev/mapper/luks-root")
ON_LUKS = DISK | block("dm-0", "252:0", slaves=("nvme0n1p3",), dm=LUKS, called="luks-root")


def test_a_root_on_a_bare_partition_is_not_encrypted() -> None:
    assert encrypted(machine(DISK, ROOT_ON_PARTITION)) is False


def test_a_root_on_luks_is_encrypted_and_one_on_lvm_on_luks_too() -> None:
    assert encrypted(machine(ON_LUKS, ROOT_ON_LUKS)) is True
    assert encrypted(OFFICE) is True


def test_a_root_on_lvm_alone_is_not_encrypted() -> None:
    blocks = DISK | block("dm-1", "252:1", slaves=("nvme0n1p3",), dm="LVM-abc", called="vg-root")
    assert encrypted(machine(blocks, MOUNTINFO)) is False


def test_a_volume_on_two_disks_is_encrypted_where_both_are() -> None:
    half = ON_LUKS | block("dm-1", "252:1", slaves=("dm-0", "nvme0n1p2"), dm="LVM-abc", called="vg-root")
    assert encrypted(machine(half, MOUNTINFO)) is False
    both = half | block("dm-2", "252:2", slaves=("nvme0n1p2",), dm=LUKS, called="second")
    both |= block("dm-1", "252:1", slaves=("dm-2",), dm="LVM-abc", called="vg-root")
    del both["/sys/class/block/dm-1/slaves/nvme0n1p2"]
    assert encrypted(machine(both, MOUNTINFO)) is True


def test_what_lies_on_a_home_of_its_own_has_to_be_encrypted_too() -> None:
    home = mount("/home", "259:2", "ext4", "/dev/nvme0n1p2")
    assert encrypted(machine(ON_LUKS, ROOT_ON_LUKS + home)) is False
    elsewhere = mount("/home", "0:50", "nfs4", "server:/home")
    assert encrypted(machine(ON_LUKS, ROOT_ON_LUKS + elsewhere)) is True


@pytest.mark.parametrize(
    ("point", "device", "kind", "source", "wanted"),
    [
        ("/var/lib/mysql", "259:2", "ext4", "/dev/nvme0n1p2", False),
        ("/var/lib/postgresql", "259:2", "exfat", "/dev/nvme0n1p2", False),
        ("/srv", "259:2", "ext4", "/dev/nvme0n1p2", False),
        ("/var/lib/containers", "252:0", "xfs", "/dev/mapper/luks-root", True),
        ("/var/lib/snapd/snap/core/1", "7:0", "squashfs", "/dev/loop0", True),
        ("/var/lib/docker/overlay2/x", "0:60", "overlay", "overlay", True),
        ("/media/jana/stick", "259:2", "vfat", "/dev/nvme0n1p2", True),
        ("/boot", "259:2", "ext4", "/dev/nvme0n1p2", True),
        ("/var/lib/x", "259:2", "bcachefs", "/dev/nvme0n1p2", None),
        ("/var/lib/x", "8:16", "ext4", "/dev/sdb", None),
    ],
)
def test_what_is_mounted_deeper_has_to_be_encrypted_where_it_lies_on_a_disk(
    point: str, device: str, kind: str, source: str, wanted: bool | None
) -> None:
    assert encrypted(machine(ON_LUKS, ROOT_ON_LUKS + mount(point, device, kind, source))) is wanted


SWAPS = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ("/dev/nvme0n1p2                          partition\t999420\t0\t-2\n", False),
        ("/dev/dm-0                               partition\t999420\t0\t-2\n", True),
        ("/dev/zram0                              partition\t8388604\t0\t100\n", True),
        ("/swap.img                               file\t\t2097148\t0\t-2\n", True),
        ("/dev/sdz                                partition\t999420\t0\t-2\n", None),
        ("damaged\n", None),
        ("", True),
    ],
)
def test_a_swap_partition_has_to_be_encrypted_too(lines: str, wanted: bool | None) -> None:
    swapping = ON_LUKS | {"/proc/swaps": SWAPS + lines}
    assert encrypted(machine(swapping, ROOT_ON_LUKS)) is wanted


def test_a_partition_of_an_array_is_as_its_array() -> None:
    blocks = ON_LUKS | block("md0", "9:0", slaves=("dm-0",)) | partition("md0p1", "259:9")
    mounts = mount("/", "259:9", "ext4", "/dev/md0p1")
    assert encrypted(machine(blocks, mounts, folders={"/sys/class/block/md0p1/../slaves": ("dm-0",)})) is True


def test_btrfs_is_encrypted_where_each_of_its_disks_is() -> None:
    mounts = mount("/", "0:31", "btrfs", "/dev/mapper/luks-root")
    one = {"/sys/fs/btrfs/features/x": "", f"/sys/fs/btrfs/{UUID}/devices/dm-0": ""}
    assert encrypted(machine(ON_LUKS | one, mounts)) is True
    open_second = one | {f"/sys/fs/btrfs/{UUID}/devices/nvme0n1p2": ""}
    assert encrypted(machine(ON_LUKS | open_second, mounts)) is False
    assert encrypted(machine(ON_LUKS, mounts)) is None


ZFS = mount("/", "0:27", "zfs", "rpool/ROOT/ubuntu_x1")


@pytest.mark.parametrize(
    ("datasets", "disk", "wanted"),
    [
        ("rpool\toff\nrpool/ROOT/ubuntu_x1\taes-256-gcm\n", "/dev/nvme0n1p3", True),
        ("rpool\toff\nrpool/ROOT/ubuntu_x1\toff\n", "/dev/nvme0n1p3", False),
        ("rpool\toff\nrpool/ROOT/ubuntu_x1\toff\n", "/dev/dm-0", True),
        ("rpool\toff\n", "/dev/dm-0", None),
        ("rpool/ROOT/ubuntu_x1\n", "/dev/dm-0", None),
    ],
)
def test_zfs_encrypts_by_itself_or_stands_on_what_does(datasets: str, disk: str, wanted: bool | None) -> None:
    pools = f"bpool\t1\n\t/dev/nvme0n1p2\t1\nrpool\t99G\t12G\n\t{disk}\t99G\t12G\n"
    assert encrypted(machine(ON_LUKS, ZFS, commands={"zfs": datasets, "zpool": pools})) is wanted


def test_zfs_that_does_not_answer_is_not_known() -> None:
    assert encrypted(machine(ON_LUKS, ZFS)) is None
    failed = {"zfs": Answer(1, b"", b"Permission denied the ZFS utilities must be run as root.\n")}
    assert encrypted(machine(ON_LUKS, ZFS, commands=failed)) is None


@pytest.mark.parametrize("kind", ["VERITY", "INTEGRITY", "SUBDEV"])
def test_a_device_that_proves_and_does_not_encrypt_is_looked_through(kind: str) -> None:
    dm = f"CRYPT-{kind}-{UUID}-luks-root"
    blocks = DISK | block("dm-0", "252:0", slaves=("nvme0n1p3",), dm=dm, called="luks-root")
    assert encrypted(machine(blocks, ROOT_ON_LUKS)) is False


@pytest.mark.parametrize(
    "mounts",
    [
        "",
        "22 1\n",
        mount("/", "0:99", "overlay", "overlay"),
        mount("/", "0:99", "bcachefs", "/dev/nvme0n1p3"),
        mount("/", "8:1", "ext4", "/dev/root"),
        mount("/", "0:99", "tmpfs", "tmpfs"),
        mount("/home", "259:3", "ext4", "/dev/nvme0n1p3"),
    ],
)
def test_a_root_that_is_not_understood_is_not_known(mounts: str) -> None:
    assert encrypted(machine(ON_LUKS, mounts)) is None


def test_devices_that_stand_upon_each_other_in_a_circle_are_not_known() -> None:
    blocks = block("dm-0", "252:0", slaves=("dm-1",), dm="LVM-a", called="luks-root")
    blocks |= block("dm-1", "252:1", slaves=("dm-0",), dm="LVM-b", called="b")
    assert encrypted(machine(blocks, ROOT_ON_LUKS)) is None


def test_of_two_mounts_upon_each_other_the_later_one_is_seen() -> None:
    assert encrypted(machine(ON_LUKS, ROOT_ON_LUKS + ROOT_ON_PARTITION)) is False
