"""What is amiss with a device, and how a person mends it."""

import re

import pytest

from agents.protocol.checks import PASSES, Check, passes
from agents.protocol.facts import KINDS, Fact, FactName, Number, Word, YesNo
from agents.protocol.mending import BY_SYSTEM, ELSEWHERE, TITLES, UNKNOWN, how_to_mend
from config.vocabulary import Language


def facts(**said: bool | int | str) -> dict[FactName, Fact]:
    return {FactName(name): Fact(value, "x") for name, value in said.items()}


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (Check.DISK_ENCRYPTED, {"disk_encrypted": True}, {"disk_encrypted": False}),
        (Check.FIREWALL, {"firewall": True}, {"firewall": False}),
        (Check.UPDATES_INSTALLED, {"updates_installed": True}, {"updates_installed": False}),
        (Check.PATCH_AGE, {"patch_age_days": 45}, {"patch_age_days": 46}),
        (Check.RESTARTED, {"reboot_pending": False}, {"reboot_pending": True}),
        (Check.SCREEN_LOCK, {"screen_lock": True}, {"screen_lock": False}),
        (Check.ANTIVIRUS, {"antivirus": True}, {"antivirus": False}),
        (Check.SECURE_BOOT, {"secure_boot": True}, {"secure_boot": False}),
        (Check.TPM, {"tpm_version": "2.0"}, {"tpm_version": "1.2"}),
        (Check.TPM, {"tpm_version": "2.0"}, {"tpm_version": "none"}),
        (Check.NOT_ADMINISTRATOR, {"user_is_administrator": False}, {"user_is_administrator": True}),
        (Check.MANAGED, {"managed_by": "mdm"}, {"managed_by": "none"}),
        (
            Check.DISK_SPACE,
            {"disk_free_mib": 6_000, "disk_free_percent": 2},
            {"disk_free_mib": 5_000, "disk_free_percent": 4},
        ),
        (
            Check.DISK_SPACE,
            {"disk_free_mib": 3_000, "disk_free_percent": 20},
            {"disk_free_mib": 0, "disk_free_percent": 0},
        ),
        (Check.DISK_HEALTHY, {"disk_healthy": True}, {"disk_healthy": False}),
        (Check.CLOCK, {"clock_synchronised": True}, {"clock_synchronised": False}),
        (
            Check.CLOCK,
            {"clock_synchronised": True, "clock_offset_ms": -60_000},
            {"clock_synchronised": True, "clock_offset_ms": 60_001},
        ),
    ],
)
def test_a_check_passes_fails_or_knows_nothing(check: Check, good: dict, bad: dict) -> None:
    assert passes(check, facts(**good)) is True
    assert passes(check, facts(**bad)) is False
    assert passes(check, {}) is None


def test_a_clock_of_which_only_the_distance_is_known_may_be_wrong_but_not_right() -> None:
    assert passes(Check.CLOCK, facts(clock_offset_ms=0)) is None
    assert passes(Check.CLOCK, facts(clock_offset_ms=600_000)) is False


def test_every_check_is_judged_and_has_its_words_on_every_system_in_both_languages() -> None:
    assert PASSES.keys() == TITLES.keys() == set(Check)
    kind = KINDS[FactName.OS]
    assert isinstance(kind, Word)
    assert BY_SYSTEM.keys() <= kind.words
    texts = [UNKNOWN, ELSEWHERE, *TITLES.values()]
    for system in BY_SYSTEM.values():
        assert system.keys() == set(Check)
        texts += system.values()
    for text in texts:
        assert text.keys() == set(Language)
        assert text[Language.CZECH] != text[Language.ENGLISH]


def test_each_way_to_mend_is_a_sentence_or_three_that_name_a_place() -> None:
    for system in BY_SYSTEM.values():
        for check, text in system.items():
            for language, said in text.items():
                assert said[0].isupper(), (check, language)
                assert said.endswith("."), (check, language)
                assert len(said) < 330, (check, language)
                assert "  " not in said
            arrows = {language: said.count("→") for language, said in text.items()}
            assert len(set(arrows.values())) == 1, (check, arrows)
            quoted = [
                re.findall(r"„(.+?)“", text[Language.CZECH]),
                re.findall(r"`(.+?)`", text[Language.ENGLISH]),
            ]
            assert quoted[0] == quoted[1], check


@pytest.mark.parametrize("system", ["android", "ios", None, "haiku"])
def test_other_systems_are_sent_to_whoever_looks_after_the_device(system: str | None) -> None:
    assert how_to_mend(Check.FIREWALL, system) == ELSEWHERE
    assert how_to_mend(Check.FIREWALL, "linux") != ELSEWHERE


def test_every_fact_that_is_good_or_bad_has_a_check() -> None:
    told_apart = {name for name, kind in KINDS.items() if isinstance(kind, YesNo)}
    judged = set()
    for name in told_apart:
        for value in (True, False):
            judged |= {name for check in Check if passes(check, {name: Fact(value, "x")}) is False}
    assert judged == told_apart
    assert isinstance(KINDS[FactName.CLOCK_OFFSET_MS], Number)
