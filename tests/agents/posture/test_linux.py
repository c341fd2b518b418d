"""What is found out on Linux, on recorded machines."""

import pytest

# ruff: noqa: E501 - recorded as it was said
from agents.posture.asking import Answer
from agents.posture.linux import SETUP_MODE, SHIM_CHECKS_NOTHING, collect
from agents.protocol.facts import FactName
from tests.agents.posture.linux_machines import (
    APT_WAITING,
    CHRONY_LOST,
    CLAMAV,
    DPKG_LOG,
    EFI,
    GLOBAL,
    LIST,
    OFFICE,
    SERVICES,
    SMART_FAILING,
    SMART_UNKNOWN,
)
from tests.agents.posture.recorded import NOW, Recorded, values


def found(machine: Recorded) -> dict[str, bool | int | str]:
    return values(collect(machine, now=NOW))


def test_a_machine_of_the_office_is_told_whole() -> None:
    assert found(OFFICE) == {
        "os": "linux",
        "os_version": 24,
        "os_release": "Ubuntu 24.04.2 LTS",
        "kernel": "6.8.0-60-generic",
        "disk_encrypted": True,
        "disk_free_mib": 119_209,
        "disk_free_percent": 25,
        "disk_healthy": True,
        "firewall": True,
        "local_administrators": 1,
        "user_is_administrator": False,
        "domain": "urad.hulin.test",
        "managed_by": "domain",
        "secure_boot": True,
        "tpm_version": "2.0",
        "antivirus": True,
        "clock_synchronised": True,
        "clock_offset_ms": 2,
        "updates_waiting": 0,
        "updates_installed": True,
        "patch_age_days": 9,
        "reboot_pending": False,
    }


def test_each_fact_says_how_it_was_found() -> None:
    facts = collect(OFFICE, now=NOW)
    assert facts[FactName.DISK_ENCRYPTED].found_by == "sysfs: dm/uuid and slaves"
    assert all(": " in fact.found_by for fact in facts.values())


def test_what_takes_seconds_is_left_out_where_it_is_not_wanted() -> None:
    quick = collect(OFFICE, now=NOW, slow=False)
    assert set(collect(OFFICE, now=NOW)) - set(quick) == {
        FactName.UPDATES_WAITING,
        FactName.UPDATES_INSTALLED,
        FactName.PATCH_AGE_DAYS,
        FactName.REBOOT_PENDING,
        FactName.DISK_HEALTHY,
    }


def test_of_a_machine_that_answers_nothing_nothing_is_known() -> None:
    assert collect(Recorded(), now=NOW) == {}


@pytest.mark.parametrize(
    ("release", "version"),
    [('ID=debian\nVERSION_ID="12"\n', 12), ("ID=fedora\nVERSION_ID=42\n", 42), ("ID=arch\n", None)],
)
def test_the_first_number_of_the_version_is_told(release: str, version: int | None) -> None:
    machine = OFFICE.but(files={"/etc/os-release": release})
    assert found(machine).get("os_version") == version


@pytest.mark.parametrize(
    ("files", "on"),
    [
        ({f"{EFI}/SecureBoot-{GLOBAL}": b"\x06\x00\x00\x00\x00"}, False),
        ({SETUP_MODE: b"\x06\x00\x00\x00\x01"}, False),
        ({SHIM_CHECKS_NOTHING: b"\x06\x00\x00\x00\x01"}, False),
        ({SHIM_CHECKS_NOTHING: b"\x06\x00\x00\x00\x00"}, True),
        ({f"{EFI}/SecureBoot-{GLOBAL}": b"\x06\x00"}, None),
        ({f"{EFI}/SecureBoot-{GLOBAL}": b"\x06\x00\x00\x00\x07"}, None),
        ({SETUP_MODE: None}, None),
    ],
)
def test_secure_boot_is_on_where_firmware_and_shim_check(files: dict[str, bytes], on: bool | None) -> None:
    assert found(OFFICE.but(files=files)).get("secure_boot") is on


def test_a_machine_that_was_started_without_uefi_has_no_secure_boot() -> None:
    assert found(OFFICE.but(folders={"/sys/firmware": ("acpi", "dmi")}))["secure_boot"] is False


@pytest.mark.parametrize(
    ("chips", "major", "version"),
    [((), "", "none"), (("tpm0",), "1\n", "1.2"), (("tpm0",), "3\n", None), (("tpm0",), "", None)],
)
def test_a_chip_is_of_a_version_that_is_known_or_none(
    chips: tuple[str, ...], major: str, version: str | None
) -> None:
    machine = OFFICE.but(
        files={"/sys/class/tpm/tpm0/tpm_version_major": major}, folders={"/sys/class/tpm": chips}
    )
    assert found(machine).get("tpm_version") == version


