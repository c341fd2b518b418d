from dataclasses import replace

import pytest

from config.vocabulary import Language
from gateway.notices.notice import NoticeKind
from gateway.notices.words import OPENING, TITLES, text_of, title_of
from tests.gateway.notices.telling import AROUND, happened

CS, EN = Language.CZECH, Language.ENGLISH


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_has_its_words_in_both_languages(kind):
    for words in (TITLES[kind], OPENING[kind]):
        assert words.cs != words.en
    for language in Language:
        text = text_of(happened(kind), language, AROUND)
        assert "novakova.jana" in text
        assert "{" not in text
        assert title_of(happened(kind), language)


def test_a_new_device_is_told_by_when_by_what_and_from_where():
    czech = text_of(happened(), CS, AROUND)
    for words in (
        "Kdy: 23. 11. 2026 13:00 SEČ",
        "Prohlížeč: Firefox, Windows",
        "Odkud: 192.0.2.7 (Městský úřad Hulín)",
        "zavolejte: Helpdesk, 573 321 100.",
        "Město Kroměříž",
    ):
        assert words in czech
    assert "From: 192.0.2.7 (Hulín town hall)" in text_of(happened(), EN, AROUND)


def test_a_factor_is_told_by_its_kind_its_name_and_who_did_it():
    told = happened(
        NoticeKind.FACTOR_REMOVED, factor="key", authenticator="Klíč od kanceláře", by="cli:root (jana)"
    )
    text = text_of(told, CS, AROUND)
    assert "Způsob ověření: přístupový nebo bezpečnostní klíč – Klíč od kanceláře" in text
    assert "Provedl(a): cli:root (jana)" in text


def test_no_message_holds_a_link_that_people_would_learn_to_follow():
    for kind in NoticeKind:
        for language in Language:
            assert "http" not in text_of(happened(kind), language, AROUND)


def test_without_support_the_administrator_is_to_be_called():
    assert "zavolejte: správce." in text_of(happened(), CS, replace(AROUND, support=None))


def test_an_exception_is_told_with_its_end_and_with_advice_to_whoever_did_not_do_it():
    told = happened(NoticeKind.EXCEPTION_GRANTED, by="cli:root (jana)", until="2026-11-24T12:00:00Z")
    czech = text_of(told, CS, AROUND)
    assert "Platí do: 24. 11. 2026 13:00 SEČ" in czech
    assert "Provedl(a): cli:root (jana)" in czech
    assert "Víte o tom?" in czech
    assert "Byli jste to vy?" not in czech
    assert "Code issued by: cli:root" in text_of(
        happened(NoticeKind.ENROLMENT_CODE_USED, by="cli:root"), EN, AROUND
    )


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Notebook starostky 2", True),
        ("www.evil.test", False),
        ("evil test/x", False),
        ("a@b", False),
        ("", False),
    ],
)
def test_a_device_is_called_by_its_name_only_where_that_leads_nowhere(name: str, told: bool):
    """Whoever enrols it names it."""
    czech = text_of(happened(NoticeKind.DEVICE_BLOCKED, device_name=name, by="spravce.hulin"), CS, AROUND)
    assert ("Zařízení:" in czech) is told
    assert (name in czech) is (told or not name)
    assert "Kdo: spravce.hulin" in czech
    assert "User-Agent" not in czech
