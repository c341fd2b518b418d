"""What is found out on macOS, on recorded machines."""

from datetime import datetime

import pytest

from agents.posture.asking import Answer
from agents.posture.macos import POLICY, collect
from agents.posture.macos_people import SETTLED
from agents.posture.macos_updates import HISTORY, KNOWN
from tests.agents.posture.macos_machines import (
    ADMIN,
    BOUND,
    BPUTIL,
    EXTENSIONS,
    INSTALLED,
    MAC,
    SCREEN,
    SOFTWARE_UPDATE,
    VOLUME,
    plist,
)
from tests.agents.posture.recorded import NOW, Recorded, values


def found(machine: Recorded) -> dict[str, bool | int | str]:
    return values(collect(machine, now=NOW))


def heard(**commands: Answer | str | bytes | None) -> dict[str, bool | int | str]:
    return found(MAC.but(commands=commands))


def test_a_mac_of_the_office_is_told_whole_but_for_the_chip_it_does_not_have() -> None:
    assert found(MAC) == {
        "os": "macos",
        "os_version": 15,
        "os_release": "15.4.1 (24E263)",
        "kernel": "24.4.0",
        "disk_encrypted": True,
        "disk_healthy": True,
        "disk_free_mib": 119_209,
        "disk_free_percent": 25,
        "firewall": True,
        "secure_boot": True,
        "screen_lock": True,
        "local_administrators": 1,
        "user_is_administrator": False,
        "managed_by": "mdm",
        "updates_waiting": 0,
        "updates_installed": True,
        "patch_age_days": 34,
        "antivirus": True,
        "clock_synchronised": True,
        "clock_offset_ms": 12,
    }


def test_of_a_machine_that_answers_nothing_nothing_is_known() -> None:
    assert found(Recorded()) == {}


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("ProductName: macOS\nProductVersion: 26\nBuildVersion: 25A1\n", 26),
        ("ProductName: macOS\n", None),
        ("", None),
    ],
)
def test_the_first_number_of_the_version_is_told(said: str, version: int | None) -> None:
    assert heard(sw_vers=said).get("os_version") == version


@pytest.mark.parametrize(
    ("said", "encrypted"),
    [
        ("FileVault is Off.\n", False),
        ("FileVault is Off.\nEncryption in progress: Percent completed = 43\n", False),
        ("FileVault is On.\nDecryption in progress: Percent completed = 12\n", False),
        ("FileVault is O", None),
        ("\n", None),
        (Answer(11, b"Error: fdesetup: not allowed\n"), None),
    ],
)
def test_a_disk_is_encrypted_once_all_of_it_is(said: str | Answer, encrypted: bool | None) -> None:
    assert heard(fdesetup=said).get("disk_encrypted") is encrypted


@pytest.mark.parametrize(
    ("other", "wanted"),
    [
        ({"SMARTStatus": "Failing"}, (False, 25)),
        ({"SMARTStatus": "Not Supported"}, (None, 25)),
        ({"APFSContainerFree": 600_000_000_000}, (True, None)),
        ({"APFSContainerFree": "plenty"}, (None, None)),
    ],
)
def test_the_volume_tells_its_health_and_its_space(other, wanted) -> None:
    facts = heard(diskutil=plist(VOLUME | other))
    assert (facts.get("disk_healthy"), facts.get("disk_free_percent")) == wanted


@pytest.mark.parametrize(
    ("said", "on"),
    [
        ("Firewall is disabled. (State = 0)\n", False),
        ("Firewall is blocking all non-essential incoming connections. (State = 2)\n", True),
        ("Firewall is enabled.\n", None),
        (None, None),
    ],
)
def test_the_firewall_is_on_by_its_state(said: str | None, on: bool | None) -> None:
    assert heard(socketfilterfw=said).get("firewall") is on


@pytest.mark.parametrize(
    ("bputil", "nvram", "on"),
    [
        (BPUTIL.replace("Full       (smb0)", "Reduced    (smb0)"), None, True),
        (BPUTIL.replace("Full       (smb0)", "Permissive (smb1)"), None, False),
        (BPUTIL + BPUTIL.replace("Full       (smb0)", "Permissive (smb1)"), None, False),
        (Answer(1, b"", b"bputil: must be run as root\n"), None, None),
        (None, f"{POLICY}\t%02\n", True),
        (None, f"{POLICY}\t%00\n", False),
        (None, f"{POLICY}\t%7f\n", None),
        (None, None, None),
    ],
)
def test_secure_boot_is_told_by_the_chip_of_apple_or_of_intel(bputil, nvram, on) -> None:
    assert found(MAC.but(commands={"bputil": bputil, f"nvram {POLICY}": nvram})).get("secure_boot") is on


