"""What is found out on Windows, on recorded machines, a Czech one first."""

from typing import Any

import pytest

from agents.posture.asking import Answer
from agents.posture.windows import collect
from agents.posture.windows_questions import QUICK, SLOW, script
from tests.agents.posture.recorded import NOW, Recorded, values
from tests.agents.posture.windows_machines import (
    DEFENDER_ID,
    DEFINITIONS,
    ENGLISH_CLOCK,
    JANA,
    LOCAL,
    LOST_CLOCK,
    NO_SAVER,
    SAVER,
    SECURITY,
    windows,
)


def found(machine: Recorded) -> dict[str, bool | int | str]:
    return values(collect(machine, now=NOW))


def test_a_czech_machine_of_the_office_is_told_whole() -> None:
    assert found(windows()) == {
        "os": "windows",
        "os_version": 11,
        "os_release": "10.0.22631.5335",
        "kernel": "10.0.22631.5335",
        "disk_encrypted": True,
        "firewall": True,
        "antivirus": True,
        "screen_lock": True,
        "local_administrators": 2,
        "user_is_administrator": False,
        "domain": "urad.hulin.test",
        "managed_by": "domain",
        "reboot_pending": False,
        "secure_boot": True,
        "tpm_version": "2.0",
        "disk_free_mib": 60_730,
        "disk_free_percent": 25,
        "clock_synchronised": True,
        "clock_offset_ms": -3,
        "updates_waiting": 0,
        "updates_installed": True,
        "patch_age_days": 6,
        "disk_healthy": True,
    }


def test_of_a_machine_that_answers_nothing_nothing_is_known() -> None:
    assert found(Recorded()) == {}


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\xff\xfe\x00{",
        b'{"bitlocker":{"protection":"On","volu',
        b"[]",
        b"null",
        Answer(1, b'{"bitlocker":{"protection":"On","volume":"FullyEncrypted"}}'),
        None,
    ],
    ids=["empty", "binary", "cut off", "a list", "null", "failed", "too slow"],
)
def test_an_answer_that_is_none_says_nothing(said: bytes | Answer | None) -> None:
    facts = found(Recorded(commands={} if said is None else {"powershell.exe": said}))
    assert facts == {}


def test_a_question_without_an_answer_takes_no_other_along() -> None:
    for question in QUICK | SLOW:
        assert len(found(windows({}, question))) >= len(found(windows())) - 4


def test_powershell_s_mark_at_the_beginning_is_passed_over() -> None:
    machine = windows()
    marked = {
        words: b"\xef\xbb\xbf" + said for words, said in machine.commands.items() if "powershell" in words
    }
    assert found(machine.but(commands=marked)) == found(machine)


def test_scripts_are_fixed_and_need_no_quotation_marks_of_a_shell() -> None:
    for questions in (QUICK, SLOW):
        text = script(questions)
        assert '"' not in text
        assert len(text) < 30_000  # Windows takes 32,767 characters
        assert text.count("{") == text.count("}")
        assert text.count("(") == text.count(")")
        assert text.count("'") % 2 == 0
        assert all(f"$answers['{name}'] =" in text for name in questions)


@pytest.mark.parametrize(
    ("system", "version"),
    [
        ({"version": "10.0.19045", "build": 19045, "kind": 1, "revision": 1}, 10),
        ({"version": "10.0.26100", "build": 26100, "kind": 1, "revision": 1}, 11),
        ({"version": "10.0.26100", "build": 26100, "kind": 3, "revision": 1}, 10),
        ({"version": "eleven", "build": 26100, "kind": 1, "revision": 1}, None),
        ({"version": "10.0.26100", "build": "26100", "kind": 1, "revision": 1}, None),
    ],
)
def test_windows_11_is_known_by_its_build(system: dict[str, Any], version: int | None) -> None:
    facts = found(windows({"system": system}))
    assert facts.get("os_version") == version
    assert ("os" in facts) is (version is not None)


@pytest.mark.parametrize(
    ("protection", "volume", "encrypted"),
    [
        ("On", "FullyEncryptedWipeInProgress", True),
        ("Off", "FullyEncrypted", False),
        ("Off", "FullyDecrypted", False),
        ("On", "EncryptionInProgress", False),
        ("Unknown", "FullyEncrypted", False),
        ("Zapnuto", "FullyEncrypted", None),
    ],
)
def test_a_disk_is_encrypted_where_it_is_wholly_so_and_not_suspended(protection, volume, encrypted) -> None:
    said = {"bitlocker": {"protection": protection, "volume": volume}}
    assert found(windows(said)).get("disk_encrypted") is encrypted


ON, OFF, OPEN = {"on": 1, "inbound": 4}, {"on": 0, "inbound": 4}, {"on": 1, "inbound": 2}
ESET, ESET_SNOOZED, ESET_OLD = (
    {"id": "{885D845F-AF19-0124-FECE-FFF49D00F440}", "state": state}
    for state in (0x041000, 0x042000, 0x041010)
)


