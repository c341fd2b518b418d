import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import Language
from gateway.web import door, refusal
from gateway.web.door import DoorPages, own_path
from gateway.web.pages import make_pages
from gateway.web.refusal import Occurrence, Refusal, both, refusal_json, refusal_page, wants_page
from tests.gateway.web.sample import NOW

PAGES = make_pages("Město Kroměříž")
PORTAL = "https://portal.brana.test"
CS, EN = Language.CZECH, Language.ENGLISH
ALL = [value for module in (refusal, door) for value in vars(module).values() if isinstance(value, Refusal)]


def page_of(shown, status=403, language=CS, **more):
    occurrence = Occurrence(refusal=shown, status=status, at=NOW, request_id="r-1")
    return refusal_page(PAGES, occurrence, language, portal=PORTAL, **more)


@pytest.mark.parametrize("shown", ALL, ids=lambda shown: shown.reason)
@pytest.mark.parametrize("language", Language)
def test_every_refusal_says_why_and_what_to_do_in_both_languages(shown, language):
    text = page_of(shown, language=language)
    assert shown.title[language] in text
    assert shown.advice[language] in text
    assert "r-1" in text


def test_a_refusal_that_another_municipality_may_change_leads_to_the_switch():
    shown = Refusal(reason="x", title=both("a", "b"), advice=both("c", "d"), switch_may_help=True)
    assert f'href="{PORTAL}/#municipality"' in page_of(shown)
    assert "#municipality" not in page_of(refusal.OUR_FAULT)


def test_somebody_who_is_not_signed_in_is_led_to_sign_in():
    assert "Přihlásit se" in page_of(refusal.SIGN_IN_NEEDED, 401, again="/")


@given(st.text(), st.text())
def test_texts_of_a_refusal_stay_texts(title, advice):
    shown = Refusal(reason="x", title=both(title, title), advice=both(advice, advice))
    text = page_of(shown)
    known = page_of(Refusal(reason="x", title=both("", ""), advice=both("", "")))
    assert text.count("<") == known.count("<")


@given(st.text(), st.text())
def test_the_json_of_a_refusal_says_the_same(title, advice):
    shown = Refusal(reason="x", title=both(title, "b"), advice=both(advice, "d"))
    occurrence = Occurrence(refusal=shown, status=403, at=NOW, request_id="r-1")
    assert json.loads(refusal_json(occurrence, CS)) == {
        "reason": "x",
        "title": title,
        "advice": advice,
        "request_id": "r-1",
    }


@pytest.mark.parametrize(
    ("headers", "page"),
    [
        ({"Sec-Fetch-Dest": "document"}, True),
        ({"Sec-Fetch-Dest": "empty", "Accept": "text/html"}, False),
        ({"Accept": "text/html,*/*"}, True),
        ({"Accept": "*/*"}, False),
        ({}, False),
    ],
)
def test_a_page_is_for_somebody_who_waits_for_a_page(headers, page):
    assert wants_page(headers) is page


@dataclass
class Asked:
    language: Language = CS
    request_id: str = "r-2"
    target: str = "/spisy?id=5"


@dataclass
class Spoken:
    reason: str
    title: dict
    advice: dict


def spoken(reason):
    return Spoken(reason, {CS: "Nelze", EN: "No"}, {CS: "Počkejte.", EN: "Wait."})


def test_at_the_door_a_refusal_is_shown_in_the_language_of_the_request():
    pages = DoorPages(PAGES, PORTAL, lambda: NOW)
    assert "Počkejte." in pages.refused(Asked(), spoken("nothing_permits"))
    assert "Wait." in pages.refused(Asked(language=EN), spoken("nothing_permits"))


def test_at_the_door_what_passes_by_itself_can_be_tried_again():
    pages = DoorPages(PAGES, PORTAL, lambda: NOW)
    assert 'href="/spisy?id=5"' in pages.refused(Asked(), spoken("directory_unreachable"))
    assert 'href="/spisy?id=5"' in pages.unavailable(Asked())
    assert 'href="/spisy?id=5"' not in pages.refused(Asked(), spoken("nothing_permits"))


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "", "/\t/evil.example", "/a b"]
)
def test_a_target_that_could_lead_elsewhere_is_not_led_to(target):
    assert own_path(target) == "/"


def test_a_path_of_the_host_is_led_back_to():
    assert own_path("/spisy/5?a=//b") == "/spisy/5?a=//b"