@pytest.mark.parametrize(
    ("delay", "idle", "locks"),
    [
        (SCREEN.replace("300 seconds", "immediate"), 900, True),
        (SCREEN, 900, False),
        (SCREEN, 0, False),
        (SCREEN.replace("delay is 300 seconds", "is off"), 60, False),
        ("", 60, None),
    ],
)
def test_a_person_s_screen_locks_by_the_saver_and_its_delay(
    delay: str, idle: int, locks: bool | None
) -> None:
    said = Answer(0, b"", delay.encode())
    assert heard(sysadminctl=said, defaults=plist({"idleTime": idle})).get("screen_lock") is locks


def test_root_is_not_told_anybody_s_screen() -> None:
    assert "screen_lock" not in heard(id="0\n")


@pytest.mark.parametrize(
    ("settled", "locks"),
    [
        ({"askForPassword": True, "askForPasswordDelay": 5, "idleTime": 600}, True),
        ({"askForPassword": True, "idleTime": 3600}, False),
        ({"askForPassword": False, "idleTime": 600}, False),
        ({"askForPassword": True}, None),
        ({"idleTime": 600}, None),
    ],
)
def test_what_a_profile_settles_for_everybody_is_seen_by_the_daemon(settled, locks: bool | None) -> None:
    machine = MAC.but(files={SETTLED: plist(settled, binary=True)}, commands={"id": "0\n"})
    assert found(machine).get("screen_lock") is locks


@pytest.mark.parametrize(
    ("group", "console", "wanted"),
    [
        (ADMIN, "spravce\n", (1, True)),
        (ADMIN, "root\n", (1, None)),
        ({**ADMIN, "dsAttrTypeStandard:NestedGroups": ["ABCDEFAB-CDEF"]}, "jana\n", (2, None)),
        ({"dsAttrTypeStandard:GroupMembership": []}, "jana\n", (None, None)),
        ({}, "jana\n", (None, None)),
    ],
)
def test_administrators_are_counted_and_the_one_at_the_screen_is_told(group, console, wanted) -> None:
    facts = heard(dscl=plist(group), stat=console)
    assert (facts.get("local_administrators"), facts.get("user_is_administrator")) == wanted


def test_no_name_of_a_person_leaves_the_machine() -> None:
    assert not any(
        name in f"{fact}" for fact in collect(MAC, now=NOW).values() for name in ("jana", "spravce")
    )


NO_MDM = "Enrolled via DEP: No\nMDM enrollment: No\n"


@pytest.mark.parametrize(
    ("profiles", "dsconfigad", "wanted"),
    [
        (NO_MDM, b"", (None, "none")),
        (NO_MDM, plist(BOUND), ("urad.hulin.test", "domain")),
        ("MDM enrollment: Yes\n", plist(BOUND), ("urad.hulin.test", "mdm")),
        (NO_MDM, b"junk", (None, None)),
        (NO_MDM, None, (None, None)),
        ("", b"", (None, None)),
    ],
)
def test_what_manages_it_is_told(profiles, dsconfigad, wanted) -> None:
    facts = heard(profiles=profiles, dsconfigad=dsconfigad)
    assert (facts.get("domain"), facts.get("managed_by")) == wanted


@pytest.mark.parametrize(
    ("other", "wanted"),
    [
        ({"RecommendedUpdates": [{"Display Name": "macOS Sequoia 15.5"}]}, (1, False)),
        ({"LastSuccessfulDate": datetime(2026, 4, 1)}, (None, None)),
        ({"LastSuccessfulDate": datetime(2027, 4, 1)}, (None, None)),
        ({"RecommendedUpdates": "none"}, (None, None)),
    ],
)
def test_updates_that_wait_are_told_by_a_list_that_is_new(other, wanted) -> None:
    facts = found(MAC.but(files={KNOWN: plist(SOFTWARE_UPDATE | other)}))
    assert (facts.get("updates_waiting"), facts.get("updates_installed")) == wanted