@pytest.mark.parametrize(
    ("profiles", "others", "wanted"),
    [
        ([ON, ON, OFF], [], False),
        ([ON, OPEN, ON], [], False),
        ([OFF, OFF, OFF], [ESET], True),
        ([OFF, OFF, OFF], [ESET_SNOOZED], False),
        ([ON, ON], [], None),
        ([], [], None),
        ([ON, ON, ON], None, True),
        ([ON, ON, OFF], None, None),
    ],
)
def test_the_firewall_is_on_in_every_profile_or_another_maker_s_is(profiles, others, wanted) -> None:
    products = {"products": {"antivirus": [], "firewall": others}} if others is not None else {}
    machine = windows({"firewall": {"profiles": profiles}, **products}, *([] if products else ["products"]))
    assert found(machine).get("firewall") is wanted


LIVE = {"service": True, "on": True, "live": True, "age": 1, "mode": "Normal"}
PASSIVE = {**LIVE, "live": False, "mode": "Passive Mode"}


@pytest.mark.parametrize(
    ("own", "others", "wanted"),
    [
        (LIVE, [], True),
        ({**LIVE, "age": 30}, [], False),
        ({**LIVE, "age": 4294967295}, [], False),
        ({**LIVE, "live": False}, [], False),
        (PASSIVE, [ESET], True),
        (PASSIVE, [ESET_OLD], False),
        (PASSIVE, [ESET_SNOOZED], False),
        (None, [ESET], True),
        (None, [ESET_OLD], False),
        (None, [], None),
        (None, [{"id": DEFENDER_ID, "state": 397568}], None),
        (LIVE, None, True),
        (PASSIVE, None, None),
    ],
)
def test_defender_protects_or_another_that_runs_and_is_up_to_date(own, others, wanted) -> None:
    said = {} if own is None else {"defender": own}
    said |= {} if others is None else {"products": {"antivirus": others, "firewall": []}}
    missing = [name for name in ("defender", "products") if name not in said]
    assert found(windows(said, *missing)).get("antivirus") is wanted


@pytest.mark.parametrize(
    ("said", "missing", "wanted"),
    [
        ({"secure_boot": False}, [], False),
        ({"firmware": 1}, ["secure_boot"], False),
        ({"firmware": 2}, ["secure_boot"], None),
        ({"secure_boot": "True"}, ["firmware"], None),
    ],
)
def test_secure_boot_is_told_by_the_firmware_and_a_bios_has_none(said, missing, wanted) -> None:
    assert found(windows(said, *missing)).get("secure_boot") is wanted


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ({"present": False, "versions": []}, "none"),
        ({"present": True, "versions": ["1.2, 2, 3"]}, "1.2"),
        ({"present": True, "versions": ["Not Supported"]}, None),
        ({"present": True, "versions": []}, None),
        ({"present": False, "versions": ["2.0, 0, 1.59"]}, None),
    ],
)
def test_the_chip_is_of_a_version_that_is_known_or_none(said, version) -> None:
    assert found(windows({"tpm": said})).get("tpm_version") == version


@pytest.mark.parametrize(
    ("inactivity", "people", "locks"),
    [
        (-1, [SAVER], True),
        (-1, [SAVER, NO_SAVER], False),
        (-1, [{**SAVER, "ScreenSaveTimeOut": "3600"}], False),
        (-1, [{**SAVER, "ScreenSaverIsSecure": "0"}], False),
        (-1, [{**SAVER, "SCRNSAVE.EXE": ""}], False),
        (-1, [{**SAVER, "ScreenSaveTimeOut": "dlouho"}], False),
        (-1, [], None),
        (0, [], False),
        (7200, [SAVER], True),
        (7200, [], False),
        (300, [], True),
    ],
)
def test_the_screen_locks_for_everybody_or_for_each_who_is_here(inactivity, people, locks) -> None:
    said = {"lock": {"inactivity": inactivity, "people": people}}
    assert found(windows(said)).get("screen_lock") is locks


OWN = {"id": f"{LOCAL}-500", "kind": "User"}


@pytest.mark.parametrize(
    ("members", "people", "wanted"),
    [
        ([OWN], [JANA], (1, False)),
        ([OWN, {"id": JANA, "kind": "User"}], [JANA], (2, True)),
        ([OWN, {"id": "S-1-5-21-111-222-333-512", "kind": "Group"}], [JANA], (2, None)),
        ([OWN, {"id": "S-1-12-1-1-2-3-4", "kind": "User"}], [JANA], (2, None)),
        ([OWN], [], (1, None)),
        ([], [JANA], (None, None)),
    ],
)
def test_who_may_be_a_member_by_a_group_is_not_said_to_be_none(members, people, wanted) -> None:
    facts = found(windows({"administrators": {"members": members, "people": people}}))
    assert (facts.get("local_administrators"), facts.get("user_is_administrator")) == wanted