def test_a_kernel_that_knows_of_no_chips_says_nothing_about_one() -> None:
    assert "tpm_version" not in found(OFFICE.but(files={"/sys/class/tpm/tpm0/tpm_version_major": None}))


@pytest.mark.parametrize(
    ("head", "protected"),
    [
        (b"ClamAV-VDB:19 May 2026 08:24 +0000:27642:2076000:90:abc:sig:raynman:1779179040", True),
        (b"ClamAV-VDB:19 May 2026 08-24 +0000:27642:2076000:90:abc:sig:raynman:1779179040", True),
        (b"ClamAV-VDB:01 May 2026 08:24 +0000:27642:2076000:90:abc:sig:raynman:1777623840", False),
        (b"ClamAV-VDB:01 Jun 2027 08:24 +0000:27642:2076000:90:abc:sig:raynman:1777623840", None),
        (b"\x00\x01\x02", None),
        (None, None),
    ],
)
def test_clamav_protects_while_its_signatures_are_new(head: bytes | None, protected: bool | None) -> None:
    machine = OFFICE.but(files={"/var/lib/clamav/daily.cld": head}, commands={"systemctl": CLAMAV})
    assert found(machine).get("antivirus") is protected


@pytest.mark.parametrize(
    ("services", "protected"),
    [
        (SERVICES.replace("mdatp", "sshd"), False),
        ("", None),
        (
            Answer(
                1, b"", b"System has not been booted with systemd as init system (PID 1). Can't operate.\n"
            ),
            None,
        ),
    ],
)
def test_without_a_known_product_nothing_protects(services: str | Answer, protected: bool | None) -> None:
    assert found(OFFICE.but(commands={"systemctl": services})).get("antivirus") is protected


@pytest.mark.parametrize(
    ("commands", "follows", "offset"),
    [
        ({"chronyc": CHRONY_LOST}, False, None),
        ({"chronyc": "506 Cannot talk to daemon\n"}, None, None),
        (
            {"chronyc": None, "timedatectl": "Timezone=Europe/Prague\nNTP=yes\nNTPSynchronized=yes\n"},
            True,
            None,
        ),
        ({"chronyc": None, "timedatectl": "NTP=no\nNTPSynchronized=no\n"}, False, None),
        (
            {"chronyc": Answer(1, b""), "timedatectl": Answer(1, b"", b"Failed to connect to bus\n")},
            None,
            None,
        ),
    ],
)
def test_a_clock_follows_chrony_or_the_service_of_systemd(commands, follows, offset) -> None:
    facts = found(OFFICE.but(commands=commands))
    assert (facts.get("clock_synchronised"), facts.get("clock_offset_ms")) == (follows, offset)


def test_security_updates_that_wait_are_counted_and_others_are_not() -> None:
    facts = found(OFFICE.but(commands={"apt-get": APT_WAITING}))
    assert (facts["updates_waiting"], facts["updates_installed"]) == (3, False)


HELD_BACK = """The following packages have been kept back:
  libssl3 openssl tzdata
0 upgraded, 0 newly installed, 0 to remove and 3 not upgraded.
"""
LISTED = """Listing...
libssl3/oldstable-security 3.0.19-1~deb12u2 amd64 [upgradable from: 3.0.17-1~deb12u3]
openssl/oldstable,oldstable-security 3.0.19-1~deb12u2 amd64 [upgradable from: 3.0.17-1~deb12u3]
tzdata/oldstable-updates 2026b-0+deb12u1 all [upgradable from: 2026a-0+deb12u1]
"""


@pytest.mark.parametrize(
    ("listed", "count"),
    [(LISTED, 2), (LISTED.replace("-security", "-updates"), 0), ("Listing...\n", None), (None, None)],
)
def test_security_updates_that_are_held_back_wait_as_well(listed: str | None, count: int | None) -> None:
    facts = found(OFFICE.but(commands={"apt-get": HELD_BACK, "apt": listed}))
    assert facts.get("updates_waiting") == count
    assert facts.get("updates_installed") is (None if count is None else count == 0)