@pytest.mark.parametrize(
    ("history", "age"),
    [
        (INSTALLED[1:], None),
        ([{"date": datetime(2026, 5, 20), "displayName": "Rapid Security Response"}], 0),
        ([], None),
    ],
)
def test_only_updates_of_the_system_count(history, age: int | None) -> None:
    assert found(MAC.but(files={HISTORY: plist(history)})).get("patch_age_days") == age


@pytest.mark.parametrize(
    "raw", [b"", b"bplist00\xff\xff", plist(INSTALLED)[:200], b"<plist><dict>", b"\x00" * 64]
)
def test_a_list_that_is_cut_off_or_junk_says_nothing(raw: bytes) -> None:
    facts = found(MAC.but(files={HISTORY: raw, KNOWN: raw}, commands={"diskutil": raw, "dscl": raw}))
    assert not {"patch_age_days", "updates_waiting", "disk_healthy", "local_administrators"} & facts.keys()


@pytest.mark.parametrize(
    ("extensions", "spctl", "protected"),
    [
        (EXTENSIONS, Answer(1, b"", b"assessments disabled\n"), True),
        (EXTENSIONS.replace("activated enabled", "terminated waiting"), "assessments disabled\n", False),
        (None, Answer(1, b"assessments disabled\n"), False),
        (None, "assessments", None),
        (None, None, None),
    ],
)
def test_macos_protects_by_itself_or_another_maker_s_does(extensions, spctl, protected) -> None:
    assert heard(systemextensionsctl=extensions, spctl=spctl).get("antivirus") is protected


SCANS = "XProtect launch scans: enabled\nXProtect background scans: enabled\n"


@pytest.mark.parametrize(
    ("status", "version", "protected"),
    [
        (SCANS, "Version: 5346 Installed: 2026-05-11 08:53:39 +0000\n", True),
        (SCANS, "Version: 5346 Installed: 2026-04-21 08:53:39 +0000\n", True),
        (SCANS, "Version: 5346 Installed: 2026-04-19 08:53:39 +0000\n", False),
        (SCANS, "Version: 5346 Installed: 2026-07-19 08:53:39 +0000\n", None),
        (SCANS, "Version: 5346 Installed: never\n", None),
        (SCANS, Answer(1, b"Version: 5346 Installed: 2026-05-11 08:53:39 +0000\n"), None),
        (SCANS, None, None),
        (SCANS.replace("background scans: enabled", "background scans: disabled"), None, False),
        (SCANS.replace("launch scans: enabled", "launch scans: disabled"), None, False),
        ("XProtect launch scans: enabled\n", "Version: 5346 Installed: 2026-05-11 08:53:39 +0000\n", None),
        (Answer(1, SCANS.encode()), "Version: 5346 Installed: 2026-05-11 08:53:39 +0000\n", None),
        (None, "Version: 5346 Installed: 2026-05-11 08:53:39 +0000\n", None),
    ],
)
def test_gatekeeper_alone_is_no_protection_xprotect_has_to_scan_by_new_data(
    status, version, protected
) -> None:
    said = {"xprotect status": status, "xprotect version": version}
    assert found(MAC.but(commands=said)).get("antivirus") is protected


@pytest.mark.parametrize(
    ("systemsetup", "sntp", "wanted"),
    [
        ("Network Time: Off\n", "-0.2 +/- 0.1 time.apple.com 1.2.3.4\n", (False, -200)),
        ("Network Time: On\n", "+9.5 +/- 0.1 time.apple.com 1.2.3.4\n", (False, 9500)),
        ("Network Time: On\n", Answer(1, b"", b"sntp: Exchange failed: Timeout\n"), (None, None)),
        ("Network Time: Off\n", None, (False, None)),
        ("You need administrator access to run this tool... exiting!\n", "+0.1 +/- 0.1 x\n", (None, None)),
    ],
)
def test_the_clock_follows_where_it_should_and_is_near(systemsetup, sntp, wanted) -> None:
    facts = heard(systemsetup=systemsetup, sntp=sntp)
    assert (facts.get("clock_synchronised"), facts.get("clock_offset_ms")) == wanted
