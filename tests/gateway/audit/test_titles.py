from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Title
from config.vocabulary import Language
from gateway.audit.anchors import Fault
from gateway.audit.canonical import TEXTS
from gateway.audit.entry import Code, Entry, code_of
from gateway.audit.reasons import with_policies
from gateway.audit.titles import FAULTS, PLACEHOLDER, TITLES, sentence
from tests.gateway.audit.making import entries, entry

DETAILS = {
    *("authenticator", "by", "before", "device_address", "kind", "channel"),
    *("method", "host", "path", "status", "file", "bytes", "offset", "server", "query", "found", "finding"),
    *("policies", "previous", "directory", "of"),
    *("added", "removed", "changed", "settings", "after", "verdict"),
    *("granted_by", "why"),
    *("account", "secret", "elsewhere"),
    *("consented", "revoked", "client", "client_title", "changes", "before_until"),
    *("node", "role", "service"),
    *("entries", "written", "first", "last", "hold"),
    *("receiver", "first", "last", "hold"),
    *("alert_rule", "alert_of", "number", "threshold"),
    *("witness", "origin", "ours", "theirs", "sealed", "receivers"),
    *("since", "until", "sponsor", "review_by", "agenda", "activity_role", "approvals", "note"),
    *("country", "country_before"),
    *("key", "purpose", "signs_from", "ends", "version", "cause", "removal", "process", "jumped_ms"),
    *("part", "silent_seconds"),
    *("kept_bytes", "closed_seconds"),
    *("month", "before_size", "hold"),
    *("accesses", "values", "until", "decision", "gone", "overdue"),
    *("put_back", "taken_out"),
    *("checkpoint", "left"),
    *("incident", "title", "evidence", "what", "report", "recipient", "device"),
    *("device_name", "differs", "asset"),
    *("upstream", "ended", "program_address"),
    *("realm", "changes"),
    *("scope", "view", "proposal", "author", "approver", "restores", "act", "class", "target"),
}


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_czech_and_an_english_sentence(code: Code) -> None:
    title = TITLES[code]
    assert title.cs
    assert title.en
    assert title.cs != title.en


@pytest.mark.parametrize("code", Code)
def test_both_languages_say_the_same_facts_and_only_known_ones(code: Code) -> None:
    czech, english = (set(PLACEHOLDER.findall(text)) for text in (TITLES[code].cs, TITLES[code].en))
    assert czech == english
    assert czech <= {"who", *TEXTS, *DETAILS}
    assert "{" not in PLACEHOLDER.sub("", TITLES[code].cs + TITLES[code].en)


@pytest.mark.parametrize(
    ("kept", "czech", "english"),
    [
        ("2026-07-01T07:30:00+00:00", "od 1. 7. 2026 9:30 SELČ)", "since 1 Jul 2026, 09:30 CEST)"),
        ("2026-11-27T23:00:05Z", "od 28. 11. 2026 0:00:05 SEČ)", "since 28 Nov 2026, 00:00:05 CET)"),
        ("2026-13-27T23:00:05Z", "od 2026-13-27T23:00:05Z)", "since 2026-13-27T23:00:05Z)"),
        ("0001-01-01T00:00:00+23:00", "od 0001-01-01T00:00:00+23:00)", "since 0001-01-01T00:00:00+23:00)"),
        ("2026-11-27", "od 2026-11-27)", "since 2026-11-27)"),
    ],
)
def test_a_moment_is_told_as_the_clocks_of_people_show_it(kept: str, czech: str, english: str) -> None:
    item = entry(code=Code.LOG_GAP, details={"since": kept})
    assert sentence(item, Language.CZECH).endswith(czech)
    assert sentence(item, Language.ENGLISH).endswith(english)


def test_a_sentence_is_filled_from_fields_and_details() -> None:
    item = entry(person="novak", details={"method": "GET", "host": "spis.cz", "path": "/a", "status": 200})
    assert sentence(item, Language.CZECH) == "Požadavek: novak, GET spis.cz/a, stav 200"


def test_a_reason_is_told_by_its_name_and_one_without_a_name_by_its_code() -> None:
    item = entry(code=Code.DECISION_REFUSE, person="novak", reason="no_role")
    assert sentence(item, Language.CZECH).endswith("(důvod: osoba nemá roli v žádné obci)")
    assert sentence(item, Language.ENGLISH).endswith("(reason: the person has no role anywhere)")
    assert sentence(replace(item, reason="of_an_old_policy"), Language.CZECH).endswith(
        "(důvod: of_an_old_policy)"
    )


def test_a_reason_of_a_policy_is_told_by_the_policys_own_title() -> None:
    reasons = with_policies({"office_closed": Title(cs="úřad má zavřeno", en="the office is closed")})
    item = entry(code=Code.DECISION_REFUSE, reason="office_closed")
    assert sentence(item, Language.CZECH, reasons).endswith("(důvod: úřad má zavřeno)")


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_of_a_log_has_a_name(fault: Fault) -> None:
    assert FAULTS[fault].cs != FAULTS[fault].en


def test_what_is_not_known_is_a_dash() -> None:
    assert sentence(entry(code=Code.SIGN_OUT), Language.ENGLISH) == "Signed out: –"


def test_placeholders_in_a_value_are_not_filled() -> None:
    item = entry(code=Code.SIGN_OUT, person="{address}", address="10.0.0.1")
    assert sentence(item, Language.ENGLISH) == "Signed out: {address}"


@given(entries(), st.sampled_from(Language))
def test_every_entry_can_be_told(item: Entry, language: Language) -> None:
    assert sentence(item, language)


def test_what_a_newer_version_has_recorded_is_told_by_its_code() -> None:
    item = entry(code=code_of("access.of_tomorrow"))
    assert sentence(item, Language.CZECH) == "Událost, kterou tato verze nezná: access.of_tomorrow"
    assert sentence(item, Language.ENGLISH) == "Something that this version does not know: access.of_tomorrow"
