"""Machines with Linux as they were recorded, cut to what is looked at."""

# ruff: noqa: E501 - recorded as it was said
from agents.posture.asking import Answer
from tests.agents.posture.recorded import Recorded

UUID = "0d9a5ce1f2c24a2f9a3e5d4a6b7c8d9e"
EFI = "/sys/firmware/efi/efivars"
GLOBAL = "8be4df61-93ca-11d2-aa0d-00e098032b8c"

OS_RELEASE = """PRETTY_NAME="Ubuntu 24.04.2 LTS"
NAME="Ubuntu"
VERSION_ID="24.04"
VERSION="24.04.2 LTS (Noble Numbat)"
VERSION_CODENAME=noble
ID=ubuntu
ID_LIKE=debian
"""

MOUNTINFO = """22 1 252:1 / / rw,relatime shared:1 - ext4 /dev/mapper/vg-root rw
24 22 0:22 / /proc rw,nosuid shared:12 - proc proc rw
36 22 0:26 / /tmp rw,nosuid shared:13 - tmpfs tmpfs rw,size=3M
90 22 259:2 / /boot rw,relatime shared:30 - ext4 /dev/nvme0n1p2 rw
"""


def block(
    name: str, device: str, *, slaves: tuple[str, ...] = (), dm: str = "", called: str = ""
) -> dict[str, str]:
    here = f"/sys/class/block/{name}"
    files = {f"{here}/dev": f"{device}\n", **{f"{here}/slaves/{slave}": "" for slave in slaves}}
    return files | ({f"{here}/dm/uuid": f"{dm}\n", f"{here}/dm/name": f"{called}\n"} if dm else {})


def partition(name: str, device: str) -> dict[str, str]:
    return block(name, device) | {f"/sys/class/block/{name}/partition": "3\n"}


DISK = block("nvme0n1", "259:0") | partition("nvme0n1p2", "259:2") | partition("nvme0n1p3", "259:3")
EMPTY_SLAVES = {
    "/sys/class/block/nvme0n1/slaves": (),
    "/sys/class/block/nvme0n1p2/../slaves": (),
    "/sys/class/block/nvme0n1p3/../slaves": (),
}
LVM_ON_LUKS = (
    DISK
    | block("dm-0", "252:0", slaves=("nvme0n1p3",), dm=f"CRYPT-LUKS2-{UUID}-dm_crypt-0", called="dm_crypt-0")
    | block("dm-1", "252:1", slaves=("dm-0",), dm="LVM-abc", called="vg-root")
)

NFT_UFW = """{"nftables": [{"metainfo": {"version": "1.0.9", "release_name": "Old Doc Yak #3", "json_schema_version": 1}},
{"table": {"family": "ip", "name": "filter", "handle": 1}},
{"chain": {"family": "ip", "table": "filter", "name": "INPUT", "handle": 1, "type": "filter", "hook": "input", "prio": 0,
"policy": "drop"}},
{"rule": {"family": "ip", "table": "filter", "chain": "INPUT", "handle": 40, "expr": [{"counter": {"packets": 1, "bytes": 9}},
{"jump": {"target": "ufw-before-input"}}]}},
{"table": {"family": "ip6", "name": "filter", "handle": 2}},
{"chain": {"family": "ip6", "table": "filter", "name": "INPUT", "handle": 1, "type": "filter", "hook": "input", "prio": 0,
"policy": "drop"}}]}"""
NFT_FIREWALLD = """{"nftables": [{"metainfo": {"version": "1.0.7", "release_name": "Old Doc Yak", "json_schema_version": 1}},
{"table": {"family": "inet", "name": "firewalld", "handle": 3}},
{"chain": {"family": "inet", "table": "firewalld", "name": "filter_INPUT", "handle": 9, "type": "filter", "hook": "input",
"prio": 10, "policy": "accept"}},
{"rule": {"family": "inet", "table": "firewalld", "chain": "filter_INPUT", "handle": 14, "expr": [{"match": {"op": "in",
"left": {"ct": {"key": "state"}}, "right": ["established", "related"]}}, {"accept": null}]}},
{"rule": {"family": "inet", "table": "firewalld", "chain": "filter_INPUT", "handle": 17, "expr": [{"jump": {"target":
"filter_INPUT_ZONES"}}]}},
{"rule": {"family": "inet", "table": "firewalld", "chain": "filter_INPUT", "handle": 19, "expr": [{"reject": {"type":
"icmpx", "expr": "admin-prohibited"}}]}}]}"""
NFT_EMPTY = '{"nftables": [{"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", "json_schema_version": 1}}]}'