@pytest.mark.parametrize(
    "broken",
    [
        OFFICE.but(files={LIST: "Date: Tue, 28 Apr 2026 21:14:02 UTC\n"}),
        OFFICE.but(files={LIST: "Date: yesterday it was\n"}),
        OFFICE.but(files={LIST: None}),
        OFFICE.but(commands={"apt-get": None}),
        OFFICE.but(commands={"apt-get": ""}),
        OFFICE.but(commands={"apt-get": "\n".join(APT_WAITING.splitlines()[:1])}),
        OFFICE.but(commands={"apt-get": Answer(100, b"", b"E: Unmet dependencies.\n")}),
    ],
    ids=["old list", "list without a date", "no list of security", "no apt", "empty", "cut off", "apt fails"],
)
def test_without_a_list_that_is_new_nothing_is_said_of_updates(broken: Recorded) -> None:
    assert not {"updates_waiting", "updates_installed"} & found(broken).keys()


DNF_4 = """FEDORA-2026-1c2d3e4f5a Important/Sec. kernel-6.14.5-300.fc42.x86_64
FEDORA-2026-2b3c4d5e6f Moderate/Sec.  vim-common-2:9.1.1375-1.fc42.x86_64
RHSA-2026:4411         Critical/Sec.  openssl-libs-1:3.2.2-6.el9_5.1.x86_64
"""
DNF_5 = """Name                   Type     Severity                               Package              Issued
FEDORA-2026-90abcdef12 security Important           xz-libs-1:5.8.1-2.fc42.x86_64 2026-05-12 01:14:30
"""


@pytest.mark.parametrize(
    ("said", "count"),
    [
        (DNF_4, 3),
        (DNF_5, 1),
        (DNF_5.splitlines()[0], 0),
        ("", 0),
        ("Error: Failed to download metadata for repo 'updates'\n", None),
        (Answer(1, b"", b"Error: Failed to download metadata\n"), None),
    ],
)
def test_updates_of_fedora_are_counted_by_their_advisories(said: str | Answer, count: int | None) -> None:
    machine = OFFICE.but(files={LIST: None}, commands={"apt-get": None, "dnf": said})
    assert found(machine).get("updates_waiting") == count


@pytest.mark.parametrize(
    ("files", "age"),
    [
        ({"/var/log/dpkg.log": "", "/var/log/dpkg.log.1": DPKG_LOG}, 9),
        ({"/var/log/dpkg.log": "2026-05-18 14:02:11 install vim:amd64 <none> 2:9.1\n"}, None),
        ({"/var/log/dpkg.log": DPKG_LOG.replace("2026", "2031")}, None),
        ({"/var/log/dpkg.log": b"\xff\xfe\x00junk"}, None),
        (
            {
                "/var/log/dpkg.log": None,
                "/var/log/dnf.rpm.log": "2026-05-01T10:00:00+0200 SUBDEBUG Upgrade: bash-5.2.37-1.fc41.x86_64\n",
            },
            19,
        ),
    ],
)
def test_the_last_upgrade_counts_and_what_was_newly_installed_does_not(files, age: int | None) -> None:
    assert found(OFFICE.but(files=files)).get("patch_age_days") == age


HINT = b"Core libraries or services have been updated since boot-up:\n  * kernel\n\nReboot is required to fully utilize\n"


@pytest.mark.parametrize(
    ("run", "hooks", "dnf", "pending"),
    [
        (("reboot-required",), (), None, True),
        ((), ("unattended-upgrades",), None, False),
        ((), (), None, None),
        ((), (), Answer(1, HINT), True),
        ((), (), Answer(0, b"No core libraries or services have been updated since boot-up.\n"), False),
        ((), (), Answer(1, b"", b"No such command: needs-restarting.\n"), None),
    ],
)
def test_a_restart_is_pending_by_the_mark_where_something_leaves_it(run, hooks, dnf, pending) -> None:
    machine = OFFICE.but(folders={"/run": run, "/etc/kernel/postinst.d": hooks}, commands={"dnf": dnf})
    assert found(machine).get("reboot_pending") is pending


@pytest.mark.parametrize(
    ("said", "healthy"),
    [
        (Answer(8, SMART_FAILING.encode()), False),
        (Answer(2, SMART_UNKNOWN.encode()), None),
        ('{"smart_status": {"passed": "yes"}}', None),
        (None, None),
    ],
)
def test_a_disk_is_as_well_as_it_says_of_itself(said: Answer | str | None, healthy: bool | None) -> None:
    assert found(OFFICE.but(commands={"smartctl": said})).get("disk_healthy") is healthy


@pytest.mark.parametrize("said", ["", "1B-blocks Avail\n", "h\n12 99\n", "h\n0 0\n", "h\nmany few\n"])
def test_space_that_makes_no_sense_is_not_told(said: str) -> None:
    assert not {"disk_free_mib", "disk_free_percent"} & found(OFFICE.but(commands={"df": said})).keys()