def test_no_number_of_an_account_leaves_the_machine() -> None:
    assert not any("S-1-5-21" in f"{fact}" for fact in collect(windows(), now=NOW).values())


ALONE = {"member": False, "domain": "WORKGROUP", "mdm": False}


@pytest.mark.parametrize(
    ("joined", "dsregcmd", "wanted"),
    [
        ({**ALONE, "mdm": True}, None, (None, "mdm")),
        (ALONE, "AzureAdJoined : YES\n", (None, "entra")),
        (ALONE, " AzureAdJoined : NO\r\n", (None, "none")),
        (ALONE, Answer(1, b""), (None, None)),
        (ALONE, None, (None, None)),
        ({"member": True, "domain": "URAD.hulin.test", "mdm": True}, None, ("urad.hulin.test", "mdm")),
    ],
)
def test_what_manages_it_is_told_and_a_workgroup_is_no_domain(joined, dsregcmd, wanted) -> None:
    facts = found(windows({"joined": joined}, dsregcmd_exe=dsregcmd))
    assert (facts.get("domain"), facts.get("managed_by")) == wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (ENGLISH_CLOCK, (True, 3)),
        (LOST_CLOCK, (False, None)),
        (LOST_CLOCK.encode("cp852"), (False, None)),
        (ENGLISH_CLOCK[:120], (None, None)),
        (Answer(0x80070426 - 2**32, "Služba nebyla spuštěna. (0x80070426)".encode("cp852")), (None, None)),
        ("\n".join(["x"] * 12), (None, None)),
    ],
    ids=["english", "czech, lost", "czech, lost, of a console", "cut off", "no service", "junk"],
)
def test_the_clock_is_read_by_places_as_names_are_in_many_languages(said, wanted) -> None:
    facts = found(windows(w32tm_exe=said))
    assert (facts.get("clock_synchronised"), facts.get("clock_offset_ms")) == wanted


@pytest.mark.parametrize(
    ("result", "looked", "kinds", "wanted"),
    [
        (2, "2026-05-20T06:11:02Z", [f"{DEFINITIONS}", f"x {SECURITY.upper()}"], (1, False)),
        (2, "2026-04-20T06:11:02Z", [], (None, None)),
        (2, "2026-06-20T06:11:02Z", [], (None, None)),
        (4, "2026-05-20T06:11:02Z", [], (None, None)),
        (2, "včera", [], (None, None)),
    ],
)
def test_updates_that_wait_are_told_by_a_list_that_is_new(result, looked, kinds, wanted) -> None:
    facts = found(windows({"waiting": {"result": result, "looked": looked, "kinds": kinds}}))
    assert (facts.get("updates_waiting"), facts.get("updates_installed")) == wanted


OTHERS = [
    "9WZDNCRFJBH4-MICROSOFT.WINDOWS.PHOTOS",
    "Intel - System - 10.1.45.9",
    "Update for Microsoft Defender Antivirus antimalware platform - KB4052623 (Version 4.18.26040.5)",
    "Windows Malicious Software Removal Tool x64 - v5.135 (KB890830)",
    "Update for Windows Security platform - KB5007651 (Version 10.0.27840.1000)",
]


@pytest.mark.parametrize("title", OTHERS)
def test_what_comes_beside_updates_of_windows_makes_no_patch_new(title) -> None:
    old = {
        "at": "2025-11-12T03:00:00Z",
        "title": "2025-11 Kumulativní aktualizace pro Windows 11 (KB5068861)",
    }
    said = {"installed": {"updates": [{"at": "2026-05-20T05:01:12Z", "title": title}, old]}}
    assert found(windows(said)).get("patch_age_days") == 189


DAILY = {"at": "2026-05-20T05:01:12Z", "title": "KB2267602"}


@pytest.mark.parametrize(
    ("installed", "hotfixes", "age"),
    [
        ([DAILY], ["5/14/2026", "1/2/2025", "01d8a1b2c3d4e5f6", ""], 6),
        ([DAILY], ["14.5.2026"], None),
        ([DAILY], ["13/13/2026"], None),
        ([], [], None),
    ],
)
def test_without_a_history_the_list_of_hotfixes_tells_the_age(installed, hotfixes, age) -> None:
    said = {"installed": {"updates": installed}, "hotfixes": {"on": hotfixes}}
    assert found(windows(said)).get("patch_age_days") == age


@pytest.mark.parametrize(
    ("disks", "healthy"),
    [
        ([(17, 0), (11, 0)], True),
        ([(17, 0), (11, 1)], False),
        ([(17, 2), (11, 5)], False),
        ([(17, 0), (11, 5)], None),
        ([(7, 2)], None),
        ([], None),
    ],
)
def test_disks_that_stay_in_the_machine_are_well_or_not(disks, healthy) -> None:
    said = {"disks": {"disks": [{"bus": bus, "health": health} for bus, health in disks]}}
    assert found(windows(said)).get("disk_healthy") is healthy
