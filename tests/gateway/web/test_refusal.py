import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import Language
from gateway.authorize.contact import with_contact
from gateway.sessions.sign_in import Fault
from gateway.web import refusal
from gateway.web.pages import make_pages
from gateway.web.refusal import Occurrence, ShownRefusal, both, refusal_json, refusal_page, wants_page
from gateway.web.sign_in_failures import told
from tests.gateway.web.people import NOW

PAGES = make_pages("Město Kroměříž", "brana.test", account="https://login.brana.test/account")
PORTAL = "https://portal.brana.test"
CS, EN = Language.CZECH, Language.ENGLISH
ALL = [value for value in vars(refusal).values() if isinstance(value, ShownRefusal)]


def page_of(shown, status=403, language=CS, **more):
    occurrence = Occurrence(refusal=shown, status=status, at=NOW, request_id="r-1")
    return refusal_page(PAGES, occurrence, language, portal=PORTAL, **more)


@pytest.mark.parametrize("shown", ALL, ids=lambda shown: shown.reason)
@pytest.mark.parametrize("language", Language)
def test_every_refusal_says_why_and_what_to_do_in_both_languages(shown, language):
    text = page_of(shown, language=language)
    assert shown.title[language] in text
    assert with_contact(shown.advice[language], language, PAGES.support) in text
    assert "{contact}" not in text
    assert "r-1" in text


def test_a_refusal_that_another_municipality_may_change_leads_to_the_switch_alone():
    shown = ShownRefusal(reason="x", title=both("a", "b"), advice=both("c", "d"), switch_may_help=True)
    assert f'href="{PORTAL}/#municipality"' in page_of(shown)
    assert page_of(shown).count(f'href="{PORTAL}/') == 1  # nobody is to choose between two ways to one page
    assert "#municipality" not in page_of(refusal.OUR_FAULT)
    assert f'href="{PORTAL}/"' in page_of(refusal.OUR_FAULT)


def test_somebody_who_is_not_signed_in_is_led_to_sign_in():
    assert 'href="/x">Přihlásit se</a>' in page_of(refusal.SIGN_IN_NEEDED, 401, again="/x")
    assert 'href="/x">Přihlásit se</a>' in page_of(told(Fault.ATTEMPT_LOST)[0], 403, again="/x")


@settings(deadline=None)  # the first example reads the templates
@given(st.text(), st.text())
def test_texts_of_a_refusal_stay_texts(title, advice):
    shown = ShownRefusal(reason="x", title=both(title, title), advice=both(advice, advice))
    text = page_of(shown)
    known = page_of(ShownRefusal(reason="x", title=both("", ""), advice=both("", "")))
    assert marks(text) == marks(known)


def marks(text):
    """Beginnings of tags, but for those that keep a word with a hyphen on one line."""
    return text.count("<") - 2 * text.count('<span class="unbroken">')


@given(st.text(), st.text().filter(lambda text: "{contact}" not in text))  # which is filled in
def test_the_json_of_a_refusal_says_the_same(title, advice):
    shown = ShownRefusal(reason="x", title=both(title, "b"), advice=both(advice, "d"))
    occurrence = Occurrence(refusal=shown, status=403, at=NOW, request_id="r-1")
    assert json.loads(refusal_json(occurrence, CS, None)) == {
        "type": "urn:brana:reason:x",
        "status": 403,
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