APT_NOTHING = """NOTE: This is only a simulation!
0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.
"""
APT_WAITING = """Reading package lists...
3 upgraded, 1 newly installed, 0 to remove and 0 not upgraded.
Inst libssl3 [3.0.11-1~deb12u1] (3.0.11-1~deb12u2 Debian-Security:12/stable-security [amd64])
Inst tzdata [2026a-0+deb12u1] (2026b-0+deb12u1 Debian:12.11/stable [all])
Inst linux-image-6.1.0-21-amd64 (6.1.90-1 Debian-Security:12/stable-security [amd64])
Inst openssl [3.0.2-0ubuntu1.15] (3.0.2-0ubuntu1.16 Ubuntu:22.04/jammy-updates, Ubuntu:22.04/jammy-security [amd64])
Conf libssl3 (3.0.11-1~deb12u2 Debian-Security:12/stable-security [amd64])
"""
LIST = "/var/lib/apt/lists/security.ubuntu.com_ubuntu_dists_noble-security_InRelease"
IN_RELEASE = """-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA512

Origin: Ubuntu
Suite: noble-security
Date: Tue, 19 May 2026 21:14:02 UTC
"""
DPKG_LOG = """2026-05-11 06:12:40 startup archives unpack
2026-05-11 06:12:41 upgrade libssl3t64:amd64 3.0.13-0ubuntu3.4 3.0.13-0ubuntu3.5
2026-05-11 06:12:41 status installed libssl3t64:amd64 3.0.13-0ubuntu3.5
2026-05-18 14:02:11 install vim:amd64 <none> 2:9.1.0016-1ubuntu7
"""

SMART_WELL = """{"json_format_version": [1, 0], "smartctl": {"version": [7, 4], "exit_status": 0},
"device": {"name": "/dev/nvme0n1", "type": "nvme"}, "smart_status": {"passed": true, "nvme": {"value": 0}}}"""
SMART_FAILING = SMART_WELL.replace("true", "false").replace('"exit_status": 0', '"exit_status": 8')
SMART_UNKNOWN = (
    """{"smartctl": {"exit_status": 2, "messages": [{"string": "/dev/sda: Unable to detect device type"}]}}"""
)

SERVICES = """cron.service                loaded active running Regular background program processing daemon
dbus.service                loaded active running D-Bus System Message Bus
mdatp.service               loaded active running Microsoft Defender
"""
CLAMAV = """cron.service            loaded active running Regular background program processing daemon
clamav-daemon.service   loaded active running Clam AntiVirus userspace daemon
clamav-freshclam.service loaded active running ClamAV virus database updater
"""
CHRONY = "C3710101,195.113.1.1,2,1779269301.1,0.001523456,0.000012,0.00002,-1.2,0.001,0.02,0.01,0.0005,64.9,Normal\n"
CHRONY_LOST = "7F7F0101,,10,0.0,0.000000000,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,Not synchronised\n"

PASSWD = """root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
jana:x:1000:1000:Jana Novakova,,,:/var/jana:/bin/bash
spravce:x:1001:1001:,,,:/var/spravce:/bin/bash
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""
GROUP = """root:x:0:
adm:x:4:syslog,spravce
sudo:x:27:spravce
jana:x:1000:
spravce:x:1001:
"""
SUDOERS = """# This file MUST be edited with the 'visudo' command as root.
Defaults        env_reset
root    ALL=(ALL:ALL) ALL
%admin ALL=(ALL) ALL
%sudo   ALL=(ALL:ALL) ALL
@includedir /etc/sudoers.d
"""

OFFICE = Recorded(
    files={
        "/etc/os-release": OS_RELEASE,
        "/proc/sys/kernel/osrelease": "6.8.0-60-generic\n",
        "/proc/1/mountinfo": MOUNTINFO,
        "/proc/net/if_inet6": "00000000000000000000000000000001 01 80 10 80       lo\n",
        **LVM_ON_LUKS,
        "/sys/block/nvme0n1/size": "1\n",
        "/sys/block/loop0/size": "1\n",
        f"{EFI}/SecureBoot-{GLOBAL}": b"\x06\x00\x00\x00\x01",
        f"{EFI}/SetupMode-{GLOBAL}": b"\x06\x00\x00\x00\x00",
        "/sys/class/tpm/tpm0/tpm_version_major": "2\n",
        LIST: IN_RELEASE,
        "/var/log/dpkg.log": DPKG_LOG,
        "/etc/passwd": PASSWD,
        "/etc/group": GROUP,
        "/etc/sudoers": SUDOERS,
        "/etc/sudoers.d/README": "# no rule\n",
    },
    folders={
        **EMPTY_SLAVES,
        "/run": ("lock", "user"),
        "/run/user": ("1000",),
        "/etc/kernel/postinst.d": ("initramfs-tools", "update-notifier"),
    },
    commands={
        "nft": NFT_UFW,
        "df": "   1B-blocks       Avail\n500000000000 125000000000\n",
        "apt-get": APT_NOTHING,
        "smartctl": SMART_WELL,
        "systemctl": SERVICES,
        "chronyc": CHRONY,
        "realm": "urad.hulin.test\n",
        "id": "0\n",
        "sudo": Answer(0, b"Sudo version 1.9.15p5\n"),
    },
)
"""An Ubuntu of the office: LVM on LUKS, ufw, Defender, joined to a domain."""
